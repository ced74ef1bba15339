import type { Queryable } from '../database.js';

/**
 * Cancels what a stopped run has not sent: `pending` becomes `cancelled`, nothing else moves, and nothing moves any more once the run
 * has been resumed (a process that was frozen in here may wake late). Works through chunks in slices, so that a run of a million is no
 * single long transaction; safe to repeat. Answers how many were cancelled.
 */
export async function cancelPending(db: Queryable, runId: string): Promise<number> {
  let cancelled = 0;
  for (;;) {
    const { rows } = await db.query<{ chunks: number; moved: number; cancelled: number }>(
      `WITH slice AS (SELECT no, first_contact, last_contact FROM chunks
                       WHERE run_id = $1 AND pending > 0 AND EXISTS (SELECT 1 FROM runs WHERE id = $1 AND control = 'stop')
                       ORDER BY no LIMIT 20),
       cancelled AS (
         UPDATE deliveries d
            SET state = CASE WHEN d.doubt_since IS NULL THEN 'cancelled' ELSE 'uncertain' END::delivery_state, changed_at = now(), due_at = NULL
           FROM slice s
          WHERE d.run_id = $1 AND d.contact_id BETWEEN s.first_contact AND s.last_contact AND d.state = 'pending'
         RETURNING d.chunk_no, d.state),
       sums AS (
         UPDATE chunks c SET pending = c.pending - n.n, cancelled = c.cancelled + n.cancelled, uncertain = c.uncertain + n.n - n.cancelled,
                due_at = NULL
           FROM (SELECT chunk_no, count(*)::int AS n, count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled
                   FROM cancelled GROUP BY chunk_no) AS n
          WHERE c.run_id = $1 AND c.no = n.chunk_no)
       SELECT (SELECT count(*) FROM slice)::int AS chunks, (SELECT count(*) FROM cancelled)::int AS moved,
              (SELECT count(*) FROM cancelled WHERE state = 'cancelled')::int AS cancelled`,
      [runId],
    );
    cancelled += rows[0]?.cancelled ?? 0;
    // A chunk that says pending without pending rows would be a broken sum: closeRun recounts, so stop rather than spin.
    if (!rows[0]?.chunks || !rows[0].moved) return cancelled;
  }
}
