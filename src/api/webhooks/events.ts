import { z } from 'zod';
import { runKinds } from '../../domain/run.js';
import { webhookTestType, type WebhookEventData, type WebhookEventType } from '../../domain/webhook.js';
import { id, timestamp } from '../common/schemas.js';

const count = z.number().int().min(0);
const counts = z
  .object({
    total: count,
    pending: count,
    sending: count,
    sent: count,
    failed: count,
    skipped: count,
    cancelled: count,
    uncertain: count,
  })
  .meta({ description: 'How many deliveries stand in each state' });

const run = {
  runId: id,
  automationId: id.nullable(),
  campaignId: id.nullable(),
  kind: z.enum(runKinds),
  scheduledFor: timestamp,
  startedAt: timestamp.nullable(),
};
const runEnd = { reason: z.string().nullable(), finishedAt: timestamp, counts };

type EventType = WebhookEventType | typeof webhookTestType;

const data = {
  'run.started': z.object(run),
  'run.finished': z.object({ ...run, status: z.enum(['completed', 'stopped']), ...runEnd }),
  'run.failed': z.object({ ...run, status: z.literal('failed'), ...runEnd }),
  'delivery.failed': z.object({
    runId: id,
    contactId: id,
    automationId: id.nullable(),
    campaignId: id.nullable(),
    smtpCode: z.number().int().nullable().meta({ description: 'What the server answered; null without an answer' }),
    attempts: count,
  }),
  'contact.unsubscribed': z.object({
    suppressionId: id,
    contactId: id.nullable().meta({ description: 'null: no contact has the address' }),
    runId: id.nullable().meta({ description: 'The run whose mail led to it' }),
  }),
  'occurrence.missed': z.object({
    automationId: id,
    occurrenceKey: z.string(),
    scheduledFor: timestamp,
    reason: z.string(),
  }),
  'webhook.test': z.object({ webhookId: id }),
} satisfies { [T in EventType]: z.ZodType<WebhookEventData[T]> };

const descriptions: Record<EventType, string> = {
  'run.started': 'A run has begun. Once a run',
  'run.finished': 'A run has ended: completed, or stopped. A run that is resumed ends again',
  'run.failed': 'A run has failed. It can be resumed',
  'delivery.failed':
    'A delivery has failed for good. Its address: GET /runs/{runId}/deliveries, or GET /contacts/{contactId}',
  'contact.unsubscribed': 'An address has been unsubscribed, by its owner or through the API',
  'occurrence.missed': 'An occurrence of an automation should have run and did not',
  'webhook.test': 'Asked for with POST /webhooks/{id}/test',
};

/** The bodies of all types of events, by type. */
export const webhookEvents: Readonly<Record<string, { description: string; schema: z.ZodType }>> = Object.fromEntries(
  (Object.keys(data) as EventType[]).map((type) => [
    type,
    {
      description: descriptions[type],
      schema: z
        .object({
          type: z.literal(type),
          timestamp: timestamp.meta({ description: 'When it happened' }),
          data: data[type] as z.ZodType,
        })
        .meta({ id: componentName(type) }),
    },
  ]),
);

/** `run.started` → `RunStartedEvent`. */
function componentName(type: string): string {
  return `${type
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Event`;
}

const headers = {
  'webhook-id': 'The event: the same at every attempt, so that it can be recognised',
  'webhook-timestamp': 'When it was sent, in seconds since 1970',
  'webhook-signature': 'One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between',
};

/** The path item of an event, as OpenAPI 3.1 describes webhooks. */
export function webhookOperation(type: string, description: string, schema: unknown): object {
  return {
    post: {
      operationId: componentName(type),
      tags: ['Webhooks'],
      summary: description,
      parameters: Object.entries(headers).map(([name, text]) => ({
        name,
        in: 'header',
        required: true,
        description: text,
        schema: { type: 'string' },
      })),
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: {
        '2XX': { description: 'Accepted, within 15 s' },
        '410': { description: 'Wants no more: the webhook is disabled' },
        default: { description: 'Not accepted: it is sent again, up to ten times within about three days' },
      },
    },
  };
}
