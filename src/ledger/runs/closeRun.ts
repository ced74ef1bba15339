import type { DeliveryCounts } from '../../domain/delivery.js';
import { transaction, type Database } from '../database.js';
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
 * Only the owner can end it: after a takeover the old execution changes nothing. Answers null then.
 */
export async function closeRun(
  database: Database,
  runId: string,
  owner: string | null,
  end: RunEnd,
): Promise<{ status: string; counts: DeliveryCounts } | null> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ status: string; owner: string | null }>(
      `SELECT status, first_execution_run_id AS owner FROM runs WHERE id = $1 FOR UPDATE`,
      [runId],
    );
    const run = rows[0];
    if (!run || run.owner !== owner) return null;
    if (['completed', 'stopped', 'failed'].includes(run.status)) {
      return { status: run.status, counts: await countDeliveries(client, runId) };
    }
    await recountChunks(client, runId);
    const counts = await countDeliveries(client, runId);
    await client.query(
      `UPDATE runs SET status = $2, status_reason = $3, waiting_until = NULL, finished_at = now(), result = $4 WHERE id = $1`,
      [runId, end.status, end.reason ?? null, end.result === undefined ? null : JSON.stringify(end.result)],
    );
    return { status: end.status, counts };
  });
}
