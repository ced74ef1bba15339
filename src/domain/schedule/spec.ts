import { z } from 'zod';
import { canonicalTimeZone } from '../timeZone.js';
import { canonicalCron, CronError } from './cron.js';
import { formatDateTime, instantOf, parseDateTime } from './dateTime.js';
import { type Weekday, weekdays } from './weekday.js';

/**
 * When an automation runs: the field `schedule` of the REST API, and what `automations.schedule` stores.
 *
 * Two schemas: `scheduleSpecSchema` takes what people and programs send, forgivingly, and answers the canonical form;
 * `canonicalScheduleSpec` describes that form. Parsing a canonical value yields it unchanged.
 */

export const scheduleTypes = ['once', 'daily', 'weekly', 'monthly', 'interval', 'cron'] as const;
export type ScheduleType = (typeof scheduleTypes)[number];

/** The longest interval: 365 days. */
export const maxEveryMinutes = 525_600;
/** The widest spread: a day. */
export const maxJitterSeconds = 86_400;

const dateTimePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$/;
const timePattern = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

const canonicalCommon = {
  timeZone: z.string().describe('IANA name of the time zone in which local times are meant'),
  startAt: z.string().regex(dateTimePattern).optional().describe('Nothing runs before; local time without Z'),
  endAt: z.string().regex(dateTimePattern).optional().describe('Nothing runs after; local time without Z'),
  jitterSeconds: z
    .int()
    .min(0)
    .max(maxJitterSeconds)
    .describe('Each occurrence starts up to this many seconds late, at random'),
};

/** The canonical form, as it is stored and answered. */
export const canonicalScheduleSpec = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('once'), at: z.string().regex(dateTimePattern), ...canonicalCommon }),
  z.strictObject({ type: z.literal('daily'), time: z.string().regex(timePattern), ...canonicalCommon }),
  z.strictObject({
    type: z.literal('weekly'),
    daysOfWeek: z.array(z.enum(weekdays)).min(1),
    time: z.string().regex(timePattern),
    ...canonicalCommon,
  }),
  z.strictObject({
    type: z.literal('monthly'),
    dayOfMonth: z.union([z.int().min(1).max(31), z.literal('last')]),
    time: z.string().regex(timePattern),
    ...canonicalCommon,
  }),
  z.strictObject({
    type: z.literal('interval'),
    everyMinutes: z.int().min(1).max(maxEveryMinutes),
    ...canonicalCommon,
  }),
  z.strictObject({ type: z.literal('cron'), cron: z.string(), ...canonicalCommon }),
]);

/** The canonical form of a schedule. */
export type ScheduleSpec = z.output<typeof canonicalScheduleSpec>;

/** A transformation that answers the canonical value, or the message of what is wrong. */
function reading<In, Out>(read: (value: In) => { value: Out } | { problem: string }) {
  return (value: In, context: z.RefinementCtx<In>): Out => {
    const result = read(value);
    if ('value' in result) return result.value;
    context.issues.push({ code: 'custom', message: result.problem, input: value });
    return z.NEVER;
  };
}

const text = (missing: string) =>
  z.string({ error: (issue) => (issue.input === undefined ? missing : 'This has to be text') });

const dateTime = (missing: string) =>
  text(missing).transform(
    reading((value: string) => {
      const parsed = parseDateTime(value);
      return typeof parsed === 'string' ? { problem: parsed } : { value: formatDateTime(parsed) };
    }),
  );

const timeOfDay = text('Say at which time of day it runs, such as 09:00')
  .transform(
    reading((value: string) => {
      const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(value.trim());
      const [hour, minute, second] = match ? match.slice(1, 4).map((part) => Number(part ?? 0)) : [];
      if (
        hour === undefined ||
        minute === undefined ||
        second === undefined ||
        hour > 23 ||
        minute > 59 ||
        second > 59
      ) {
        return { problem: 'Write the time of day as HH:mm or HH:mm:ss, from 00:00 to 23:59:59' };
      }
      const parts = second === 0 ? [hour, minute] : [hour, minute, second];
      return { value: parts.map((part) => String(part).padStart(2, '0')).join(':') };
    }),
  )
  .describe('Time of day in the time zone of the schedule, HH:mm or HH:mm:ss');

const weekday = z
  .union([z.string(), z.number()], {
    error: 'A weekday is a name such as monday or mon, or a number from 0 (Sunday) to 7',
  })
  .transform(
    reading((value: string | number): { value: Weekday } | { problem: string } => {
      const written = String(value).trim().toLowerCase();
      const found = /^[0-7]$/.test(written)
        ? weekdays[(Number(written) + 6) % 7]
        : weekdays.find((name) => name === written || name.slice(0, 3) === written || name.slice(0, 2) === written);
      return found
        ? { value: found }
        : {
            problem: `${String(value)} is no weekday: use a name such as monday or mon, or a number from 0 (Sunday) to 7`,
          };
    }),
  );

const daysOfWeek = z
  .array(weekday, { error: 'Say on which weekdays it runs, such as ["monday", "friday"]' })
  .min(1, 'Name at least one weekday')
  .transform((days) => weekdays.filter((name) => days.includes(name)))
  .describe('Weekdays: names, three letters, or numbers where 0 and 7 are Sunday');

const dayOfMonth = z
  .union([z.number(), z.string()], { error: 'Say on which day of the month it runs: 1 to 31, or "last"' })
  .transform(
    reading((value: number | string): { value: number | 'last' } | { problem: string } => {
      const written = String(value).trim().toLowerCase();
      if (written === 'last' || written === '-1') return { value: 'last' };
      const number = /^\d{1,2}$/.test(written) ? Number(written) : 0;
      return number >= 1 && number <= 31
        ? { value: number }
        : { problem: 'A day of the month is a whole number from 1 to 31, or "last"' };
    }),
  )
  .describe('1 to 31, or "last" for the last day of each month; months without the day are left out');

const everyMinutesMessage = `everyMinutes is a whole number of minutes from 1 to ${maxEveryMinutes} (a year)`;
const everyMinutes = z
  .int({ error: (issue) => (issue.input === undefined ? 'Say how often it runs, in minutes' : everyMinutesMessage) })
  .min(1, everyMinutesMessage)
  .max(maxEveryMinutes, everyMinutesMessage)
  .describe('Minutes of real time between two occurrences');

const cron = text('Write a cron expression of five fields, such as 30 9 * * MON-FRI')
  .transform(
    reading((value: string) => {
      try {
        return { value: canonicalCron(value) };
      } catch (error) {
        if (error instanceof CronError) return { problem: error.message };
        throw error;
      }
    }),
  )
  .describe('Five fields: minute, hour, day of month, month, day of week; L is the last day of the month');

const timeZone = z
  .string({ error: 'A time zone is an IANA name such as Europe/Riga' })
  .transform(
    reading((value: string) => {
      const found = canonicalTimeZone(value.trim());
      if (found !== undefined) return { value: found };
      return {
        problem: /^[+-]?\d/.test(value.trim())
          ? `${value} is an offset, not a time zone: use an IANA name such as Europe/Riga, or UTC`
          : `There is no time zone "${value}": use an IANA name such as Europe/Riga, America/New_York or UTC`,
      };
    }),
  )
  .default('UTC')
  .describe('IANA name of the time zone in which local times are meant');

const jitterMessage = `jitterSeconds is a whole number of seconds from 0 to ${maxJitterSeconds} (a day)`;

const common = {
  timeZone,
  startAt: dateTime('').optional().describe('Nothing runs before: RFC 3339, or local time without an offset'),
  endAt: dateTime('').optional().describe('Nothing runs after: RFC 3339, or local time without an offset'),
  jitterSeconds: z
    .int({ error: jitterMessage })
    .min(0, jitterMessage)
    .max(maxJitterSeconds, jitterMessage)
    .default(0)
    .describe('Each occurrence starts up to this many seconds late, at random'),
};

/**
 * An object of one type; any other field is refused at its own path. zod would gather unknown fields in one issue of the whole object
 * if it recognised the `never`; `readonly` hides it. The type is that of a strict object, as which it behaves.
 */
function ofType<const Type extends ScheduleType, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) {
  const fields = [...Object.keys(shape), ...Object.keys(common)].join(', ');
  const message = `A schedule of type ${type} has no such field; it has ${fields}`;
  return z
    .object({ type: z.literal(type), ...shape, ...common })
    .catchall(z.never({ error: message }).readonly()) as unknown as z.ZodObject<
    { type: z.ZodLiteral<Type> } & Shape & typeof common,
    z.core.$strict
  >;
}

const sentScheduleSpec = z.discriminatedUnion(
  'type',
  [
    ofType('once', {
      at: dateTime('Say when it runs, such as 2026-12-01T09:00').describe(
        'RFC 3339 with an offset, or local time in the time zone of the schedule',
      ),
    }),
    ofType('daily', { time: timeOfDay }),
    ofType('weekly', { daysOfWeek, time: timeOfDay }),
    ofType('monthly', { dayOfMonth, time: timeOfDay }),
    ofType('interval', { everyMinutes }),
    ofType('cron', { cron }),
  ],
  {
    error: (issue) =>
      isRecord(issue.input)
        ? `A schedule has a type: ${scheduleTypes.join(', ')}`
        : 'A schedule is an object with a type',
  },
);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Takes a schedule as it is sent and answers its canonical form. Fields that are null count as absent; every other field that the type
 * does not have is refused, with its path. What can never run is a matter of time, and so of `checkSchedule`.
 */
export const scheduleSpecSchema = z.preprocess(
  (value) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) : value,
  sentScheduleSpec
    .superRefine((spec, context) => {
      if (spec.startAt === undefined || spec.endAt === undefined) return;
      if (instantOf(spec.endAt, spec.timeZone, 'second') <= instantOf(spec.startAt, spec.timeZone)) {
        context.addIssue({ code: 'custom', path: ['endAt'], message: 'endAt has to be later than startAt' });
      }
    })
    .pipe(canonicalScheduleSpec),
);

/** A schedule as it may be sent. */
export type ScheduleSpecInput = z.input<typeof sentScheduleSpec>;

/**
 * Answers the canonical form of a schedule.
 * @throws z.ZodError with the path of every field that is wrong.
 */
export function parseScheduleSpec(value: unknown): ScheduleSpec {
  return scheduleSpecSchema.parse(value);
}
