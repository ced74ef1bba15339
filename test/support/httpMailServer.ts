import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** An email that the server has accepted, once for each idempotency key. */
export interface AcceptedEmail {
  id: string;
  key: string | null;
  from: string;
  to: string[];
  subject: string;
  html?: string;
  text?: string;
  reply_to?: string;
  attachments?: { filename: string; content_type?: string; content_id?: string; content: string }[];
  headers: Record<string, string>;
  at: number;
}

/** One request as it came in, before anything was decided about it. */
export interface MailRequest {
  /** Counts from 1. */
  no: number;
  key: string | null;
  /** How often this key has been asked before. */
  repeats: number;
  body: string;
  to: string;
}

/**
 * Misbehaviour on order. `accept: true`: the email is accepted first (once for its key), then it happens; so the client is left in doubt.
 * `drop` closes the connection without an answer, `hang` never answers, `cut` breaks off in the middle of the answer.
 */
export type Order =
  | { accept?: boolean; end: 'drop' | 'hang' | 'cut' }
  | {
      accept?: boolean;
      status: number;
      name?: string;
      message?: string;
      headers?: Record<string, string>;
      raw?: string;
    }
  | { delayMs: number };

export interface HttpMailServer {
  readonly url: string;
  readonly port: number;
  readonly apiKey: string;
  script: ((request: MailRequest) => Order | undefined) | undefined;
  /** What was accepted, in order. */
  accepted(): AcceptedEmail[];
  /** How many emails each address was sent. */
  countByRecipient(): Map<string, number>;
  /** Addresses that were sent more than one. */
  duplicates(): string[];
  requests(): MailRequest[];
  /** Most connections that were open at once, and how many were made. */
  connections(): { most: number; made: number };
  /** Forgets what came in and which keys it knows. */
  clear(): void;
  close(): Promise<void>;
}

export interface HttpMailServerOptions {
  apiKey?: string;
  tls?: { key: string; cert: string };
  /** How long accepting takes, in milliseconds; requests with the same key meanwhile are answered 409. */
  latencyMs?: number;
}

/**
 * A server that speaks the part of Resend's API that sends: `POST /emails` with `Authorization: Bearer`, and idempotency keys as documented: a key that is
 * known is answered as its first request was and sends nothing; one whose request is still being worked on, or had another body, is answered 409.
 */
export async function startHttpMailServer(options: HttpMailServerOptions = {}): Promise<HttpMailServer> {
  const apiKey = options.apiKey ?? `re_test_${randomUUID().replaceAll('-', '')}`;
  const known = new Map<string, { body: string; id: string | null }>();
  const sockets = new Set<Socket>();
  let accepted: AcceptedEmail[] = [];
  let requests: MailRequest[] = [];
  let made = 0;
  let most = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request);
    const key = header(request, 'idempotency-key');
    const seen: MailRequest = {
      no: requests.length + 1,
      key,
      repeats: requests.filter((r) => r.key === key).length,
      body,
      to: recipientOf(body),
    };
    requests.push(seen);
    const order = server.script?.(seen);
    if (order && 'delayMs' in order) await new Promise((resolve) => setTimeout(resolve, order.delayMs));
    const answer = order && !('delayMs' in order) && !order.accept ? null : await accept(request, body, key);
    if (!order || 'delayMs' in order) return reply(response, answer as Answer);
    if ('status' in order) {
      const { status, name, message, raw } = order;
      const text = raw ?? JSON.stringify({ statusCode: status, name: name ?? null, message: message ?? 'On order' });
      return reply(response, { status, headers: order.headers ?? {}, text });
    }
    if (order.end === 'hang') return;
    if (order.end === 'cut') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"id":"');
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.socket.destroy();
  };

  const accept = async (request: IncomingMessage, body: string, key: string | null): Promise<Answer> => {
    if (request.method !== 'POST' || request.url !== '/emails') return problem(404, 'not_found', 'No such endpoint');
    if (!header(request, 'user-agent')) return problem(403, 'forbidden', 'Error code 1010');
    const authorization = header(request, 'authorization');
    if (!authorization) return problem(401, 'missing_api_key', 'Missing API key in the authorization header');
    if (authorization !== `Bearer ${apiKey}`) return problem(403, 'invalid_api_key', 'API key is invalid');
    if (key !== null && (key.length < 1 || key.length > 256))
      return problem(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars');
    const before = key === null ? undefined : known.get(key);
    if (before) {
      if (before.body !== body)
        return problem(409, 'invalid_idempotent_request', 'Same idempotency key used with a different request payload');
      return before.id === null
        ? problem(409, 'concurrent_idempotent_requests', 'Original request is still in progress')
        : success(before.id);
    }
    const email = JSON.parse(body) as Omit<AcceptedEmail, 'id' | 'key' | 'at'>;
    for (const field of ['from', 'to', 'subject'] as const)
      if (!email[field]?.length) return problem(422, 'missing_required_field', `Missing \`${field}\` field`);
    const entry: { body: string; id: string | null } = { body, id: null };
    if (key !== null) known.set(key, entry);
    if (options.latencyMs) await new Promise((resolve) => setTimeout(resolve, options.latencyMs));
    entry.id = randomUUID();
    accepted.push({ ...email, id: entry.id, key, at: Date.now() });
    return success(entry.id);
  };

  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void handle(request, response).catch(() => request.socket.destroy());
  const http = options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener);
  http.on('connection', (socket: Socket) => {
    made++;
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.on('close', () => sockets.delete(socket));
    // A client that is killed resets its connections.
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;

  const countByRecipient = () => {
    const counts = new Map<string, number>();
    for (const { to } of accepted) {
      const address = bare(to[0] as string);
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    return counts;
  };
  const server: HttpMailServer = {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    apiKey,
    script: undefined,
    accepted: () => accepted,
    countByRecipient,
    duplicates: () => [...countByRecipient()].filter(([, n]) => n > 1).map(([address]) => address),
    requests: () => requests,
    connections: () => ({ most, made }),
    clear: () => {
      accepted = [];
      requests = [];
      known.clear();
    },
    close: async () => {
      const closed = new Promise((resolve) => http.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return server;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const success = (id: string): Answer => ({ status: 200, headers: {}, text: JSON.stringify({ id }) });
const problem = (status: number, name: string, message: string): Answer => ({
  status,
  headers: {},
  text: JSON.stringify({ statusCode: status, name, message }),
});

function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.text);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function recipientOf(body: string): string {
  const to = /"to":\["((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  return to === undefined ? '' : bare(JSON.parse(`"${to}"`) as string);
}

function bare(mailbox: string): string {
  return /<([^<>]+)>$/.exec(mailbox)?.[1] ?? mailbox;
}
