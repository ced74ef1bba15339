import { v7 as uuidv7 } from 'uuid';
import { manualOccurrenceKey, manualWorkflowId, occurrenceWorkflowId } from '../../domain/ids.js';
import type { AutomationPolicy } from '../../domain/policy.js';
import { transaction, type Database } from '../database.js';
import { nameOccurrence } from '../occurrences/nameOccurrence.js';
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

/** The key was used before, for a run with another audience. */
export class KeyUsedOtherwise extends Error {
  override name = 'KeyUsedOtherwise';

  constructor(readonly runId: string) {
    super(`The key has started run ${runId}, which has another audience.`);
  }
}

/** A run of the campaign that has not ended stands in the way. */
export class RunGoesOn extends Error {
  override name = 'RunGoesOn';

  constructor(readonly runId: string) {
    super(`Run ${runId} has not ended.`);
  }
}

/**
 * Inserts the run of an explicit request ("run now" of an automation or a campaign), before its workflow starts: the request is then
 * durable, and a start that a crash leaves undone is done by the reconciler.
 *
 * Invariant: one run per automation (or campaign) and `idempotencyKey`, however many requests arrive at once.
 * @throws NothingToRun when the automation or campaign is gone.
 * @throws KeyUsedOtherwise when the key's run has another audience than the one asked for.
 */
export async function requestManualRun(
  database: Database,
  owner: { automationId: string } | { campaignId: string },
  request: { idempotencyKey?: string; audience?: Audience; requestId?: string } = {},
): Promise<RequestedRun> {
  return transaction(database, async (client) => {
    const parts =
      'automationId' in owner
        ? await automationParts(client, owner.automationId)
        : await campaignParts(client, owner.campaignId, 'FOR SHARE');
    return insertManualRun(client, owner, parts, request);
  });
}

/**
 * The same for a campaign that is sent again, to those who have not received it or to everyone; whom that means is fixed by the snapshot.
 *
 * Invariant: no other run of the campaign is open then, and of relaunches at once one is accepted: a double click without a key mails nobody twice.
 * @throws NothingToRun, KeyUsedOtherwise
 * @throws RunGoesOn when a run of the campaign has not ended, whoever started it.
 */
export async function requestRelaunch(
  database: Database,
  campaignId: string,
  request: { idempotencyKey?: string; audience: Audience; requestId?: string },
): Promise<RequestedRun> {
  return transaction(database, async (client) => {
    // Against other relaunches and "run now" of the campaign; a Schedule may start a run of its own at any time.
    const parts = await campaignParts(client, campaignId, 'FOR NO KEY UPDATE');
    const requested = await insertManualRun(client, { campaignId }, parts, request);
    if (requested.created) await refuseOpenRun(client, campaignId, requested.runId);
    return requested;
  });
}

/** @throws RunGoesOn when a run of the campaign other than this one has not ended. */
async function refuseOpenRun(client: Client, campaignId: string, except: string): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM runs WHERE campaign_id = $1 AND id <> $2 AND status IN ('preparing', 'sending', 'waiting', 'paused') ORDER BY id LIMIT 1`,
    [campaignId, except],
  );
  if (rows[0]) throw new RunGoesOn(rows[0].id);
}

async function insertManualRun(
  client: Client,
  owner: { automationId: string } | { campaignId: string },
  parts: Parts,
  request: { idempotencyKey?: string; audience?: Audience; requestId?: string },
): Promise<RequestedRun> {
  const id = uuidv7();
  const key = request.idempotencyKey ?? id;
  const requested = await insertRun(client, {
    ...parts,
    id,
    kind: 'manual',
    occurrenceKey: manualOccurrenceKey(key),
    scheduledFor: null,
    workflowId: manualWorkflowId(owner, key),
    audience: request.audience ?? parts.audience,
    requestId: request.requestId,
  });
  if (!requested.created && request.audience !== undefined) {
    const { rows } = await client.query<{ audience: string | null }>(`SELECT audience FROM runs WHERE id = $1`, [
      requested.runId,
    ]);
    if (rows[0]?.audience !== request.audience) throw new KeyUsedOtherwise(requested.runId);
  }
  return requested;
}

/**
 * Inserts the run of a scheduled occurrence that is asked for explicitly: a backfill, a repaired gap, a local time that a DST change skips.
 * Invariant: the key is the occurrence's own (`nameOccurrence`, as in `openRun`), so what the Schedule ran, or will run, is never run again, also when the
 * schedule has been edited since.
 * @throws NothingToRun when the automation is gone.
 */
export async function requestOccurrence(
  database: Database,
  automationId: string,
  scheduledFor: Date,
  kind: 'scheduled' | 'backfill',
  requestId?: string,
): Promise<RequestedRun & { occurrenceKey: string }> {
  return transaction(database, async (client) => {
    const parts = await automationParts(client, automationId);
    const named = await nameOccurrence(client, automationId, scheduledFor);
    if (!named) throw new NothingToRun(`There is no automation ${automationId}.`);
    const requested = await insertRun(client, {
      ...parts,
      kind,
      occurrenceKey: named.key,
      scheduledFor,
      workflowId: occurrenceWorkflowId(automationId, scheduledFor),
      requestId,
    });
    return { ...requested, occurrenceKey: named.key };
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
}

async function automationParts(client: Client, automationId: string): Promise<Parts> {
  const { rows } = await client.query<{
    campaign_id: string | null;
    workflow_type: string | null;
    workflow_input: unknown;
    policy: AutomationPolicy;
    audience: Audience | null;
  }>(
    `SELECT a.campaign_id, a.workflow_type, a.workflow_input, a.policy, c.audience
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
  };
}

async function campaignParts(
  client: Client,
  campaignId: string,
  lock: 'FOR SHARE' | 'FOR NO KEY UPDATE',
): Promise<Parts> {
  const { rows } = await client.query<{ audience: Audience }>(
    `SELECT audience FROM campaigns WHERE id = $1 AND deleted_at IS NULL ${lock}`,
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
  };
}
