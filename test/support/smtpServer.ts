import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { selfSignedCertificate } from './certificate.js';

/** Where in a dialogue the server is asked what to do. `body`: in the middle of a message; `dot`: the message has arrived whole. */
export type ScriptStage =
  'connect' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot' | 'rset' | 'quit';

/** What a script is asked about. */
export interface ScriptContext {
  stage: ScriptStage;
  from: string;
  /** The recipients so far; at `rcpt` the last one is the one in question. */
  to: readonly string[];
  /** Counts from 1. */
  connection: number;
  /** How many messages this connection has accepted. */
  acceptedHere: number;
}

/**
 * What the server does instead of answering well.
 * - a text is the reply: `550 5.1.1 No such user`; a code below 400 at `dot` accepts the message
 * - `drop`: the connection is closed without a reply; nothing is accepted
 * - `reset`: the same with RST
 * - `hang`: no reply, ever; nothing is accepted
 * - `accept-drop`, `accept-hang`: at `dot`: the message is accepted, but its 250 never arrives
 * - `delayMs`: the usual answer, or `reply`, only later; `close`: after it the connection is closed (by default after 421)
 */
export type Misbehaviour =
  | string
  | 'drop'
  | 'reset'
  | 'hang'
  | 'accept-drop'
  | 'accept-hang'
  | { reply?: string; delayMs?: number; close?: boolean };

export type Script = (context: ScriptContext) => Misbehaviour | undefined;

export interface ReceivedMessage {
  from: string;
  to: readonly string[];
  /** The bytes as they were before dot-stuffing; empty with `keepRaw: false`. */
  raw: Buffer;
  size: number;
  at: number;
  connection: number;
  secure: boolean;
  user: string | null;
  /** Parameters of MAIL FROM, such as SMTPUTF8. */
  parameters: string;
}

export interface SmtpServerOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Whether the bytes of messages are kept. Default true. */
  keepRaw?: boolean;
  /** Whether `received()` lists messages, or they are only counted (by recipient). Default true. */
  keepMessages?: boolean;
  /** Each packet takes so long to arrive, in milliseconds. */
  latencyMs?: number | (() => number);
  pipelining?: boolean;
  smtpUtf8?: boolean;
  /** The SIZE to announce; none by default. */
  size?: number;
  /** Credentials that are required; offered over any connection. */
  auth?: { user: string; pass: string; mechanisms?: string };
  security?: 'none' | 'starttls' | 'tls';
  script?: Script;
}

const accepted = '250 2.0.0 Ok: queued';

/** Starts a server that records every message it accepts, on loopback. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<SmtpTestServer> {
  const server = new SmtpTestServer(options);
  await server.listen(options.port ?? 0);
  return server;
}

/** An SMTP server for tests. It can do whatever a server can do to a client, on order, and remembers what it promised to deliver. */
export class SmtpTestServer {
  readonly host = '127.0.0.1';
  port = 0;
  /** The certificate to trust, when TLS is offered. */
  readonly certificate: { key: string; cert: string } | null;
  /** May be changed at any time. */
  script: Script | undefined;
  latencyMs: number | (() => number);
  connectionsSeen = 0;
  /** Every command line that arrived, when `recordCommands` is set. */
  readonly commands: string[] = [];
  recordCommands = false;
  /** RFC 2920 section 3.1 allows a server to answer DATA with 354 though it has refused every recipient. */
  acceptDataWithoutRecipients = false;
  /** Hears of every accepted message. */
  onAccepted: (message: ReceivedMessage) => void = () => undefined;
  private accepted = 0;
  private readonly messages: ReceivedMessage[] = [];
  private readonly counts = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private readonly waiting = new Set<() => void>();
  private readonly server: net.Server;

  constructor(readonly options: SmtpServerOptions) {
    this.script = options.script;
    this.latencyMs = options.latencyMs ?? 0;
    this.certificate = options.security && options.security !== 'none' ? selfSignedCertificate() : null;
    const onConnection = (socket: Socket) => this.accept(socket);
    this.server =
      options.security === 'tls'
        ? tls.createServer({ ...this.certificate!, noDelay: true }, onConnection)
        : net.createServer({ noDelay: true }, onConnection);
    // A client that gives up during the TLS handshake.
    this.server.on('tlsClientError', () => undefined);
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, this.host);
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    this.dropConnections();
    if (!this.server.listening) return;
    await new Promise((resolve) => this.server.close(resolve));
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  /** Every accepted message, in order. */
  received(): readonly ReceivedMessage[] {
    return this.messages;
  }

  /** How many messages each recipient has been sent. */
  countByRecipient(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** How many messages were accepted. */
  get count(): number {
    return this.accepted;
  }

  /** Recipients of more than one message, and how many. */
  duplicates(): { recipient: string; count: number }[] {
    return [...this.counts].filter(([, count]) => count > 1).map(([recipient, count]) => ({ recipient, count }));
  }

  /** Forgets what was received. */
  clear(): void {
    this.messages.length = 0;
    this.accepted = 0;
    this.counts.clear();
    this.commands.length = 0;
  }

  /** Waits until at least `count` messages were accepted; rejects after `timeoutMs` saying how many there are. */
  async waitForCount(count: number, timeoutMs = 30_000): Promise<void> {
    await this.waitUntil(
      () => this.accepted >= count,
      timeoutMs,
      () => `${this.accepted} of ${count} messages arrived`,
    );
  }

  /** Waits until `condition` holds; it is looked at whenever something happens here. */
  async waitUntil(
    condition: () => boolean,
    timeoutMs = 30_000,
    say: () => string = () => 'the condition does not hold',
  ): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`After ${timeoutMs} ms ${say()}.`));
      }, timeoutMs);
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
    });
  }

  /** @internal */
  record(message: ReceivedMessage): void {
    this.accepted++;
    if (this.options.keepMessages !== false) this.messages.push(message);
    for (const recipient of message.to) this.counts.set(recipient, (this.counts.get(recipient) ?? 0) + 1);
    this.onAccepted(message);
    this.changed();
  }

  /** @internal */
  changed(): void {
    for (const check of this.waiting) check();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    this.connectionsSeen++;
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.changed();
    });
    new ServerConnection(this, socket, this.connectionsSeen);
    this.changed();
  }

  /** @internal */
  replace(plain: Socket, secured: Socket): void {
    this.sockets.delete(plain);
    this.sockets.add(secured);
    secured.on('close', () => {
      this.sockets.delete(secured);
      plain.destroy();
      this.changed();
    });
  }
}

type Mode = 'command' | 'data' | 'auth' | 'dead';

class ServerConnection {
  private mode: Mode = 'command';
  private buffered: Buffer = Buffer.alloc(0);
  private from: string | null = null;
  private parameters = '';
  private to: string[] = [];
  private acceptedHere = 0;
  private user: string | null = null;
  private secure: boolean;
  private authLines: { mechanism: string; lines: string[] } = { mechanism: '', lines: [] };
  private replies = '';
  private blockedUntil: Promise<void> | null = null;
  private arrivals: Promise<void> = Promise.resolve();
  private bodyAsked = false;

  constructor(
    private readonly server: SmtpTestServer,
    private socket: Socket,
    private readonly no: number,
  ) {
    this.secure = server.options.security === 'tls';
    this.listen();
    this.answer('connect', '220 test.local ESMTP');
    this.flush();
  }

  private listen(): void {
    this.socket.on('data', (chunk: Buffer) => {
      const { latencyMs } = this.server;
      const latency = typeof latencyMs === 'function' ? latencyMs() : latencyMs;
      if (latency <= 0) return this.arrived(chunk);
      const due = performance.now() + latency;
      this.arrivals = this.arrivals.then(async () => {
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        this.arrived(chunk);
      });
    });
    // What clients do to a server is theirs to report.
    this.socket.on('error', () => undefined);
  }

  private arrived(chunk: Buffer): void {
    if (this.mode === 'dead') return;
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    this.work();
  }

  private work(): void {
    while (!this.blockedUntil && (this.mode as Mode) !== 'dead' && this.buffered.length > 0) {
      if (this.mode === 'data') {
        if (!this.takeBody()) break;
      } else {
        const end = this.buffered.indexOf(10);
        if (end < 0) break;
        const line = this.buffered.toString('utf8', 0, end).replace(/\r$/, '');
        this.buffered = this.buffered.subarray(end + 1);
        if (this.server.recordCommands) this.server.commands.push(line);
        if (this.mode === 'auth') this.authLine(line);
        else this.command(line);
      }
    }
    this.flush();
  }

  private command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    const { options } = this.server;
    switch (verb) {
      case 'EHLO': {
        const lines = ['test.local', '8BITMIME', 'ENHANCEDSTATUSCODES'];
        if (options.pipelining !== false) lines.push('PIPELINING');
        if (options.smtpUtf8) lines.push('SMTPUTF8');
        if (options.size) lines.push(`SIZE ${options.size}`);
        if (options.auth) lines.push(`AUTH ${options.auth.mechanisms ?? 'PLAIN LOGIN'}`);
        if (options.security === 'starttls' && !this.secure) lines.push('STARTTLS');
        return this.answer('ehlo', lines.map((l, i) => `250${i === lines.length - 1 ? ' ' : '-'}${l}`).join('\r\n'));
      }
      case 'HELO':
        return this.answer('ehlo', '250 test.local');
      case 'STAR':
        if (!this.server.certificate || this.secure)
          return this.answer('starttls', '502 5.5.1 Error: command not implemented');
        return this.answer('starttls', '220 2.0.0 Ready', () => this.upgrade());
      case 'AUTH': {
        const [, mechanism = '', initial] = line.split(' ');
        this.authLines = { mechanism: mechanism.toUpperCase(), lines: initial ? [initial] : [] };
        return this.authNext();
      }
      case 'MAIL': {
        if (options.auth && this.user === null) return this.answer('mail', '530 5.7.0 Authentication required');
        if (this.from !== null) return this.answer('mail', '503 5.5.1 Error: nested MAIL command');
        const match = /^MAIL FROM:<([^>]*)>\s*(.*)$/i.exec(line);
        const from = match?.[1] ?? '';
        return this.answer(
          'mail',
          '250 2.1.0 Ok',
          () => {
            this.from = from;
            this.parameters = match?.[2] ?? '';
            this.to = [];
          },
          { from },
        );
      }
      case 'RCPT': {
        if (this.from === null) return this.answer('rcpt', '503 5.5.1 Error: need MAIL command');
        const to = /^RCPT TO:<([^>]*)>/i.exec(line)?.[1] ?? '';
        return this.answer('rcpt', '250 2.1.5 Ok', () => this.to.push(to), { to: [...this.to, to] });
      }
      case 'DATA':
        if (this.from === null) return this.answer('data', '503 5.5.1 Error: need MAIL command');
        if (this.to.length === 0 && !this.server.acceptDataWithoutRecipients)
          return this.answer('data', '554 5.5.1 Error: no valid recipients');
        return this.answer('data', '354 End data with <CR><LF>.<CR><LF>', () => {
          this.mode = 'data';
          this.bodyAsked = false;
        });
      case 'RSET':
        this.from = null;
        this.to = [];
        return this.answer('rset', '250 2.0.0 Ok');
      case 'NOOP':
        return this.answer('rset', '250 2.0.0 Ok');
      case 'QUIT':
        return this.answer('quit', '221 2.0.0 Bye', () => this.end());
      default:
        return this.answer('rset', '500 5.5.2 Error: command not recognized');
    }
  }

  private takeBody(): boolean {
    if (!this.bodyAsked) {
      this.bodyAsked = true;
      const order = this.ask('body');
      if (order !== undefined) {
        this.obey(order, 'body');
        return (this.mode as Mode) !== 'dead';
      }
    }
    const emptyBody = this.buffered.length >= 3 && this.buffered.toString('latin1', 0, 3) === '.\r\n';
    const end = emptyBody ? -2 : this.buffered.indexOf('\r\n.\r\n', 0, 'latin1');
    if (!emptyBody && end < 0) return false;
    const body = this.buffered.subarray(0, Math.max(0, end + 2));
    this.buffered = this.buffered.subarray(end + 5);
    this.mode = 'command';
    const message: ReceivedMessage = {
      from: this.from ?? '',
      to: this.to,
      raw: this.server.options.keepRaw === false ? Buffer.alloc(0) : unstuffed(body),
      size: body.length,
      at: Date.now(),
      connection: this.no,
      secure: this.secure,
      user: this.user,
      parameters: this.parameters,
    };
    const order = this.ask('dot');
    this.from = null;
    this.to = [];
    if (order === undefined) {
      this.keep(message);
      this.reply(accepted);
    } else {
      this.obey(order, 'dot', message);
    }
    return true;
  }

  private keep(message: ReceivedMessage): void {
    if (message.to.length === 0) return;
    this.acceptedHere++;
    this.server.record(message);
  }

  private authNext(): void {
    const { mechanism, lines } = this.authLines;
    const wanted = mechanism === 'PLAIN' ? 1 : 2;
    if (lines.length < wanted) {
      this.mode = 'auth';
      const prompt = mechanism === 'PLAIN' ? '' : lines.length === 0 ? 'VXNlcm5hbWU6' : 'UGFzc3dvcmQ6';
      return this.reply(`334 ${prompt}`);
    }
    this.mode = 'command';
    const decoded = lines.map((l) => Buffer.from(l, 'base64').toString('utf8'));
    const [user, pass] = mechanism === 'PLAIN' ? (decoded[0] as string).split('\0').slice(1) : decoded;
    const { auth } = this.server.options;
    if (!auth || user !== auth.user || pass !== auth.pass) {
      return this.answer('auth', '535 5.7.8 Error: authentication failed');
    }
    this.answer('auth', '235 2.7.0 Authentication successful', () => {
      this.user = user as string;
    });
  }

  private authLine(line: string): void {
    this.authLines.lines.push(line);
    this.authNext();
  }

  private ask(stage: ScriptStage, now: { from?: string; to?: string[] } = {}): Misbehaviour | undefined {
    return this.server.script?.({
      stage,
      from: now.from ?? this.from ?? '',
      to: now.to ?? this.to,
      connection: this.no,
      acceptedHere: this.acceptedHere,
    });
  }

  /** Answers well unless the script says otherwise; `effect` happens with a good answer only. */
  private answer(
    stage: ScriptStage,
    good: string,
    effect: () => unknown = () => undefined,
    now: { from?: string; to?: string[] } = {},
  ): void {
    const order = this.ask(stage, now);
    if (order === undefined) {
      this.reply(good);
      if (/^[23]/.test(good)) effect();
    } else {
      this.obey(order, stage, undefined, good, effect);
    }
  }

  private obey(
    order: Misbehaviour,
    stage: ScriptStage,
    message?: ReceivedMessage,
    good = accepted,
    effect: () => unknown = () => undefined,
  ): void {
    switch (order) {
      case 'drop':
        this.flush();
        this.mode = 'dead';
        this.socket.destroy();
        return;
      case 'reset':
        this.flush();
        this.mode = 'dead';
        // A TLS socket cannot send RST by itself.
        if (this.secure) this.socket.destroy();
        else this.socket.resetAndDestroy();
        return;
      case 'hang':
        this.mode = 'dead';
        return;
      case 'accept-drop':
      case 'accept-hang':
        if (!message) throw new Error(`'${order}' is for the stage 'dot', not '${stage}'.`);
        this.keep(message);
        return this.obey(order === 'accept-drop' ? 'drop' : 'hang', stage);
      default: {
        const {
          reply = stage === 'body' ? '' : good,
          delayMs = 0,
          close = /^421/.test(reply),
        } = typeof order === 'string' ? { reply: order } : order;
        const act = () => {
          const isGood = /^[23]/.test(reply);
          if (message && isGood) this.keep(message);
          if (reply !== '') this.reply(reply);
          if (isGood) effect();
          if (close) this.end();
        };
        if (delayMs === 0) return act();
        this.flush();
        this.blockedUntil = new Promise<void>((resolve) => setTimeout(resolve, delayMs)).then(() => {
          this.blockedUntil = null;
          act();
          this.work();
        });
      }
    }
  }

  private reply(line: string): void {
    this.replies += `${line}\r\n`;
  }

  private flush(): void {
    if (this.replies === '') return;
    const text = this.replies;
    this.replies = '';
    if (!this.socket.destroyed) this.socket.write(text);
  }

  private end(): void {
    this.flush();
    this.mode = 'dead';
    this.socket.end();
  }

  private upgrade(): void {
    this.flush();
    const plain = this.socket;
    plain.removeAllListeners('data');
    this.buffered = Buffer.alloc(0);
    const { key, cert } = this.server.certificate as { key: string; cert: string };
    const secured = new tls.TLSSocket(plain, { isServer: true, key, cert });
    this.socket = secured;
    this.secure = true;
    this.server.replace(plain, secured);
    this.listen();
  }
}

function unstuffed(body: Buffer): Buffer {
  if (body[0] !== 0x2e && !body.includes('\n.', 0, 'latin1')) return Buffer.from(body);
  return Buffer.from(body.toString('latin1').replace(/(^|\n)\./g, '$1'), 'latin1');
}
