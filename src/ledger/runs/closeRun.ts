import type { PoolClient } from 'pg';
import type { DeliveryCounts } from '../../domain/delivery.js';
import { transaction, type Database } from '../database.js';
import { abandonedResponse } from '../deliveries/abandonClaims.js';
import { cancelPending } from '../deliveries/cancelPending.js';
import { countRun } from '../statistics/countRun.js';
import { raiseRunEvent } from '../webhooks/raiseEvents.js';
import { countDeliveries, recountChunks } from './countDeliveries.js';

/** How a run ended. */
export interface RunEnd {
  status: 'completed' | 'stopped' | 'failed';
  reason?: string;
  /** The result of a workflow type that is no campaign; kept with the run. */
  result?: unknown;
}

/**
 * Ends a run, once: the first end stands, and a repeated call answers the counts again.
 *
 * Invariants, whatever its claimers do meanwhile (their late settles lock the run too, see settleDeliveries):
 * - a run that has ended has nothing `sending`: what a dead claimer left becomes `uncertain` (or `pending`, see abandonClaims), and one that was only slow
 *   still settles it;
 * - a completed run has nothing `pending` either. If something became pending since the execution last looked, the run stays open, and the
 *   reconciler lets another execution go on with it;
 * - a run that an operator asked to stop has nothing `pending`, also when its execution ended before it could cancel;
 * - its statistics are counted in the same transaction, so that they are there as soon as the run has ended, and stay when its deliveries go.
 *
 * Answers null when the run did not end: it stays open, or another execution owns it.
 */
export async function closeRun(
  database: Database,
  runId: string,
  owner: string | null,
  end: RunEnd,
): Promise<{ status: string; counts: DeliveryCounts } | null> {
  // In slices and outside of the transaction below, which then finds next to nothing to cancel.
  await cancelPending(database.pool, runId);
  return transaction(database, async (client) => {
    // Not FOR UPDATE: whoever counts the run at this time holds what countRun waits for, and refers to the run's row in what it writes.
    const { rows } = await client.query<{ status: string; owner: string | null }>(
      `SELECT status, first_execution_run_id AS owner FROM runs WHERE id = $1 FOR NO KEY UPDATE`,
      [runId],
    );
    const run = rows[0];
    if (!run || run.owner !== owner) return null;
    if (['completed', 'stopped', 'failed'].includes(run.status)) {
      return { status: run.status, counts: await countDeliveries(client, runId) };
    }
    await recountChunks(client, runId);
    const before = await countDeliveries(client, runId);
    if (before.sending > 0 && end.status !== 'completed') await abandonAll(client, runId);
    await cancelPending(client, runId);
    const counts = await countDeliveries(client, runId);
    if (end.status === 'completed' && counts.pending + counts.sending > 0) return null;
    await client.query(
      `UPDATE runs SET status = $2, status_reason = $3, waiting_until = NULL, finished_at = now(), result = $4 WHERE id = $1`,
      [runId, end.status, end.reason ?? null, end.result === undefined ? null : JSON.stringify(end.result)],
    );
    await raiseRunEvent(client, end.status === 'failed' ? 'run.failed' : 'run.finished', runId, counts);
    await countRun(client, runId);
    return { status: end.status, counts };
  });
}

/** What `abandonClaims` does for one chunk and an attempt that follows, for all chunks of a run that no attempt follows. */
async function abandonAll(client: PoolClient, runId: string): Promise<void> {
  await client.query(
    `WITH abandoned AS (
       UPDATE deliveries d
          SET state = CASE WHEN d.doubt_since IS NULL THEN 'uncertain' ELSE 'pending' END::delivery_state,
              changed_at = now(), response = ${abandonedResponse}
         FROM chunks c
        WHERE c.run_id = $1 AND c.sending > 0
          AND d.run_id = $1 AND d.contact_id BETWEEN c.first_contact AND c.last_contact AND d.state = 'sending'
       RETURNING d.chunk_no, d.state)
     UPDATE chunks c SET sending = c.sending - a.n, uncertain = c.uncertain + a.uncertain, pending = c.pending + a.n - a.uncertain
       FROM (SELECT chunk_no, count(*)::int AS n, count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain
               FROM abandoned GROUP BY chunk_no) AS a
      WHERE c.run_id = $1 AND c.no = a.chunk_no`,
    [runId],
  );
}
