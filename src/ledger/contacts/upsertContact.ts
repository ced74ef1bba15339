import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from '../database.js';

export interface GivenContact {
  email: string;
  /** The normalised address. */
  address: string;
  /** '' leaves a known name. */
  name: string;
  attributes: Record<string, unknown>;
}

/**
 * The contact of an address: inserted, or changed as an import would change it (a name that is given replaces, attributes are merged). Returns its ID.
 * The contact's row is locked until the caller's transaction ends.
 */
export async function upsertContact(client: Queryable, given: GivenContact): Promise<{ id: string; created: boolean }> {
  const { rows } = await client.query<{ id: string; created: boolean }>(
    `INSERT INTO contacts AS c (id, email, address, name, attributes)
     VALUES ($1, $2, $3, $4, $5::jsonb)
     ON CONFLICT (address) DO UPDATE
        SET name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE c.name END,
            attributes = c.attributes || excluded.attributes,
            updated_at = CASE WHEN c.attributes @> excluded.attributes AND excluded.name IN ('', c.name) THEN c.updated_at ELSE now() END
     RETURNING id, xmax = 0 AS created`,
    [uuidv7(), given.email, given.address, given.name, JSON.stringify(given.attributes)],
  );
  return rows[0] as { id: string; created: boolean };
}
