import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpTransport, type HttpTransportOptions } from '../../src/mail/httpTransport.js';
import type { DeliveryOutcome } from '../../src/domain/smtpOutcome.js';
import type { OutgoingMessage, Transport } from '../../src/mail/transport.js';
import { selfSignedCertificate } from '../support/certificate.js';
import {
  type HttpMailServer,
  type HttpMailServerOptions,
  type Order,
  startHttpMailServer,
} from '../support/httpMailServer.js';

let server: HttpMailServer;
let transport: Transport;

async function setUp(options: Partial<HttpTransportOptions> = {}, serverOptions: HttpMailServerOptions = {}) {
  server = await startHttpMailServer(serverOptions);
  transport = createHttpTransport({ baseUrl: server.url, apiKey: server.apiKey, maxConnections: 3, ...options });
}

afterEach(async () => {
  await transport?.close();
  await server?.close();
});

let serial = 0;

function message(to = `r${++serial}@example.org`, text = 'Hello'): OutgoingMessage {
  return {
    envelope: { from: 'news@example.com', to },
    raw: Buffer.alloc(0),
    messageId: `<run.contact-${++serial}@example.com>`,
    smtpUtf8: false,
    parts: () => ({
      from: 'Näws, "the" <news@example.com>',
      to: `Ada <${to}>`,
      replyTo: 'help@example.com',
      subject: 'Grüße',
      html: `<p>${text}</p>`,
      text,
      headers: { 'List-Unsubscribe': '<https://example.com/u/1>' },
    }),
  };
}

/** Misbehaves for the first `times` requests. */
function first(order: Order, times = 1) {
  server.script = ({ no }) => (no <= times ? order : undefined);
}

const short = (outcome: DeliveryOutcome) =>
  outcome.kind === 'senderFault' ? `senderFault ${outcome.fault}` : outcome.kind;

describe('an email', () => {
  it('arrives with everything that the message says, under the key of its delivery', async () => {
    await setUp();
    const outcome = await transport.send(message('ada@example.org'));
    const [email] = server.accepted();
    expect(outcome).toEqual({ kind: 'sent', code: 200, response: `accepted as ${email!.id}` });
    expect(email).toMatchObject({
      key: `run.contact-${serial}`,
      from: 'Näws, "the" <news@example.com>',
      to: ['Ada <ada@example.org>'],
      reply_to: 'help@example.com',
      subject: 'Grüße',
      html: '<p>Hello</p>',
      text: 'Hello',
      headers: { 'List-Unsubscribe': '<https://example.com/u/1>', 'X-Entity-Ref-ID': `run.contact-${serial}` },
    });
  });

  it('goes over TLS to a host whose certificate is trusted, and to no other', async () => {
    const certificate = selfSignedCertificate();
    await setUp({ ca: certificate.cert }, { tls: certificate });
    expect(short(await transport.send(message()))).toBe('sent');
    await transport.close();
    transport = createHttpTransport({ baseUrl: server.url, apiKey: server.apiKey, maxConnections: 1 });
    expect(short(await transport.send(message()))).toBe('senderFault tls');
    expect(server.accepted()).toHaveLength(1);
  });
});

describe('a message in doubt is accepted once, however often it is asked about', () => {
  it.each([
    ['accepted, then the connection is dropped', { accept: true, end: 'drop' }],
    ['dropped before it was accepted', { end: 'drop' }],
    ['accepted, then never answered', { accept: true, end: 'hang' }],
    ['never answered', { end: 'hang' }],
    ['accepted, and the answer breaks off', { accept: true, end: 'cut' }],
    ['accepted, then 500', { accept: true, status: 500, name: 'internal_server_error' }],
    ['502 with a page', { status: 502, raw: '<html>Bad gateway</html>' }],
    ['accepted, then 200 with a page', { accept: true, status: 200, raw: '<html>Hello</html>' }],
  ] satisfies [string, Order][])('%s', async (_, order) => {
    await setUp({ timeouts: { answer: 300 } });
    first(order, 2);
    const mail = message();
    expect([short(await transport.send(mail)), short(await transport.send(mail))]).toEqual(['inDoubt', 'inDoubt']);
    expect(await transport.send(mail)).toMatchObject({ kind: 'sent' });
    expect(server.accepted()).toHaveLength(1);
    expect(new Set(server.requests().map((r) => `${r.key} ${r.body}`)).size).toBe(1);
  });

  it('while its first request is still being worked on', async () => {
    await setUp({}, { latencyMs: 200 });
    const mail = message();
    const outcomes = (await Promise.all([transport.send(mail), transport.send(mail)])).map(short);
    expect(outcomes.sort()).toEqual(['inDoubt', 'sent']);
    expect(short(await transport.send(mail))).toBe('sent');
    expect(server.accepted()).toHaveLength(1);
  });

  it('but with other content it is uncertain: the provider does not tell what became of it', async () => {
    await setUp();
    const mail = message('ada@example.org');
    first({ accept: true, end: 'drop' });
    expect(short(await transport.send(mail))).toBe('inDoubt');
    const edited = { ...message('ada@example.org', 'Another'), messageId: mail.messageId };
    expect(short(await transport.send(edited))).toBe('uncertain');
    expect(server.accepted()).toHaveLength(1);
  });
});

describe('connections', () => {
  it('are as many as allowed, and used again', async () => {
    await setUp({ maxConnections: 4 }, { latencyMs: 5 });
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => transport.send(message())));
    expect(outcomes.every((o) => o.kind === 'sent')).toBe(true);
    expect(server.connections()).toEqual({ most: 4, made: 4 });
  });

  it('that the provider closed while they were idle are replaced without the caller noticing', async () => {
    await setUp({ maxConnections: 1 });
    await transport.send(message());
    server.script = ({ no }) => (no === 2 ? { accept: true, end: 'drop' } : undefined);
    expect(short(await transport.send(message()))).toBe('sent');
    expect(server.accepted()).toHaveLength(2);
    expect(server.requests()).toHaveLength(3);
  });

  it('that find nobody, or no TLS, are the fault of the sender', async () => {
    await setUp();
    const send = async (options: Partial<HttpTransportOptions>) => {
      const other = createHttpTransport({ baseUrl: server.url, apiKey: 'x', maxConnections: 1, ...options });
      try {
        return await other.send(message());
      } finally {
        await other.close();
      }
    };
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    closed.on('connection', (socket) => socket.resume());
    expect(short(await send({ baseUrl: `https://127.0.0.1:${port}`, timeouts: { connect: 200 } }))).toBe(
      'senderFault connect',
    );
    await new Promise((resolve) => closed.close(resolve));
    expect(short(await send({ baseUrl: `http://127.0.0.1:${port}` }))).toBe('senderFault connect');
    expect(short(await send({ baseUrl: 'http://does-not-exist.invalid' }))).toBe('senderFault connect');
    expect(short(await send({ baseUrl: server.url.replace('http:', 'https:') }))).toBe('senderFault tls');
    expect(server.accepted()).toEqual([]);
  });

  it('take no message before its time is over, and none after', async () => {
    await setUp({ maxConnections: 1 });
    server.script = () => ({ delayMs: 100 });
    const slow = transport.send(message());
    const late = transport.send(message(), { notAfter: performance.now() + 20 });
    const lost = transport.send(message(), { stillMine: () => false });
    const patient = transport.send(message(), {});
    const results = await Promise.all([slow, late, lost, patient]);
    expect(results.map((r) => r.kind)).toEqual(['sent', 'late', 'late', 'sent']);
    expect(server.accepted()).toHaveLength(2);
  });

  it('end when what is under way has ended; what waits is not spent', async () => {
    await setUp({ maxConnections: 1 }, { latencyMs: 50 });
    const sends = [transport.send(message()), transport.send(message())];
    await transport.close();
    expect((await Promise.all(sends)).map(short)).toEqual(['sent', 'unspent']);
    expect(short(await transport.send(message()))).toBe('unspent');
    expect(server.accepted()).toHaveLength(1);
  });
});

describe('refusals', () => {
  it('of the key are the fault of the sender, and do not repeat it', async () => {
    await setUp({ apiKey: 're_wrong_key' });
    const outcome = await transport.send(message());
    expect(outcome).toMatchObject({ kind: 'senderFault', fault: 'auth', code: 403 });
    first({ status: 403, name: 'invalid_api_key', message: 'API key re_wrong_key is invalid' }, 9);
    expect((await transport.send(message())).response).toContain('API key (the API key) is invalid');
    await transport.close();
    transport = createHttpTransport({ baseUrl: server.url, apiKey: 'ключ\r\nX: y', maxConnections: 1 });
    expect(short(await transport.send(message()))).toBe('senderFault auth');
  });

  it('for too many requests are waited out as long as the provider asks', async () => {
    await setUp();
    first({ status: 429, name: 'rate_limit_exceeded', headers: { 'retry-after': '7' } });
    expect(await transport.send(message())).toMatchObject({ fault: 'throttled', retryAfterSeconds: 7 });
    server.clear();
    first({ status: 429, name: 'rate_limit_exceeded', headers: { 'ratelimit-reset': '3' } });
    expect(await transport.send(message())).toMatchObject({ fault: 'throttled', retryAfterSeconds: 3 });
    server.clear();
    const date = new Date(Date.now() + 30_000).toUTCString();
    first({ status: 429, name: 'rate_limit_exceeded', headers: { 'retry-after': date } });
    const outcome = await transport.send(message());
    expect(outcome.kind === 'senderFault' && outcome.retryAfterSeconds).toBeGreaterThanOrEqual(28);
  });

  it('of a message fail it, a redirect is not followed', async () => {
    await setUp();
    first({ status: 422, name: 'validation_error', message: 'Invalid `to` field.' });
    expect(short(await transport.send(message()))).toBe('failed');
    server.clear();
    first({ status: 302, headers: { location: `${server.url}/emails` } });
    expect(short(await transport.send(message()))).toBe('senderFault connect');
    expect(server.requests()).toHaveLength(1);
  });
});
