import type { Queryable } from '../database.js';

/**
 * Cancels what a stopped run has not sent: `pending` becomes `cancelled`, nothing else moves. Works through chunks in slices, so that a
 * run of a million is no single long transaction; safe to repeat. Answers how many were cancelled.
 */
export async function cancelPending(
  db: Queryable,
  runId: string,
  onSlice: () => void = () => undefined,
): Promise<number> {
  let cancelled = 0;
  for (;;) {
    const { rows } = await db.query<{ chunks: number; cancelled: number }>(
      `WITH slice AS (SELECT no, first_contact, last_contact FROM chunks
                       WHERE run_id = $1 AND pending > 0 ORDER BY no LIMIT 20),
       cancelled AS (
         UPDATE deliveries d SET state = 'cancelled', changed_at = now(), due_at = NULL
           FROM slice s
          WHERE d.run_id = $1 AND d.contact_id BETWEEN s.first_contact AND s.last_contact AND d.state = 'pending'
         RETURNING d.chunk_no),
       sums AS (
         UPDATE chunks c SET pending = c.pending - n.n, cancelled = c.cancelled + n.n, due_at = NULL
           FROM (SELECT chunk_no, count(*)::int AS n FROM cancelled GROUP BY chunk_no) AS n
          WHERE c.run_id = $1 AND c.no = n.chunk_no)
       SELECT (SELECT count(*) FROM slice)::int AS chunks, (SELECT count(*) FROM cancelled)::int AS cancelled`,
      [runId],
    );
    cancelled += rows[0]?.cancelled ?? 0;
    onSlice();
    // A chunk that says pending without pending rows would be a broken sum: closeRun recounts, so stop rather than spin.
    if (!rows[0]?.chunks || !rows[0].cancelled) return cancelled;
  }
}
