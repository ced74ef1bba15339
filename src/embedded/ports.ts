import { createServer } from 'node:net';
import { PartError } from './partError.js';

/** Why a port cannot be listened on, as an error code (EADDRINUSE, EACCES, EADDRNOTAVAIL, …); `undefined` when it can. */
function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
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
  if (preferred > 0 && !given.has(preferred) && (await portProblem(preferred, host)) === undefined) {
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
  const problem = await portProblem(port, host);
  if (problem === undefined) return;
  const other = `PORT=${port === 3000 ? 3001 : Math.max(1024, (port % 65_535) + 1)} npm start`;
  if (problem === 'EADDRINUSE') {
    const who = process.platform === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
    throw new PartError(`Port ${port} on ${host} is in use by another program.`, [
      `See which one:        ${who}`,
      `Or use another port:  ${other}`,
    ]);
  }
  if (problem === 'EACCES') {
    throw new PartError(`This user may not listen on port ${port}.`, [`Use another port:  ${other}`]);
  }
  throw new PartError(`Port ${port} on ${host} cannot be listened on (${problem}).`, [
    'HOST has to be an address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for everybody.',
  ]);
}
