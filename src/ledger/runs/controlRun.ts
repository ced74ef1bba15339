import type { RunControl } from '../../domain/run.js';
import type { Queryable } from '../database.js';

/**
 * Writes what is wanted of an open run. Claims read it, so it takes effect within one claim batch, with or without a signal.
 * `stop` is final: a stopping run is not resumed by `run` or `pause`. Answers false when the run is closed or already stopping.
 */
export async function controlRun(db: Queryable, runId: string, control: RunControl): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE runs SET control = $2,
            status = CASE WHEN $2 = 'pause' THEN 'paused' WHEN $2 = 'run' AND status = 'paused' THEN 'sending' ELSE status END,
            status_reason = CASE WHEN $2 = 'pause' THEN 'paused by an operator' ELSE NULL END,
            waiting_until = NULL
      WHERE id = $1 AND status IN ('preparing', 'sending', 'waiting', 'paused') AND (control <> 'stop' OR $2 = 'stop')`,
    [runId, control],
  );
  return rowCount === 1;
}

/**
 * Takes a run away from the execution that owns it, so that the next execution that asks may have it: for an unfinished run whose
 * execution is lost, and with `reopen` for one that has ended and goes on (see reopenRun); whatever was wanted of it before, it is then to run.
 * A compare-and-set on the owner: two reconcilers cannot both release it, and a claim of the old execution finds nothing from then on. A run that has been
 * reopened is not reopened again, so whoever pauses or stops it is not overruled by a second resume that was on its way.
 */
export async function releaseRun(
  db: Queryable,
  runId: string,
  owner: string | null,
  reopen: boolean,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE runs SET first_execution_run_id = NULL, control = CASE WHEN $3 THEN 'run' ELSE control END,
            status = CASE WHEN snapshot_at IS NULL THEN 'preparing' WHEN control = 'pause' AND NOT $3 THEN 'paused' ELSE 'sending' END,
            status_reason = CASE WHEN control = 'pause' AND NOT $3 THEN status_reason END, waiting_until = NULL, finished_at = NULL
      WHERE id = $1 AND first_execution_run_id IS NOT DISTINCT FROM $2
        AND $3 = (status IN ('completed', 'stopped', 'failed'))`,
    [runId, owner, reopen],
  );
  return rowCount === 1;
}

/** Says why an open run is not sending, and until when at the latest; shown to operators, cleared by the next plan after that time. */
export async function showWaiting(db: Queryable, runId: string, reason: string, waitMs: number): Promise<void> {
  await db.query(
    `UPDATE runs SET status = 'waiting', status_reason = $2, waiting_until = now() + $3::float8 * interval '1 millisecond'
      WHERE id = $1 AND status IN ('preparing', 'sending', 'waiting') AND control = 'run'`,
    [runId, reason.slice(0, 500), waitMs],
  );
}

/** Ends the waiting that `showWaiting` announced, before its time: the next plan says what the run does. */
export async function endWaiting(db: Queryable, runId: string): Promise<void> {
  await db.query(
    `UPDATE runs SET waiting_until = now() WHERE id = $1 AND status = 'waiting' AND waiting_until > now()`,
    [runId],
  );
}
