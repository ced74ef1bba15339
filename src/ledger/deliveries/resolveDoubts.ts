import type { Queryable } from '../database.js';

/**
 * Called by an attempt before it works on a chunk of a run that has, or had, a sender whose provider knows idempotency keys. Deliveries in doubt about
 * which nobody can be asked any more become `uncertain`: the provider has forgotten the key, the sender was deleted, or its account became another one.
 *
 * Invariant: nothing is in doubt (`doubt_since`) for longer than the provider knows its key, so a repeated request never becomes a second email.
 * Answers how many it gave up.
 */
export async function giveUpDoubts(
  db: Queryable,
  chunk: { runId: string; chunkNo: number; owner: string; knownForMs: number },
): Promise<number> {
  const { rows } = await db.query<{ given_up: number }>(
    `WITH lost AS MATERIALIZED (
       SELECT d.contact_id,
              CASE WHEN s.id IS NULL OR s.deleted_at IS NOT NULL THEN 'its sender was deleted'
                   WHEN s.transport = 'smtp' OR d.doubt_since <= s.account_since THEN 'its sender has another account now'
                   WHEN d.doubt_since <= now() - $4::float8 * interval '1 millisecond' THEN 'the provider has forgotten its key' END AS reason
         FROM runs r
         JOIN chunks c ON c.run_id = r.id AND c.no = $2
         JOIN deliveries d ON d.run_id = r.id AND d.contact_id BETWEEN c.first_contact AND c.last_contact
         LEFT JOIN senders s ON s.id = r.sender_ids[d.sender_no + 1]
        WHERE r.id = $1 AND r.first_execution_run_id = $3 AND c.pending > 0
          AND d.run_id = $1 AND d.state = 'pending' AND d.doubt_since IS NOT NULL
          FOR UPDATE OF d),
     given_up AS (
       UPDATE deliveries d
          SET state = 'uncertain', changed_at = now(), due_at = NULL, doubt_since = NULL,
              response = left('whether it was sent cannot be asked any more, as ' || lost.reason || coalesce('; before: ' || d.response, ''), 500)
         FROM lost WHERE d.run_id = $1 AND d.contact_id = lost.contact_id AND lost.reason IS NOT NULL
       RETURNING 1),
     sums AS (
       UPDATE chunks SET pending = pending - g.n, uncertain = uncertain + g.n
         FROM (SELECT count(*)::int AS n FROM given_up) AS g
        WHERE run_id = $1 AND no = $2 AND g.n > 0)
     SELECT count(*)::int AS given_up FROM given_up`,
    [chunk.runId, chunk.chunkNo, chunk.owner, chunk.knownForMs],
  );
  return rows[0]?.given_up ?? 0;
}

/**
 * Puts off what is due of a chunk and in doubt at one sender that cannot be used now, so that a run which has nothing else to do sleeps until then.
 * Other senders may not take it.
 */
export async function putOffDoubts(
  db: Queryable,
  chunk: { runId: string; chunkNo: number; owner: string; senderNo: number; ms: number },
): Promise<void> {
  await db.query(
    `UPDATE deliveries d SET due_at = now() + $5::float8 * interval '1 millisecond'
       FROM runs r JOIN chunks c ON c.run_id = r.id AND c.no = $2
      WHERE r.id = $1 AND r.first_execution_run_id = $3
        AND d.run_id = $1 AND d.contact_id BETWEEN c.first_contact AND c.last_contact
        AND d.state = 'pending' AND d.doubt_since IS NOT NULL AND d.sender_no = $4 AND (d.due_at IS NULL OR d.due_at <= now())`,
    [chunk.runId, chunk.chunkNo, chunk.owner, chunk.senderNo, chunk.ms],
  );
}
