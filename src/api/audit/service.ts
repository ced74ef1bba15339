import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '../../ledger/database.js';
import { paginate, type Page } from '../common/pagination.js';
import { DATABASE } from '../common/tokens.js';
import type { AuditEventView, AuditQuery } from './schemas.js';

const sorts = { at: { columns: [{ column: 'audit_events.id', kind: 'uuid' }] } } as const;

@Injectable()
export class AuditService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(query: AuditQuery): Promise<Page<AuditEventView>> {
    const { limit, cursor, ...filters } = query;
    let q = this.database.db.selectFrom('audit_events').selectAll();
    if (filters.actorKind) q = q.where('actor_kind', '=', filters.actorKind);
    if (filters.actorId) q = q.where('actor_id', '=', filters.actorId);
    if (filters.resourceType) q = q.where('resource_type', '=', filters.resourceType);
    if (filters.resourceId) q = q.where('resource_id', '=', filters.resourceId);
    if (filters.outcome) q = q.where('outcome', '=', filters.outcome);
    if (filters.from) q = q.where('at', '>=', filters.from);
    if (filters.to) q = q.where('at', '<', filters.to);
    const { rows, nextCursor } = await paginate(q, { list: 'audit', filters, sorts, sort: '-at', limit, cursor });
    return {
      items: rows.map((row) => ({
        id: row.id,
        at: row.at.toISOString(),
        actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
        action: row.action,
        resourceType: row.resource_type,
        resourceId: row.resource_id,
        outcome: row.outcome,
        status: row.status,
        clientAddress: row.client_address,
        requestId: row.request_id,
      })),
      nextCursor,
    };
  }
}
