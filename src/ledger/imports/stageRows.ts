import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type pg from 'pg';
import { transaction, type Database } from '../database.js';
import { stagingTable } from './stagingTable.js';

/** The import is no longer `receiving`: it has been given up meanwhile, as its process seemed to be gone. */
export class ImportAbandoned extends Error {
  override name = 'ImportAbandoned';
}

/** Rows in COPY's text format (`copyText`), and the sums of the import so far, this batch included. */
export interface StagedBatch {
  /** Columns line, id, address, email, name, attributes. */
  contacts: Buffer;
  /** Columns import_id, line, value, reason. */
  rejections: Buffer;
  rows: number;
  rejected: number;
}

/**
 * Puts a batch into the staging table. One short transaction: the rows and the sums that count them become visible together, and a slow
 * upload holds no connection and no snapshot between batches.
 *
 * Invariant: nothing is staged for an import that is not `receiving`; the guarded update comes first and locks the row.
 * @throws ImportAbandoned
 */
export async function stageRows(database: Database, importId: string, batch: StagedBatch): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE imports SET rows = $2, rejected = $3, heartbeat_at = now() WHERE id = $1 AND status = 'receiving'`,
      [importId, batch.rows, batch.rejected],
    );
    if (rowCount === 0) throw new ImportAbandoned(`Import ${importId} was given up while its file was still arriving.`);
    if (batch.contacts.length > 0) {
      await copy(
        client,
        `COPY ${stagingTable(importId)} (line, id, address, email, name, attributes) FROM STDIN`,
        batch.contacts,
      );
    }
    if (batch.rejections.length > 0) {
      await copy(client, `COPY import_rejections (import_id, line, value, reason) FROM STDIN`, batch.rejections);
    }
  });
}

/** A sign of life between batches. False when the import has been given up. */
export async function touchImport(database: Database, importId: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `UPDATE imports SET heartbeat_at = now() WHERE id = $1 AND status = 'receiving'`,
    [importId],
  );
  return rowCount === 1;
}

async function copy(client: pg.PoolClient, statement: string, data: Buffer): Promise<void> {
  const stream = client.query(copyFrom(statement));
  const finished = once(stream, 'finish');
  stream.end(data);
  await finished;
}

/** A value in COPY's text format (PostgreSQL manual, COPY, "Text Format"): backslash, tab and line ends are escaped. */
export function copyText(value: string): string {
  return needsEscape.test(value) ? value.replace(/[\\\t\n\r]/g, (c) => escapes[c] as string) : value;
}

const needsEscape = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
