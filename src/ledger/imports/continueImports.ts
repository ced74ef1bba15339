import type { Database } from '../database.js';
import { failImport } from './failImport.js';
import { mergeImport } from './mergeImport.js';

/** How long an upload may go without a sign of life before it counts as broken off. Its process gives one every half minute. */
const silence = '10 minutes';

export interface ContinuedImports {
  /** Imports merged here, because whoever received them did not. */
  merged: string[];
  /** Imports that could not be applied, and uploads that broke off with their process. */
  failed: string[];
  /** Staging tables that belonged to no import. */
  dropped: string[];
}

/**
 * Does what a crash left undone: merges imports that are received but not merged, fails uploads whose process is gone, drops staging tables of
 * imports that need none. Safe to call at any time, from any number of processes; an import that another process is merging is left to it.
 * @throws AggregateError when some could not be merged now; they are tried again with the next call.
 */
export async function continueImports(database: Database): Promise<ContinuedImports> {
  const result: ContinuedImports = { merged: [], failed: [], dropped: [] };

  const silent = await database.pool.query<{ id: string }>(
    `SELECT id FROM imports WHERE status = 'receiving' AND heartbeat_at < now() - interval '${silence}' ORDER BY id`,
  );
  for (const { id } of silent.rows) {
    await failImport(
      database,
      id,
      'The process that received the file ended before all of it had arrived. Nothing was imported; send it again.',
    );
    result.failed.push(id);
  }

  const waiting = await database.pool.query<{ id: string }>(
    `SELECT id FROM imports WHERE status IN ('queued', 'running') ORDER BY id`,
  );
  const errors: unknown[] = [];
  for (const { id } of waiting.rows) {
    try {
      const outcome = await mergeImport(database, id);
      if (outcome === 'completed') result.merged.push(id);
      if (outcome === 'failed') result.failed.push(id);
    } catch (error) {
      errors.push(new Error(`Import ${id} could not be merged now.`, { cause: error }));
    }
  }

  const orphans = await database.pool.query<{ name: string }>(
    `SELECT t.relname AS name
       FROM pg_class t
      WHERE t.relkind = 'r' AND t.relname ~ '^import_staging_[0-9a-f]{32}$' AND pg_table_is_visible(t.oid)
        AND NOT EXISTS (SELECT FROM imports i
                         WHERE i.id = substr(t.relname, 16)::uuid AND i.status IN ('receiving', 'queued', 'running'))`,
  );
  for (const { name } of orphans.rows) {
    await database.pool.query(`DROP TABLE IF EXISTS ${name}`);
    result.dropped.push(name);
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} imports could not be merged now.`);
  return result;
}
