import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Config } from '../../config.js';
import { transaction, type Database } from '../../ledger/database.js';
import type { ApiKeysTable } from '../../ledger/schema.js';
import { apiKeyPrefix, generateApiKey, hashApiKey } from '../auth/keys.js';
import { newId } from '../common/ids.js';
import { paginate, type Page } from '../common/pagination.js';
import { invalidField, notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import type { ApiKey, ApiKeyInput } from './schemas.js';

const sorts = { createdAt: { columns: [{ column: 'api_keys.id', kind: 'uuid' }] } } as const;

@Injectable()
export class ApiKeysService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(query: { limit: number; cursor?: string | undefined }): Promise<Page<ApiKey>> {
    const { rows, nextCursor } = await paginate(this.database.db.selectFrom('api_keys').selectAll(), {
      list: 'api-keys',
      sorts,
      sort: '-createdAt',
      ...query,
    });
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<ApiKey> {
    const row = await this.database.db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('API key', id);
    return present(row);
  }

  async create(input: ApiKeyInput): Promise<ApiKey & { key: string }> {
    if (input.expiresAt && input.expiresAt <= new Date()) throw invalidField('/expiresAt', 'Must be in the future');
    const key = generateApiKey();
    const row = await this.database.db
      .insertInto('api_keys')
      .values({
        id: newId(),
        name: input.name,
        role: input.role,
        key_hash: hashApiKey(key),
        key_prefix: apiKeyPrefix(key),
        expires_at: input.expiresAt ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...present(row), key };
  }

  /** Revokes a key at once. The configured key and the last valid admin key stay, so that nobody locks everybody out. */
  async revoke(id: string): Promise<void> {
    await transaction(this.database, async (client) => {
      const { rows } = await client.query<{ id: string; key_hash: Buffer; role: string; valid: boolean }>(
        `SELECT id, key_hash, role, coalesce(expires_at > now(), true) AS valid FROM api_keys WHERE id = $1 OR role = 'admin' ORDER BY id FOR UPDATE`,
        [id],
      );
      const row = rows.find((r) => r.id === id.toLowerCase());
      if (!row) throw notFound('API key', id);
      if (this.config.adminApiKey && row.key_hash.equals(hashApiKey(this.config.adminApiKey))) {
        throw new Problem(
          'conflict',
          'This key is set by ONCEMAIL_ADMIN_API_KEY; change the configuration to revoke it.',
        );
      }
      const admins = rows.filter((r) => r.role === 'admin' && r.valid);
      if (admins.length === 1 && admins[0]?.id === row.id) {
        throw new Problem('conflict', 'This is the last valid admin key; create another one before you revoke it.');
      }
      await client.query(`DELETE FROM api_keys WHERE id = $1`, [id]);
    });
  }
}

function present(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    prefix: row.key_prefix,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
