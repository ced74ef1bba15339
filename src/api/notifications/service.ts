import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Database } from '../../ledger/database.js';
import type { NotificationsTable } from '../../ledger/schema.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound } from '../common/problems.js';
import { DATABASE } from '../common/tokens.js';
import type { NotificationView } from './schemas.js';

const sorts = { createdAt: { columns: [{ column: 'notifications.id', kind: 'uuid' }] } } as const;

@Injectable()
export class NotificationsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(query: {
    limit: number;
    cursor?: string | undefined;
    unread?: boolean | undefined;
  }): Promise<Page<NotificationView>> {
    const { unread, ...page } = query;
    let q = this.database.db.selectFrom('notifications').selectAll();
    if (unread !== undefined) q = q.where('read_at', unread ? 'is' : 'is not', null);
    const { rows, nextCursor } = await paginate(q, {
      list: 'notifications',
      filters: { unread },
      sorts,
      sort: '-createdAt',
      ...page,
    });
    return { items: rows.map(present), nextCursor };
  }

  /** Marks one as read; the time of the first reading stays. */
  async read(id: string): Promise<NotificationView> {
    const row = await this.database.db
      .updateTable('notifications')
      .set((eb) => ({ read_at: eb.fn.coalesce('read_at', eb.val(new Date())) }))
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw notFound('notification', id);
    return present(row);
  }

  async readAll(): Promise<{ marked: number }> {
    const result = await this.database.db
      .updateTable('notifications')
      .set({ read_at: new Date() })
      .where('read_at', 'is', null)
      .executeTakeFirst();
    return { marked: Number(result.numUpdatedRows) };
  }
}

function present(row: Selectable<NotificationsTable>): NotificationView {
  return {
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    message: row.message,
    automationId: row.automation_id,
    runId: row.run_id,
    senderId: row.sender_id,
    createdAt: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
  };
}
