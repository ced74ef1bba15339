import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { recordAudit } from '../../ledger/audit.js';
import type { Database } from '../../ledger/database.js';
import type { AuditActorKind } from '../../ledger/schema.js';
import { isUnsafe } from '../auth/crossSite.js';
import { isUuid } from '../common/ids.js';

/** What a handler knows of its request that the audit log cannot read off it. */
export interface AuditNote {
  /** Who it turned out to be, on a route that anybody may call. */
  actor?: { kind: AuditActorKind; id: string; name: string };
  /** What it was about, where neither the path nor `Location` says so. */
  resourceId?: string;
  /** An attempt to get in that was refused: written though it changed nothing. */
  refused?: true;
  /** A repetition under its `Idempotency-Key`: it changed nothing, and the first one has its entry. */
  repeats?: true;
}

declare module 'fastify' {
  interface FastifyRequest {
    auditNote?: AuditNote;
  }
}

/** Answers to an attempt that was looked at; a part that is away refuses nobody. */
const refusals = new Set([401, 422, 429]);
const base = '/api/v1';

/**
 * Writes an entry of the audit log for each unsafe request of the API that succeeded and may have changed something, and for each refused attempt to sign in, before the answer
 * is sent: who sees the answer finds the entry. When the entry cannot be written, the answer is sent all the same and the log says so.
 */
export function registerAudit(fastify: FastifyInstance, database: Database, logger: Logger): void {
  fastify.addHook('onSend', async (request, reply) => {
    const route = request.routeOptions.url;
    if (!isUnsafe(request.method) || !route?.startsWith(`${base}/`)) return;
    if (request.routeOptions.config.readsOnly === true || request.auditNote?.repeats === true) return;
    const refused = request.auditNote?.refused === true;
    if (reply.statusCode >= 400 && !(refused && refusals.has(reply.statusCode))) return;
    const path = route.slice(base.length);
    try {
      await recordAudit(database.pool, {
        actor: request.auditNote?.actor ?? request.caller ?? { kind: 'anonymous', name: 'nobody' },
        action: `${request.method} ${path}`,
        resourceType: path.split('/')[1] as string,
        resourceId: request.auditNote?.resourceId ?? resourceOf(request, reply),
        outcome: reply.statusCode >= 400 ? 'refused' : 'succeeded',
        status: reply.statusCode,
        clientAddress: request.ip,
        requestId: request.id,
      });
    } catch (error) {
      logger.error({ err: error, requestId: request.id, action: `${request.method} ${path}` }, 'not in the audit log');
    }
  });
}

/** The ID in the path, or of what was created. */
function resourceOf(request: FastifyRequest, reply: FastifyReply): string | null {
  const params = Object.values((request.params ?? {}) as Record<string, unknown>);
  const named = params.find((p): p is string => typeof p === 'string' && isUuid(p));
  if (named) return named;
  const location = reply.getHeader('location');
  const created = typeof location === 'string' ? location.split('/').pop() : undefined;
  return created && isUuid(created) ? created : null;
}
