import { z } from 'zod';
import { webhookEventTypes, webhookTestType } from '../../domain/webhook.js';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { id, line, listQuery, timestamp } from '../common/schemas.js';
import { takingBack } from '../common/takingBack.js';

const eventType = z.enum(webhookEventTypes);

const url = z
  .string()
  .trim()
  .max(2000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const parsed = new URL(text);
    return /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password && !parsed.hash;
  }, 'Must be an http(s) URL without user or fragment')
  .meta({
    openapi: { type: 'string', format: 'uri', maxLength: 2000 },
    examples: ['https://hooks.example.com/oncemail'],
  });

const events = z
  .array(eventType)
  .min(1)
  .max(webhookEventTypes.length)
  .transform((types) => [...new Set(types)])
  .meta({ examples: [['run.finished', 'run.failed']] });

export const webhook = z
  .object({
    id,
    name: z.string(),
    url: z.string(),
    events: z.array(eventType),
    enabled: z.boolean(),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was disabled, when nobody asked for it: the endpoint is gone, or dead for days' }),
    failingSince: timestamp.nullable().meta({ description: 'null: the endpoint accepts what it is sent' }),
    secretUnreadableSince: timestamp.nullable().meta({
      description:
        'Since when nothing is sent because workers cannot decrypt the signing secret (another `ONCEMAIL_SECRET_KEY`); events wait, and nothing counts against the endpoint. null: it can be read',
    }),
    previousSecretUntil: timestamp
      .nullable()
      .meta({ description: 'Until then secrets that were replaced sign too; null: one secret signs' }),
    revision: z.number().int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.output<typeof webhook>;

const secret = z.string().meta({
  description: '`whsec_` and base64: the key of the signatures. It is shown this once',
  examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfbBZ0oYKQ='],
});
export const webhookWithSecret = webhook
  .extend({
    secret: secret.optional().meta({ description: 'Shown this once: absent in the answer to a repeated request' }),
  })
  .meta({ id: 'WebhookWithSecret' });

export const webhookPage = pageOf(webhook, 'WebhookPage');
export const webhookListQuery = pageQuery.extend({ sort: sortQuery(['createdAt', 'name'], '-createdAt') });

export const webhookInput = z
  .strictObject({
    name: line(200),
    url,
    events,
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'While it is not, nothing is sent and new events are not kept for it' }),
  })
  .meta({
    id: 'WebhookInput',
    examples: [{ name: 'CRM', url: 'https://hooks.example.com/oncemail', events: ['run.finished', 'run.failed'] }],
  });
export type WebhookInput = z.output<typeof webhookInput>;

export const webhookPatch = z
  .strictObject({
    name: line(200).optional(),
    url: url.optional(),
    events: events.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'WebhookPatch', examples: [{ enabled: false }] });
export type WebhookPatch = z.output<typeof webhookPatch>;

/** What a PUT and a PATCH take. */
export const webhookReplacement = takingBack(webhookInput, webhook, 'WebhookReplacement');
export const webhookChanges = takingBack(webhookPatch, webhook, 'WebhookPatch');

const deliveryStates = ['pending', 'delivered', 'failed'] as const;
const deliveryTypes = [...webhookEventTypes, webhookTestType] as const;

const deliveryFields = {
  id,
  webhookId: id,
  eventId: id.meta({ description: 'The `webhook-id` of every attempt' }),
  type: z.enum(deliveryTypes),
  state: z.enum(deliveryStates).meta({
    description: 'pending: it is sent, or sent again, at `nextAttemptAt`; delivered: accepted; failed: given up',
  }),
  attempts: z.number().int().min(0),
  lastAttemptAt: timestamp.nullable(),
  lastStatus: z.number().int().nullable().meta({ description: 'HTTP status of the last answer; null without one' }),
  lastError: z.string().nullable(),
  answeredInMs: z.number().int().nullable().meta({ description: 'How long the last answer took, in milliseconds' }),
  nextAttemptAt: timestamp.nullable().meta({
    description: 'While an attempt is under way: when it is sent again, should the process that sends it die',
  }),
  createdAt: timestamp.meta({ description: 'When the event happened' }),
};

export const webhookDelivery = z.object(deliveryFields).meta({ id: 'WebhookDelivery' });
export type WebhookDeliveryView = z.output<typeof webhookDelivery>;

export const webhookDeliveryDetail = z
  .object({ ...deliveryFields, data: z.unknown().meta({ description: '`data` of the event, as it is sent' }) })
  .meta({ id: 'WebhookDeliveryDetail' });
export type WebhookDeliveryDetail = z.output<typeof webhookDeliveryDetail>;

export const webhookDeliveryPage = pageOf(webhookDelivery, 'WebhookDeliveryPage');
export const webhookDeliveryQuery = pageQuery.extend({
  state: listQuery(deliveryStates).optional(),
  type: listQuery(deliveryTypes).optional(),
});
