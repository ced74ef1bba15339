import { transaction, type Database } from '../database.js';

/** Campaigns that use a list, each with the automations that run it. */
export interface ListUse {
  id: string;
  name: string;
  automations: { id: string; name: string }[];
}

export type ListDeletion = { deleted: true } | { deleted: false; usedBy: ListUse[] } | null;

/**
 * Marks a list as deleted and ends its memberships; its contacts stay. Null when there is no such list.
 *
 * Invariant: no list is deleted that a campaign uses. The row is locked against what could make it one (campaigns take `FOR SHARE`) and
 * against new members (`shareList`), so this waits for an import that is being merged into it.
 */
export async function deleteList(database: Database, listId: string): Promise<ListDeletion> {
  return transaction(database, async (client) => {
    const list = await client.query(`SELECT 1 FROM lists WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [listId]);
    if (list.rows.length === 0) return null;
    const { rows: usedBy } = await client.query<ListUse>(
      `SELECT c.id, c.name,
              coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name) ORDER BY a.id)
                          FROM automations a WHERE a.campaign_id = c.id AND a.deleted_at IS NULL), '[]') AS automations
         FROM campaign_lists cl JOIN campaigns c ON c.id = cl.campaign_id AND c.deleted_at IS NULL
        WHERE cl.list_id = $1
        ORDER BY c.id
        LIMIT 20`,
      [listId],
    );
    if (usedBy.length > 0) return { deleted: false, usedBy };
    await client.query(`UPDATE lists SET deleted_at = now(), updated_at = now() WHERE id = $1`, [listId]);
    await client.query(`DELETE FROM list_contacts WHERE list_id = $1`, [listId]);
    return { deleted: true };
  });
}
