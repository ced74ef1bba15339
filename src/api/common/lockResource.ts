import { sql, type Selectable, type Transaction } from 'kysely';
import type { Schema } from '../../ledger/schema.js';
import { notFound } from './problems.js';

/** Resources whose row stays when they are deleted, because the past names them. */
type Kept = 'lists' | 'senders' | 'templates' | 'campaigns' | 'webhooks';

/**
 * The row of a resource that is to be changed, locked until the transaction ends, with the version that `If-Match` is compared with where the row has no
 * revision (etag.ts).
 * @throws Problem 404 when there is none, or it has been deleted.
 */
export async function lockResource<T extends Kept>(
  trx: Transaction<Schema>,
  table: T,
  id: string,
): Promise<Selectable<Schema[T]> & { version: string }> {
  const { rows } = await sql<Selectable<Schema[T]> & { version: string }>`
    SELECT *, xmin::text AS version FROM ${sql.table(table)} WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`.execute(
    trx,
  );
  const row = rows[0];
  if (!row) throw notFound(table.slice(0, -1), id);
  return row;
}
