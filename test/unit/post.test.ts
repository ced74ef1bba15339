import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Poster } from '../../src/net/post.js';

let server: Server;
let poster: Poster;
afterEach(() => {
  poster.close();
  server.close();
});

/** A server that answers every request with these bytes; a request waits `timeoutMs` for them. */
async function answering(answer: string, timeoutMs: number): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  poster = new Poster({ allowPrivate: true, timeoutMs, keptConnections: 2 });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`;
}

const patient = 600_000;
const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

it.each([
  ['to switch protocols', upgrade, patient, 'closed without an answer'],
  ['nothing', '', 100, 'no answer within 0.1 s'],
  ['what is no HTTP', 'hello\r\n\r\n', patient, 'Parse Error'],
])('a request that is answered with %s ends, as one that failed', async (_what, answer, timeoutMs, error) => {
  const url = await answering(answer, timeoutMs);
  const end = await poster.post(url, {}, '{}');
  expect(end).toMatchObject({ status: null, error: expect.stringContaining(error) as string });
  expect(end.error).not.toContain('secret');
});
