import type { AutomationPolicy } from '../../domain/policy.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import type { Queryable } from '../database.js';

/** The desired state of an automation's Schedule. */
export interface DesiredAutomation {
  id: string;
  name: string;
  campaignId: string | null;
  workflowType: string;
  schedule: ScheduleSpec;
  policy: AutomationPolicy;
  enabled: boolean;
  revision: number;
  syncedRevision: number;
  deleted: boolean;
}

const columns = `id, name, campaign_id AS "campaignId", coalesce(workflow_type, 'campaignRun') AS "workflowType", schedule, policy, enabled, revision,
  synced_revision AS "syncedRevision", deleted_at IS NOT NULL AS deleted`;

/** The automation as the ledger wants it, also when it is deleted; null when there never was one. */
export async function readAutomation(db: Queryable, id: string): Promise<DesiredAutomation | null> {
  const { rows } = await db.query<DesiredAutomation>(`SELECT ${columns} FROM automations WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

/** All automations that should have a Schedule, and the deleted ones whose Schedule may still exist; ordered by ID, a page at a time. */
export async function* readAutomations(db: Queryable): AsyncGenerator<DesiredAutomation> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await db.query<DesiredAutomation>(
      `SELECT ${columns} FROM automations
        WHERE id > $1 AND (deleted_at IS NULL OR synced_revision <> revision OR deleted_at > now() - interval '1 day')
        ORDER BY id LIMIT 500`,
      [after],
    );
    yield* rows;
    if (rows.length < 500) return;
    after = (rows[rows.length - 1] as DesiredAutomation).id;
  }
}
