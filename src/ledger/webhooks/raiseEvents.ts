import type { DeliveryCounts } from '../../domain/delivery.js';
import type { WebhookEventData, WebhookEventType } from '../../domain/webhook.js';
import type { Queryable } from '../database.js';
import { insertEvents, rfc3339, somebodySubscribes } from './outbox.js';

/**
 * Puts events into the outbox of webhooks, for each that subscribes to them. To be called in the transaction of what they tell of.
 */
export async function raiseEvents<T extends WebhookEventType>(
  db: Queryable,
  type: T,
  data: readonly WebhookEventData[T][],
): Promise<void> {
  await db.query(
    `WITH events AS MATERIALIZED (SELECT uuid_v7() AS id, d.data::json AS data FROM unnest($1::text[]) AS d (data))
     ${insertEvents(type, 'events')}`,
    [data.map((d) => JSON.stringify(d))],
  );
}

/** The same for an event of a run that has just begun or ended; `counts` are those of its end. */
export async function raiseRunEvent(
  db: Queryable,
  type: 'run.started' | 'run.finished' | 'run.failed',
  runId: string,
  counts?: DeliveryCounts,
): Promise<void> {
  const end =
    type === 'run.started'
      ? ''
      : `, 'status', r.status, 'reason', r.status_reason, 'finishedAt', ${rfc3339('r.finished_at')}, 'counts', $2::json`;
  await db.query(
    `WITH events AS MATERIALIZED (
       SELECT uuid_v7() AS id,
              json_build_object('runId', r.id, 'automationId', r.automation_id, 'campaignId', r.campaign_id, 'kind', r.kind,
                                'scheduledFor', ${rfc3339('r.scheduled_for')}, 'startedAt', ${rfc3339('r.started_at')}${end}) AS data
         FROM runs r WHERE r.id = $1 AND ${somebodySubscribes(type)})
     ${insertEvents(type, 'events')}`,
    type === 'run.started' ? [runId] : [runId, JSON.stringify(counts ?? null)],
  );
}
