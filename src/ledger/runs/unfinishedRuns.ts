import type { RunKind } from '../../domain/run.js';
import type { Queryable } from '../database.js';

/** An open run, with what is needed to find its execution or to start one. */
export interface UnfinishedRun {
  id: string;
  automationId: string | null;
  campaignId: string | null;
  kind: RunKind;
  workflowType: string;
  workflowId: string;
  owner: string | null;
  title: string;
  requestId: string | null;
}

const columns = `r.id, r.kind, r.automation_id AS "automationId", r.campaign_id AS "campaignId", r.workflow_type AS "workflowType",
  r.workflow_id AS "workflowId", r.first_execution_run_id AS owner, r.request_id AS "requestId", coalesce(a.name, c.name, r.workflow_type) AS title`;
const joins = `LEFT JOIN automations a ON a.id = r.automation_id LEFT JOIN campaigns c ON c.id = r.campaign_id`;

/**
 * The open runs that have had time to get an execution: created, or opened, at least `settledMs` ago. By the partial index on open
 * runs, so finished ones cost nothing.
 */
export async function unfinishedRuns(db: Queryable, settledMs: number): Promise<UnfinishedRun[]> {
  const { rows } = await db.query<UnfinishedRun>(
    `SELECT ${columns} FROM runs r ${joins}
      WHERE r.status IN ('preparing', 'sending', 'waiting', 'paused')
        AND coalesce(r.started_at, r.created_at) < now() - $1::float8 * interval '1 millisecond'
      ORDER BY r.id`,
    [settledMs],
  );
  return rows;
}

/** The open scheduled runs of an automation for occurrences before that of a run which its Schedule has just started, if the overlap policy ends those. */
export async function replaceableRuns(db: Queryable, automationId: string, byRunId: string): Promise<UnfinishedRun[]> {
  const { rows } = await db.query<UnfinishedRun>(
    `SELECT ${columns} FROM runs r ${joins}
      WHERE r.automation_id = $1 AND r.id <> $2 AND r.kind = 'scheduled' AND r.status IN ('preparing', 'sending', 'waiting', 'paused')
        AND a.policy ->> 'overlap' IN ('cancelOther', 'terminateOther')
        AND r.scheduled_for < (SELECT n.scheduled_for FROM runs n WHERE n.id = $2 AND n.kind = 'scheduled')
      ORDER BY r.id`,
    [automationId, byRunId],
  );
  return rows;
}

/** One run, to start its execution; null when there is none. */
export async function runToStart(db: Queryable, runId: string): Promise<UnfinishedRun | null> {
  const { rows } = await db.query<UnfinishedRun>(`SELECT ${columns} FROM runs r ${joins} WHERE r.id = $1`, [runId]);
  return rows[0] ?? null;
}

/** The runs that wait and have this sender among theirs. */
export async function runsWaitingFor(db: Queryable, senderId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM runs WHERE status = 'waiting' AND $1 = ANY (sender_ids)`,
    [senderId],
  );
  return rows.map((r) => r.id);
}
