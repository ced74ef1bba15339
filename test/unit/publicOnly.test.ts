import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttpTransport } from '../../src/mail/httpTransport.js';
import { openSession } from '../../src/mail/smtpSession.js';
import type { OutgoingMessage } from '../../src/mail/transport.js';

let server: Server;
let port: number;
let connections = 0;
beforeAll(async () => {
  server = createServer((socket) => (connections++, socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
});

const message: OutgoingMessage = {
  envelope: { from: 'a@example.com', to: 'b@example.com' },
  messageId: '<run.contact@example.com>',
  raw: Buffer.from('Subject: x\r\n\r\nx\r\n'),
  smtpUtf8: false,
  parts: () => ({ from: '', to: '', replyTo: null, subject: 'x', html: null, text: 'x', headers: {} }),
} as unknown as OutgoingMessage;

it('a sender connects to no private address at the moment it connects, whatever was checked before', async () => {
  for (const [host, reason] of [
    ['localhost', /localhost resolves to .*, which is not a public address/],
    ['127.0.0.1', /127\.0\.0\.1 is not a public address/],
    ['does-not-exist.invalid', /does-not-exist\.invalid/],
  ] as const) {
    const opened = await openSession({ host, port, security: 'none', publicOnly: true });
    expect(opened).toMatchObject({
      ok: false,
      stage: 'connect',
      outcome: { kind: 'senderFault', fault: 'connect', response: expect.stringMatching(reason) },
    });
  }
  for (const baseUrl of [`https://localhost:${port}`, `https://127.0.0.1:${port}`, `http://localhost:${port}`]) {
    const transport = createHttpTransport({ baseUrl, apiKey: 'k', maxConnections: 1, publicOnly: true });
    expect(await transport.send(message)).toMatchObject({
      kind: 'senderFault',
      response: expect.stringMatching(/not a public address|is not https/),
    });
    await transport.close();
  }
  expect(connections).toBe(0);
  expect(await openSession({ host: 'localhost', port, security: 'none' })).toMatchObject({ ok: false });
  expect(connections).toBeGreaterThan(0);
});
