import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from './database.js';
import type { AuditActorKind, AuditOutcome } from './schema.js';

/** One thing somebody did or was refused. It names; it never holds a body, a secret or what somebody typed. */
export interface AuditEvent {
  actor: { kind: AuditActorKind; id?: string | null; name: string };
  /** Method and route pattern, such as `POST /automations/:id/pause`. */
  action: string;
  /** The first segment of the route, such as `automations`. */
  resourceType: string;
  resourceId?: string | null;
  outcome: AuditOutcome;
  status?: number | null;
  clientAddress?: string | null;
  requestId?: string | null;
}

/** Writes one entry, with one insert. Entries are never changed. */
export async function recordAudit(db: Queryable, event: AuditEvent): Promise<void> {
  await db.query(
    `INSERT INTO audit_events
       (id, actor_kind, actor_id, actor_name, action, resource_type, resource_id, outcome, status, client_address, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      uuidv7(),
      event.actor.kind,
      event.actor.id ?? null,
      event.actor.name,
      event.action,
      event.resourceType,
      event.resourceId ?? null,
      event.outcome,
      event.status ?? null,
      event.clientAddress ?? null,
      event.requestId ?? null,
    ],
  );
}
