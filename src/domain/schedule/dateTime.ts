import { formatInstant, formatLocal, resolveLocal } from '../timeZone.js';

/** The years a schedule may name. Temporal's calendars know 2000 to 2100; the last is left out, so that every zone's local year fits. */
export const firstYear = 2000;
export const lastYear = 2099;

/** A date-time as people write it: an instant (it carries an offset), or a local time (its zone is said elsewhere). In seconds. */
export type DateTime = { kind: 'instant'; at: number } | { kind: 'local'; local: number };

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))?$/;

/**
 * Reads `2026-12-01T09:00:00+02:00`, `2026-12-01T07:00:00Z` (RFC 3339) or `2026-12-01T09:00` (local; seconds optional). Fractions of a
 * second are dropped: Temporal's schedules have whole seconds.
 * @returns the date-time, or a message that says what is wrong with it.
 */
export function parseDateTime(text: string): DateTime | string {
  const match = pattern.exec(text.trim());
  if (!match) {
    return 'Write a date and time such as 2026-12-01T09:00:00+02:00, or 2026-12-01T09:00 for local time in the time zone of the schedule';
  }
  const [year, month, dayOfMonth, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) {
    return 'The time of day must be between 00:00:00 and 23:59:59';
  }
  const local = Date.UTC(year, month - 1, dayOfMonth, hour, minute, second) / 1000;
  if (month < 1 || dayOfMonth < 1 || formatLocal(local).slice(0, 10) !== `${match[1]}-${match[2]}-${match[3]}`) {
    return `${match[1]}-${match[2]}-${match[3]} is not a date of the calendar`;
  }
  if (year < firstYear || year > lastYear) {
    return `The year must be between ${firstYear} and ${lastYear}`;
  }
  if (match[7] !== undefined) return { kind: 'instant', at: local };
  if (match[8] === undefined) return { kind: 'local', local };
  const offsetHours = Number(match[9]);
  const offsetMinutes = Number(match[10]);
  if (offsetHours > 14 || offsetMinutes > 59) return 'The offset must be between -14:00 and +14:00';
  const offset = (offsetHours * 3600 + offsetMinutes * 60) * (match[8] === '-' ? -1 : 1);
  const at = local - offset;
  const utcYear = new Date(at * 1000).getUTCFullYear();
  if (utcYear < firstYear || utcYear > lastYear) {
    return `The year must be between ${firstYear} and ${lastYear} in UTC as well`;
  }
  return { kind: 'instant', at };
}

/** The one way a date-time is stored and answered: `2026-12-01T07:00:00Z`, or `2026-12-01T09:00:00` for local time. */
export function formatDateTime(value: DateTime): string {
  return value.kind === 'instant' ? formatInstant(value.at) : formatLocal(value.local);
}

/**
 * The instant of a stored date-time, in seconds. A local time that the clocks skip stands for the first instant after the gap; one
 * that they repeat for the first time round, or for the second where `repeated` says so (an end includes both).
 */
export function instantOf(text: string, timeZone: string, repeated: 'first' | 'second' = 'first'): number {
  const value = parseDateTime(text);
  if (typeof value === 'string') throw new RangeError(`${text}: ${value}`);
  if (value.kind === 'instant') return value.at;
  const resolved = resolveLocal(timeZone, value.local);
  switch (resolved.kind) {
    case 'unique':
      return resolved.at;
    case 'repeated':
      return resolved[repeated];
    case 'skipped':
      return resolved.transition.at;
  }
}
