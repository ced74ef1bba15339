import { Migrator } from 'kysely';
import type { Database } from './database.js';
import { migrations } from './migrations/index.js';
import { ensureDeliveryPartitions } from './partitions.js';

/**
 * Brings the schema up to date and makes the delivery partitions of the coming months.
 * Safe with any number of concurrent callers (the Migrator takes a lock). Returns the names of the migrations it applied.
 */
export async function migrate(database: Database): Promise<string[]> {
  const migrator = new Migrator({ db: database.db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error(String(error));
  await ensureDeliveryPartitions(database);
  return (results ?? []).filter((r) => r.status === 'Success').map((r) => r.migrationName);
}
