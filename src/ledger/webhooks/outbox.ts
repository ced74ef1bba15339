import type { WebhookEventType } from '../../domain/webhook.js';

/** SQL: the webhook `w` is told of events of this type. */
const subscribes = (type: WebhookEventType) => `w.enabled AND w.deleted_at IS NULL AND '${type}' = ANY (w.events)`;

/** SQL: some webhook is told of events of this type. Without one, nothing else of the outbox is looked at. */
export const somebodySubscribes = (type: WebhookEventType) =>
  `EXISTS (SELECT FROM webhooks w WHERE ${subscribes(type)})`;

/**
 * SQL that puts events into the outbox, once for each webhook that subscribes to them; for the statement, or at least the transaction, of what the
 * events tell of: then they are as durable as that is, and none is told of that did not happen. `events` names a MATERIALIZED common table
 * expression of (id, data), IDs from `uuid_v7()`.
 */
export const insertEvents = (type: WebhookEventType, events: string) =>
  `INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, data)
   SELECT uuid_v7(), w.id, e.id, '${type}', e.data FROM ${events} e CROSS JOIN webhooks w WHERE ${subscribes(type)}`;

/** SQL of a timestamp in RFC 3339, as the API writes it. */
export const rfc3339 = (value: string) => `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
