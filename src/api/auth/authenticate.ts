import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../../ledger/database.js';
import type { Role } from '../../ledger/schema.js';
import { Problem } from '../common/problems.js';
import { allows, type Caller } from '../common/roles.js';
import { hashApiKey } from './keys.js';

const challenge = { 'WWW-Authenticate': 'Bearer realm="oncemail"' };

/**
 * Authenticates every request before its body is read, and checks the role its route declares. Nothing is cached: a key that is revoked
 * or expires stops working with the next request. A route that declares nothing is refused, and `assertAccessDeclared` keeps the server
 * from starting with one.
 */
export function registerAuthentication(fastify: FastifyInstance, database: Database): void {
  fastify.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    if (access === undefined) throw new Problem('forbidden', 'The route declares no access.');
    const caller = await authenticate(request, database);
    if (!allows(caller.role, access)) {
      throw new Problem(
        'forbidden',
        `This needs the role ${access}; the key "${caller.name}" has the role ${caller.role}.`,
      );
    }
    request.caller = caller;
  });
}

async function authenticate(request: FastifyRequest, database: Database): Promise<Caller> {
  const header = request.headers.authorization;
  if (!header) throw new Problem('unauthenticated', 'The request has no Authorization header.', { headers: challenge });
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
  return { keyId: row.id, name: row.name, role: row.role };
}
