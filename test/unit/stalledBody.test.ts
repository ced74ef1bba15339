import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { registerJsonBody } from '../../src/api/common/jsonBody.js';
import type { Problem } from '../../src/api/common/problems.js';
import { registerUnreadBodies } from '../../src/api/common/unreadBodies.js';
import { Pace } from '../../src/ledger/arriving.js';

describe('a body of JSON', () => {
  let server: FastifyInstance;
  let client: Socket;
  afterEach(async () => {
    client?.destroy();
    await server?.close();
  });

  async function send(stallMs: number, text: string) {
    server = Fastify({ bodyLimit: 1024, forceCloseConnections: true });
    registerUnreadBodies(server);
    registerJsonBody(server, stallMs);
    server.setErrorHandler((error: Problem, _, reply) =>
      reply.code(error.status).headers(error.headers).send(error.type),
    );
    server.post('/', async (request) => ({ read: request.body }));
    await server.listen({ port: 0, host: '127.0.0.1' });
    client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    const seen = { text: '', closed: once(client, 'close') };
    client.on('data', (data) => (seen.text += data.toString()));
    client.on('error', () => undefined);
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${text}`);
    return seen;
  }

  it('that stops in the middle is answered with 408, and its connection ends', async () => {
    const seen = await send(50, 'Content-Length: 500\r\n\r\n{"name": ');
    await seen.closed;
    expect(seen.text).toMatch(/^HTTP\/1\.1 408 [^]*connection: close[^]*request-timeout$/i);
  });

  it('of which a byte comes now and then is so, too', async () => {
    const seen = await send(200, 'Content-Length: 500\r\n\r\n[');
    const drip = setInterval(() => client.write(' '), 10);
    await seen.closed.finally(() => clearInterval(drip));
    expect(seen.text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that comes in pieces is read, and one that turns out larger than its limit is refused', async () => {
    const seen = await send(60_000, 'Transfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n');
    client.write('5\r\na":1}\r\n0\r\n\r\n');
    await expect.poll(() => seen.text).toMatch(/^HTTP\/1\.1 200 [^]*\{"read":\{"a":1\}\}$/);
    const large = `401\r\n${' '.repeat(0x401)}\r\n`;
    client.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${large}`,
    );
    await expect.poll(() => seen.text).toMatch(/HTTP\/1\.1 413 [^]*too-large$/);
  });
});

describe('the pace of a body', () => {
  it('lets a slow line bring a large file, also with pauses, and ends one that brings less than 500 bytes a second', () => {
    const slow = new Pace(300_000);
    for (let minute = 0; minute < 10_000; minute++) expect(slow.after(60_000, 30_001)).toBeGreaterThan(239_000);
    expect(slow.after(299_000, 0)).toBeGreaterThan(0);
    expect(slow.after(0, 150_000)).toBe(300_000);

    const drip = new Pace(300_000);
    const left = Array.from({ length: 305 }, () => drip.after(1_000, 1));
    expect(left[295]).toBeGreaterThan(0);
    expect(left[304]).toBeLessThan(0);
  });
});
