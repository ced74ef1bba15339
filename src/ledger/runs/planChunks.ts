import { type DeliveryCounts, noDeliveries } from '../../domain/delivery.js';
import type { RunControl, RunStatus } from '../../domain/run.js';
import type { Database } from '../database.js';
import { resolveUncertain } from '../deliveries/resolveUncertain.js';
import { deliverySums } from './countDeliveries.js';

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

/** When the policy `resend` sends an uncertain delivery again. */
export interface ResendRule {
  /** It is left alone for so long, in milliseconds: a claimer that was only slow settles it meanwhile. */
  afterMs: number;
  /** Attempts that a delivery may spend; with so many it stays uncertain. */
  maxAttempts: number;
}

interface Look {
  control: RunControl;
  status: RunStatus;
  owner: string | null;
  resend: boolean;
  held: boolean;
  due: number[] | null;
  next_in_ms: number | null;
  counts: DeliveryCounts | null;
}

/**
 * Reads which chunks have work, from the ledger alone: a workflow carries no list of its own, so continue-as-new, a takeover by
 * another execution or a resolved uncertain delivery need nothing special.
 *
 * A chunk that still counts `sending` without being in flight belongs to an attempt that died; it is planned, and the next attempt
 * settles what can be known. Under the policy `resend`, uncertain deliveries that have rested become pending first, if the run is to go on:
 * in a run that stops they would be cancelled, although they may have been accepted. Also keeps the run's
 * status true: sending, waiting or paused.
 */
export async function planChunks(
  database: Database,
  request: { runId: string; owner: string; inFlight: number[]; limit: number },
  resend: ResendRule,
): Promise<Plan> {
  let look = await lookAt(database, request);
  let restedInMs: number | null = null;
  const goesOn = look.control === 'run' && look.owner === request.owner;
  if (look.resend && goesOn && look.counts && look.counts.uncertain > 0) {
    const resolved = await resolveUncertain(database.pool, {
      runId: request.runId,
      resolution: 'resend',
      unchangedForMs: resend.afterMs,
      maxAttempts: resend.maxAttempts,
      by: 'the policy of the automation',
    });
    if (resolved > 0) look = await lookAt(database, request);
    restedInMs = await nextRestedInMs(database, request.runId, resend);
  }
  const chunks = look.control === 'run' ? (look.due ?? []) : [];
  const working = chunks.length + request.inFlight.length;
  const due = [look.next_in_ms, restedInMs].filter((ms) => ms !== null);
  const nextDueInMs = due.length > 0 ? Math.min(...due) : null;
  await showStatus(database, request.runId, look, statusOf(look.control, working, nextDueInMs), nextDueInMs);
  return {
    control: look.control,
    chunks,
    nextDueInMs,
    counts: look.counts ?? noDeliveries(),
    owned: look.owner === request.owner,
  };
}

/** One statement, so one view of the ledger. */
async function lookAt(
  database: Database,
  request: { runId: string; inFlight: number[]; limit: number },
): Promise<Look> {
  const { rows } = await database.pool.query<Look>(
    `WITH c AS MATERIALIZED (SELECT * FROM chunks WHERE run_id = $1),
          idle AS (SELECT * FROM c WHERE no <> ALL ($2::int[]))
     SELECT r.control, r.status, r.first_execution_run_id AS owner, r.uncertain_policy = 'resend' AS resend,
            coalesce(r.status = 'waiting' AND r.waiting_until > now(), false) AS held,
            (SELECT array_agg(no ORDER BY no)
               FROM (SELECT no FROM idle WHERE (pending > 0 OR sending > 0) AND (due_at IS NULL OR due_at <= now())
                      ORDER BY no LIMIT $3) AS d) AS due,
            -- Every due_at here is in the future, so nothing is below zero.
            (SELECT extract(epoch FROM min(due_at) - now()) * 1000 FROM idle WHERE pending > 0 AND due_at > now())::float8 AS next_in_ms,
            (SELECT to_json(s) FROM (SELECT ${deliverySums} FROM c HAVING count(*) > 0) AS s) AS counts
       FROM runs r WHERE r.id = $1`,
    [request.runId, request.inFlight, request.limit],
  );
  const look = rows[0];
  if (!look) throw new Error(`Run ${request.runId} is not in the ledger.`);
  return look;
}

/** In how many milliseconds the next uncertain delivery has rested; null when none will. */
async function nextRestedInMs(database: Database, runId: string, rule: ResendRule): Promise<number | null> {
  const { rows } = await database.pool.query<{ in_ms: number | null }>(
    // greatest() alone would make 250 of the NULL that says nothing rests.
    `SELECT CASE WHEN count(*) > 0 THEN greatest(extract(epoch FROM min(changed_at) - now()) * 1000 + $2, 250) END::float8 AS in_ms
       FROM deliveries WHERE run_id = $1 AND state = 'uncertain' AND attempts < $3`,
    [runId, rule.afterMs, rule.maxAttempts],
  );
  return rows[0]?.in_ms ?? null;
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

/** A waiting reason that an activity wrote (a sender's fault, a limit) says more than ours and stays until its time has passed. */
async function showStatus(
  database: Database,
  runId: string,
  seen: Look,
  status: string | null,
  nextDueInMs: number | null,
): Promise<void> {
  if (!status || status === seen.status || (seen.held && status === 'sending')) return;
  const reason = status === 'waiting' ? 'deferred deliveries are due later' : null;
  await database.pool.query(
    `UPDATE runs SET status = $2, status_reason = $3, waiting_until = CASE WHEN $2 = 'waiting' THEN now() + $4::float8 * interval '1 millisecond' END
      WHERE id = $1 AND status IN ('preparing', 'sending', 'waiting', 'paused') AND status IS DISTINCT FROM $2
        AND NOT (status = 'waiting' AND $2 = 'sending' AND waiting_until > now())`,
    [runId, status, reason, nextDueInMs ?? 0],
  );
}
