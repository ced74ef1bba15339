import { v7 as uuidv7 } from 'uuid';
import { retryOccurrenceKey, retryWorkflowId } from '../../domain/ids.js';
import { isOpen, type RunStatus } from '../../domain/run.js';
import { transaction, type Database } from '../database.js';
import { insertRun } from './insertRun.js';
import { NothingToRun, RunGoesOn, type RequestedRun } from './requestRun.js';

/** A run whose failed deliveries cannot be retried; the message says why. */
export class NothingToRetry extends Error {
  override name = 'NothingToRetry';
}

/**
 * Inserts a run that mails those again whose delivery failed in a run that has ended: the same content, by the senders that the campaign has now, to
 * the addresses that the contacts have now. Suppressed addresses (hard bounces among them) stay out, and whoever a later run has reached; the snapshot fixes it.
 *
 * Invariant: one retry of a run is open at a time, and one per run and `idempotencyKey`, however many are asked for at once.
 * @throws NothingToRun when there is no such run, or its campaign is gone.
 * @throws NothingToRetry when the run is no campaign's, or nothing of it failed.
 * @throws RunGoesOn when the run, or a retry of it, has not ended.
 */
export async function requestRetry(
  database: Database,
  sourceId: string,
  request: { idempotencyKey?: string; requestId?: string } = {},
): Promise<RequestedRun> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{
      automation_id: string | null;
      campaign_id: string | null;
      uncertain_policy: string;
      status: RunStatus;
    }>(`SELECT automation_id, campaign_id, uncertain_policy, status FROM runs WHERE id = $1 FOR NO KEY UPDATE`, [
      sourceId,
    ]);
    const source = rows[0];
    if (!source) throw new NothingToRun(`There is no run ${sourceId}.`);
    if (source.campaign_id === null) throw new NothingToRetry('Only runs of campaigns can be retried.');
    if (isOpen(source.status)) throw new RunGoesOn(sourceId);
    const campaign = await client.query(`SELECT FROM campaigns WHERE id = $1 AND deleted_at IS NULL FOR SHARE`, [
      source.campaign_id,
    ]);
    if (campaign.rowCount !== 1) throw new NothingToRetry('The campaign of the run has been deleted.');

    const id = uuidv7();
    const key = request.idempotencyKey ?? id;
    const requested = await insertRun(client, {
      id,
      automationId: source.automation_id,
      campaignId: source.campaign_id,
      workflowType: 'campaignRun',
      input: null,
      kind: 'manual',
      occurrenceKey: retryOccurrenceKey(sourceId.toLowerCase(), key),
      scheduledFor: null,
      workflowId: retryWorkflowId(sourceId.toLowerCase(), key),
      uncertain: source.uncertain_policy,
      audience: 'retry-failed',
      retryOf: sourceId,
      requestId: request.requestId,
    });
    if (!requested.created) return requested;
    const { rows: others } = await client.query<{ id: string }>(
      `SELECT id FROM runs WHERE campaign_id = $1 AND retry_of = $2 AND id <> $3 AND status IN ('preparing', 'sending', 'waiting', 'paused') LIMIT 1`,
      [source.campaign_id, sourceId, id],
    );
    if (others[0]) throw new RunGoesOn(others[0].id);
    const { rows: failed } = await client.query<{ n: number }>(
      `SELECT coalesce(sum(failed), 0)::int AS n FROM chunks WHERE run_id = $1`,
      [sourceId],
    );
    if (failed[0]?.n === 0) throw new NothingToRetry('No delivery of the run has failed.');
    return requested;
  });
}
