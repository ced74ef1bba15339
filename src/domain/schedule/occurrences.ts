import {
  formatInstant,
  formatLocal,
  offsetAt,
  resolveLocal,
  type Transition,
  toLocal,
  transitionsBetween,
} from '../timeZone.js';
import {
  type CalendarRule,
  calendarRule,
  localDay,
  matchesLocal,
  matchingDays,
  matchingLocals,
  secondsOfDay,
  timesOfDay,
} from './calendar.js';
import { instantOf, parseDateTime } from './dateTime.js';
import type { ScheduleSpec } from './spec.js';

/**
 * Which occurrences a schedule has, and what each is called.
 *
 * Schedules at fixed local times (once, daily, weekly, monthly, cron with fixed hours) name local times, and each of them is one
 * occurrence, whatever the clocks do: one that the clocks repeat runs at its first instant; one that they skip runs at the first
 * instant after the gap, under its own name. Several in one gap are one occurrence, named after the earliest; when the first instant
 * after the gap is an ordinary occurrence, that one stands for them all. Intervals and cron with free hours follow real time.
 *
 * Property tests compare all of this with Temporal's own matching times (test/integration/scheduleMatching.test.ts).
 */
export interface Occurrence {
  /** The nominal instant: whole seconds, before any jitter. */
  at: Date;
  /**
   * The name by which the ledger recognises the occurrence; no two occurrences of a schedule share it. At fixed local times
   * `2027-03-28T03:30:00[Europe/Riga]`, otherwise `2027-03-28T00:30:00Z`.
   */
  key: string;
  /** The local time it stands for, `2027-03-28T03:30:00`: the one that the schedule names, even if the clocks skip it. */
  localTime: string;
  /** Set when the clocks skip the local time, or repeat it. */
  dst?: 'skipped' | 'repeated';
}

/** What `occurrenceKey` knows about an instant. */
export interface OccurrenceName {
  key: string;
  localTime: string;
  /**
   * Whether the instant is an occurrence of the schedule as it is now, or the second time round of a repeated one. False for what the
   * schedule does not name (any more): such an instant has to send nothing.
   */
  matches: boolean;
  dst?: 'skipped' | 'repeated';
}

/** No schedule runs later: what lies beyond the years of a schedule is not generated. */
const endOfTime = Date.UTC(2099, 11, 31, 23, 59, 59) / 1000;
const startOfTime = Date.UTC(2000, 0, 1) / 1000;

/**
 * Intervals without startAt are counted from this local midnight, a Monday. It is a fixed date, so that an edit moves nothing; local
 * midnight, so that hours fall on the zone's full hours and days on its midnights (outside daylight saving time); and a Monday, so that
 * whole weeks begin on one. It is not 1970: since then zones have changed by less than an hour (Asia/Kathmandu, 1986).
 */
export const intervalAnchor = '2000-01-03T00:00:00';

/** The interval of a schedule in seconds: occurrences are at `anchor + n * every`. */
export function intervalOf(spec: Extract<ScheduleSpec, { type: 'interval' }>): { every: number; anchor: number } {
  return { every: spec.everyMinutes * 60, anchor: instantOf(spec.startAt ?? intervalAnchor, spec.timeZone) };
}

/** The first and last instant, in seconds, at which the schedule may run, by startAt and endAt. */
export function boundsOf(spec: ScheduleSpec): { start: number; end: number } {
  return {
    start: spec.startAt === undefined ? startOfTime : Math.max(startOfTime, instantOf(spec.startAt, spec.timeZone)),
    end: spec.endAt === undefined ? endOfTime : Math.min(endOfTime, instantOf(spec.endAt, spec.timeZone, 'second')),
  };
}

/** An occurrence in seconds; `local` is the local time it stands for. */
interface Point {
  at: number;
  local: number;
  dst?: 'skipped' | 'repeated' | undefined;
}

/**
 * The occurrences between two instants, both inclusive, in order and one by one, so that the caller may stop at any time. The cost of
 * the first does not depend on how far away the window is.
 */
export function* occurrences(spec: ScheduleSpec, from: Date, to: Date): Generator<Occurrence> {
  const named = namesLocalTimes(spec);
  const bounds = boundsOf(spec);
  const first = Math.max(bounds.start, Math.ceil(from.getTime() / 1000));
  const last = Math.min(bounds.end, Math.floor(to.getTime() / 1000));
  if (!(first <= last)) return;
  for (const point of points(spec, first, last)) {
    yield {
      at: new Date(point.at * 1000),
      key: named ? localKey(spec, point.local) : formatInstant(point.at),
      localTime: formatLocal(point.local),
      ...(point.dst === undefined ? {} : { dst: point.dst }),
    };
  }
}

/** At most `limit` occurrences between two instants, both inclusive, in order. Adjoining windows share none and lose none. */
export function occurrencesBetween(spec: ScheduleSpec, from: Date, to: Date, limit: number): Occurrence[] {
  return take(occurrences(spec, from, to), limit);
}

/** The next `n` occurrences strictly after an instant; fewer when the schedule ends. */
export function nextOccurrences(spec: ScheduleSpec, after: Date, n: number): Occurrence[] {
  const from = new Date((Math.floor(after.getTime() / 1000) + 1) * 1000);
  return take(occurrences(spec, from, new Date(endOfTime * 1000)), n);
}

function take<T>(items: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  if (limit <= 0) return taken;
  for (const item of items) {
    taken.push(item);
    if (taken.length >= limit) break;
  }
  return taken;
}

/**
 * The key of the occurrence at a nominal instant, as Temporal fires it. Total and deterministic, also for an instant that the schedule
 * does not name any more (`matches` says so). Both instants of a repeated local time have one key, and the first instant after a gap
 * has the key of the local time it stands for, so that whatever starts an occurrence, and how often, it is the same one.
 */
export function occurrenceKey(spec: ScheduleSpec, at: Date): OccurrenceName {
  const instant = Math.floor(at.getTime() / 1000);
  const local = toLocal(spec.timeZone, instant);
  if (!namesLocalTimes(spec)) {
    return {
      key: formatInstant(instant),
      localTime: formatLocal(local),
      matches: some(points(spec, instant, instant)),
    };
  }
  const point = namedPoint(spec, instant, local);
  const { start, end } = boundsOf(spec);
  const named = point?.local ?? local;
  return {
    key: localKey(spec, named),
    localTime: formatLocal(named),
    matches: point !== undefined && point.at >= start && point.at <= end && instant <= end,
    ...(point?.dst === undefined ? {} : { dst: point.dst }),
  };
}

/** Whether the schedule is one of fixed local times (see above), not of real time. */
export function namesLocalTimes(spec: ScheduleSpec): boolean {
  switch (spec.type) {
    case 'interval':
      return false;
    case 'cron':
      return calendarRule(spec).fixedTimes;
    default:
      return true;
  }
}

function localKey(spec: ScheduleSpec, local: number): string {
  return `${formatLocal(local)}[${spec.timeZone}]`;
}

function some(items: Iterable<unknown>): boolean {
  for (const _ of items) return true;
  return false;
}

/** The occurrence that an instant belongs to, regardless of startAt and endAt; its `at` may be the earlier of a repeated time. */
function namedPoint(spec: ScheduleSpec, instant: number, local: number): Point | undefined {
  if (spec.type === 'interval') return undefined;
  if (spec.type === 'once') {
    const once = oncePoint(spec);
    const again = once.dst === 'repeated' && once.local === local;
    return once.at === instant || again ? once : undefined;
  }
  const rule = calendarRule(spec);
  if (matchesLocal(rule, local)) return ordinaryPoint(rule, local);
  const [transition] = transitionsBetween(rule.timeZone, instant, instant + 1);
  return transition && skippedPoint(rule, transition);
}

function ordinaryPoint(rule: CalendarRule, local: number): Point | undefined {
  const resolved = resolveLocal(rule.timeZone, local);
  switch (resolved.kind) {
    case 'unique':
      return { at: resolved.at, local };
    case 'repeated':
      return { at: resolved.first, local, dst: 'repeated' };
    case 'skipped':
      return undefined;
  }
}

/** The occurrence that stands for the local times in a gap, if the rule names any, and none at the gap's end itself. */
export function skippedPoint(rule: CalendarRule, { at, before, after }: Transition): Point | undefined {
  if (!rule.fixedTimes || after <= before || matchesLocal(rule, at + after)) return undefined;
  for (const local of matchingLocals(rule, at + before, at + after)) return { at, local, dst: 'skipped' };
  return undefined;
}

function oncePoint(spec: Extract<ScheduleSpec, { type: 'once' }>): Point {
  const at = instantOf(spec.at, spec.timeZone);
  const written = parseDateTime(spec.at);
  if (typeof written === 'string' || written.kind === 'instant') return { at, local: toLocal(spec.timeZone, at) };
  const { kind } = resolveLocal(spec.timeZone, written.local);
  return { at, local: written.local, dst: kind === 'unique' ? undefined : kind };
}

function* points(spec: ScheduleSpec, first: number, last: number): Generator<Point> {
  switch (spec.type) {
    case 'once': {
      const point = oncePoint(spec);
      const { start, end } = boundsOf(spec);
      if (point.at >= Math.max(first, start) && point.at <= Math.min(last, end)) yield point;
      return;
    }
    case 'interval':
      yield* intervalPoints(spec, first, last);
      return;
    default: {
      const rule = calendarRule(spec);
      yield* rule.fixedTimes ? fixedPoints(rule, first, last) : freePoints(rule, first, last);
    }
  }
}

function* intervalPoints(
  spec: Extract<ScheduleSpec, { type: 'interval' }>,
  first: number,
  last: number,
): Generator<Point> {
  const { every, anchor } = intervalOf(spec);
  const { start, end } = boundsOf(spec);
  const from = Math.max(first, start);
  const to = Math.min(last, end);
  for (let at = anchor + Math.ceil((from - anchor) / every) * every; at <= to; at += every) {
    yield { at, local: toLocal(spec.timeZone, at) };
  }
}

/** Fixed local times, each once. Going through local times in order, the instants are in order as well. */
function* fixedPoints(rule: CalendarRule, first: number, last: number): Generator<Point> {
  const times = timesOfDay(rule);
  let gap: number | undefined;
  // Two days earlier: a gap may be as long as a day, and its occurrence is named after the earliest local time in it.
  for (const day of matchingDays(rule, localDay(rule, first) - 2, localDay(rule, last) + 1)) {
    for (const time of times) {
      const local = day * secondsOfDay + time;
      const resolved = resolveLocal(rule.timeZone, local);
      if (resolved.kind === 'skipped') {
        const { transition } = resolved;
        if (transition.at === gap) continue;
        gap = transition.at;
        if (matchesLocal(rule, transition.at + transition.after)) continue;
        if (transition.at > last) return;
        if (transition.at >= first) yield { at: transition.at, local, dst: 'skipped' };
        continue;
      }
      const at = resolved.kind === 'unique' ? resolved.at : resolved.first;
      if (at > last) return;
      if (at >= first) yield { at, local, dst: resolved.kind === 'repeated' ? 'repeated' : undefined };
    }
  }
}

/** Every instant at which the clocks read a matching time: a repeated one twice, a skipped one not at all. */
function* freePoints(rule: CalendarRule, first: number, last: number): Generator<Point> {
  let from = first;
  while (from <= last) {
    const offset = offsetAt(rule.timeZone, from);
    // A year at a time, so that a far end does not make the zone's data of every year before it be read.
    const horizon = Math.min(last + 1, from + 366 * secondsOfDay);
    const to = transitionsBetween(rule.timeZone, from + 1, horizon)[0]?.at ?? horizon;
    for (const local of matchingLocals(rule, from + offset, to + offset)) yield { at: local - offset, local };
    from = to;
  }
}
