import type { Config } from '../../config.js';
import { noDeliveries, type DeliveryCounts } from '../../domain/delivery.js';
import type { RunControl, RunKind, RunStatus } from '../../domain/run.js';
import type { RunAudience } from '../../ledger/schema.js';
import type { UncertainPolicy } from '../../domain/policy.js';
import type { RunView } from './schemas.js';

/** A run as the statements of this folder read it. */
export interface RunRow {
  id: string;
  title: string;
  automation_id: string | null;
  campaign_id: string | null;
  workflow_type: string;
  kind: RunKind;
  scheduled_for: Date;
  occurrence_key: string;
  workflow_id: string;
  first_execution_run_id: string | null;
  status: RunStatus;
  status_reason: string | null;
  waiting_until: Date | null;
  control: RunControl;
  audience: RunAudience | null;
  retry_of: string | null;
  uncertain_policy: UncertainPolicy;
  result: unknown;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** The columns of `RunRow`, for statements that join `runs r`, `automations a` and `campaigns c`. */
export const runColumns = `r.id, coalesce(a.name, c.name, r.workflow_type) AS title, r.automation_id, r.campaign_id, r.workflow_type, r.kind,
  r.scheduled_for, r.occurrence_key, r.workflow_id, r.first_execution_run_id, r.status, r.status_reason, r.waiting_until, r.control, r.audience, r.retry_of,
  r.uncertain_policy, r.result, r.created_at, r.started_at, r.finished_at`;
export const runJoins = `LEFT JOIN automations a ON a.id = r.automation_id LEFT JOIN campaigns c ON c.id = r.campaign_id`;

/** Where an execution is in the Temporal Web UI; null when nobody has said where that is. */
export function temporalUrl(
  config: Config,
  namespace: string,
  workflowId: string,
  runId: string | null,
): string | null {
  if (!config.temporalUiUrl) return null;
  const execution = `${config.temporalUiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return runId ? `${execution}/${encodeURIComponent(runId)}` : execution;
}

export function presentRun(
  row: RunRow,
  counts: DeliveryCounts | undefined,
  config: Config,
  namespace: string,
): RunView {
  return {
    id: row.id,
    title: row.title,
    automationId: row.automation_id,
    campaignId: row.campaign_id,
    workflowType: row.workflow_type,
    kind: row.kind,
    scheduledFor: row.scheduled_for.toISOString(),
    occurrenceKey: row.occurrence_key,
    workflowId: row.workflow_id,
    status: row.status,
    statusReason: row.status_reason,
    waitingUntil: row.waiting_until?.toISOString() ?? null,
    control: row.control,
    audience: row.audience,
    retryOf: row.retry_of,
    uncertainPolicy: row.uncertain_policy,
    counts: counts ?? noDeliveries(),
    result: row.result ?? null,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    temporalUrl: temporalUrl(config, namespace, row.workflow_id, row.first_execution_run_id),
  };
}
