import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { classifyHttp, type HttpEnd, type HttpInterruption, resendKeyMs } from '../domain/httpOutcome.js';
import { idempotencyKeyOf } from '../domain/ids.js';
import { guardedLookup, literalRefusal } from '../net/hostGuard.js';
import type { DeliveryOutcome } from '../domain/smtpOutcome.js';
import {
  type MessageAttachment,
  type OutgoingMessage,
  type SendResult,
  type SendTerms,
  termsAreOver,
  type Transport,
} from './transport.js';

export const resendBaseUrl = 'https://api.resend.com';

export interface HttpTransportOptions {
  /** Where the API is, without the path of its operations: `https://api.resend.com`. */
  baseUrl: string;
  apiKey: string;
  /** Most connections, and so most requests, at once. */
  maxConnections: number;
  timeouts?: Partial<HttpTimeouts>;
  /** Certificates to trust besides the public ones, in PEM. */
  ca?: string;
  /** Whether only public addresses may be connected to, and only https spoken. */
  publicOnly?: boolean;
}

/** Longest waits, in milliseconds. */
export interface HttpTimeouts {
  /** From the DNS lookup to the end of TLS. */
  connect: number;
  /** From then until the whole answer is there. Short, as a repeated request mails nobody twice. */
  answer: number;
  /** After so long without a request a connection is closed. */
  idle: number;
}

const defaultTimeouts: HttpTimeouts = { connect: 30_000, answer: 60_000, idle: 15_000 };

interface Job {
  message: OutgoingMessage;
  terms: SendTerms;
  resolve: (result: SendResult) => void;
}

/**
 * Messages over Resend's HTTP API (`POST /emails`, resend.com/docs/api-reference/emails/send-email): at most `maxConnections` connections, kept alive and
 * reused; further messages wait inside.
 *
 * Guarantees: `send` never rejects and settles once. Every request for a delivery carries the same `Idempotency-Key` and, for the same
 * message, the same bytes, so the provider mails it once however often it is asked within `knowsRepeatsForMs`; a request whose answer is not
 * known is `inDoubt`, never `uncertain`. Redirects are not followed: the API key goes to the configured host alone.
 */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  return new HttpTransport(options);
}

class HttpTransport implements Transport {
  readonly capacity: number;
  readonly knowsRepeatsForMs = resendKeyMs;
  private readonly url: URL;
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly timeouts: HttpTimeouts;
  private readonly authorization: string;
  private readonly queue: Job[] = [];
  private active = 0;
  private closing = false;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly options: HttpTransportOptions) {
    this.capacity = Math.max(1, Math.floor(options.maxConnections));
    this.timeouts = { ...defaultTimeouts, ...options.timeouts };
    // What cannot stand in a header is no key of theirs, and would make every request throw.
    this.authorization = `Bearer ${options.apiKey.replace(/[^\x21-\x7e]/g, '?')}`;
    this.url = new URL(`${options.baseUrl.replace(/\/+$/, '')}/emails`);
    const settings = {
      keepAlive: true,
      maxSockets: this.capacity,
      timeout: this.timeouts.idle,
      ...(options.publicOnly ? { lookup: guardedLookup } : {}),
    };
    this.agent =
      this.url.protocol === 'https:'
        ? new HttpsAgent({ ...settings, ...(options.ca ? { ca: options.ca } : {}) })
        : new HttpAgent(settings);
  }

  send(message: OutgoingMessage): Promise<DeliveryOutcome>;
  send(message: OutgoingMessage, terms: SendTerms): Promise<SendResult>;
  send(message: OutgoingMessage, terms: SendTerms = {}): Promise<SendResult> {
    if (this.closing) return Promise.resolve(beingClosed);
    return new Promise((resolve) => {
      this.queue.push({ message, terms, resolve });
      this.pump();
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    for (const job of this.queue.splice(0)) job.resolve(beingClosed);
    if (this.active > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    this.agent.destroy();
  }

  private pump(): void {
    while (this.active < this.capacity) {
      const job = this.queue.shift();
      if (!job) return;
      if (termsAreOver(job.terms)) {
        job.resolve({ kind: 'late' });
        continue;
      }
      this.active++;
      void this.deliver(job.message).then((outcome) => {
        this.active--;
        job.resolve(outcome);
        this.pump();
        if (this.active === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
      });
    }
  }

  private async deliver(message: OutgoingMessage): Promise<DeliveryOutcome> {
    let body: Buffer[];
    try {
      body = bodyOf(message);
    } catch (error) {
      const response = `the message could not be made: ${error instanceof Error ? error.message : String(error)}`;
      return { kind: 'failed', code: null, response, suppress: false };
    }
    const key = idempotencyKeyOf(message.messageId);
    const refusal = this.refusal();
    if (refusal) return classifyHttp({ reached: false, error: 'unreachable', detail: refusal });
    let { end, reused } = await this.ask(body, key);
    // An idle connection that the provider closed just then: with the key, asking again at once is safe.
    if (reused && 'error' in end && (end.error === 'reset' || end.error === 'closed')) {
      ({ end, reused } = await this.ask(body, key));
    }
    const outcome = classifyHttp(end);
    const { apiKey } = this.options;
    return apiKey ? { ...outcome, response: outcome.response.replaceAll(apiKey, '(the API key)') } : outcome;
  }

  /** Why the host may not be connected to, as far as its URL tells; the rest tells the look-up of each connection. */
  private refusal(): string | null {
    if (!this.options.publicOnly) return null;
    if (this.url.protocol !== 'https:') return `${this.url.host} is not https`;
    return literalRefusal(this.url.hostname) ?? null;
  }

  /** One request. Never rejects. */
  private ask(body: readonly Buffer[], key: string): Promise<{ end: HttpEnd; reused: boolean }> {
    const bytes = body.reduce((sum, b) => sum + b.length, 0);
    return new Promise((resolve) => {
      const isHttps = this.url.protocol === 'https:';
      const request = (isHttps ? httpsRequest : httpRequest)(this.url, {
        method: 'POST',
        agent: this.agent,
        headers: {
          Authorization: this.authorization,
          'Content-Type': 'application/json',
          'Content-Length': bytes,
          'Idempotency-Key': key,
          // Requests without one are refused.
          'User-Agent': 'oncemail',
        },
      });
      let reached = false;
      let settled = false;
      let timer: NodeJS.Timeout;
      const settle = (end: HttpEnd) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        resolve({ end, reused: request.reusedSocket });
      };
      const giveUp = () => {
        settle({ reached, error: 'timeout' });
        request.destroy();
      };
      const onReached = () => {
        if (settled) return;
        reached = true;
        clearTimeout(timer);
        // What is large may be slow to go out, down to 16 KB a second, as over SMTP.
        timer = setTimeout(giveUp, this.timeouts.answer + Math.ceil(bytes / 16));
      };
      timer = setTimeout(giveUp, this.timeouts.connect);
      request.once('socket', (socket: Socket) => {
        if (request.reusedSocket) onReached();
        else socket.once(isHttps ? 'secureConnect' : 'connect', onReached);
      });
      // Stays for the life of the request: an error nobody listens to would end the process.
      request.on('error', (error: NodeJS.ErrnoException) => settle(interruption(error, reached, this.url.host)));
      request.once('response', (response) => {
        void readAnswer(response).then((answer) => {
          settle(answer ?? { reached: true, error: 'closed' });
        });
      });
      for (const buffer of body.slice(0, -1)) request.write(buffer);
      request.end(body.at(-1));
    });
  }
}

const beingClosed = { kind: 'unspent', response: 'the connections of this sender are being closed' } as const;

/**
 * The body of `POST /emails`. The order of its fields is fixed: a repeated request has the same bytes. Attachments are the last field, in the buffer that
 * all mails of a run share.
 */
function bodyOf(message: OutgoingMessage): Buffer[] {
  const { from, to, replyTo, subject, html, text, headers, attachments } = message.parts();
  const fields = JSON.stringify({
    from,
    to: [to],
    ...(replyTo ? { reply_to: replyTo } : {}),
    subject,
    ...(html === null ? {} : { html }),
    text,
    // By this the delivery can be found in the provider's list; its Message-ID is the provider's own.
    headers: { ...headers, 'X-Entity-Ref-ID': idempotencyKeyOf(message.messageId) },
  });
  return attachments ? [Buffer.from(fields.slice(0, -1)), attachmentsField(attachments)] : [Buffer.from(fields)];
}

const attachmentFields = new WeakMap<readonly MessageAttachment[], Buffer>();

/** The end of a body: `,"attachments":[…]}`. */
function attachmentsField(attachments: readonly MessageAttachment[]): Buffer {
  let field = attachmentFields.get(attachments);
  if (!field) {
    const list = attachments.map(({ filename, contentType, contentId, base64 }) => ({
      filename,
      content_type: contentType,
      ...(contentId === null ? {} : { content_id: contentId }),
      content: base64,
    }));
    field = Buffer.from(`,"attachments":${JSON.stringify(list)}}`);
    attachmentFields.set(attachments, field);
  }
  return field;
}

/** Answers are a few hundred bytes; more than this is not read. */
const largestAnswer = 65_536;

/** Reads an answer to its end; null when it breaks off. */
async function readAnswer(response: IncomingMessage): Promise<HttpEnd | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= largestAnswer) chunks.push(chunk);
    }
  } catch {
    // Broken off: what the answer would have been is not known.
    return null;
  }
  if (!response.complete) return null;
  const fields = jsonObject(Buffer.concat(chunks).toString('utf8'));
  return {
    status: response.statusCode ?? 0,
    id: textOf(fields.id),
    name: textOf(fields.name),
    message: textOf(fields.message),
    retryAfterSeconds: secondsOf(response.headers['retry-after']) ?? secondsOf(response.headers['ratelimit-reset']),
  };
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Not the API's: a gateway's page, say. The status tells enough.
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Retry-After (RFC 9110 section 10.2.3): seconds, or a date. */
function secondsOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

function interruption(error: NodeJS.ErrnoException, reached: boolean, host: string): HttpEnd {
  const kind = interruptionOf(error);
  // Once connected, what happened is said in our words; before, the system's say more.
  return reached ? { reached, error: kind } : { reached, error: kind, detail: `${host}: ${error.message}` };
}

function interruptionOf(error: NodeJS.ErrnoException): HttpInterruption {
  const code = error.code ?? '';
  if (/CERT|SSL|TLS|SELF_SIGNED|EPROTO\b|UNABLE_TO_(GET|VERIFY)/.test(code)) return 'certificate';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'HOST_REFUSED'].includes(code)) return 'unreachable';
  if (code === 'ECONNRESET' && error.message === 'socket hang up') return 'closed';
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'closed';
}
