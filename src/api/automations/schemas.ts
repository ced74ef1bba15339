import { z } from 'zod';
import { defaultPolicy, overlapPolicies, overlapPolicyOf, uncertainPolicies } from '../../domain/policy.js';
import { runStatuses } from '../../domain/run.js';
import { canonicalScheduleSpec, scheduleSpecSchema } from '../../domain/schedule/spec.js';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { booleanQuery, id, idParam, line, timestamp, timestampInput } from '../common/schemas.js';
import { searchQuery } from '../common/search.js';
import { takingBack } from '../common/takingBack.js';
import { counts } from '../runs/schemas.js';

interface SchemaBranch {
  required?: string[];
}

/** What is documented of a schedule as it is sent: its canonical form, with what may be left out. */
function documentedScheduleInput(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(canonicalScheduleSpec, { io: 'input' }) as Record<string, unknown>;
  for (const branch of (schema.oneOf ?? schema.anyOf ?? []) as SchemaBranch[]) {
    branch.required = (branch.required ?? []).filter((name) => name !== 'timeZone' && name !== 'jitterSeconds');
  }
  return schema;
}

export const scheduleInput = scheduleSpecSchema.meta({
  id: 'ScheduleInput',
  openapi: documentedScheduleInput(),
  description:
    'When it runs. Other ways to write the same are taken too: times with an offset, weekdays as numbers or three letters, null for what is absent.',
});

export const schedule = canonicalScheduleSpec.meta({ id: 'Schedule' });

const policyFields = {
  overlap: z.enum(overlapPolicies).meta({ description: 'What happens to an occurrence whose predecessor still runs' }),
  catchUpSeconds: z
    .number()
    .int()
    .min(10)
    .max(31_536_000)
    .meta({ description: 'How late an occurrence may start after an outage' }),
  pauseOnFailure: z.boolean().meta({ description: 'Pause the automation when a run fails' }),
  uncertain: z.enum(uncertainPolicies).meta({
    description:
      'Deliveries whose fate is unknown. hold: at most once, people decide; resend: at least once, with the same Message-ID',
  }),
};

const overlapInput = z.preprocess(overlapPolicyOf, policyFields.overlap).meta({
  openapi: { type: 'string', enum: [...overlapPolicies] },
  description:
    "What happens to an occurrence whose predecessor still runs. Temporal's own spelling (BUFFER_ONE) is taken, too",
});

const policy = z.strictObject({
  overlap: overlapInput.default(defaultPolicy.overlap),
  catchUpSeconds: policyFields.catchUpSeconds.default(defaultPolicy.catchUpSeconds),
  pauseOnFailure: policyFields.pauseOnFailure.default(defaultPolicy.pauseOnFailure),
  uncertain: policyFields.uncertain.default(defaultPolicy.uncertain),
});

const workflowInput = z.strictObject({
  type: z.string().min(1).max(200).meta({ description: 'A name of GET /workflow-types' }),
  input: z.record(z.string(), z.unknown()).default({}),
});

const fields = {
  name: line(200),
  campaignId: id.nullish(),
  workflow: workflowInput.nullish(),
  schedule: scheduleInput,
  enabled: z.boolean(),
};

export const automationInput = z
  .strictObject({ ...fields, policy: policy.prefault({}), enabled: fields.enabled.default(true) })
  .refine((a) => (a.campaignId == null) !== (a.workflow == null), {
    path: ['campaignId'],
    message: 'Give either campaignId or workflow',
  })
  .meta({
    id: 'AutomationInput',
    examples: [
      {
        name: 'Monday newsletter',
        campaignId: '01958f3e-1c00-7000-8000-000000000003',
        schedule: { type: 'weekly', daysOfWeek: ['monday'], time: '09:00', timeZone: 'Europe/Riga' },
      },
    ],
  });
export type AutomationInput = z.output<typeof automationInput>;

/** The schedule of a patch is merged into the present one before it is read, so here it may be any part of one. */
const schedulePatch = z.record(z.string(), z.unknown()).meta({
  openapi: { type: 'object' },
  description: 'Merged into the schedule; another `type` replaces it whole',
});

export const automationPatch = z
  .strictObject({
    ...fields,
    workflow: z
      .strictObject({ type: z.string().min(1).max(200), input: z.record(z.string(), z.unknown()) })
      .partial()
      .nullish(),
    schedule: schedulePatch,
    policy: z.strictObject({ ...policyFields, overlap: overlapInput }).partial(),
  })
  .partial()
  .meta({ id: 'AutomationPatch', description: 'Setting campaignId drops the workflow, and the other way round' });
export type AutomationPatch = z.output<typeof automationPatch>;

export const automation = z
  .object({
    id,
    name: z.string(),
    campaignId: id.nullable(),
    campaignName: z.string().nullable(),
    workflow: z.object({ type: z.string(), input: z.unknown() }).nullable(),
    schedule,
    scheduleText: z.string().meta({ description: 'The schedule in words' }),
    policy: z.object(policyFields),
    enabled: z.boolean(),
    revision: z.number().int().meta({ description: 'Grows with every change' }),
    nextRunAt: timestamp.nullable().meta({ description: 'null: it is paused, or its schedule has ended' }),
    lastRun: z
      .object({
        id,
        status: z.enum(runStatuses),
        scheduledFor: timestamp,
        startedAt: timestamp.nullable(),
        finishedAt: timestamp.nullable(),
        counts,
      })
      .nullable()
      .meta({ description: 'The run of the latest occurrence or request; null: it has never run' }),
    totalRuns: z.number().int(),
    missed: z.number().int().meta({
      description: 'Occurrences of the last seven days that should have run, did not, and have not been run since',
    }),
    inSync: z
      .boolean()
      .meta({ description: 'Temporal shows this revision. While it does not, the server keeps at it' }),
    syncError: z.string().nullable(),
    temporalUrl: z.string().nullable().meta({ description: 'The Schedule in the Temporal Web UI' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Automation' });
export type AutomationView = z.output<typeof automation>;

/** What a PUT and a PATCH take. */
export const automationReplacement = takingBack(automationInput, automation, 'AutomationReplacement');
export const automationChanges = takingBack(automationPatch, automation, 'AutomationPatch');

export const automationPage = pageOf(automation, 'AutomationPage');
export const automationQuery = pageQuery.extend({
  sort: sortQuery(['createdAt', 'name'], '-createdAt'),
  search: searchQuery,
  enabled: booleanQuery.optional(),
  campaignId: idParam.optional(),
});
export type AutomationQuery = z.output<typeof automationQuery>;

export const backfillInput = z
  .strictObject({
    from: timestampInput,
    to: timestampInput.meta({ description: 'Inclusive; a time to come counts as now' }),
  })
  .refine((v) => v.from <= v.to, { path: ['to'], message: 'Must not be earlier than from' })
  .meta({ id: 'BackfillInput', examples: [{ from: '2026-03-01T00:00:00Z', to: '2026-03-07T23:59:59Z' }] });
export type BackfillInput = z.output<typeof backfillInput>;

const localTime = z
  .string()
  .meta({ description: 'Local time in the zone of the schedule', examples: ['2027-03-28T03:30:00'] });
const dst = z
  .enum(['skipped', 'repeated'])
  .nullable()
  .meta({ description: 'The clocks skip or repeat the local time' });

export const backfillAnswer = z
  .object({
    items: z.array(
      z.object({
        at: timestamp,
        key: z.string(),
        runId: id,
        created: z.boolean().meta({ description: 'false: the occurrence had its run already, and is not run again' }),
      }),
    ),
  })
  .meta({ id: 'Backfill' });

export const occurrence = z
  .object({
    at: timestamp,
    key: z.string(),
    localTime,
    dst,
    fate: z.enum(['ran', 'running', 'skipped', 'missed', 'paused', 'due', 'coming']).meta({
      description:
        'skipped: by the overlap policy, or it was edited away; missed: it should have run; paused: the automation was paused; due: it is on its way, or waits',
    }),
    reason: z.string().nullable().meta({ description: 'Why, in words' }),
    runId: id.nullable(),
    runStatus: z.enum(runStatuses).nullable(),
  })
  .meta({ id: 'Occurrence' });
export const occurrencePage = pageOf(occurrence, 'OccurrencePage');
export const occurrenceQuery = pageQuery.extend({
  from: timestampInput.optional().meta({ description: 'Default: a week ago' }),
  to: timestampInput.optional().meta({ description: 'Inclusive. Default: in thirty days' }),
});
export type OccurrenceQuery = z.output<typeof occurrenceQuery>;

/** The nominal time of an occurrence, in a path. */
export const occurrenceTimeParam = timestampInput.meta({ description: 'The nominal time of the occurrence (`at`)' });

const previewCount = 10;

/** A schedule and what is wanted to be known of it, or the schedule alone. `at` is where the schedule stands in the body. */
export const previewScheduleInput = z
  .union([
    z
      .strictObject({
        schedule: scheduleInput,
        count: z.number().int().min(1).max(100).default(previewCount),
        after: timestampInput.optional().meta({ description: 'Default: now' }),
      })
      .transform((input) => ({ ...input, at: ['schedule'] })),
    scheduleInput.transform((schedule) => ({ schedule, count: previewCount, after: undefined, at: [] })),
  ])
  .meta({
    id: 'SchedulePreviewInput',
    description: 'A schedule with what is wanted to be known of it, or the schedule itself',
    examples: [
      { schedule: { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' }, count: 3 },
      { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' },
    ],
  });
export type PreviewScheduleInput = z.output<typeof previewScheduleInput>;

const remark = z.object({
  pointer: z.string().meta({ description: 'JSON pointer into the body' }),
  message: z.string(),
});
export const schedulePreview = z
  .object({
    schedule,
    text: z.string(),
    occurrences: z.array(z.object({ at: timestamp, localTime, dst })),
    problems: z.array(remark).meta({ description: 'Why it would never run' }),
    warnings: z
      .array(remark)
      .meta({ description: 'What is worth knowing: months that are left out, clocks that change' }),
  })
  .meta({ id: 'SchedulePreview' });
