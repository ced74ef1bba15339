import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { parseAddress } from '../../domain/address.js';
import type { Database } from '../../ledger/database.js';
import type { SuppressionsTable } from '../../ledger/schema.js';
import { suppress, suppressAll, type SuppressionChanges } from '../../ledger/suppressions.js';
import { isUuid } from '../common/ids.js';
import { paginate, type Page } from '../common/pagination.js';
import { notFound } from '../common/problems.js';
import { DATABASE } from '../common/tokens.js';
import { beginsWith } from '../contacts/service.js';
import type { SuppressionInput, SuppressionQuery, SuppressionsInput, SuppressionView } from './schemas.js';

const sorts = {
  since: {
    columns: [
      { column: 'suppressions.since', kind: 'timestamptz' },
      { column: 'suppressions.id', kind: 'uuid' },
    ],
  },
  email: { columns: [{ column: 'suppressions.address', kind: 'text' }] },
} as const;

@Injectable()
export class SuppressionsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(query: SuppressionQuery): Promise<Page<SuppressionView>> {
    const { search, reason, ...page } = query;
    let q = this.database.db.selectFrom('suppressions').selectAll();
    if (search) q = q.where(beginsWith('suppressions.address', search));
    if (reason) q = q.where('reason', '=', reason);
    const { rows, nextCursor } = await paginate(q, {
      list: 'suppressions',
      filters: { search, reason },
      sorts,
      ...page,
    });
    return { items: rows.map(present), nextCursor };
  }

  async get(key: string): Promise<SuppressionView> {
    const by = identity(key);
    const row = by
      ? await this.database.db.selectFrom('suppressions').selectAll().where(by.column, '=', by.value).executeTakeFirst()
      : undefined;
    if (!row) throw notFound('suppression of', key);
    return present(row);
  }

  /** Suppresses an address; one that is suppressed keeps the stronger reason. */
  async add(input: SuppressionInput): Promise<SuppressionView> {
    await suppress(this.database.pool, { ...input.email, reason: input.reason, detail: input.detail });
    return this.get(input.email.address);
  }

  addAll(input: SuppressionsInput): Promise<SuppressionChanges> {
    return suppressAll(
      this.database.pool,
      input.emails.map((email) => ({ ...email, reason: input.reason, detail: input.detail })),
    );
  }

  /** Ends a suppression: the address may be mailed again. */
  async delete(key: string): Promise<void> {
    const by = identity(key);
    const result = by
      ? await this.database.db.deleteFrom('suppressions').where(by.column, '=', by.value).executeTakeFirst()
      : undefined;
    if (!result?.numDeletedRows) throw notFound('suppression of', key);
  }
}

function identity(key: string): { column: 'id' | 'address'; value: string } | null {
  if (isUuid(key)) return { column: 'id', value: key };
  const parsed = parseAddress(key);
  return parsed.ok ? { column: 'address', value: parsed.address } : null;
}

function present(row: Selectable<SuppressionsTable>): SuppressionView {
  return {
    id: row.id,
    email: row.email,
    reason: row.reason,
    detail: row.detail,
    runId: row.run_id,
    since: row.since.toISOString(),
  };
}
