import { v7 as uuidv7 } from 'uuid';
import { manualOccurrenceKey, manualWorkflowId, occurrenceWorkflowId } from '../../domain/ids.js';
import type { AutomationPolicy } from '../../domain/policy.js';
import { occurrenceKey } from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import { transaction, type Database } from '../database.js';
import type { Audience } from '../schema.js';
import { insertRun } from './insertRun.js';

/** The run a request leads to; `created` is false when it existed, by the same key. */
export interface RequestedRun {
  runId: string;
  created: boolean;
}

/** What is asked to run does not exist (any more). */
export class NothingToRun extends Error {
  override name = 'NothingToRun';
}

/**
 * Inserts the run of an explicit request ("run now" of an automation or a campaign), before its workflow starts: the request is then
 * durable, and a start that a crash leaves undone is done by the reconciler.
 *
 * Invariant: one run per automation (or campaign) and `idempotencyKey`, however many requests arrive at once.
 * @throws NothingToRun when the automation or campaign is gone.
 */
export async function requestManualRun(
  database: Database,
  owner: { automationId: string } | { campaignId: string },
  request: { idempotencyKey?: string; audience?: Audience } = {},
): Promise<RequestedRun> {
  return transaction(database, async (client) => {
    const id = uuidv7();
    const key = request.idempotencyKey ?? id;
    const parts =
      'automationId' in owner
        ? await automationParts(client, owner.automationId)
        : await campaignParts(client, owner.campaignId);
    return insertRun(client, {
      ...parts,
      id,
      kind: 'manual',
      occurrenceKey: manualOccurrenceKey(key),
      scheduledFor: null,
      workflowId: manualWorkflowId(owner, key),
      audience: request.audience ?? parts.audience,
    });
  });
}

/**
 * Inserts the run of a scheduled occurrence that is asked for explicitly: a backfill, a repaired gap, a local time that a DST change skips.
 * Invariant: the key is the occurrence's own, so what the Schedule ran, or will run, is never run again.
 */
export async function requestOccurrence(
  database: Database,
  automationId: string,
  scheduledFor: Date,
  kind: 'scheduled' | 'backfill',
): Promise<RequestedRun> {
  return transaction(database, async (client) => {
    const parts = await automationParts(client, automationId);
    const { key } = occurrenceKey(parts.schedule as ScheduleSpec, scheduledFor);
    return insertRun(client, {
      ...parts,
      kind,
      occurrenceKey: key,
      scheduledFor,
      workflowId: occurrenceWorkflowId(automationId, scheduledFor),
    });
  });
}

type Client = Parameters<Parameters<typeof transaction>[1]>[0];

interface Parts {
  automationId: string | null;
  campaignId: string | null;
  workflowType: string;
  input: unknown;
  uncertain: string;
  audience: Audience | null;
  schedule: ScheduleSpec | null;
}

async function automationParts(client: Client, automationId: string): Promise<Parts> {
  const { rows } = await client.query<{
    campaign_id: string | null;
    workflow_type: string | null;
    workflow_input: unknown;
    policy: AutomationPolicy;
    schedule: ScheduleSpec;
    audience: Audience | null;
  }>(
    `SELECT a.campaign_id, a.workflow_type, a.workflow_input, a.policy, a.schedule, c.audience
       FROM automations a LEFT JOIN campaigns c ON c.id = a.campaign_id
      WHERE a.id = $1 AND a.deleted_at IS NULL FOR SHARE OF a`,
    [automationId],
  );
  const row = rows[0];
  if (!row) throw new NothingToRun(`There is no automation ${automationId}.`);
  return {
    automationId,
    campaignId: row.campaign_id,
    workflowType: row.workflow_type ?? 'campaignRun',
    input: row.workflow_input,
    uncertain: row.policy.uncertain,
    audience: row.audience,
    schedule: row.schedule,
  };
}

async function campaignParts(client: Client, campaignId: string): Promise<Parts> {
  const { rows } = await client.query<{ audience: Audience }>(
    `SELECT audience FROM campaigns WHERE id = $1 AND deleted_at IS NULL FOR SHARE`,
    [campaignId],
  );
  const row = rows[0];
  if (!row) throw new NothingToRun(`There is no campaign ${campaignId}.`);
  return {
    automationId: null,
    campaignId,
    workflowType: 'campaignRun',
    input: null,
    uncertain: 'hold',
    audience: row.audience,
    schedule: null,
  };
}
