import type { Database } from './database.js';

/** The smallest UUIDv7 of a moment: 48 bits of Unix milliseconds, then zeros (RFC 9562 section 5.7). */
export function uuidV7LowerBound(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * Makes the monthly partitions of `deliveries` for this month and the next three. Idempotent and safe to run concurrently.
 * A month whose rows already went to the default partition keeps them there: the partition is then not made, and nothing is lost.
 */
export async function ensureDeliveryPartitions(database: Database, now = new Date()): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('oncemail/partitions'))`);
    for (let ahead = 0; ahead < 4; ahead++) {
      const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
      const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 1));
      const name = `deliveries_${from.getUTCFullYear()}_${String(from.getUTCMonth() + 1).padStart(2, '0')}`;
      const [lower, upper] = [uuidV7LowerBound(from), uuidV7LowerBound(to)];
      const { rows } = await client.query<{ exists: boolean; strays: boolean }>(
        `SELECT to_regclass($1) IS NOT NULL AS exists,
                EXISTS (SELECT 1 FROM deliveries_default WHERE run_id >= $2::uuid AND run_id < $3::uuid) AS strays`,
        [name, lower, upper],
      );
      if (rows[0]?.exists || rows[0]?.strays) continue;
      await client.query(
        `CREATE TABLE ${name} PARTITION OF deliveries FOR VALUES FROM ('${lower}') TO ('${upper}') WITH (fillfactor = 80)`,
      );
    }
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtext('oncemail/partitions'))`).catch(() => undefined);
    client.release();
  }
}
