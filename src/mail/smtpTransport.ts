import type { DeliveryOutcome } from '../domain/smtpOutcome.js';
import { openSession, type SmtpSession, type SmtpSettings } from './smtpSession.js';
import { type OutgoingMessage, type SendResult, type SendTerms, termsAreOver, type Transport } from './transport.js';

export interface SmtpTransportOptions extends SmtpSettings {
  /** Most connections at once. */
  maxConnections: number;
  /** After so long without a message a connection is closed, in milliseconds. Default 15 s. */
  idleMs?: number;
}

interface Job {
  message: OutgoingMessage;
  resolve: (result: SendResult) => void;
  terms: SendTerms;
  /** How often it was taken back from a connection that ended before anything was handed over. */
  takenBack: number;
}

/** How long sends share the verdict of a connection that could not be opened, in milliseconds. */
const verdictMs = 1_000;
/** After a connection could not be opened while others work: a server that allows fewer connections than we would like. */
const growthPauseMs = 10_000;
/** So often the dialogue about a recipient may end without a word on it; from then on that counts as "not now". */
const wordlessLimit = 5;
/** Recipients of whom that is remembered; the oldest are forgotten first. */
const mostWordless = 10_000;

/**
 * Messages over SMTP: at most `maxConnections` connections, made on demand and reused; further messages wait inside.
 *
 * Guarantees: `send` never rejects and settles once; `uncertain` exactly when the server may have the whole message; a connection that the
 * server had closed meanwhile is replaced, without the caller noticing, before anything is handed over. A connection that cannot be
 * opened is the verdict for all that wait for it, and for a second after, so that a wrong password is not tried a thousand times. A message whose
 * dialogue keeps ending at its recipient without a word on it (421, or the connection is closed) is `deferred` in the end, so that one recipient at whom a
 * server hangs up does not keep its run open, and the sender from others, for ever.
 */
export function createSmtpTransport(options: SmtpTransportOptions): Transport {
  return new SmtpTransport(options);
}

class SmtpTransport implements Transport {
  readonly capacity: number;
  readonly knowsRepeatsForMs = 0;
  private readonly queue: Job[] = [];
  private readonly sessions = new Set<SmtpSession>();
  private readonly idleTimers = new Map<SmtpSession, NodeJS.Timeout>();
  private opening = 0;
  private closing = false;
  private verdict: { outcome: DeliveryOutcome; until: number } | null = null;
  private growthPausedUntil = 0;
  private proven = false;
  /** How often the dialogue ended without a word on its recipient, by Message-ID. */
  private readonly wordless = new Map<string, number>();
  private whenSettled: (() => void)[] = [];

  constructor(private readonly options: SmtpTransportOptions) {
    this.capacity = Math.max(1, Math.floor(options.maxConnections));
  }

  send(message: OutgoingMessage): Promise<DeliveryOutcome>;
  send(message: OutgoingMessage, terms: SendTerms): Promise<SendResult>;
  send(message: OutgoingMessage, terms: SendTerms = {}): Promise<SendResult> {
    if (this.closing)
      return Promise.resolve({ kind: 'unspent', response: 'the connections of this sender are being closed' });
    if (this.verdict && this.sessions.size === 0) {
      const { outcome, until } = this.verdict;
      // On a later turn of the event loop, so that a caller that tries again at once does not keep sockets from being read.
      if (performance.now() < until) return new Promise((resolve) => setImmediate(resolve, outcome));
      this.verdict = null;
    }
    return new Promise((resolve) => {
      this.queue.push({ message, resolve, terms, takenBack: 0 });
      this.pump();
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    this.answerQueue({ kind: 'unspent', response: 'the connections of this sender are being closed' });
    await this.settled();
    await Promise.all([...this.sessions].map((session) => session.quit()));
  }

  /** Resolves when no connection is being opened and no message is under way. */
  private settled(): Promise<void> {
    const busy = () => this.opening > 0 || [...this.sessions].some((s) => s.inFlight > 0);
    if (!busy()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (busy()) this.whenSettled.push(check);
        else resolve();
      };
      this.whenSettled.push(check);
    });
  }

  /** Gives waiting messages to connections: idle ones first, then new ones, then behind a body that is under way. */
  private pump(): void {
    if (this.queue.length > 0) {
      for (const session of this.sessions) {
        if (this.queue.length === 0) break;
        if (session.inFlight === 0 && session.isReady) this.hand(session);
      }
    }
    while (this.queue.length > this.opening && this.mayOpen()) this.open();
    if (this.queue.length > this.opening) {
      for (const session of this.sessions) {
        if (this.queue.length <= this.opening) break;
        if (session.isReady) this.handBehind(session);
      }
    }
  }

  private mayOpen(): boolean {
    if (this.closing || this.sessions.size + this.opening >= this.capacity) return false;
    return this.sessions.size === 0 || performance.now() >= this.growthPausedUntil;
  }

  private hand(session: SmtpSession): void {
    // A message that is late, or that the session refuses by itself, leaves it free for the next one.
    do this.handOne(session);
    while (this.queue.length > 0 && session.inFlight === 0 && session.isReady);
  }

  /** Behind a body that is under way, unless the message has its time: when the server reads it depends on that body's reply. */
  private handBehind(session: SmtpSession): void {
    if (session.inFlight === 0 || this.queue[0]?.terms.notAfter === undefined) this.hand(session);
  }

  private handOne(session: SmtpSession): void {
    const job = this.queue.shift();
    if (!job) return;
    if (termsAreOver(job.terms)) return job.resolve({ kind: 'late' });
    clearTimeout(this.idleTimers.get(session));
    const isFirst = session.started === 0;
    const done = (outcome: DeliveryOutcome) => {
      if (session.recipientAccepted) this.proven = true;
      if (outcome.kind === 'unspent' && !isFirst && job.takenBack < 2 && !this.closing) {
        job.takenBack++;
        this.queue.unshift(job);
        // On the next turn, so that a session that ends with two messages gives both back first.
        setImmediate(() => this.pump());
      } else {
        job.resolve(this.judged(job.message, outcome));
      }
      this.afterWork(session);
    };
    // Asked again before the message itself. Behind another one it may have waited for minutes; alone, it is the server that takes its time,
    // and would at every attempt.
    const { stillMine } = job.terms;
    const beginBefore = session.inFlight > 0 ? job.terms.beginBefore : undefined;
    session.start(job.message, done, () => !termsAreOver({ beginBefore, stillMine }));
  }

  private judged({ messageId }: OutgoingMessage, outcome: DeliveryOutcome): DeliveryOutcome {
    if (outcome.kind === 'senderFault') return outcome;
    if (outcome.kind !== 'unspent') {
      this.wordless.delete(messageId);
      return outcome;
    }
    if (!outcome.recipientNamed) return outcome;
    const times = (this.wordless.get(messageId) ?? 0) + 1;
    this.wordless.set(messageId, times);
    if (this.wordless.size > mostWordless) this.wordless.delete(this.wordless.keys().next().value as string);
    if (times <= wordlessLimit) return outcome;
    return { kind: 'deferred', code: null, response: `${outcome.response} (${times} times without an answer)` };
  }

  private afterWork(session: SmtpSession): void {
    if (!session.isClosed && session.inFlight === 0) {
      clearTimeout(this.idleTimers.get(session));
      const timer = setTimeout(() => void session.quit(), this.options.idleMs ?? 15_000);
      // An idle connection does not keep the process alive.
      timer.unref();
      this.idleTimers.set(session, timer);
    }
    for (const check of this.whenSettled.splice(0)) check();
  }

  private open(): void {
    this.opening++;
    void openSession(this.options).then((opened) => {
      this.opening--;
      if (opened.ok) this.adopt(opened.session);
      else this.onNotOpened(opened.outcome);
      for (const check of this.whenSettled.splice(0)) check();
    });
  }

  private adopt(session: SmtpSession): void {
    if (session.isClosed)
      return this.onNotOpened({ kind: 'unspent', response: 'the server closed the connection at once' });
    this.verdict = null;
    this.sessions.add(session);
    session.proven = () => this.proven || session.recipientAccepted;
    session.onReady = () => {
      if (this.queue.length > 0) this.pumpInto(session);
    };
    session.onClosed = () => {
      this.sessions.delete(session);
      clearTimeout(this.idleTimers.get(session));
      this.idleTimers.delete(session);
      if (this.queue.length > 0) setImmediate(() => this.pump());
    };
    this.pump();
    if (session.inFlight === 0) this.afterWork(session);
  }

  /** A session has room: the usual way to the next message, without looking at all the others. */
  private pumpInto(session: SmtpSession): void {
    if (session.inFlight === 0 || this.queue.length > this.opening) {
      if (session.isReady) this.handBehind(session);
    }
    if (this.queue.length > this.opening && this.mayOpen()) this.pump();
  }

  private onNotOpened(outcome: DeliveryOutcome): void {
    if (this.sessions.size > 0) {
      this.growthPausedUntil = performance.now() + growthPauseMs;
      return this.pump();
    }
    if (this.opening > 0) return;
    if (outcome.kind === 'senderFault') this.verdict = { outcome, until: performance.now() + verdictMs };
    this.answerQueue(outcome);
  }

  private answerQueue(outcome: DeliveryOutcome): void {
    for (const job of this.queue.splice(0)) job.resolve(outcome);
  }
}
