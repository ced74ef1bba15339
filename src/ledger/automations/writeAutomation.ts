import type { AutomationPolicy } from '../../domain/policy.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import { transaction, type Database, type Queryable } from '../database.js';

/** What a caller decides of an automation. Either a campaign or a workflow type. */
export interface AutomationFields {
  name: string;
  campaignId: string | null;
  workflowType: string | null;
  workflowInput: unknown;
  schedule: ScheduleSpec;
  policy: AutomationPolicy;
  enabled: boolean;
}

/** The campaign an automation names does not exist, or has been deleted. */
export class CampaignMissing extends Error {
  override name = 'CampaignMissing';
}

/** A campaign cannot be deleted (it takes its row lock first) between this check and the end of the transaction. */
async function requireCampaign(client: Queryable, campaignId: string | null): Promise<void> {
  if (campaignId === null) return;
  const { rowCount } = await client.query(`SELECT FROM campaigns WHERE id = $1 AND deleted_at IS NULL FOR SHARE`, [
    campaignId,
  ]);
  if (rowCount !== 1) throw new CampaignMissing(`There is no campaign ${campaignId}`);
}

/**
 * Inserts an automation at revision 1, with its place in the history of revisions.
 * The Schedule is not touched: the caller syncs afterwards, and the reconciler does if the caller dies.
 * @throws CampaignMissing
 */
export async function insertAutomation(database: Database, id: string, fields: AutomationFields): Promise<void> {
  await transaction(database, (client) => insertAutomationRow(client, id, fields));
}

/** `insertAutomation` within a transaction of the caller's. */
export async function insertAutomationRow(client: Queryable, id: string, fields: AutomationFields): Promise<void> {
  await requireCampaign(client, fields.campaignId);
  await client.query(
    `INSERT INTO automations (id, name, campaign_id, workflow_type, workflow_input, schedule, policy, enabled)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      fields.name,
      fields.campaignId,
      fields.workflowType,
      fields.workflowType === null ? null : JSON.stringify(fields.workflowInput ?? {}),
      JSON.stringify(fields.schedule),
      JSON.stringify(fields.policy),
      fields.enabled,
    ],
  );
  await recordRevision(client, id);
}

/**
 * Changes an automation under its row lock and raises its revision by one; `change` sees the present fields and answers the new ones, or null to leave
 * all as it is. Answers the new revision, or null when there is no such automation (or it is deleted).
 * @throws CampaignMissing when it is given another campaign that does not exist.
 */
export async function updateAutomation(
  database: Database,
  id: string,
  change: (present: AutomationFields & { revision: number }) => AutomationFields | null,
): Promise<number | null> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<AutomationFields & { revision: number }>(
      `SELECT name, campaign_id AS "campaignId", workflow_type AS "workflowType", workflow_input AS "workflowInput", schedule, policy, enabled, revision
         FROM automations WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
      [id],
    );
    const present = rows[0];
    if (!present) return null;
    const next = change(present);
    if (!next) return present.revision;
    if (next.campaignId !== present.campaignId) await requireCampaign(client, next.campaignId);
    await client.query(
      `UPDATE automations SET name = $2, campaign_id = $3, workflow_type = $4, workflow_input = $5, schedule = $6, policy = $7, enabled = $8,
              revision = revision + 1, updated_at = now()
        WHERE id = $1`,
      [
        id,
        next.name,
        next.campaignId,
        next.workflowType,
        next.workflowType === null ? null : JSON.stringify(next.workflowInput ?? {}),
        JSON.stringify(next.schedule),
        JSON.stringify(next.policy),
        next.enabled,
      ],
    );
    await recordRevision(client, id);
    return present.revision + 1;
  });
}

/** Pauses or resumes; a repeated call changes nothing. Answers false when there is no such automation. */
export async function enableAutomation(database: Database, id: string, enabled: boolean): Promise<boolean> {
  const revision = await updateAutomation(database, id, (present) =>
    present.enabled === enabled ? null : { ...present, enabled },
  );
  return revision !== null;
}

/**
 * Deletes an automation: its row stays, marked, because runs and history point at it, and a Schedule that outlived it must find out.
 * Answers false when there was none. `check` is told the revision of the locked row, and stops the deletion by throwing.
 */
export async function deleteAutomation(
  database: Database,
  id: string,
  check: (revision: number) => void = () => undefined,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ revision: number }>(
      `SELECT revision FROM automations WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
      [id],
    );
    const [present] = rows;
    if (!present) return false;
    check(present.revision);
    await client.query(
      `UPDATE automations SET deleted_at = now(), enabled = false, revision = revision + 1, updated_at = now() WHERE id = $1`,
      [id],
    );
    await recordRevision(client, id);
    return true;
  });
}

/** Copies the row's present state into the history of revisions: occurrences of a past window are judged by it. */
async function recordRevision(client: Queryable, id: string): Promise<void> {
  await client.query(
    `INSERT INTO automation_revisions (automation_id, revision, schedule, policy, enabled, valid_from)
     SELECT id, revision, schedule, policy, enabled, now() FROM automations WHERE id = $1`,
    [id],
  );
}

/** Records that Temporal was read back to show a revision (or why it could not be brought to). */
export async function recordSync(db: Queryable, id: string, revision: number, error: string | null): Promise<void> {
  await db.query(
    error === null
      ? `UPDATE automations SET synced_revision = greatest(synced_revision, $2), sync_error = NULL WHERE id = $1`
      : `UPDATE automations SET sync_error = $3 WHERE id = $1 AND revision = $2`,
    error === null ? [id, revision] : [id, revision, error.slice(0, 500)],
  );
}

/** Records that the Schedule was found otherwise than it had been shown (`found`: "was paused in Temporal"), and brought back. */
export async function recordRepair(db: Queryable, id: string, found: string): Promise<void> {
  await db.query(`UPDATE automations SET repaired_at = now(), repair_found = $2 WHERE id = $1`, [id, found]);
}
