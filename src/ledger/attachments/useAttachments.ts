import type { Queryable } from '../database.js';

/**
 * Makes a template, campaign or run use exactly these attachments, none when it is deleted. What is used stays (a foreign key); what is let go of is removed
 * a day later (pruneAttachments), unless something uses it again.
 * Invariant: called in the transaction that writes the content, so that content never refers to what may be removed.
 */
export async function useAttachments(
  db: Queryable,
  userId: string,
  attachments: readonly { id: string }[],
): Promise<void> {
  const ids = [...new Set(attachments.map((a) => a.id))];
  await db.query(
    `WITH gone AS (DELETE FROM attachment_uses WHERE user_id = $1 AND attachment_id <> ALL ($2::uuid[]) RETURNING attachment_id)
     UPDATE attachments SET unused_since = now() WHERE id IN (SELECT attachment_id FROM gone)`,
    [userId, ids],
  );
  if (ids.length === 0) return;
  await db.query(
    `INSERT INTO attachment_uses (user_id, attachment_id) SELECT $1::uuid, unnest($2::uuid[]) ON CONFLICT DO NOTHING`,
    [userId, ids],
  );
}
