import { v7 as uuidv7 } from 'uuid';
import type { OpenedRun, RunKind } from '../../domain/run.js';
import type { AutomationPolicy } from '../../domain/policy.js';
import { transaction, type Database } from '../database.js';
import { nameOccurrence } from '../occurrences/nameOccurrence.js';
import type { Audience } from '../schema.js';
import { raiseRunEvent } from '../webhooks/raiseEvents.js';
import { insertRun } from './insertRun.js';

/** What a workflow says of itself when it opens its run. */
export interface OpenRequest {
  /** The automation whose Schedule started the execution. */
  automationId?: string;
  /** The run, when it was in the ledger before the execution (manual, backfill, continued). */
  runId?: string;
  /** The nominal time of the occurrence: the search attribute TemporalScheduledStartTime. */
  scheduledFor?: string;
  workflowType: string;
  workflowId: string;
  /** The run ID of the chain's first execution: the same after continue-as-new. */
  firstExecutionRunId: string;
}

export type OpenOutcome =
  | { outcome: 'opened'; run: OpenedRun }
  | { outcome: 'duplicate'; ownerRunId: string; ownerWorkflowId: string; ownerFirstExecutionRunId: string | null }
  | { outcome: 'skipped'; reason: string }
  | { outcome: 'closed'; runId: string; status: string };

interface RunRow {
  id: string;
  automation_id: string | null;
  campaign_id: string | null;
  kind: RunKind;
  occurrence_key: string;
  scheduled_for: Date;
  workflow_id: string;
  first_execution_run_id: string | null;
  status: string;
  started_at: Date | null;
  automation_name: string | null;
  campaign_name: string | null;
}

const selectRun = `
  SELECT r.id, r.automation_id, r.campaign_id, r.kind, r.occurrence_key, r.scheduled_for, r.workflow_id, r.first_execution_run_id,
         r.status, r.started_at, a.name AS automation_name, c.name AS campaign_name
    FROM runs r LEFT JOIN automations a ON a.id = r.automation_id LEFT JOIN campaigns c ON c.id = r.campaign_id`;

/**
 * Opens the run of an execution, or says why there is none.
 *
 * Invariants:
 * - an occurrence has one run: `UNIQUE (automation_id, occurrence_key)`, keyed by the nominal time, never by the wall clock;
 * - a run has one owner: the first execution that asks. The same chain asking again (retry, continue-as-new) gets its run back; any other
 *   execution is recorded as a duplicate and told who owns the occurrence;
 * - the automation's row is checked in the same transaction, so a Schedule that outlived a pause, an edit or a delete opens nothing,
 *   and what it asked for is recorded in `skipped_occurrences`.
 */
export async function openRun(database: Database, request: OpenRequest): Promise<OpenOutcome> {
  return transaction(database, async (client) => {
    let row: RunRow | undefined;
    if (request.runId) {
      ({
        rows: [row],
      } = await client.query<RunRow>(`${selectRun} WHERE r.id = $1 FOR UPDATE OF r`, [request.runId]));
      if (!row) return { outcome: 'skipped', reason: `run ${request.runId} is not in the ledger` };
    } else {
      if (!request.automationId || !request.scheduledFor) {
        return { outcome: 'skipped', reason: 'the execution names neither a run nor a scheduled occurrence' };
      }
      const opened = await openOccurrence(client, request.automationId, new Date(request.scheduledFor), request);
      if (typeof opened === 'string') return { outcome: 'skipped', reason: opened };
      row = opened;
    }

    if (row.first_execution_run_id === null) {
      await client.query(
        `UPDATE runs SET first_execution_run_id = $2, workflow_id = $3, started_at = coalesce(started_at, now()) WHERE id = $1`,
        [row.id, request.firstExecutionRunId, request.workflowId],
      );
      // Not of one that another execution takes over.
      if (row.started_at === null) await raiseRunEvent(client, 'run.started', row.id);
    } else if (row.first_execution_run_id !== request.firstExecutionRunId) {
      await client.query(
        `INSERT INTO run_duplicates (id, run_id, workflow_id, first_execution_run_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workflow_id, first_execution_run_id) DO NOTHING`,
        [uuidv7(), row.id, request.workflowId, request.firstExecutionRunId],
      );
      return {
        outcome: 'duplicate',
        ownerRunId: row.id,
        ownerWorkflowId: row.workflow_id,
        ownerFirstExecutionRunId: row.first_execution_run_id,
      };
    }
    if (row.status === 'completed' || row.status === 'stopped' || row.status === 'failed') {
      return { outcome: 'closed', runId: row.id, status: row.status };
    }
    return {
      outcome: 'opened',
      run: {
        id: row.id,
        automationId: row.automation_id,
        automationName: row.automation_name,
        campaignId: row.campaign_id,
        campaignName: row.campaign_name,
        kind: row.kind,
        scheduledFor: row.scheduled_for.toISOString(),
        occurrenceKey: row.occurrence_key,
        firstExecutionRunId: request.firstExecutionRunId,
      },
    };
  });
}

type Client = Parameters<Parameters<typeof transaction>[1]>[0];

/** The run of a scheduled occurrence, inserted if nobody has; a string says why the occurrence is not run. */
async function openOccurrence(
  client: Client,
  automationId: string,
  scheduledFor: Date,
  request: OpenRequest,
): Promise<RunRow | string> {
  const { rows } = await client.query<{
    campaign_id: string | null;
    workflow_type: string | null;
    workflow_input: unknown;
    policy: AutomationPolicy;
    enabled: boolean;
    deleted: boolean;
    audience: Audience | null;
  }>(
    `SELECT a.campaign_id, a.workflow_type, a.workflow_input, a.policy, a.enabled, a.deleted_at IS NOT NULL AS deleted, c.audience
       FROM automations a LEFT JOIN campaigns c ON c.id = a.campaign_id
      WHERE a.id = $1
        FOR SHARE OF a`,
    [automationId],
  );
  const automation = rows[0];
  const named = await nameOccurrence(client, automationId, scheduledFor);
  if (!automation || !named) return `automation ${automationId} is not in the ledger`;

  const { key } = named;
  // A run that exists is answered whatever the automation looks like now: its owner must get it back after a retry.
  const existing = await client.query<RunRow>(
    `${selectRun} WHERE r.automation_id = $1 AND r.occurrence_key = $2 FOR UPDATE OF r`,
    [automationId, key],
  );
  if (existing.rows[0]) return existing.rows[0];

  const reason = automation.deleted
    ? 'the automation has been deleted'
    : !automation.enabled || named.enabledThen === false
      ? 'the automation is paused'
      : named.matches
        ? undefined
        : named.matchesNow
          ? 'the schedule had no occurrence then, before it was edited'
          : 'the schedule has no occurrence then (any more); whoever triggers a Schedule by hand uses "run now" instead';
  if (reason) {
    await client.query(
      `INSERT INTO skipped_occurrences (automation_id, scheduled_for, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [automationId, scheduledFor, reason],
    );
    return reason;
  }
  const { runId } = await insertRun(client, {
    automationId,
    campaignId: automation.campaign_id,
    workflowType: automation.workflow_type ?? request.workflowType,
    input: automation.workflow_input,
    kind: 'scheduled',
    occurrenceKey: key,
    scheduledFor,
    workflowId: request.workflowId,
    uncertain: automation.policy.uncertain,
    audience: automation.audience,
  });
  const { rows: opened } = await client.query<RunRow>(`${selectRun} WHERE r.id = $1 FOR UPDATE OF r`, [runId]);
  return opened[0] as RunRow;
}
