import { transaction, type Database } from '../database.js';

/** How many rows a transaction removes. */
const atATime = 100;

/**
 * Removes attachments that nothing has used for a day, and files of no attachment (the last one was removed, or their upload broke off) of the same age.
 *
 * Invariant: nothing is removed that a template, a campaign or a run's snapshot refers to, also when it begins to at that very moment: rows are
 * locked first and looked at again by a second statement, and the foreign keys stand behind that.
 */
export async function pruneAttachments(database: Database, beat: () => void = () => undefined): Promise<void> {
  for (const { find, remove } of [attachments, files]) {
    for (;;) {
      const found = await transaction(database, async (client) => {
        const { rows } = await client.query<{ id: string }>(find, [atATime]);
        const ids = rows.map((r) => r.id);
        if (ids.length > 0) await client.query(remove, [ids]);
        return ids.length;
      });
      beat();
      if (found < atATime) break;
    }
  }
}

const unused = `NOT EXISTS (SELECT FROM attachment_uses u WHERE u.attachment_id = a.id)`;
const attachments = {
  find: `SELECT a.id FROM attachments a WHERE a.unused_since < now() - interval '1 day' AND ${unused} LIMIT $1 FOR UPDATE SKIP LOCKED`,
  remove: `DELETE FROM attachments a WHERE a.id = ANY ($1) AND a.unused_since < now() - interval '1 day' AND ${unused}`,
};

const unreferenced = `NOT EXISTS (SELECT FROM attachments a WHERE a.file_id = f.id)`;
const files = {
  find: `SELECT f.id FROM attachment_files f WHERE f.created_at < now() - interval '1 day' AND ${unreferenced} LIMIT $1 FOR UPDATE SKIP LOCKED`,
  remove: `DELETE FROM attachment_files f WHERE f.id = ANY ($1) AND ${unreferenced}`,
};
