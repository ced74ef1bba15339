import type { Database } from '../database.js';

/** A contact as an export shows it: attributes as text, in the order of the columns; '' where there is none. */
export interface ExportedContact {
  email: string;
  name: string;
  attributes: string[];
}

const pageSize = 5_000;

/** The names of all attributes that contacts of a list have, in order. One pass over the list. */
export async function attributeNamesOfList(database: Database, listId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT DISTINCT k AS name
       FROM list_contacts m JOIN contacts c ON c.id = m.contact_id, jsonb_object_keys(c.attributes) k
      WHERE m.list_id = $1
      ORDER BY 1`,
    [listId],
  );
  return rows.map((r) => r.name);
}

/**
 * All contacts of a list in pages, in the order of their IDs. Each page is a query of its own: however slowly the pages are read, they hold no
 * connection, no snapshot and no more memory than one page. A contact that is there from the beginning to the end is exported exactly once.
 */
export async function* exportContacts(
  database: Database,
  listId: string,
  attributeNames: readonly string[],
): AsyncGenerator<ExportedContact[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await database.pool.query<ExportedContact & { id: string }>(
      `SELECT c.id, c.email, c.name, array(SELECT coalesce(c.attributes ->> n, '') FROM unnest($3::text[]) WITH ORDINALITY AS a (n, no) ORDER BY no) AS attributes
         FROM (SELECT contact_id FROM list_contacts WHERE list_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT ${pageSize}) m
         JOIN contacts c ON c.id = m.contact_id
        ORDER BY c.id`,
      [listId, after, attributeNames],
    );
    const last = rows[rows.length - 1];
    if (!last) return;
    yield rows;
    after = last.id;
  }
}
