import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { classifySmtp, type DeliveryOutcome, type SmtpInterruption, type SmtpStage } from '../domain/smtpOutcome.js';
import { HostRefused, publicAddresses } from '../net/hostGuard.js';
import { messageSize, type OutgoingMessage } from './transport.js';

export type SmtpSecurity = 'none' | 'starttls' | 'tls';

/** Longest waits, in milliseconds. */
export interface SmtpTimeouts {
  /** From the DNS lookup to the end of TLS and EHLO. */
  connect: number;
  /** For the greeting, within `connect`. */
  greeting: number;
  /** For each reply before the message. RFC 5321 section 4.5.3.2: at least 5 minutes. */
  command: number;
  /** For the reply to the final dot. RFC 5321 section 4.5.3.2.6: at least 10 minutes; less makes duplicates. */
  finalDot: number;
}

export const defaultTimeouts: SmtpTimeouts = { connect: 30_000, greeting: 30_000, command: 300_000, finalDot: 600_000 };

export interface SmtpSettings {
  host: string;
  port: number;
  /** `none` never encrypts, `starttls` requires the upgrade, `tls` encrypts from the first byte. */
  security: SmtpSecurity;
  username?: string;
  password?: string;
  /** The name in EHLO; the machine's by default. */
  name?: string;
  timeouts?: Partial<SmtpTimeouts>;
  tls?: ConnectionOptions;
  /** Whether only public addresses may be connected to. */
  publicOnly?: boolean;
}

export interface SmtpReply {
  code: number;
  /** The whole reply, its lines joined. */
  text: string;
}

/** What happened while a session was opened, for people. */
export type SessionStep = { step: 'connect' | 'greeting' | 'tls' | 'auth'; response: string; ms: number };

export type OpenedSession =
  | { ok: true; session: SmtpSession; steps: SessionStep[] }
  | { ok: false; outcome: DeliveryOutcome; stage: SmtpStage; steps: SessionStep[] };

/**
 * Opens a connection up to the point where a message can be sent: TCP, greeting, EHLO, TLS, AUTH, all by nodemailer's SMTPConnection.
 * From then on the dialogue is ours (SmtpSession), because nodemailer's errors do not tell how far a message got. Never rejects.
 * With `publicOnly` the name is resolved here, and nodemailer is given addresses that were checked, one after the other.
 */
export async function openSession(settings: SmtpSettings): Promise<OpenedSession> {
  if (!settings.publicOnly) return openAt(settings.host, settings);
  const notConnected = (error: Error, code: string): OpenedSession => ({
    ok: false,
    stage: 'connect',
    steps: [],
    outcome: outcomeOfSetUp('connect', Object.assign(error, { code }), settings),
  });
  try {
    let opened = notConnected(new Error('the host has no address'), 'EDNS');
    for (const address of (await publicAddresses(settings.host)).slice(0, mostAddresses)) {
      opened = await openAt(address, settings);
      if (opened.ok || opened.stage !== 'connect') break;
    }
    return opened;
  } catch (error) {
    return notConnected(error as Error, error instanceof HostRefused ? 'EACCES' : 'EDNS');
  }
}

/** Addresses of a host that are tried when nobody answers at the first. */
const mostAddresses = 3;

/** Opens a connection to `host`: that of the settings, or an address of it. */
function openAt(host: string, settings: SmtpSettings): Promise<OpenedSession> {
  const timeouts = { ...defaultTimeouts, ...settings.timeouts };
  const log = new SetUpLog();
  const capabilities: Capabilities = { extensions: [], maxSize: 0 };
  const connection = new SMTPConnection({
    host,
    port: settings.port,
    // By its name, also where it is connected to by an address.
    ...(isIP(settings.host) ? {} : { servername: settings.host }),
    secure: settings.security === 'tls',
    ignoreTLS: settings.security === 'none',
    requireTLS: settings.security === 'starttls',
    ...(settings.name ? { name: settings.name } : {}),
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    dnsTimeout: timeouts.connect,
    socketTimeout: timeouts.command,
    // Loopback is a network like any other here: local relays and tests.
    allowInternalNetworkInterfaces: true,
    ...(settings.tls ? { tls: settings.tls } : {}),
    logger: log.logger,
    transactionLog: true,
    // A "login" that sends nothing: SMTPConnection shows what the server offers only to handlers of authentication.
    customAuth: {
      [askCapabilities]: (context) => {
        capabilities.extensions = context.extensions;
        capabilities.maxSize = context.maxAllowedSize || 0;
        context.resolve();
      },
    },
  });

  return new Promise((resolve) => {
    let settled = false;
    const fail = (error: SetUpError) => {
      if (settled) return;
      settled = true;
      connection.close();
      const stage = log.stageOf(error);
      resolve({ ok: false, stage, steps: log.steps, outcome: outcomeOfSetUp(stage, error, settings) });
    };
    // Stays for the life of the connection: an error nobody listens to would end the process.
    connection.on('error', fail);
    connection.once('end', () => fail(new Error('the server closed the connection') as SetUpError));
    const succeed = () =>
      connection.login({ method: askCapabilities, user: ' ', pass: ' ' }, () => {
        if (settled) return;
        const socket = connection._socket;
        if (!socket) return fail(new Error('the connection is closed') as SetUpError);
        settled = true;
        log.finish();
        resolve({ ok: true, steps: log.steps, session: new SmtpSession(socket, capabilities, timeouts) });
      });
    connection.connect((error) => {
      if (error) return fail(error as SetUpError);
      if (!settings.username) return succeed();
      if (!connection.allowsAuth) {
        log.stage = 'auth';
        return fail(
          Object.assign(new Error('the server offers no login on this connection: use TLS, or remove the user name'), {
            code: 'EAUTH',
          }),
        );
      }
      log.stage = 'auth';
      connection.login({ user: settings.username, pass: settings.password ?? '' }, (loginError) =>
        loginError ? fail(loginError as SetUpError) : succeed(),
      );
    });
  });
}

const askCapabilities = 'X-ONCEMAIL-CAPABILITIES';

interface Capabilities {
  extensions: string[];
  maxSize: number;
}

type SetUpError = Error & { code?: string; originalCode?: string; response?: string; responseCode?: number };

/** Follows nodemailer through the set-up by its transaction log, which it writes in order and without secrets. */
class SetUpLog {
  stage: SmtpStage = 'connect';
  readonly steps: SessionStep[] = [];
  private since = performance.now();
  private secure = false;
  private done = false;

  readonly logger = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [
      level,
      (entry: { tnx?: string }, text?: string, ...values: unknown[]) =>
        this.read(entry?.tnx, String(text ?? ''), values),
    ]),
  ) as unknown as Record<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', (...args: unknown[]) => void>;

  /** Where an error belongs that nodemailer reports. */
  stageOf(error: SetUpError): SmtpStage {
    if (error.code === 'EAUTH') return 'auth';
    if (error.code === 'ETLS' || isTlsTrouble(error)) return 'tls';
    return this.stage;
  }

  finish(): void {
    if (this.stage === 'auth') this.step('auth', 'logged in');
    this.done = true;
  }

  private read(tnx: string | undefined, text: string, values: unknown[]): void {
    if (this.done) return;
    if (tnx === 'network' && text.startsWith('%s established')) {
      this.secure = values[0] === 'Secure connection';
      this.step('connect', `connected to ${String(values[1])}:${String(values[2])}`);
      if (this.secure) this.step('tls', 'encrypted from the start');
      this.stage = 'greeting';
    } else if (tnx === 'server' && this.stage === 'greeting' && !this.steps.some((s) => s.step === 'greeting')) {
      this.step('greeting', text);
    } else if (tnx === 'client' && text.startsWith('STARTTLS')) {
      this.stage = 'tls';
    } else if (tnx === 'client' && text.startsWith('EHLO') && this.stage === 'tls') {
      this.step('tls', 'encrypted with STARTTLS');
      this.stage = 'greeting';
    }
  }

  private step(step: SessionStep['step'], response: string): void {
    const now = performance.now();
    this.steps.push({ step, response: response.replace(/\s+/g, ' ').trim(), ms: Math.round(now - this.since) });
    this.since = now;
  }
}

function isTlsTrouble(error: SetUpError): boolean {
  const code = `${error.originalCode ?? ''} ${error.code ?? ''}`;
  return (
    /CERT|SSL|TLS|SELF_SIGNED|EPROTO\b|ERR_SSL|UNABLE_TO_(GET|VERIFY)|HOSTNAME/.test(code) ||
    /certificate|SSL routines/i.test(error.message)
  );
}

function outcomeOfSetUp(stage: SmtpStage, error: SetUpError, settings: SmtpSettings): DeliveryOutcome {
  const where = `${settings.host}:${settings.port}`;
  if (error.response && error.responseCode) {
    return classifySmtp({ stage, code: error.responseCode, response: error.response.replace(/\s+/g, ' ') });
  }
  const interruption = interruptionOf(error);
  // nodemailer has one text for each timeout and close; ours says where it happened.
  const plain = (interruption === 'timeout' || interruption === 'closed') && error.code !== 'EAUTH';
  return classifySmtp({ stage, error: interruption, ...(plain ? {} : { response: `${where}: ${error.message}` }) });
}

function interruptionOf(error: SetUpError): SmtpInterruption {
  const code = error.originalCode ?? error.code;
  if (error.code === 'EDNS') return 'dns';
  if (error.code === 'ETIMEDOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL' || code === 'EACCES')
    return 'unreachable';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  if (isTlsTrouble(error)) return 'certificate';
  if (error.code === 'EPROTOCOL') return 'protocol';
  return 'closed';
}

/** One message on its way through a session. */
interface Transaction {
  readonly message: OutgoingMessage;
  readonly done: (outcome: DeliveryOutcome) => void;
  /** The reply that is awaited. */
  stage: 'mail' | 'rcpt' | 'data' | 'body';
  refused: { stage: 'mail' | 'rcpt'; reply: SmtpReply } | null;
  /** Asked before the message itself goes out. */
  readonly stillMine: (() => boolean) | undefined;
}

type Step =
  | { kind: 'transaction'; transaction: Transaction }
  /** A reply that decides nothing: to RSET, or to the end of an empty message. */
  | { kind: 'ignored' };

const badPath = /[\u0000-\u0020<>\u007f]/;
const noPort = { extensions: [], maxSize: 0 } satisfies Capabilities;

/**
 * The dialogue on an open connection, message after message. With PIPELINING (RFC 2920) the commands of a message go out together, and those of the
 * next message right behind the body of the one before, so a message costs one round trip.
 *
 * Guarantees: every message that `start` took is answered exactly once; `uncertain` is said only of a message of which at least one byte
 * was written after the server's 354, and of every such message that got no reply.
 */
export class SmtpSession {
  /** How many messages have been handed in. */
  started = 0;
  /** True once a recipient was accepted here. */
  recipientAccepted = false;
  /** Called once, when the connection can no longer be used. */
  onClosed: () => void = () => undefined;
  /** Called when another message can be started. */
  onReady: () => void = () => undefined;

  private readonly pipelining: boolean;
  private readonly smtpUtf8: boolean;
  private readonly announcesSize: boolean;
  private readonly maxSize: number;
  /** Oldest first: at most one in its body, and one behind it. */
  private readonly transactions: Transaction[] = [];
  private readonly steps: Step[] = [];
  private received = '';
  private partial = '';
  private needsReset = false;
  private closed = false;
  private leaving = false;
  private timer: NodeJS.Timeout | undefined;
  /** Whether this sender's settings are known to work (see SmtpEnd.proven). */
  proven: () => boolean = () => this.recipientAccepted;

  constructor(
    private readonly socket: Socket,
    capabilities: Capabilities = noPort,
    private readonly timeouts: SmtpTimeouts = defaultTimeouts,
  ) {
    this.pipelining = capabilities.extensions.includes('PIPELINING');
    this.smtpUtf8 = capabilities.extensions.includes('SMTPUTF8');
    this.announcesSize = capabilities.extensions.includes('SIZE');
    this.maxSize = capabilities.maxSize;
    // nodemailer's own listeners for errors and closing stay: they only mark its connection as destroyed.
    socket.removeAllListeners('data');
    socket.setTimeout(0);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.fail(error.code === 'ETIMEDOUT' ? 'timeout' : 'reset'));
    socket.on('close', () => this.fail('closed'));
  }

  get isClosed(): boolean {
    return this.closed;
  }

  get inFlight(): number {
    return this.transactions.length;
  }

  /** True when a message can be started now: nothing is under way, or (pipelining) only the reply to a final dot is awaited. */
  get isReady(): boolean {
    if (this.closed || this.leaving) return false;
    if (this.transactions.length === 0) return this.steps.length === 0 || this.pipelining;
    return this.pipelining && this.transactions.length === 1 && (this.transactions[0] as Transaction).stage === 'body';
  }

  /**
   * Hands in one message; only when `isReady`. `done` hears the outcome, once. When `stillMine` says no by the time the server asks for the message, it is
   * not sent.
   */
  start(message: OutgoingMessage, done: (outcome: DeliveryOutcome) => void, stillMine?: () => boolean): void {
    const refusal = this.refusalOf(message);
    if (refusal) return done(refusal);
    this.started++;
    const transaction: Transaction = { message, done, stage: 'mail', refused: null, stillMine };
    this.transactions.push(transaction);
    this.writeEnvelope(transaction);
    if (this.transactions.length === 1) this.arm(this.timeouts.command);
  }

  /** The parameters of MAIL FROM that a message needs here, with a blank before each. */
  private parametersFor(message: OutgoingMessage): string {
    return (
      (message.smtpUtf8 ? ' SMTPUTF8 BODY=8BITMIME' : '') + (this.announcesSize ? ` SIZE=${messageSize(message)}` : '')
    );
  }

  /** Says QUIT when nothing is under way, and closes. Resolves when the socket is closed, within two seconds. */
  quit(): Promise<void> {
    if (this.closed && this.socket.destroyed) return Promise.resolve();
    this.leaving = true;
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => this.socket.destroy(), 2_000);
      this.socket.once('close', () => {
        clearTimeout(giveUp);
        resolve();
      });
      this.clearTimer();
      this.markClosed();
      this.socket.end('QUIT\r\n');
    });
  }

  /** Drops the connection at once. What is under way ends as it stands. */
  destroy(): void {
    this.fail('closed');
  }

  /** Why a message cannot be sent here at all, before anything goes out; null when it can. */
  refusalOf(message: OutgoingMessage): DeliveryOutcome | null {
    const refuse = (enhanced: string, response: string): DeliveryOutcome => ({
      kind: 'failed',
      code: null,
      enhanced,
      response: `${enhanced} ${response}`,
      suppress: false,
    });
    if (badPath.test(message.envelope.to) || message.envelope.to === '')
      return refuse('5.1.3', 'the recipient is not an address');
    if (badPath.test(message.envelope.from)) return refuse('5.1.7', 'the sender is not an address');
    if (message.smtpUtf8 && !this.smtpUtf8) {
      return refuse(
        '5.6.7',
        'the address has letters beyond ASCII before the @ and the server does not offer SMTPUTF8',
      );
    }
    if (this.maxSize > 0 && messageSize(message) > this.maxSize) {
      return refuse('5.3.4', `the message has ${messageSize(message)} bytes, the server takes ${this.maxSize}`);
    }
    return null;
  }

  private writeEnvelope(transaction: Transaction): void {
    const { message } = transaction;
    let commands = '';
    if (this.needsReset) {
      this.needsReset = false;
      commands = 'RSET\r\n';
      this.steps.push({ kind: 'ignored' });
    }
    commands += `MAIL FROM:<${message.envelope.from}>${this.parametersFor(message)}\r\n`;
    const step: Step = { kind: 'transaction', transaction };
    this.steps.push(step);
    if (this.pipelining) {
      commands += `RCPT TO:<${message.envelope.to}>\r\nDATA\r\n`;
      this.steps.push(step, step);
    }
    this.socket.write(commands, message.smtpUtf8 ? 'utf8' : 'latin1');
  }

  private onData(chunk: Buffer): void {
    const text = this.received + chunk.toString('latin1');
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      const line = text.slice(from, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
      from = end + 1;
      if (this.closed) return;
      if (line.charCodeAt(3) === 45 /* - */ && /^\d{3}-/.test(line)) {
        this.partial += this.partial === '' ? line : ` ${line.slice(4)}`;
        if (this.partial.length > 100_000) return this.fail('protocol', 'the server sends a reply without end');
        continue;
      }
      if (line === '' && this.partial === '') continue;
      const code = Number(line.slice(0, 3));
      if (!(code >= 200 && code < 600) || !/^\d{3}( |$)/.test(line)) {
        return this.fail('protocol', `the server sent what is no reply: ${decode(line.slice(0, 200))}`);
      }
      const whole = this.partial === '' ? line : `${this.partial} ${line.slice(4)}`;
      this.partial = '';
      this.onReply({ code, text: decode(whole) });
    }
    this.received = from < text.length ? text.slice(from) : '';
    if (this.received.length > 100_000) this.fail('protocol', 'the server sends a reply without end');
  }

  private onReply(reply: SmtpReply): void {
    const step = this.steps.shift();
    if (!step) {
      // RFC 5321 section 3.8: 421 may come at any time before the server closes.
      return this.fail(reply.code === 421 ? 'closed' : 'protocol', reply.text);
    }
    if (step.kind === 'ignored') {
      if (reply.code === 421) return this.fail('closed', reply.text);
      if (this.transactions.length === 0) this.clearTimer();
      if (this.isReady) this.onReady();
      return;
    }
    const { transaction } = step;
    if (reply.code === 421) return this.endBy421(transaction, reply);
    switch (transaction.stage) {
      case 'mail':
        return this.afterMail(transaction, reply);
      case 'rcpt':
        return this.afterRcpt(transaction, reply);
      case 'data':
        return this.afterData(transaction, reply);
      case 'body':
        return this.finish(transaction, this.judge('body', reply));
    }
  }

  private afterMail(transaction: Transaction, reply: SmtpReply): void {
    const accepted = reply.code < 300;
    if (!accepted) transaction.refused = { stage: 'mail', reply };
    if (this.pipelining) {
      transaction.stage = 'rcpt';
    } else if (accepted) {
      transaction.stage = 'rcpt';
      this.say(transaction, `RCPT TO:<${transaction.message.envelope.to}>\r\n`);
    } else {
      this.finish(transaction, this.judge('mail', reply));
    }
  }

  private afterRcpt(transaction: Transaction, reply: SmtpReply): void {
    const accepted = reply.code < 300;
    if (accepted && !transaction.refused) this.recipientAccepted = true;
    if (!accepted) transaction.refused ??= { stage: 'rcpt', reply };
    if (this.pipelining) {
      transaction.stage = 'data';
    } else if (accepted) {
      transaction.stage = 'data';
      this.say(transaction, 'DATA\r\n');
    } else {
      this.needsReset = true;
      this.finish(transaction, this.judge('rcpt', reply));
    }
  }

  private afterData(transaction: Transaction, reply: SmtpReply): void {
    const goesAhead = reply.code >= 300 && reply.code < 400;
    const { refused } = transaction;
    if (refused) {
      const outcome = this.judge(refused.stage, refused.reply);
      if (goesAhead && refused.stage === 'mail') {
        // A server that takes DATA after it has refused the sender cannot be trusted with an empty message.
        this.remove(transaction);
        this.fail('protocol', refused.reply.text);
        return transaction.done(outcome);
      }
      if (goesAhead) {
        // RFC 2920 section 3.1: end the message that has nobody to go to with a single dot.
        this.steps.push({ kind: 'ignored' });
        this.socket.write('.\r\n', 'latin1');
      } else {
        this.needsReset = refused.stage === 'rcpt';
      }
      return this.finish(transaction, outcome);
    }
    if (reply.code < 300) {
      this.remove(transaction);
      this.fail('protocol', reply.text);
      return transaction.done(
        classifySmtp({ stage: 'data', error: 'protocol', response: `the server answered DATA with ${reply.text}` }),
      );
    }
    if (!goesAhead) {
      this.needsReset = true;
      return this.finish(transaction, this.judge('data', reply));
    }
    this.writeBody(transaction);
  }

  private writeBody(transaction: Transaction): void {
    if (transaction.stillMine?.() === false) {
      // RFC 5321 section 4.1.1.10: a connection that closes ends what was begun; after 354 nothing else takes a message back.
      this.remove(transaction);
      this.fail('closed');
      return transaction.done({
        kind: 'unspent',
        response: 'the process was suspended before the mail was handed over',
      });
    }
    transaction.stage = 'body';
    this.steps.push({ kind: 'transaction', transaction });
    const { rest } = transaction.message;
    // RFC 5321 section 4.5.3.2.5 gives each block its own time: what is large may be slow, down to 16 KB a second.
    this.arm(this.timeouts.finalDot + Math.ceil((rest?.bytes ?? 0) / 16));
    this.socket.cork();
    this.writeMessage(transaction.message);
    // The commands of the next message follow in the same packet.
    if (this.isReady) this.onReady();
    this.socket.uncork();
  }

  private writeMessage({ raw, rest }: OutgoingMessage): void {
    const endsLine =
      rest !== undefined || (raw.length >= 2 && raw[raw.length - 1] === 10 && raw[raw.length - 2] === 13);
    this.socket.write(dotStuffed(raw));
    // The very buffers that all mails of the run share; nothing in them needs a dot.
    if (rest) for (const buffer of rest.buffers()) this.socket.write(buffer);
    this.socket.write(endsLine ? '.\r\n' : '\r\n.\r\n', 'latin1');
  }

  private say(transaction: Transaction, command: string): void {
    this.steps.push({ kind: 'transaction', transaction });
    this.arm(this.timeouts.command);
    this.socket.write(command, transaction.message.smtpUtf8 ? 'utf8' : 'latin1');
  }

  private judge(stage: SmtpStage, reply: SmtpReply): DeliveryOutcome {
    return classifySmtp({ stage, code: reply.code, response: reply.text, proven: this.proven() });
  }

  private finish(transaction: Transaction, outcome: DeliveryOutcome): void {
    this.remove(transaction);
    if (this.transactions.length > 0 || this.steps.length > 0) this.arm(this.timeouts.command);
    else this.clearTimer();
    transaction.done(outcome);
    if (this.isReady) this.onReady();
  }

  private remove(transaction: Transaction): void {
    const index = this.transactions.indexOf(transaction);
    if (index >= 0) this.transactions.splice(index, 1);
  }

  private endBy421(transaction: Transaction, reply: SmtpReply): void {
    this.remove(transaction);
    const { refused } = transaction;
    const outcome = refused ? this.judge(refused.stage, refused.reply) : this.judge(transaction.stage, reply);
    this.fail('closed', reply.text);
    transaction.done(outcome);
  }

  /** Ends the session; each message under way ends by how far it was. */
  private fail(error: SmtpInterruption, response?: string): void {
    if (this.closed) return;
    this.clearTimer();
    this.markClosed();
    this.socket.destroy();
    for (const transaction of this.transactions.splice(0)) {
      const { refused, stage } = transaction;
      transaction.done(
        refused
          ? this.judge(refused.stage, refused.reply)
          : classifySmtp({ stage, error, ...(response ? { response } : {}) }),
      );
    }
  }

  private markClosed(): void {
    if (this.closed) return;
    this.closed = true;
    this.onClosed();
  }

  private arm(ms: number): void {
    this.clearTimer();
    this.timer = setTimeout(() => this.fail('timeout'), ms);
  }

  private clearTimer(): void {
    clearTimeout(this.timer);
  }
}

function decode(line: string): string {
  return /[\x80-\xff]/.test(line) ? Buffer.from(line, 'latin1').toString('utf8') : line;
}

/** RFC 5321 section 4.5.2: a line that begins with a dot gets one more. */
function dotStuffed(raw: Buffer): Buffer {
  if (raw[0] !== 0x2e && !raw.includes('\n.', 0, 'latin1')) return raw;
  return Buffer.from(raw.toString('latin1').replace(/(^|\n)\./g, '$1..'), 'latin1');
}
