import type { Database } from '../database.js';
import type { ImportStatus } from '../schema.js';

/** An import as it stands. `errors` are its first rejected rows. */
export interface ImportRecord {
  id: string;
  listId: string;
  fileName: string;
  status: ImportStatus;
  rows: number;
  added: number;
  updated: number;
  rejected: number;
  errors: RejectedRow[];
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export interface RejectedRow {
  line: number;
  value: string;
  reason: string;
}

/** How many rejected rows an import shows itself; all of them are in `rejectedRows`. */
const shownErrors = 20;

/** Reads an import; undefined when there is none. */
export async function readImport(database: Database, importId: string): Promise<ImportRecord | undefined> {
  const { rows } = await database.pool.query<ImportRecord>(
    `SELECT i.id, i.list_id AS "listId", i.file_name AS "fileName", i.status, i.rows, i.added, i.updated, i.rejected, i.error,
            i.created_at AS "createdAt", i.finished_at AS "finishedAt",
            coalesce((SELECT jsonb_agg(jsonb_build_object('line', e.line, 'value', e.value, 'reason', e.reason) ORDER BY e.line)
                        FROM (SELECT * FROM import_rejections r WHERE r.import_id = i.id ORDER BY r.line LIMIT ${shownErrors}) e), '[]') AS errors
       FROM imports i WHERE i.id = $1`,
    [importId],
  );
  return rows[0];
}

/** All rejected rows in the order of lines, in pages: memory and locks are bounded however slowly they are read. */
export async function* rejectedRows(database: Database, importId: string): AsyncGenerator<RejectedRow[]> {
  for (let after = 0; ;) {
    const { rows } = await database.pool.query<RejectedRow>(
      `SELECT line, value, reason FROM import_rejections WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT 5000`,
      [importId, after],
    );
    if (rows.length === 0) return;
    yield rows;
    after = (rows[rows.length - 1] as RejectedRow).line;
  }
}
