import { createServer } from 'node:net';
import { PartError } from './partError.js';

/** Whether nothing listens on this port of this address. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that was free a moment ago, never one that this function gave out before. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen({ port: 0, host }, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    if (port > 0 && !given.has(port)) {
      given.add(port);
      return port;
    }
  }
}
const given = new Set<number>();

/** The preferred port when it is free, else any free one: for parts whose port nobody has to know. */
export async function preferredPort(preferred: number, host = '127.0.0.1'): Promise<number> {
  if (preferred > 0 && !given.has(preferred) && (await isPortFree(preferred, host))) {
    given.add(preferred);
    return preferred;
  }
  return freePort(host);
}

/**
 * The port people have in their bookmarks must be the one that was asked for.
 * @throws PartError naming the port, how to find who has it, and how to use another.
 */
export async function requirePort(port: number, host: string): Promise<void> {
  if (port === 0 || (await isPortFree(port, host))) return;
  const who = process.platform === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
  const other = port === 3000 ? 3001 : port + 1;
  throw new PartError(`Port ${port} on ${host} is in use by another program (or not allowed).`, [
    `See which one:        ${who}`,
    `Or use another port:  PORT=${other} npm start`,
  ]);
}
