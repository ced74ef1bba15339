import type { Queryable } from '../database.js';

/**
 * Makes contacts members of a list that the caller holds (`shareList`). Returns how many joined, and which of the IDs are no contacts.
 *
 * The contacts are locked first, in the order of their IDs as imports do it: none is deleted before its membership is there.
 * To be called inside a transaction.
 */
export async function addToList(
  client: Queryable,
  listId: string,
  contactIds: readonly string[],
): Promise<{ added: number; unknown: string[] }> {
  const known = await client.query<{ id: string }>(
    `SELECT id FROM contacts WHERE id = ANY ($1::uuid[]) ORDER BY id FOR KEY SHARE`,
    [contactIds],
  );
  const ids = known.rows.map((r) => r.id);
  const { rowCount } = await client.query(
    `INSERT INTO list_contacts (list_id, contact_id)
     SELECT $1, id FROM unnest($2::uuid[]) AS n (id) ORDER BY id
     ON CONFLICT DO NOTHING`,
    [listId, ids],
  );
  const found = new Set(ids);
  return { added: rowCount ?? 0, unknown: contactIds.filter((id) => !found.has(id.toLowerCase())) };
}
