import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { parseAddress } from '../../domain/address.js';
import { csvLine } from '../../domain/csv/write.js';
import { deliveryMessageId } from '../../domain/ids.js';
import type { DeliveryState } from '../../domain/delivery.js';
import type { Database } from '../../ledger/database.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound } from '../common/problems.js';
import { contains } from '../common/search.js';
import { DATABASE } from '../common/tokens.js';
import type { DeliveryFilters, DeliveryView } from './schemas.js';

const sorts = { contactId: { columns: [{ column: 'd.contact_id', kind: 'uuid' }] } } as const;

/** Rows of one batch of an export. */
const exportBatch = 2000;

interface Row {
  contact_id: string;
  email: string;
  state: DeliveryState;
  attempts: number;
  smtp_code: number | null;
  response: string | null;
  sender_no: number | null;
  due_at: Date | null;
  changed_at: Date | null;
}

interface RunSender {
  id: string;
  messageIdDomain: string;
}

/** The deliveries of a run, recipient by recipient. */
@Injectable()
export class DeliveriesService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(
    runId: string,
    query: DeliveryFilters & { limit: number; cursor?: string | undefined },
  ): Promise<Page<DeliveryView>> {
    const senders = await this.senders(runId);
    const { state, search, email, ...page } = query;
    const { rows, nextCursor } = await paginate(this.query(runId, { state, search, email }), {
      list: `runs/${runId.toLowerCase()}/deliveries`,
      filters: { state, search, email },
      sorts,
      sort: 'contactId',
      ...page,
    });
    return { items: rows.map((r) => present(runId, r, senders)), nextCursor };
  }

  /**
   * All deliveries of a run as CSV, batch by batch, with constant memory. @throws Problem 404 before the first line, so that the answer
   * can still be one.
   */
  async csv(runId: string, filters: DeliveryFilters): Promise<AsyncIterable<string>> {
    const senders = await this.senders(runId);
    return this.csvLines(runId, filters, senders);
  }

  private async *csvLines(runId: string, filters: DeliveryFilters, senders: RunSender[]): AsyncGenerator<string> {
    yield csvLine([
      'email',
      'contactId',
      'state',
      'attempts',
      'smtpCode',
      'response',
      'senderId',
      'messageId',
      'dueAt',
      'changedAt',
    ]);
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.query(runId, filters)
        .where('d.contact_id', '>', after)
        .orderBy('d.contact_id')
        .limit(exportBatch)
        .execute();
      if (rows.length > 0) {
        yield rows
          .map((row) => present(runId, row, senders))
          .map((d) =>
            csvLine([
              d.email,
              d.contactId,
              d.state,
              d.attempts,
              d.smtpCode,
              d.response,
              d.senderId,
              d.messageId,
              d.dueAt,
              d.changedAt,
            ]),
          )
          .join('');
      }
      if (rows.length < exportBatch) return;
      after = (rows[rows.length - 1] as Row).contact_id;
    }
  }

  private query(runId: string, filters: DeliveryFilters) {
    let q = this.database.db
      .selectFrom('deliveries as d')
      .select(['d.contact_id', 'd.email', 'd.state', 'd.attempts', 'd.smtp_code', 'd.response', 'd.sender_no'])
      .select(['d.due_at', 'd.changed_at'])
      .where('d.run_id', '=', runId);
    if (filters.state) q = q.where('d.state', 'in', filters.state);
    if (filters.search) q = q.where(contains('d.email', filters.search));
    if (filters.email !== undefined) q = q.where(sql<string>`lower(d.email)`, '=', filters.email.toLowerCase());
    return q;
  }

  private async senders(runId: string): Promise<RunSender[]> {
    const { rows } = await this.database.pool.query<{ known: boolean; id: string | null; email: string | null }>(
      `SELECT true AS known, u.id, s.from_email AS email
         FROM runs r LEFT JOIN LATERAL unnest(r.sender_ids) WITH ORDINALITY AS u (id, no) ON true LEFT JOIN senders s ON s.id = u.id
        WHERE r.id = $1 ORDER BY u.no`,
      [runId],
    );
    if (rows.length === 0) throw notFound('run', runId);
    return rows.flatMap((row) => {
      if (row.id === null) return [];
      const address = parseAddress(row.email ?? '');
      return [{ id: row.id, messageIdDomain: address.ok ? address.asciiDomain : 'localhost' }];
    });
  }
}

function present(runId: string, row: Row, senders: readonly RunSender[]): DeliveryView {
  const sender = row.sender_no === null ? undefined : senders[row.sender_no];
  return {
    contactId: row.contact_id,
    email: row.email,
    state: row.state,
    attempts: row.attempts,
    smtpCode: row.smtp_code,
    response: row.response,
    senderId: sender?.id ?? null,
    messageId: sender ? deliveryMessageId(runId.toLowerCase(), row.contact_id, sender.messageIdDomain) : null,
    dueAt: row.due_at?.toISOString() ?? null,
    changedAt: row.changed_at?.toISOString() ?? null,
  };
}
