import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { csvLine } from '../../domain/csv/write.js';
import type { Database } from '../../ledger/database.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound } from '../common/problems.js';
import { contains } from '../common/search.js';
import { DATABASE } from '../common/tokens.js';
import { deliveryColumns, presentDelivery, type DeliveryRow, type DeliverySender } from './presentDelivery.js';
import type { DeliveryFilters, DeliveryView } from './schemas.js';

const sorts = { contactId: { columns: [{ column: 'd.contact_id', kind: 'uuid' }] } } as const;

/** Rows of one batch of an export. */
const exportBatch = 2000;

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
    return { items: rows.map((row) => presentDelivery(runId, row, senderOf(row, senders))), nextCursor };
  }

  /**
   * All deliveries of a run as CSV, batch by batch, with constant memory. @throws Problem 404 before the first line, so that the answer
   * can still be one.
   */
  async csv(runId: string, filters: DeliveryFilters): Promise<AsyncIterable<string>> {
    const senders = await this.senders(runId);
    return this.csvLines(runId, filters, senders);
  }

  private async *csvLines(runId: string, filters: DeliveryFilters, senders: DeliverySender[]): AsyncGenerator<string> {
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
          .map((row) => presentDelivery(runId, row, senderOf(row, senders)))
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
      after = (rows[rows.length - 1] as DeliveryRow).contact_id;
    }
  }

  private query(runId: string, filters: DeliveryFilters) {
    let q = this.database.db
      .selectFrom('deliveries as d')
      .select(deliveryColumns.map((column) => `d.${column}` as const))
      .where('d.run_id', '=', runId);
    if (filters.state) q = q.where('d.state', 'in', filters.state);
    if (filters.search) q = q.where(contains('d.email', filters.search));
    if (filters.email !== undefined) q = q.where(sql<string>`lower(d.email)`, '=', filters.email.toLowerCase());
    return q;
  }

  private async senders(runId: string): Promise<DeliverySender[]> {
    const { rows } = await this.database.pool.query<{ id: string | null; message_id_domain: string }>(
      `SELECT u.id, u.message_id_domain
         FROM runs r LEFT JOIN LATERAL unnest(r.sender_ids, r.message_id_domains) WITH ORDINALITY AS u (id, message_id_domain, no) ON true
        WHERE r.id = $1 ORDER BY u.no`,
      [runId],
    );
    if (rows.length === 0) throw notFound('run', runId);
    return rows.flatMap((row) => (row.id === null ? [] : [{ id: row.id, messageIdDomain: row.message_id_domain }]));
  }
}

function senderOf(row: DeliveryRow, senders: readonly DeliverySender[]): DeliverySender | undefined {
  return row.sender_no === null ? undefined : senders[row.sender_no];
}
