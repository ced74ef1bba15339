import type { Queryable } from '../database.js';

/**
 * Called by an attempt before it works on a chunk: rows still `sending` belong to a dead or overtaken attempt, as one attempt at a
 * time works on a chunk. Whether their mail went out is unknown (RFC 1047), so they become `uncertain`.
 *
 * Invariant: they never become `pending` here. The claim token stays, so a claimer that was only slow still settles them.
 * Answers how many rows it found.
 */
export async function abandonClaims(
  db: Queryable,
  chunk: { runId: string; chunkNo: number; owner: string },
): Promise<number> {
  const { rows } = await db.query<{ abandoned: number }>(
    `WITH held AS MATERIALIZED (
       SELECT d.contact_id
         FROM runs r
         JOIN chunks c ON c.run_id = r.id AND c.no = $2
         JOIN deliveries d ON d.run_id = r.id AND d.contact_id BETWEEN c.first_contact AND c.last_contact
        WHERE r.id = $1 AND r.first_execution_run_id = $3 AND c.sending > 0 AND d.run_id = $1 AND d.state = 'sending'
          FOR UPDATE OF d),
     abandoned AS (
       UPDATE deliveries d SET state = 'uncertain', changed_at = now(), response = 'the sending process ended before it could record the answer'
         FROM held WHERE d.run_id = $1 AND d.contact_id = held.contact_id
       RETURNING 1),
     sums AS (
       UPDATE chunks SET sending = sending - a.n, uncertain = uncertain + a.n
         FROM (SELECT count(*)::int AS n FROM abandoned) AS a
        WHERE run_id = $1 AND no = $2 AND a.n > 0)
     SELECT count(*)::int AS abandoned FROM abandoned`,
    [chunk.runId, chunk.chunkNo, chunk.owner],
  );
  return rows[0]?.abandoned ?? 0;
}
