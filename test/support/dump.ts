import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import { openDatabase } from '../../src/ledger/database.js';
import { migrate } from '../../src/ledger/migrate.js';

/** A dump of a database on disk. */
export interface Dump {
  /** `pg_dump`, where there is one of the server's version or later; otherwise what it does, table by table. */
  by: 'pg_dump' | 'COPY';
  /** Fills a database that is empty. */
  restore(databaseUrl: string): Promise<void>;
  remove(): Promise<void>;
}

/** Dumps a database as docs/operations.md says: `pg_dump -Fc`. */
export async function dumpDatabase(databaseUrl: string): Promise<Dump> {
  const directory = await mkdtemp(join(tmpdir(), 'oncemail-dump-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const file = join(directory, 'ledger.dump');
  const dumped = spawnSync('pg_dump', ['-Fc', '-f', file, '-d', databaseUrl], { encoding: 'utf8' });
  if (dumped.status === 0) {
    return {
      by: 'pg_dump',
      restore: (target) => {
        const restored = spawnSync('pg_restore', ['--exit-on-error', '--no-owner', '-d', target, file], {
          encoding: 'utf8',
        });
        return restored.status === 0 ? Promise.resolve() : Promise.reject(new Error(restored.stderr));
      },
      remove,
    };
  }
  if (!dumped.error && !/version mismatch/.test(dumped.stderr)) throw new Error(dumped.stderr);
  const tables = await copyOut(databaseUrl, directory);
  return { by: 'COPY', restore: (target) => copyIn(target, directory, tables), remove };
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Every table in one snapshot; a partitioned one as the whole that it is. */
function copyOut(url: string, directory: string): Promise<string[]> {
  return connected(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname`,
    );
    for (const { name } of rows) {
      const source = client.query(to(`COPY (SELECT * FROM "${name}") TO STDOUT (FORMAT binary)`));
      await pipeline(source, createWriteStream(join(directory, name)));
    }
    return rows.map((r) => r.name);
  });
}

async function copyIn(url: string, directory: string, tables: readonly string[]): Promise<void> {
  const database = openDatabase({ url, maxConnections: 1 });
  await migrate(database).finally(() => database.close());
  await connected(url, async (client) => {
    // Foreign keys are not checked row by row, whatever the order of the tables.
    await client.query(`SET session_replication_role = replica`);
    await client.query(`TRUNCATE ${tables.map((name) => `"${name}"`).join(', ')}`);
    for (const name of tables) {
      await pipeline(
        createReadStream(join(directory, name)),
        client.query(from(`COPY "${name}" FROM STDIN (FORMAT binary)`)),
      );
    }
  });
}
