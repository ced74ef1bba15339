import { transaction, type Database, type Queryable } from '../database.js';
import { dropStagingTable } from '../imports/stagingTable.js';

/** Campaigns that use a list, each with the automations that run it. */
export interface ListUse {
  id: string;
  name: string;
  automations: { id: string; name: string }[];
}

export type ListDeletion = { deleted: true } | { deleted: false; usedBy: ListUse[] } | null;

/**
 * Marks a list as deleted; its contacts stay, and nothing shows its memberships from now on (`purgeDeletedLists` removes them). Null when there is no
 * such list. `check` is told the version of the locked row (its xmin), and stops the deletion by throwing. Prompt whatever its size: an import that is on its way into the list is not waited for, and fails.
 *
 * Invariant: no list is deleted that a campaign uses. The row is locked against what could make it one and against new members, which both take
 * `FOR SHARE` (`shareList`). A merge takes that lock only at its end, where it finds the list gone and rolls back.
 */
export async function deleteList(
  database: Database,
  listId: string,
  check: (version: string) => void = () => undefined,
): Promise<ListDeletion> {
  return transaction(database, async (client) => {
    const { rows: lists } = await client.query<{ version: string }>(
      `SELECT xmin::text AS version FROM lists WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`,
      [listId],
    );
    const [list] = lists;
    if (!list) return null;
    check(list.version);
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
    // Those that somebody is working on at this moment find out by themselves.
    const { rows: imports } = await client.query<{ id: string }>(
      `UPDATE imports SET status = 'failed', error = $2, finished_at = now()
        WHERE id IN (SELECT id FROM imports WHERE list_id = $1 AND status IN ('receiving', 'queued') ORDER BY id FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [listId, listDeleted],
    );
    for (const { id } of imports) await dropStagingTable(client, id);
    return { deleted: true };
  });
}

/** What an import says whose list was deleted under it. */
export const listDeleted = 'The list was deleted before the import had ended. Nothing was imported.';

/** Memberships removed by one statement. */
const slice = 20_000;

/** Removes the memberships that deleted lists have left, in slices; safe to repeat and to break off. Answers how many went. */
export async function purgeDeletedLists(db: Queryable, onSlice: () => void = () => undefined): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT l.id FROM lists l
      WHERE l.deleted_at IS NOT NULL AND EXISTS (SELECT FROM list_contacts m WHERE m.list_id = l.id) ORDER BY l.id`,
  );
  let removed = 0;
  for (const { id } of rows) {
    for (;;) {
      const { rowCount } = await db.query(
        `DELETE FROM list_contacts
          WHERE list_id = $1 AND contact_id IN (SELECT contact_id FROM list_contacts WHERE list_id = $1 ORDER BY contact_id LIMIT ${slice})`,
        [id],
      );
      removed += rowCount ?? 0;
      onSlice();
      if ((rowCount ?? 0) < slice) break;
    }
  }
  return removed;
}
