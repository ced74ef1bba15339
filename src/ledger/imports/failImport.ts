import { transaction, type Database } from '../database.js';
import type { ImportStatus } from '../schema.js';
import { dropStagingTable } from './stagingTable.js';

/**
 * Ends an import as `failed` and drops what it staged. Nothing of it has been applied, as the merge is one transaction. Its rejected rows stay
 * readable. An import that is `completed` or `failed` already stays as it is.
 */
export function failImport(database: Database, importId: string, error: string): Promise<void> {
  return fail(database, importId, error, ['receiving', 'queued', 'running']);
}

/**
 * Gives up an import whose file has not arrived whole; one that has (`queued` and later) stays as it is. Whoever still receives it fails with
 * `ImportAbandoned`.
 */
export function abandonReceiving(database: Database, importId: string, error: string): Promise<void> {
  return fail(database, importId, error, ['receiving']);
}

async function fail(database: Database, importId: string, error: string, of: readonly ImportStatus[]): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE imports SET status = 'failed', error = $2, finished_at = now() WHERE id = $1 AND status = ANY ($3)`,
      [importId, error.slice(0, 1000), of],
    );
    if (rowCount === 1) await dropStagingTable(client, importId);
  });
}
