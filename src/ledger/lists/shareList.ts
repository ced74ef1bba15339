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
 * Whoever adds members or imports holds this lock when it commits, and deleting a list takes one that conflicts: no membership is added to a list that
 * is deleted. Deleting and renaming wait for it, so it is for short transactions, and for the end of long ones.
 */
export async function shareList(client: Queryable, listId: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT 1 FROM lists WHERE id = $1 AND deleted_at IS NULL FOR SHARE`, [listId]);
  return rows.length > 0;
}

/** Whether there is such a list now; it may be deleted a moment later. */
export async function listExists(client: Queryable, listId: string): Promise<boolean> {
  const { rows } = await client.query(`SELECT 1 FROM lists WHERE id = $1 AND deleted_at IS NULL`, [listId]);
  return rows.length > 0;
}
