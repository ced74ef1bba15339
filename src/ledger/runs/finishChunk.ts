import { type Database, transaction } from '../database.js';

/**
 * Called when an activity leaves a chunk: writes when the chunk is due again, the earliest time of its pending deliveries (null: now, or
 * nothing left). The index behind it is the chunk's range in the primary key; a chunk is a thousand rows at most.
 *
 * The chunk's row is locked by a statement of its own, so that the one that writes sees what whoever held it has made pending: in one statement a
 * delivery that an operator sends again meanwhile would wait for the due time of the others.
 */
export async function finishChunk(database: Database, runId: string, chunkNo: number): Promise<void> {
  await transaction(database, async (client) => {
    await client.query(`SELECT FROM chunks WHERE run_id = $1 AND no = $2 FOR NO KEY UPDATE`, [runId, chunkNo]);
    await client.query(
      `UPDATE chunks c
          SET due_at = (SELECT CASE WHEN bool_or(d.due_at IS NULL) THEN NULL ELSE min(d.due_at) END
                          FROM deliveries d
                         WHERE d.run_id = c.run_id AND d.contact_id BETWEEN c.first_contact AND c.last_contact AND d.state = 'pending')
        WHERE c.run_id = $1 AND c.no = $2`,
      [runId, chunkNo],
    );
  });
}
