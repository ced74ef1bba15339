import type { CalendarSpec, ScheduleSpecDescription, ScheduleSpec as TemporalScheduleSpec } from '@temporalio/client';
import { msToNumber } from '@temporalio/common/lib/time.js';
import {
  type CalendarRule,
  calendarRule,
  matchesDay,
  matchesLocal,
  matchingLocals,
  range,
  secondsOfDay,
  timesOfDay,
} from '../domain/schedule/calendar.js';
import { instantOf } from '../domain/schedule/dateTime.js';
import { intervalOf, type Occurrence, occurrencesBetween, skippedPoint } from '../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../domain/schedule/spec.js';
import { formatLocal, type Transition, toLocal, transitionsBetween } from '../domain/timeZone.js';

/**
 * Our schedules as Temporal's. What Temporal's calendars cannot say, or get wrong, is said in other ways, so that the Schedule fires
 * exactly when `occurrences` says (and at the second instant of a repeated local time, which the ledger refuses by its key).
 *
 * Measured on server 1.29.1 with ListScheduleMatchingTimes, and read in its service/worker/scheduler/calendar.go:
 *
 * - All fields of a calendar have to match, weekday and day of month too; startAt and endAt are inclusive; a local time in a gap never
 *   fires.
 * - A repeated local time fires twice in zones west of Greenwich, and only the second time in zones east of it: 03:30 in Europe/Riga.
 *   After that, matching may go wrong by an hour: 02:30 in Europe/Riga fires at 02:30 and again at 03:30 on the day the clocks go back,
 *   03:30 at 04:30 when the Schedule is looked at between 03:00 and 03:30, and every ten minutes misses an hour or two.
 * - In gaps and repetitions of half an hour (Australia/Lord_Howe) it shifts as well: 02:15 fires at 02:45, and 01:00 again at 01:30. Where
 *   the clocks change at a quarter (Pacific/Chatham), up to an hour after the change is missed.
 * - Where the clocks skip midnight in zones west of Greenwich (America/Santiago, Atlantic/Azores), a calendar with weekdays takes that
 *   whole day for the one before: what is due on Sundays is missed, and what is due on Saturdays may fire again.
 * - An interval fires at exact multiples, whatever the zone; one as long as the time since 1970 fires at a single instant (and then not
 *   before 2083). `skip` removes by what the clocks read, both times round.
 * - Jitter changes when an execution starts, not its nominal time: neither its Workflow ID nor TemporalScheduledStartTime.
 * - The server stores ranges with their end and step written out and adds nothing; an absent year stays empty.
 */
export function toTemporalScheduleSpec(spec: ScheduleSpec, now: Date): TemporalScheduleSpec {
  const bounds = {
    ...(spec.startAt === undefined ? {} : { startAt: new Date(instantOf(spec.startAt, spec.timeZone) * 1000) }),
    ...(spec.endAt === undefined ? {} : { endAt: new Date(instantOf(spec.endAt, spec.timeZone, 'second') * 1000) }),
    ...(spec.jitterSeconds > 0 ? { jitter: spec.jitterSeconds * 1000 } : {}),
  };
  switch (spec.type) {
    case 'once': {
      // In UTC, where every instant can be named.
      const at = instantOf(spec.at, spec.timeZone);
      return { calendars: [exactly(at, `${spec.at} ${spec.timeZone}`)], timezone: 'UTC', ...bounds };
    }
    case 'interval': {
      const { every, anchor } = intervalOf(spec);
      return { intervals: [interval(every, anchor)], timezone: spec.timeZone, ...bounds };
    }
    default: {
      const rule = calendarRule(spec);
      const year = now.getUTCFullYear();
      const transitions = transitionsBetween(spec.timeZone, Date.UTC(year, 0) / 1000, Date.UTC(year + 3, 0) / 1000);
      const hourly = hourlyIntervals(rule, transitions, now);
      if (hourly) return { intervals: hourly, timezone: spec.timeZone, ...bounds };
      const corrections = transitions.map((transition) => correct(spec, rule, transition));
      const intervals = corrections.flatMap((c) => c.intervals);
      const skip = corrections.flatMap((c) => c.skip);
      return {
        calendars: [...calendars(rule), ...corrections.flatMap((c) => c.calendars)],
        ...(intervals.length > 0 ? { intervals } : {}),
        ...(skip.length > 0 ? { skip } : {}),
        timezone: spec.timeZone,
        ...bounds,
      };
    }
  }
}

interface Range<T> {
  start: T;
  end: T;
  step: number;
}

type Interval = { every: number; offset: number };

/** The SDK reads an absent end as 1, so that all ranges here have theirs. */
type ExactCalendar = {
  second: Range<number>[];
  minute: Range<number>[];
  hour: Range<number>[];
  dayOfMonth: Range<number>[];
  month: Range<(typeof monthNames)[number]>[];
  year?: Range<number>[];
  dayOfWeek: Range<(typeof dayNames)[number]>[];
  comment?: string;
};

const monthNames = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const dayNames = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const anyDayOfMonth = range(1, 31);
const anyDayOfWeek = range(0, 6);
const monthsOf31 = [1, 3, 5, 7, 8, 10, 12];
const monthsOf30 = [4, 6, 9, 11];
/** The years of Temporal's calendars that have no 29 February. */
const commonYears: Range<number>[] = [
  { start: 2001, end: 2097, step: 4 },
  { start: 2002, end: 2098, step: 4 },
  { start: 2003, end: 2099, step: 4 },
  { start: 2100, end: 2100, step: 1 },
];

interface Days {
  daysOfMonth: readonly number[];
  months: readonly number[];
  daysOfWeek: readonly number[];
  years?: Range<number>[];
}

/** The rule as calendars of which all fields have to match: "the last day" and "either of two" take several. */
function calendars(rule: CalendarRule): ExactCalendar[] {
  const { daysOfMonth, months, daysOfWeek } = rule;
  const last: Omit<Days, 'daysOfWeek'>[] = rule.lastDayOfMonth
    ? [
        { daysOfMonth: [31], months: months.filter((m) => monthsOf31.includes(m)) },
        { daysOfMonth: [30], months: months.filter((m) => monthsOf30.includes(m)) },
        { daysOfMonth: [29], months: months.filter((m) => m === 2) },
        { daysOfMonth: [28], months: months.filter((m) => m === 2), years: commonYears },
      ]
    : [];
  const byNumber = [{ daysOfMonth, months }, ...last].filter((d) => d.daysOfMonth.length > 0 && d.months.length > 0);
  const days: Days[] = rule.eitherDay
    ? [...byNumber.map((d) => ({ ...d, daysOfWeek: anyDayOfWeek })), { daysOfMonth: anyDayOfMonth, months, daysOfWeek }]
    : byNumber.map((d) => ({ ...d, daysOfWeek }));
  return days.map((d) => ({ ...times(rule.hours, rule.minutes, rule.second), ...dates(d) }));
}

function times(hours: readonly number[], minutes: readonly number[], second: number) {
  return { second: ranges([second]), minute: ranges(minutes), hour: ranges(hours) };
}

function dates({ daysOfMonth, months, daysOfWeek, years }: Days) {
  return {
    dayOfMonth: ranges(daysOfMonth),
    month: ranges(months).map((r) => named(r, monthNames, 1)),
    dayOfWeek: ranges(daysOfWeek).map((r) => named(r, dayNames, 0)),
    ...(years ? { year: years } : {}),
  };
}

function named<Name>(r: Range<number>, names: readonly Name[], first: number): Range<Name> {
  return { start: names[r.start - first] as Name, end: names[r.end - first] as Name, step: r.step };
}

/** Ascending numbers as few ranges: runs of at least three with equal distances, or of neighbours, become one. */
function ranges(values: readonly number[]): Range<number>[] {
  const found: Range<number>[] = [];
  for (let i = 0; i < values.length;) {
    const start = values[i] as number;
    const step = (values[i + 1] ?? start + 1) - start;
    let end = i;
    while (end + 1 < values.length && (values[end + 1] as number) - (values[end] as number) === step) end += 1;
    const isRun = end - i >= 2 || (end > i && step === 1);
    if (!isRun) end = i;
    found.push({ start, end: values[end] as number, step: isRun ? step : 1 });
    i = end + 1;
  }
  return found;
}

function interval(every: number, anchor: number): Interval {
  return { every: every * 1000, offset: (((anchor % every) + every) % every) * 1000 };
}

/** A calendar that names one local time on one date. */
function exactly(local: number, comment: string): ExactCalendar {
  const date = new Date(local * 1000);
  return {
    ...times([date.getUTCHours()], [date.getUTCMinutes()], date.getUTCSeconds()),
    ...onDate(Math.floor(local / secondsOfDay)),
    comment,
  };
}

function onDate(epochDay: number) {
  const date = new Date(epochDay * secondsOfDay * 1000);
  const year = date.getUTCFullYear();
  return dates({
    daysOfMonth: [date.getUTCDate()],
    months: [date.getUTCMonth() + 1],
    daysOfWeek: anyDayOfWeek,
    years: [{ start: year, end: year, step: 1 }],
  });
}

/**
 * A cron of every hour on every day, as intervals: the same instants in a zone whose offset changes by whole hours only, and free of
 * everything that calendars get wrong. Undefined when the rule is another one.
 */
function hourlyIntervals(rule: CalendarRule, transitions: readonly Transition[], now: Date): Interval[] | undefined {
  const everyDay = rule.daysOfMonth.length === 31 && rule.daysOfWeek.length === 7 && rule.months.length === 12;
  if (rule.fixedTimes || rule.hours.length !== 24 || !everyDay) return undefined;
  if (transitions.some(({ before, after }) => (after - before) % 3600 !== 0)) return undefined;
  const at = Math.floor(now.getTime() / 1000);
  const offset = toLocal(rule.timeZone, at) - at;
  const minutes = rule.minutes;
  const step = minutes.length > 1 ? (minutes[1] as number) - (minutes[0] as number) : 60;
  const even = minutes.length * step === 60 && minutes.every((m, i) => m === (minutes[0] as number) + i * step);
  return even
    ? [interval(step * 60, (minutes[0] as number) * 60 - offset)]
    : minutes.map((m) => interval(3600, m * 60 - offset));
}

interface Correction {
  calendars: ExactCalendar[];
  intervals: Interval[];
  skip: ExactCalendar[];
}

const hour = 3600;

/** What has to be added and removed around one change of the clocks, so that the calendars fire as they should; often nothing. */
function correct(spec: ScheduleSpec, rule: CalendarRule, transition: Transition): Correction {
  const { at, before, after } = transition;
  const change = Math.abs(after - before);
  const between = (from: number, to: number) =>
    occurrencesBetween(spec, new Date(from * 1000), new Date((to - 1) * 1000), Number.POSITIVE_INFINITY);

  if (after > before) {
    const skipped = skippedPoint(rule, transition);
    const extra = skipped ? [exactly(at + after, `for ${formatLocal(skipped.local)}, which the clocks skip`)] : [];
    // Matching checks the hour alone, so that a gap of other than whole hours lets times in it through, shifted beyond its end.
    const shiftsTimes = change % hour !== 0 && matchingLocals(rule, at + before, at + after).next().done === false;
    const wrong = shiftsTimes
      ? shifted(rule, [...matchingLocals(rule, at + before - hour, at + after + hour)], change)
      : [];
    const dates = datesWithoutMidnight(rule, transition);
    // What follows a gap that ends within an hour (Pacific/Chatham) may be jumped over, until the next hour begins.
    const untilFullHour = (at + after) % hour === 0 ? 0 : hour;
    return {
      calendars: [...extra, ...dates.matching],
      intervals: instants(between(at, at + Math.max(shiftsTimes ? change : 0, untilFullHour))),
      skip: skips([...wrong, ...dates.wrong].filter((local) => !skipped || local !== at + after)),
    };
  }

  const width = Math.max(hour, change);
  const affected = [...matchingLocals(rule, at + after - width, at + before + width)];
  if (affected.length === 0) return { calendars: [], intervals: [], skip: [] };
  return {
    calendars: [],
    // While the clocks read a time again, matching may jump an hour ahead; what it jumps over is said as well. Where the clocks are not at
    // a full hour by then (Pacific/Chatham), it jumps over an hour more.
    intervals: instants(between(at - width, at + width + (rule.fixedTimes || before % hour !== 0 ? hour : 0))),
    skip: skips(shifted(rule, affected, change)),
  };
}

/** Intervals each of which fires at one instant (see above). */
function instants(found: readonly Occurrence[]): Interval[] {
  return found.map((occurrence) => interval(occurrence.at.getTime() / 1000, 0));
}

/**
 * Dates whose midnight falls in a gap: a calendar with weekdays takes them for the day before. One that matches is said by date alone;
 * the times of one that does not are removed.
 */
function datesWithoutMidnight(rule: CalendarRule, { at, before, after }: Transition) {
  if (rule.daysOfWeek.length === 7) return { matching: [], wrong: [] };
  const days: number[] = [];
  for (let day = Math.ceil((at + before) / secondsOfDay); day * secondsOfDay < at + after; day++) days.push(day);
  return {
    matching: days
      .filter((day) => matchesDay(rule, day))
      .map((day) => ({
        ...times(rule.hours, rule.minutes, rule.second),
        ...onDate(day),
        comment: 'a day on which the clocks skip midnight',
      })),
    wrong: days
      .filter((day) => !matchesDay(rule, day) && rule.daysOfWeek.includes(weekdayOf(day - 1)))
      .flatMap((day) => timesOfDay(rule).map((time) => day * secondsOfDay + time)),
  };
}

function weekdayOf(epochDay: number): number {
  return new Date(epochDay * secondsOfDay * 1000).getUTCDay();
}

/** Local times that Temporal may take for those given, and that the rule does not name. */
function shifted(rule: CalendarRule, locals: readonly number[], change: number): number[] {
  const found = new Set<number>();
  for (const local of locals) {
    for (const hours of [-hour, 0, hour]) {
      for (const by of [-change, 0, change]) {
        const candidate = local + hours + by;
        if (!matchesLocal(rule, candidate)) found.add(candidate);
      }
    }
  }
  return [...found];
}

/** Local times as few calendars: one for each date and each set of minutes. */
function skips(locals: readonly number[]): ExactCalendar[] {
  const days = new Map<number, Map<number, number[]>>();
  for (const local of new Set([...locals].sort((a, b) => a - b))) {
    const day = Math.floor(local / secondsOfDay);
    const time = local - day * secondsOfDay;
    const hours = days.get(day) ?? new Map<number, number[]>();
    days.set(day, hours);
    const minutes = hours.get(Math.floor(time / hour)) ?? [];
    hours.set(Math.floor(time / hour), minutes);
    minutes.push(time % hour);
  }
  return [...days].flatMap(([day, hours]) => {
    const sets = new Map<string, { hours: number[]; seconds: number[] }>();
    for (const [number, seconds] of hours) {
      const set = sets.get(seconds.join()) ?? { hours: [], seconds };
      sets.set(seconds.join(), set);
      set.hours.push(number);
    }
    return [...sets.values()].map((set) => ({
      ...times(
        set.hours,
        set.seconds.map((s) => Math.floor(s / 60)),
        (set.seconds[0] as number) % 60,
      ),
      ...onDate(day),
      comment: 'no occurrence: the clocks change',
    }));
  });
}

/**
 * Whether a Schedule's specification, as the server describes it, means the same as a derived one. Comments and the way in which numbers
 * are grouped into ranges do not count; what was changed by hand does.
 */
export function sameTemporalSpec(
  described: ScheduleSpecDescription | TemporalScheduleSpec,
  derived: TemporalScheduleSpec,
): boolean {
  return canonical(described) === canonical(derived);
}

function canonical(spec: ScheduleSpecDescription | TemporalScheduleSpec): string {
  const ms = (value: Parameters<typeof msToNumber>[0] | undefined) => (value === undefined ? 0 : msToNumber(value));
  const unique = (items: string[]) => [...new Set(items)].sort();
  const calendarsOf = (items: readonly CalendarSpec[] | undefined) => unique((items ?? []).map(canonicalCalendar));
  return JSON.stringify({
    calendars: calendarsOf(spec.calendars as CalendarSpec[] | undefined),
    skip: calendarsOf(spec.skip as CalendarSpec[] | undefined),
    intervals: unique((spec.intervals ?? []).map((i) => `${ms(i.every)}/${ms(i.offset) % ms(i.every)}`)),
    cron: 'cronExpressions' in spec ? (spec.cronExpressions ?? []) : [],
    startAt: spec.startAt?.getTime() ?? null,
    endAt: spec.endAt?.getTime() ?? null,
    jitter: ms(spec.jitter),
    timezone: spec.timezone || 'UTC',
  });
}

function canonicalCalendar(calendar: CalendarSpec): string {
  const monthNumber = (value: unknown) => monthNames.indexOf(value as (typeof monthNames)[number]) + 1;
  const dayNumber = (value: unknown) => dayNames.indexOf(value as (typeof dayNames)[number]);
  return JSON.stringify([
    expand(calendar.second, Number, [0], range(0, 59)),
    expand(calendar.minute, Number, [0], range(0, 59)),
    expand(calendar.hour, Number, [0], range(0, 23)),
    expand(calendar.dayOfMonth, Number, anyDayOfMonth, anyDayOfMonth),
    expand(calendar.month, monthNumber, range(1, 12), range(1, 12)),
    expand(calendar.year, Number, [], []),
    expand(calendar.dayOfWeek, dayNumber, anyDayOfWeek, anyDayOfWeek),
  ]);
}

/** The values of a field of a calendar, ascending: a value, a range, a list of either, `*`, or absent. */
function expand(field: unknown, number: (value: unknown) => number, absent: number[], all: number[]): number[] {
  if (field === undefined) return absent;
  if (field === '*') return all;
  const values = (Array.isArray(field) ? field : [field]).flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [number(item)];
    const { start, end, step } = item as { start: unknown; end?: unknown; step?: number };
    const first = number(start);
    const last = end === undefined ? first : Math.max(first, number(end));
    return range(first, last).filter((value) => (value - first) % Math.max(1, step ?? 1) === 0);
  });
  return [...new Set(values)].sort((a, b) => a - b);
}
