import { Inject, Injectable } from '@nestjs/common';
import { sql, type ExpressionBuilder } from 'kysely';
import type { RunKind } from '../../domain/run.js';
import type { Database } from '../../ledger/database.js';
import type { Schema } from '../../ledger/schema.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound } from '../common/problems.js';
import { DATABASE } from '../common/tokens.js';
import { deliveryColumns, presentDelivery, type DeliveryRow } from '../runs/presentDelivery.js';
import type { ContactDelivery } from './schemas.js';

const sorts = { run: { columns: [{ column: 'r.id', kind: 'uuid' }] } } as const;

interface Row extends DeliveryRow {
  run_id: string;
  campaign_id: string | null;
  automation_id: string | null;
  kind: RunKind;
  scheduled_for: Date;
  title: string;
  sender_id: string | null;
  message_id_domain: string;
}

type Runs = ExpressionBuilder<Schema & { r: Schema['runs'] }, 'r'>;

/** What became of the mails to one contact. */
@Injectable()
export class ContactDeliveriesService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * A page of a contact's deliveries over all runs, that of the newest run first.
   *
   * Deliveries have their primary key (run, contact) and no other index: one by contact would be written for each mail, and take an eighth more room.
   * So the runs are gone through from the newest, and each is asked for the contact by that key, in its own partition alone: 2.6 µs a run, 130 ms for
   * 50,000 runs that the contact is in few of. Runs of workflows that name their recipients have no campaign, and know them by their address.
   * @throws Problem 404 when there is no such contact.
   */
  async list(contactId: string, page: { limit: number; cursor?: string | undefined }): Promise<Page<ContactDelivery>> {
    const contact = await this.database.db
      .selectFrom('contacts')
      .select(['id', sql<string>`md5(lower(email))::uuid`.as('address_key')])
      .where('id', '=', contactId)
      .executeTakeFirst();
    if (!contact) throw notFound('contact', contactId);
    const query = this.database.db
      .selectFrom('runs as r')
      .innerJoinLateral(
        (eb) =>
          eb
            .selectFrom('deliveries')
            .select(deliveryColumns)
            .whereRef('deliveries.run_id', '=', 'r.id')
            .where(
              'deliveries.contact_id',
              '=',
              sql<string>`CASE WHEN r.campaign_id IS NULL THEN ${contact.address_key}::uuid ELSE ${contact.id}::uuid END`,
            )
            // Keeps the planner from reading and joining all deliveries at once.
            .offset(sql.lit(0))
            .as('d'),
        (join) => join.onTrue(),
      )
      .where('r.total', '>', 0)
      .select(['r.id as run_id', 'r.campaign_id', 'r.automation_id', 'r.kind', 'r.scheduled_for'])
      .select(deliveryColumns.map((column) => `d.${column}` as const))
      // Looked up for the page alone, not joined to every run that is gone through.
      .select((eb: Runs) => [
        sql<string>`coalesce((SELECT name FROM automations WHERE id = ${eb.ref('r.automation_id')}),
                             (SELECT name FROM campaigns WHERE id = ${eb.ref('r.campaign_id')}), r.workflow_type)`.as(
          'title',
        ),
        sql<string | null>`r.sender_ids[d.sender_no + 1]`.as('sender_id'),
        sql<string>`r.message_id_domains[d.sender_no + 1]`.as('message_id_domain'),
      ]);
    const { rows, nextCursor } = await paginate(query, {
      list: `contacts/${contact.id}/deliveries`,
      sorts,
      sort: '-run',
      ...page,
    });
    return { items: rows.map((row) => present(row as unknown as Row)), nextCursor };
  }
}

function present(row: Row): ContactDelivery {
  const sender = row.sender_id === null ? undefined : { id: row.sender_id, messageIdDomain: row.message_id_domain };
  const { contactId: _, ...delivery } = presentDelivery(row.run_id, row, sender);
  return {
    runId: row.run_id,
    title: row.title,
    automationId: row.automation_id,
    campaignId: row.campaign_id,
    kind: row.kind,
    scheduledFor: row.scheduled_for.toISOString(),
    ...delivery,
  };
}
