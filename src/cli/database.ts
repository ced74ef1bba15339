import { loadConfig, type Config } from '../config.js';
import type { Database } from '../ledger/database.js';
import { causeText, Failure } from './failure.js';

/**
 * Does `work` with the database of DATABASE_URL, and lets go of it.
 * @throws Failure when it cannot be reached; ConfigError
 */
export async function withDatabase<T>(
  command: string,
  maxConnections: number,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  // Only commands that need the database wait for its code to be loaded.
  const { openDatabase } = await import('../ledger/database.js');
  const database = openDatabase({
    url: config.databaseUrl,
    maxConnections,
    applicationName: `oncemail ${command}`,
  });
  try {
    await database.pool.query('SELECT 1').catch((error: unknown) => {
      throw new Failure(`The database of DATABASE_URL cannot be used: ${causeText(error)}`, 1, { cause: error });
    });
    return await work(database, config);
  } finally {
    await database.close();
  }
}
