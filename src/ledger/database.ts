import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.js';

/** The ledger's database: `pool` for SQL written by hand, `db` for plain reads and writes; both share the same connections. */
export interface Database {
  readonly pool: pg.Pool;
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL connection string, version 14 or later. */
  url: string;
  /** Most connections of this process. Default 10. */
  maxConnections?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}

/**
 * Opens a pool; connections are made on demand, so this never fails by itself.
 * A connection that breaks while idle is dropped and replaced; `onError` hears of it.
 */
export function openDatabase(options: DatabaseOptions, onError: (error: Error) => void = () => undefined): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? 'oncemail',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  pool.on('error', onError);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return {
    pool,
    db,
    close: async () => {
      await db.destroy();
      // kysely ends the pool only if it has been asked something.
      if (!pool.ended) await pool.end();
    },
  };
}

/** Runs `work` in one transaction on one connection: committed when it resolves, rolled back when it rejects. */
export async function transaction<T>(database: Database, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** What runs a single statement: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>;
