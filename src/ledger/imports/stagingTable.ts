import type { Queryable } from '../database.js';

/**
 * The name of the table that holds the rows of one import until they are merged. It exists exactly while the import is `receiving`, `queued` or
 * `running`: it is made and dropped in the transactions that enter and leave those states.
 */
export function stagingTable(importId: string): string {
  const hex = importId.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new TypeError(`'${importId}' is not a UUID.`);
  return `import_staging_${hex}`;
}

/** Makes the table. It is logged (no UNLOGGED): what is `queued` must survive a crash of PostgreSQL too. No index: it is read whole. */
export async function createStagingTable(client: Queryable, importId: string): Promise<void> {
  await client.query(
    `CREATE TABLE ${stagingTable(importId)} (
       line integer NOT NULL,
       id uuid NOT NULL,
       address text COLLATE "C" NOT NULL,
       email text NOT NULL,
       name text NOT NULL,
       attributes jsonb NOT NULL
     ) WITH (autovacuum_enabled = off)`,
  );
}

export async function dropStagingTable(client: Queryable, importId: string): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${stagingTable(importId)}`);
}
