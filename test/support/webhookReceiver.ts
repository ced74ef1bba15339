import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../src/ledger/database.js';
import { createSecretBox } from '../../src/mail/secrets.js';

/** A request that a receiver got. */
export interface Received {
  id: string;
  headers: Record<string, string>;
  body: string;
  /** The body, parsed. */
  event: { type: string; timestamp: string; data: Record<string, unknown> };
  at: number;
}

/** What to answer: a status, with headers perhaps; `hang`: nothing at all. */
export type Answer = number | { status: number; headers: Record<string, string> } | 'hang';

/** An HTTP server that webhooks go to. */
export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** Default: 204. `n` counts all requests from 1. */
  answer: ((request: Received, n: number) => Answer) | undefined;
  /** The events of a type, verified with the library of Standard Webhooks. @throws when a signature is wrong. */
  verified(type: string, secret: string): Received[];
  close(): Promise<void>;
}

/** A webhook that subscribes to `events`; its secret is sealed with `secretKey`, as workers of the platform read it. */
export async function givenWebhook(
  database: Database,
  secretKey: string,
  hook: { url: string; events: string[] },
): Promise<{ id: string; secret: string }> {
  const id = uuidv7();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  await database.pool.query(
    `INSERT INTO webhooks (id, name, url, events, secret_encrypted) VALUES ($1, 'a webhook', $2, $3, $4)`,
    [id, hook.url, hook.events, createSecretBox(secretKey).encrypt(secret, `webhook/${id}`)],
  );
  return { id, secret };
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const got: Received = {
        id: String(request.headers['webhook-id']),
        headers: request.headers as Record<string, string>,
        body,
        event: JSON.parse(body) as Received['event'],
        at: Date.now(),
      };
      receiver.received.push(got);
      const answer = receiver.answer?.(got, receiver.received.length) ?? 204;
      if (answer === 'hang') return;
      const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      response.writeHead(status, headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=in-the-url`,
    received: [],
    answer: undefined,
    verified(type, secret) {
      const webhook = new Webhook(secret);
      return receiver.received
        .filter((r) => r.event.type === type)
        .map((r) => (webhook.verify(r.body, r.headers, { jsonParse: true }), r));
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
