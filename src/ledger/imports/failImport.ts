import { transaction, type Database } from '../database.js';
import { dropStagingTable } from './stagingTable.js';

/**
 * Ends an import as `failed` and drops what it staged. Nothing of it has been applied, as the merge is one transaction. Its rejected rows stay
 * readable. An import that is `completed` or `failed` already stays as it is.
 */
export async function failImport(database: Database, importId: string, error: string): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE imports SET status = 'failed', error = $2, finished_at = now()
        WHERE id = $1 AND status IN ('receiving', 'queued', 'running')`,
      [importId, error.slice(0, 1000)],
    );
    if (rowCount === 1) await dropStagingTable(client, importId);
  });
}
