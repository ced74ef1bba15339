import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, it } from 'vitest';
import { webhookHeaders } from '../../src/activities/webhookSignature.js';
import { webhookRetryMs } from '../../src/domain/webhook.js';
import { guardedLookup } from '../../src/net/hostGuard.js';
import { Poster } from '../../src/net/post.js';
import { startWebhookReceiver } from '../support/webhookReceiver.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const secret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

it('signs as Standard Webhooks has it, with each secret', () => {
  const body = '{"type":"webhook.test","text":"ä"}';
  const headers = webhookHeaders('an-id', new Date(), body, [secret(1), secret(2)]);
  for (const s of [secret(1), secret(2)]) {
    expect(new Webhook(s).verify(body, headers, { jsonParse: true })).toMatchObject({ type: 'webhook.test' });
  }
  expect(() => new Webhook(secret(3)).verify(body, headers)).toThrow(/No matching signature/);
  expect(() => new Webhook(secret(1)).verify(`${body} `, headers)).toThrow(/No matching signature/);
});

it('tries ten times within about three days', () => {
  const waits = Array.from({ length: 9 }, (_, i) => webhookRetryMs(i + 1, 0)!);
  expect(waits[0]).toBe(5_000);
  expect(waits.every((w, i) => i === 0 || w > waits[i - 1]!)).toBe(true);
  expect(waits.reduce((a, b) => a + b) / 86_400_000).toBeCloseTo(3.15, 1);
  expect(webhookRetryMs(1, 0.999)).toBeLessThanOrEqual(5_500);
  expect(webhookRetryMs(10, 0)).toBeNull();
});

it('connects to no private address: not by name, not by address, not with http, and follows no redirect', async () => {
  let connections = 0;
  const server = createServer();
  server.on('connection', (socket) => (connections++, socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const guarded = new Poster({ allowPrivate: false, timeoutMs: 5_000, keptConnections: 2 });
  closing.push(() => guarded.close());
  const errorOf = async (url: string) => (await guarded.post(url, {}, '{}')).error;
  expect(await errorOf(`https://localhost:${port}/`)).toMatch(
    /localhost resolves to .*, which is not a public address/,
  );
  expect(await errorOf(`https://127.0.0.1:${port}/`)).toBe('127.0.0.1 is not a public address');
  expect(await errorOf(`https://2130706433:${port}/`)).toBe('127.0.0.1 is not a public address');
  expect(await errorOf(`https://[::ffff:127.0.0.1]:${port}/`)).toMatch(/is not a public address/);
  expect(await errorOf(`http://localhost:${port}/`)).toMatch(/is not https/);
  expect(connections).toBe(0);

  const receiver = await startWebhookReceiver();
  closing.push(() => receiver.close());
  receiver.answer = () => ({ status: 302, headers: { location: receiver.url } });
  const open = new Poster({ allowPrivate: true, timeoutMs: 300, keptConnections: 2 });
  closing.push(() => open.close());
  expect(await open.post(receiver.url, {}, '{"type":"x"}')).toMatchObject({
    status: 302,
    error: 'answered 302: redirects are not followed',
  });
  receiver.answer = () => 'hang';
  const { error } = await open.post(receiver.url, {}, '{"type":"x"}');
  expect(error).toMatch(/^127\.0\.0\.1:\d+: no answer within 0\.3 s$/);
  expect(receiver.received).toHaveLength(2);
});

it('answers a look-up in both forms that Node asks for', async () => {
  const lookup = (host: string, all: boolean) =>
    new Promise((resolve) => guardedLookup(host, { all }, (error, ...rest) => resolve(error ? error.message : rest)));
  expect(await lookup('localhost', true)).toMatch(/not a public address/);
  expect(await lookup('localhost', false)).toMatch(/not a public address/);
  expect(await lookup('8.8.8.8', false)).toEqual(['8.8.8.8', 4]);
  expect(await lookup('8.8.8.8', true)).toEqual([[{ address: '8.8.8.8', family: 4 }]]);
});
