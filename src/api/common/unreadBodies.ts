import { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How long what is left of a body is read after the answer, milliseconds: in all, and without anything arriving. As nginx has it (lingering_close). */
const usual = { lingerMs: 30_000, idleMs: 5_000 };

/**
 * Lets clients read answers that are given before their body has arrived: a body that is too large, a caller who may not send it. The rest of the body is
 * read and let go, so that a client which sends first and reads later gets to the answer; closing at once would reset the connection, and the
 * answer might be lost with it (RFC 9112 section 9.6). Afterwards the connection serves the next request. A client that does not come to an end is let go,
 * and a connection ends with its answer where nothing more can be read of the body, because the route has destroyed it.
 */
export function registerUnreadBodies(fastify: FastifyInstance, { lingerMs, idleMs } = usual): void {
  fastify.addHook('onSend', async (request, reply) => {
    if (!isUnread(request)) return;
    if (request.raw.destroyed) void reply.header('Connection', 'close');
    // With a body that is too large, Fastify closes the connection at once.
    else if (reply.statusCode === 413) void reply.removeHeader('connection');
  });
  fastify.addHook('onResponse', async (request) => {
    if (isUnread(request) && !request.raw.destroyed) letPass(request, lingerMs, idleMs);
  });
}

/** Whether something of the body has still to come. A request that is injected does not say: it has come whole. */
function isUnread({ raw }: FastifyRequest): boolean {
  return raw.complete === false;
}

function letPass({ raw }: FastifyRequest, lingerMs: number, idleMs: number): void {
  const { socket } = raw;
  if (!(socket instanceof Socket)) return;
  const close = () => socket.destroySoon();
  const last = setTimeout(close, lingerMs);
  const idle = setTimeout(close, idleMs);
  raw.on('data', () => idle.refresh());
  raw.once('close', () => {
    clearTimeout(last);
    clearTimeout(idle);
  });
  raw.unpipe();
  raw.resume();
}
