import { Temporal } from 'temporal-polyfill';

/**
 * Time zones as plain arithmetic. An instant is a whole number of seconds since 1970-01-01T00:00:00Z. A local time (what a clock on
 * the wall reads) is a number too: the seconds since 1970-01-01T00:00:00 on that clock. `instant + offset = local time`.
 *
 * Pure, and safe inside workflows as long as the result does not outlive an update of the time zone data: rules of time zones change,
 * so what a workflow must remember it should get from an activity.
 */

/** A change of a zone's offset from UTC. Offsets are in seconds. */
export interface Transition {
  /** The first instant at which `after` holds. */
  at: number;
  before: number;
  after: number;
}

/** Which instants a local time stands for. */
export type LocalTimeResolution =
  | { kind: 'unique'; at: number }
  /** The clocks were set back and read this time twice. */
  | { kind: 'repeated'; first: number; second: number }
  /** The clocks were set forward over this time; `transition.at` is the first instant after the gap. */
  | { kind: 'skipped'; transition: Transition };

const second = 1;
const day = 86_400 * second;

/**
 * The IANA name of a time zone in its usual letter case, or undefined when the name is unknown. Aliases stay as they are
 * (`Asia/Calcutta` is not turned into `Asia/Kolkata`), so that a name is stable whatever time zone data a process carries.
 * Offsets such as `+02:00` are no names: they know no daylight saving time, and Temporal does not take them.
 */
export function canonicalTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name) || /^systemv\//i.test(name)) return undefined;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface ZoneYear {
  offsetAtStart: number;
  transitions: readonly Transition[];
}

const zoneYears = new Map<string, Map<number, ZoneYear>>();

function startOfYear(year: number): number {
  return Date.UTC(year, 0, 1) / 1000;
}

function yearOf(at: number): number {
  return new Date(at * 1000).getUTCFullYear();
}

function zoneYear(zone: string, year: number): ZoneYear {
  let years = zoneYears.get(zone);
  if (!years) zoneYears.set(zone, (years = new Map()));
  let found = years.get(year);
  if (!found) years.set(year, (found = readZoneYear(zone, year)));
  return found;
}

function readZoneYear(zone: string, year: number): ZoneYear {
  const start = startOfYear(year);
  const end = startOfYear(year + 1);
  const offsetOf = (time: Temporal.ZonedDateTime) => Math.round(time.offsetNanoseconds / 1e9);
  // One second earlier, so that a transition at the year's very first instant is found as well.
  let time = new Temporal.ZonedDateTime(BigInt(start - 1) * 1_000_000_000n, zone);
  let before = offsetOf(time);
  const offsetAtStart = before;
  const transitions: Transition[] = [];
  for (;;) {
    const next = time.getTimeZoneTransition('next');
    if (!next) break;
    const at = Math.floor(next.epochMilliseconds / 1000);
    if (at >= end) break;
    const after = offsetOf(next);
    if (after !== before) transitions.push({ at, before, after });
    before = after;
    time = next;
  }
  return { offsetAtStart, transitions };
}

/** The zone's changes of offset with `from <= at < to`, in order. */
export function transitionsBetween(zone: string, from: number, to: number): Transition[] {
  const found: Transition[] = [];
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    for (const transition of zoneYear(zone, year).transitions) {
      if (transition.at >= from && transition.at < to) found.push(transition);
    }
  }
  return found;
}

/** The zone's offset from UTC in seconds at an instant. */
export function offsetAt(zone: string, at: number): number {
  const { offsetAtStart, transitions } = zoneYear(zone, yearOf(at));
  let offset = offsetAtStart;
  for (const transition of transitions) {
    if (transition.at > at) break;
    offset = transition.after;
  }
  return offset;
}

/** What the clocks of the zone read at an instant. */
export function toLocal(zone: string, at: number): number {
  return at + offsetAt(zone, at);
}

/** Finds the instant or instants at which the clocks of the zone read `local`, or the gap that swallowed it. */
export function resolveLocal(zone: string, local: number): LocalTimeResolution {
  // Offsets reach from -12 to +14 hours, and a zone may change by a whole day (Pacific/Apia, 30 December 2011).
  const from = local - 2 * day;
  const to = local + 2 * day;
  const transitions = transitionsBetween(zone, from, to);
  const found: number[] = [];
  let periodStart = from;
  let offset = offsetAt(zone, from);
  for (const transition of transitions) {
    const at = local - offset;
    if (at >= periodStart && at < transition.at) found.push(at);
    periodStart = transition.at;
    offset = transition.after;
  }
  const last = local - offset;
  if (last >= periodStart) found.push(last);

  const [first, again] = found;
  if (first !== undefined) {
    return again === undefined ? { kind: 'unique', at: first } : { kind: 'repeated', first, second: again };
  }
  const gap = transitions.find((t) => local >= t.at + t.before && local < t.at + t.after);
  if (!gap) throw new Error(`No instant and no gap found for local time ${formatLocal(local)} in ${zone}`);
  return { kind: 'skipped', transition: gap };
}

/** A local time as `2026-11-24T09:00:00`. */
export function formatLocal(local: number): string {
  return new Date(local * 1000).toISOString().slice(0, 19);
}

/** An instant as `2026-11-24T09:00:00Z`. */
export function formatInstant(at: number): string {
  return `${formatLocal(at)}Z`;
}
