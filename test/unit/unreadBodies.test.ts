import { connect, type AddressInfo, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { registerUnreadBodies } from '../../src/api/common/unreadBodies.js';

let server: FastifyInstance;
let client: Socket;
afterEach(async () => {
  client.destroy();
  await server.close();
});

/** A server that reads JSON up to 1 KiB, refuses everybody at /private, and stops reading in the middle at /half. */
async function start(limits?: { lingerMs: number; idleMs: number }) {
  server = Fastify({ bodyLimit: 1024, forceCloseConnections: true });
  registerUnreadBodies(server, limits);
  server.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
  server.post('/json', async () => 'read');
  server.post('/private', { onRequest: (_request, reply) => void reply.code(401).send('nobody') }, async () => 'read');
  server.post('/half', async (request, reply) => {
    let read = 0;
    for await (const data of request.raw.iterator({ destroyOnReturn: false })) {
      read += (data as Buffer).length;
      if (read > size) break;
    }
    return reply.code(413).send('enough');
  });
  server.post('/destroyed', async (request, reply) => {
    for await (const data of request.raw) if ((data as Buffer).length > 0) break;
    return reply.code(413).send('enough');
  });
  server.get('/next', async () => 'next');
  await server.listen({ port: 0, host: '127.0.0.1' });
  client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  const seen = { text: '', error: undefined as Error | undefined };
  client.on('data', (data) => (seen.text += data.toString()));
  client.on('error', (error) => (seen.error = error));
  return seen;
}

const head = (path: string, type: string, length?: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n\r\n`;
const size = 65_536;
const piece = Buffer.alloc(size, ' ');
const chunk = Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
/** More than the buffers of both sides hold. */
const pieces = 256;

async function write(data: Buffer | string): Promise<void> {
  if (client.write(data)) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      client.off('drain', go).off('close', go);
      resolve();
    };
    client.on('drain', go).on('close', go);
  });
}

describe('a body of which nothing more is wanted', () => {
  it.each([
    ['too large, as it says', '/json', 'application/json', 413, true],
    ['too large', '/json', 'application/json', 413, false],
    ["nobody's", '/private', 'text/csv', 401, false],
    ['refused in the middle', '/half', 'text/csv', 413, false],
  ])(
    '(%s) passes, so that the answer is read and the connection goes on',
    async (_what, path, type, status, announced) => {
      const seen = await start();
      await write(head(path, type, announced ? pieces * size : undefined));
      for (let n = 0; n < pieces && !client.destroyed; n++) await write(announced ? piece : chunk);
      if (!announced) await write('0\r\n\r\n');
      await write('GET /next HTTP/1.1\r\nHost: x\r\n\r\n');
      await expect.poll(() => seen.text.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`, 'HTTP/1.1 200']);
      expect(seen.error).toBeUndefined();
    },
  );

  it('ends the connection when a route has destroyed it', async () => {
    await start();
    await write(head('/destroyed', 'text/csv'));
    for (let n = 0; n < pieces && !client.destroyed; n++) await write(chunk);
    await expect.poll(() => client.destroyed).toBe(true);
  });

  it.each([
    ['goes on for too long', { lingerMs: 50, idleMs: 60_000 }, true],
    ['does not go on', { lingerMs: 60_000, idleMs: 50 }, false],
  ])('ends the connection after the answer when it %s', async (_how, limits, goesOn) => {
    const seen = await start(limits);
    await write(head('/private', 'text/csv'));
    await write(chunk);
    await expect.poll(() => seen.text).toMatch(/^HTTP\/1\.1 401 /);
    if (goesOn) while (!client.destroyed) await write(chunk);
    await expect.poll(() => client.destroyed).toBe(true);
  });
});
