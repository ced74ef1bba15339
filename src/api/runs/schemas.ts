import { z } from 'zod';
import { deliveryStates } from '../../domain/delivery.js';
import { runControls, runKinds, runStatuses } from '../../domain/run.js';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { id, idParam, listQuery, timestamp } from '../common/schemas.js';

const count = z.number().int();

export const counts = z
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
  .meta({ id: 'DeliveryCounts', description: 'Deliveries by state; total is their sum' });

export const run = z
  .object({
    id,
    title: z.string().meta({ description: 'The name of the automation or campaign' }),
    automationId: id.nullable(),
    campaignId: id.nullable(),
    workflowType: z.string(),
    kind: z.enum(runKinds),
    scheduledFor: timestamp.meta({
      description: 'The nominal time of the occurrence; of a manual run, when it was asked for',
    }),
    occurrenceKey: z.string().meta({ description: 'What makes the occurrence one: there is one run for each' }),
    workflowId: z.string(),
    status: z.enum(runStatuses),
    statusReason: z.string().nullable(),
    waitingUntil: timestamp.nullable(),
    control: z.enum(runControls).meta({ description: 'What is wanted of the run; its status follows' }),
    audience: z.enum(['everyone', 'not-yet-received', 'retry-failed']).nullable().meta({
      description:
        'Whom it mails of the lists: everyone, or those whom no other run of the campaign has reached; retry-failed: those whose delivery failed in the run `retryOf`',
    }),
    retryOf: id.nullable(),
    uncertainPolicy: z.enum(['hold', 'resend']),
    counts,
    result: z.unknown().meta({ description: 'What the workflow answered; null while it has not' }),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    temporalUrl: z.string().nullable().meta({ description: 'The execution in the Temporal Web UI' }),
  })
  .meta({ id: 'Run' });
export type RunView = z.output<typeof run>;

export const runDetail = run
  .extend({
    duplicates: z
      .array(
        z.object({
          workflowId: z.string(),
          firstExecutionRunId: z.string(),
          at: timestamp,
          temporalUrl: z.string().nullable(),
        }),
      )
      .meta({ description: 'Executions that asked for the same occurrence and ended without sending (at most 100)' }),
    senders: z.array(z.object({ id, name: z.string() })).meta({ description: 'The senders that the run uses' }),
    subject: z.string().nullable().meta({ description: 'Liquid source of the subject, as the run fixed it' }),
    requestId: z.string().nullable().meta({
      description:
        '`X-Request-Id` of the request that asked for the run, also in the memo of its execution; null when its Schedule did',
    }),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.output<typeof runDetail>;

export const runPage = pageOf(run, 'RunPage');

const idQuery = idParam.optional();

export const runQuery = pageQuery.extend({
  sort: sortQuery(['createdAt', 'scheduledFor'], '-createdAt'),
  automationId: idQuery,
  campaignId: idQuery,
  status: listQuery(runStatuses).optional(),
  kind: listQuery(runKinds).optional(),
});
export type RunQuery = z.output<typeof runQuery>;

export const delivery = z
  .object({
    contactId: id,
    email: z.string(),
    state: z.enum(deliveryStates),
    attempts: z.number().int(),
    smtpCode: z.number().int().nullable().meta({
      description: "Of the server's last answer: the SMTP reply code, or the HTTP status of a provider's API",
    }),
    enhancedCode: z.string().nullable().meta({
      description: "The enhanced status code (RFC 3463) of the server's last answer, such as 5.1.1, where it gave one",
    }),
    response: z.string().nullable().meta({ description: 'What the server said last, or why there was no answer' }),
    senderId: id.nullable(),
    messageId: z.string().nullable().meta({
      description:
        "The Message-ID of every copy. A provider's API makes its own and gets this one, without its domain, as X-Entity-Ref-ID",
    }),
    dueAt: timestamp.nullable().meta({ description: 'Not attempted again before' }),
    changedAt: timestamp.nullable(),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.output<typeof delivery>;

export const deliveryPage = pageOf(delivery, 'DeliveryPage');

const deliveryFilters = {
  state: listQuery(deliveryStates).optional(),
  search: z.string().max(200).optional().meta({ description: 'Only addresses that contain this, in any case' }),
  email: z.string().max(320).optional().meta({ description: 'Only this address, in any case' }),
};
export const deliveryQuery = pageQuery.extend(deliveryFilters);
export const deliveryExportQuery = z.strictObject(deliveryFilters);
export type DeliveryFilters = z.output<typeof deliveryExportQuery>;

export const uncertainInput = z
  .strictObject({
    action: z.enum(['resend', 'assume-sent', 'assume-failed']),
    contactIds: z
      .array(z.uuid())
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'Only these deliveries; absent: all that are uncertain' }),
  })
  .meta({ id: 'UncertainInput', examples: [{ action: 'assume-sent' }] });
export type UncertainInput = z.output<typeof uncertainInput>;

export const uncertainAnswer = z.object({ resolved: z.number().int(), run }).meta({ id: 'UncertainAnswer' });
