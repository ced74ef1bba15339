import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../ledger/database.js';
import type { Role } from '../../ledger/schema.js';
import { useSession } from '../../ledger/users/sessions.js';
import { Problem } from '../common/problems.js';
import { allows, type Caller } from '../common/roles.js';
import { refuseCrossSite } from './crossSite.js';
import { hashApiKey } from './keys.js';
import { readSessionCookie } from './sessionCookie.js';
import { hashToken } from './tokens.js';

const challenge = { 'WWW-Authenticate': 'Bearer realm="oncemail"' };

/**
 * Authenticates every request before its body is read, by its API key or else by its session cookie, and checks the role its route
 * declares. Nothing is cached: a key that is revoked or expires, a session that ends and a user who is disabled or gets another role
 * count from the next request on. Unsafe requests with a cookie must come from a page of this server. A route that declares nothing is
 * refused, and `watchRoutes` keeps the server from starting with one.
 */
export function registerAuthentication(fastify: FastifyInstance, database: Database, publicUrl: string): void {
  fastify.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    if (access === undefined) throw new Problem('forbidden', 'The route declares no access.');
    const caller = await authenticate(request, database, publicUrl);
    if (!allows(caller.role, access)) {
      const who = caller.kind === 'user' ? 'the user' : 'the key';
      throw new Problem(
        'forbidden',
        `This needs the role ${access}; ${who} "${caller.name}" has the role ${caller.role}.`,
      );
    }
    request.caller = caller;
  });
}

async function authenticate(request: FastifyRequest, database: Database, publicUrl: string): Promise<Caller> {
  const header = request.headers.authorization;
  if (header) return byApiKey(header, database);
  const token = readSessionCookie(request.headers.cookie, publicUrl);
  if (token === undefined) {
    throw new Problem('unauthenticated', 'The request has neither an Authorization header nor a session cookie.', {
      headers: challenge,
    });
  }
  const session = await useSession(database.pool, hashToken(token));
  if (!session) throw new Problem('unauthenticated', 'The session has ended; sign in again.', { headers: challenge });
  refuseCrossSite(request, publicUrl);
  return {
    kind: 'user',
    id: session.userId,
    name: session.name,
    role: session.role,
    sessionId: session.sessionId,
  };
}

async function byApiKey(header: string, database: Database): Promise<Caller> {
  const key = /^Bearer +([^\s]{1,1000})$/i.exec(header)?.[1];
  if (!key) {
    throw new Problem('unauthenticated', 'The Authorization header is not of the form "Bearer <API key>".', {
      headers: challenge,
    });
  }
  const { rows } = await database.pool.query<{
    id: string;
    name: string;
    role: Role;
    expired: boolean;
    stale: boolean;
  }>(
    `SELECT id, name, role, coalesce(expires_at <= now(), false) AS expired,
            coalesce(last_used_at < now() - interval '1 minute', true) AS stale
       FROM api_keys WHERE key_hash = $1`,
    [hashApiKey(key)],
  );
  const row = rows[0];
  if (!row || row.expired) {
    throw new Problem('unauthenticated', row ? 'The API key has expired.' : 'The API key is not known.', {
      headers: { 'WWW-Authenticate': `${challenge['WWW-Authenticate']}, error="invalid_token"` },
    });
  }
  if (row.stale) await database.pool.query(`UPDATE api_keys SET last_used_at = now() WHERE id = $1`, [row.id]);
  return { kind: 'api-key', id: row.id, name: row.name, role: row.role };
}
