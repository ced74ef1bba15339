import { transaction, type Database } from '../../ledger/database.js';
import { newId } from '../common/ids.js';
import { apiKeyPrefix, generateApiKey, hashApiKey } from './keys.js';

/** The name of the key that ONCEMAIL_ADMIN_API_KEY sets. */
export const configuredKeyName = 'ONCEMAIL_ADMIN_API_KEY';

/**
 * Makes sure that an administrator can get in: the configured key exists and is admin; without one, and without any admin key that is still valid, a key is
 * generated and returned, to be shown once. Safe with any number of processes starting together: one of them generates.
 */
export async function bootstrapAdminKey(
  database: Database,
  configured: string | undefined,
): Promise<string | undefined> {
  return transaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('oncemail:bootstrap-admin-key'))`);
    if (configured) {
      await client.query(
        `INSERT INTO api_keys (id, name, role, key_hash, key_prefix) VALUES ($1, $2, 'admin', $3, $4)
         ON CONFLICT (key_hash) DO UPDATE SET role = 'admin', expires_at = NULL`,
        [newId(), configuredKeyName, hashApiKey(configured), apiKeyPrefix(configured)],
      );
      return undefined;
    }
    const { rowCount } = await client.query(
      `SELECT FROM api_keys WHERE role = 'admin' AND (expires_at IS NULL OR expires_at > now()) LIMIT 1`,
    );
    if (rowCount) return undefined;
    const key = generateApiKey();
    await client.query(
      `INSERT INTO api_keys (id, name, role, key_hash, key_prefix) VALUES ($1, 'First start', 'admin', $2, $3)`,
      [newId(), hashApiKey(key), apiKeyPrefix(key)],
    );
    return key;
  });
}
