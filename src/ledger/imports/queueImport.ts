import type { Database } from '../database.js';
import { ImportAbandoned } from './stageRows.js';

/**
 * The whole file is staged: `receiving` becomes `queued`. From here on the import needs its sender no more, and any process can merge it.
 * @throws ImportAbandoned
 */
export async function queueImport(database: Database, importId: string): Promise<void> {
  const { rowCount } = await database.pool.query(
    `UPDATE imports SET status = 'queued', heartbeat_at = now() WHERE id = $1 AND status = 'receiving'`,
    [importId],
  );
  if (rowCount === 0) throw new ImportAbandoned(`Import ${importId} was given up while its file was still arriving.`);
}
