import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartError } from '../../../src/embedded/partError.js';
import { freePort, preferredPort, requirePort } from '../../../src/embedded/ports.js';

let server: Server;
let busy: number;
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  busy = (server.address() as { port: number }).port;
});
afterEach(() => void server.close());

describe('ports', () => {
  it('of embedded parts give way when they are in use', async () => {
    const port = await preferredPort(busy);
    expect(port).toBeGreaterThan(0);
    expect(port).not.toBe(busy);
  });

  it('are never given out twice, even before anybody listens', async () => {
    const free = await freePort();
    expect(await preferredPort(free)).not.toBe(free);
  });

  it('that people asked for are refused with what to do', async () => {
    const failure = await requirePort(busy, '127.0.0.1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartError);
    const { text } = failure as PartError;
    expect(text).toContain(`Port ${busy} on 127.0.0.1 is in use by another program.`);
    expect(text).toMatch(/PORT=\d+ npm start/);
  });

  it('of an address that this machine does not have are refused with what HOST may be', async () => {
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
    await expect(requirePort(busy, '192.0.2.1')).rejects.toThrow(/cannot be listened on \(EADDRNOTAVAIL\)/);
  });
});
