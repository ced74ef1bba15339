import type { Queryable } from '../database.js';

/** What such a delivery says, as SQL over `d`. */
export const abandonedResponse = `CASE WHEN d.doubt_since IS NULL THEN '' ELSE 'accepted or not, the provider will be asked: ' END
  || 'the sending process ended before it could record the answer'`;

/**
 * Called by an attempt before it works on a chunk: rows still `sending` belong to a dead or overtaken attempt, as one attempt at a
 * time works on a chunk. Whether their mail went out is unknown (RFC 1047), so they become `uncertain`; but those in doubt at a provider that knows
 * their key (`doubt_since`) become `pending`, to be asked about by the same sender.
 *
 * Invariant: a delivery that a second hand-over could mail twice never becomes `pending` here. The claim token stays until somebody claims the delivery
 * again, so a claimer that was only slow still settles one that is `uncertain`, now or later; about one that is `pending` the provider tells more.
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
       UPDATE deliveries d
          SET state = CASE WHEN d.doubt_since IS NULL THEN 'uncertain' ELSE 'pending' END::delivery_state,
              changed_at = now(), response = ${abandonedResponse}
         FROM held WHERE d.run_id = $1 AND d.contact_id = held.contact_id
       RETURNING d.state),
     sums AS (
       UPDATE chunks c SET sending = c.sending - a.n, uncertain = c.uncertain + a.uncertain, pending = c.pending + a.n - a.uncertain
         FROM (SELECT count(*)::int AS n, count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain FROM abandoned) AS a
        WHERE c.run_id = $1 AND c.no = $2 AND a.n > 0)
     SELECT count(*)::int AS abandoned FROM abandoned`,
    [chunk.runId, chunk.chunkNo, chunk.owner],
  );
  return rows[0]?.abandoned ?? 0;
}
