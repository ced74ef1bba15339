import { v7 as uuidv7 } from 'uuid';
import type { RunKind } from '../../domain/run.js';
import type { Queryable } from '../database.js';
import type { RunAudience } from '../schema.js';

/** A run before anything of it has happened. */
export interface NewRun {
  /** A UUIDv7; made here when absent. */
  id?: string;
  automationId: string | null;
  campaignId: string | null;
  workflowType: string;
  /** What an operator gave a workflow type; null for a campaign. */
  input: unknown;
  kind: RunKind;
  occurrenceKey: string;
  /** The nominal time; null: now, by the database's clock, in whole seconds. */
  scheduledFor: Date | null;
  workflowId: string;
  uncertain: string;
  audience: RunAudience | null;
  /** The run whose failed deliveries are retried; with the audience `retry-failed` alone. */
  retryOf?: string;
  /** Of the API request that asks for the run. */
  requestId?: string | undefined;
}

/**
 * Inserts the run of an occurrence, or finds the one that is there. The only place where runs come into being.
 *
 * Invariant: one run per automation and occurrence key (per campaign and key where there is no automation), however many ask at once; the
 * constraint decides, not this code.
 */
export async function insertRun(db: Queryable, run: NewRun): Promise<{ runId: string; created: boolean }> {
  const runId = run.id ?? uuidv7();
  const { rowCount } = await db.query(
    `INSERT INTO runs (id, automation_id, campaign_id, workflow_type, input, kind, occurrence_key, scheduled_for, workflow_id, status,
                       uncertain_policy, audience, retry_of, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, date_trunc('second', now())), $9, 'preparing', $10, $11, $12, $13)
     ON CONFLICT DO NOTHING`,
    [
      runId,
      run.automationId,
      run.campaignId,
      run.workflowType,
      run.input === null ? null : JSON.stringify(run.input),
      run.kind,
      run.occurrenceKey,
      run.scheduledFor,
      run.workflowId,
      run.uncertain,
      run.audience,
      run.retryOf ?? null,
      run.requestId ?? null,
    ],
  );
  if (rowCount === 1) return { runId, created: true };
  const { rows } = await db.query<{ id: string }>(
    run.automationId
      ? `SELECT id FROM runs WHERE automation_id = $1 AND occurrence_key = $2`
      : `SELECT id FROM runs WHERE automation_id IS NULL AND campaign_id = $1 AND occurrence_key = $2`,
    [run.automationId ?? run.campaignId, run.occurrenceKey],
  );
  return { runId: (rows[0] as { id: string }).id, created: false };
}
