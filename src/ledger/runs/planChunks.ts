import type { DeliveryCounts } from '../../domain/delivery.js';
import type { RunControl, RunStatus } from '../../domain/run.js';
import type { Database } from '../database.js';
import { countDeliveries } from './countDeliveries.js';

/** What the workflow of a run may do next. */
export interface Plan {
  control: RunControl;
  /** Chunks with work that is due now, in order, without those in flight. */
  chunks: number[];
  /** When nothing is due but something will be: in how many milliseconds. */
  nextDueInMs: number | null;
  counts: DeliveryCounts;
  /** True when the run still belongs to the execution that asks. */
  owned: boolean;
}

/**
 * Reads which chunks have work, from the ledger alone: a workflow carries no list of its own, so continue-as-new, a takeover by
 * another execution or a resolved uncertain delivery need nothing special.
 *
 * A chunk that still counts `sending` without being in flight belongs to an attempt that died; it is planned, and the next attempt
 * settles what can be known. Also keeps the run's status true: sending, waiting or paused.
 */
export async function planChunks(
  database: Database,
  request: { runId: string; owner: string; inFlight: number[]; limit: number },
): Promise<Plan> {
  const { rows: runs } = await database.pool.query<{
    control: RunControl;
    status: RunStatus;
    owner: string | null;
    held_ms: number | null;
  }>(
    `SELECT control, status, first_execution_run_id AS owner,
            CASE WHEN status = 'waiting' AND waiting_until > now() THEN extract(epoch FROM waiting_until - now()) * 1000 END::float8 AS held_ms
       FROM runs WHERE id = $1`,
    [request.runId],
  );
  const run = runs[0];
  if (!run) throw new Error(`Run ${request.runId} is not in the ledger.`);
  const { rows: due } = await database.pool.query<{ no: number }>(
    `SELECT no FROM chunks
      WHERE run_id = $1 AND (pending > 0 OR sending > 0) AND (due_at IS NULL OR due_at <= now()) AND no <> ALL ($2::int[])
      ORDER BY no LIMIT $3`,
    [request.runId, request.inFlight, request.limit],
  );
  const { rows: next } = await database.pool.query<{ in_ms: number | null }>(
    // Every due_at is in the future, so nothing is below zero; greatest() would make 0 of the NULL that says nothing is due later.
    `SELECT (extract(epoch FROM min(due_at) - now()) * 1000)::float8 AS in_ms
       FROM chunks WHERE run_id = $1 AND pending > 0 AND due_at > now() AND no <> ALL ($2::int[])`,
    [request.runId, request.inFlight],
  );
  const counts = await countDeliveries(database.pool, request.runId);
  const chunks = run.control === 'run' ? due.map((c) => c.no) : [];
  const nextDueInMs = next[0]?.in_ms ?? null;
  await showStatus(
    database,
    request.runId,
    statusOf(run.control, chunks.length + request.inFlight.length, nextDueInMs),
    nextDueInMs,
  );
  return { control: run.control, chunks, nextDueInMs, counts, owned: run.owner === request.owner };
}

function statusOf(
  control: RunControl,
  working: number,
  nextDueInMs: number | null,
): 'paused' | 'sending' | 'waiting' | null {
  if (control === 'pause') return 'paused';
  if (working > 0) return 'sending';
  return nextDueInMs === null ? null : 'waiting';
}

async function showStatus(
  database: Database,
  runId: string,
  status: string | null,
  nextDueInMs: number | null,
): Promise<void> {
  if (!status) return;
  const reason = status === 'waiting' ? 'deferred deliveries are due later' : null;
  // A waiting reason that an activity wrote (a sender's fault, a limit) says more than ours and stays until it has passed.
  await database.pool.query(
    `UPDATE runs SET status = $2, status_reason = $3, waiting_until = CASE WHEN $2 = 'waiting' THEN now() + $4::float8 * interval '1 millisecond' END
      WHERE id = $1 AND status IN ('preparing', 'sending', 'waiting', 'paused') AND status IS DISTINCT FROM $2
        AND NOT (status = 'waiting' AND $2 = 'sending' AND waiting_until > now())`,
    [runId, status, reason, nextDueInMs ?? 0],
  );
}
