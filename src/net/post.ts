import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { guardedLookup, literalRefusal } from './hostGuard.js';

/** How a request ended: with the status of its answer, or with what came instead of one. */
export interface PostEnd {
  status: number | null;
  /** Never holds the path or query of the URL, nor anything of the answer's body. */
  error: string | null;
  /** Until the head of the answer was there, milliseconds; null without an answer. */
  answeredInMs: number | null;
  /** What the answer's Retry-After asks for. */
  retryAfterMs: number | null;
}

export interface PosterOptions {
  /** Whether loopback and private addresses may be connected to, and http spoken. */
  allowPrivate: boolean;
  /** From the start of a request to the head of its answer, milliseconds. */
  timeoutMs: number;
  /** Unused connections to a host that are kept. How many requests are made at once is up to the caller: none waits in here. */
  keptConnections: number;
}

/** Of an answer's body at most so much is read, to keep the connection; more ends it. Bytes. */
const largestBody = 65_536;
/** An unused connection is closed after so long, milliseconds. */
const idleMs = 15_000;

/**
 * POST requests to URLs that users name. Connections are kept alive.
 *
 * Guarantees: unless private hosts are allowed, only public addresses are connected to, checked at the moment of the connection, and only https is
 * spoken; redirects are not followed; an answer's body is not looked at. Never rejects.
 */
export class Poster {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(private readonly options: PosterOptions) {
    const settings = {
      keepAlive: true,
      maxFreeSockets: options.keptConnections,
      timeout: idleMs,
      ...(options.allowPrivate ? {} : { lookup: guardedLookup }),
    };
    this.http = new HttpAgent(settings);
    this.https = new HttpsAgent(settings);
  }

  async post(url: string, headers: Record<string, string>, body: string): Promise<PostEnd> {
    const target = new URL(url);
    const refusal = this.refusal(target);
    if (refusal) return failed(refusal);
    const first = await this.ask(target, headers, body);
    // An idle connection that the server closed just then says nothing about the server.
    return first.stale ? (await this.ask(target, headers, body)).end : first.end;
  }

  /** Closes the connections; requests under way end with an error. */
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private refusal(target: URL): string | null {
    if (this.options.allowPrivate) return null;
    if (target.protocol !== 'https:') return `${target.host} is not https`;
    return literalRefusal(target.hostname) ?? null;
  }

  private ask(target: URL, headers: Record<string, string>, body: string): Promise<{ end: PostEnd; stale: boolean }> {
    return new Promise((resolve) => {
      const started = performance.now();
      const isHttps = target.protocol === 'https:';
      const request = (isHttps ? httpsRequest : httpRequest)(target, {
        method: 'POST',
        agent: isHttps ? this.https : this.http,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      });
      const seconds = this.options.timeoutMs / 1000;
      const timer = setTimeout(() => {
        // Said before it is destroyed: Node tells of no error where the connection has been given up already.
        settle(failed(`${target.host}: no answer within ${seconds} s`));
        request.destroy();
      }, this.options.timeoutMs);
      const settle = (end: PostEnd, stale = false) => {
        clearTimeout(timer);
        resolve({ end, stale });
      };
      // Stays for the life of the request: an error nobody listens to would end the process.
      request.on('error', (error: NodeJS.ErrnoException) =>
        settle(failed(`${target.host}: ${error.message}`), request.reusedSocket && error.code === 'ECONNRESET'),
      );
      // What ends without an error and without an answer that is one, as 101 does (Switching Protocols).
      request.once('close', () => settle(failed(`${target.host}: closed without an answer`)));
      request.once('response', (answer) => {
        const status = answer.statusCode ?? 0;
        settle({
          status,
          error: status >= 200 && status < 300 ? null : describe(status),
          answeredInMs: Math.round(performance.now() - started),
          retryAfterMs: retryAfterMs(answer.headers['retry-after']),
        });
        let read = 0;
        const patience = setTimeout(() => request.destroy(), this.options.timeoutMs);
        answer.on('data', (chunk: Buffer) => {
          read += chunk.length;
          if (read > largestBody) request.destroy();
        });
        // A body that breaks off changes nothing about the status that was answered.
        answer.on('error', () => undefined);
        answer.once('close', () => clearTimeout(patience));
      });
      request.end(body);
    });
  }
}

function failed(error: string): PostEnd {
  return { status: null, error, answeredInMs: null, retryAfterMs: null };
}

function describe(status: number): string {
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

/** Retry-After (RFC 9110 section 10.2.3): seconds, or a date. */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
