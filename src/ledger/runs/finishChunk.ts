import type { Queryable } from '../database.js';

/**
 * Called when an activity leaves a chunk: writes when the chunk is due again, the earliest time of its pending deliveries (null: now, or
 * nothing left). The index behind it is the chunk's range in the primary key; a chunk is a thousand rows at most.
 */
export async function finishChunk(db: Queryable, runId: string, chunkNo: number): Promise<void> {
  await db.query(
    `UPDATE chunks c
        SET due_at = (SELECT CASE WHEN bool_or(d.due_at IS NULL) THEN NULL ELSE min(d.due_at) END
                        FROM deliveries d
                       WHERE d.run_id = c.run_id AND d.contact_id BETWEEN c.first_contact AND c.last_contact AND d.state = 'pending')
      WHERE c.run_id = $1 AND c.no = $2`,
    [runId, chunkNo],
  );
}
