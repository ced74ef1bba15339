import type { Queryable } from '../database.js';

/** The list does not exist, or has been deleted. */
export class ListGone extends Error {
  override name = 'ListGone';

  constructor(readonly listId: string) {
    super(`There is no list ${listId}.`);
  }
}

/**
 * Keeps a list from being deleted until the caller's transaction ends; false when it is gone already.
 *
 * Whoever adds members or imports holds this lock, and deleting a list takes the opposite one (`FOR UPDATE`): no membership is added
 * to a list that is being deleted. Renaming a list conflicts with neither.
 */
export async function shareList(client: Queryable, listId: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT 1 FROM lists WHERE id = $1 AND deleted_at IS NULL FOR KEY SHARE`, [
    listId,
  ]);
  return rows.length > 0;
}
