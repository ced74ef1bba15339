import { toLocal } from '../timeZone.js';
import { type CalendarRule, calendarRule, range } from './calendar.js';
import { instantOf, parseDateTime } from './dateTime.js';
import type { ScheduleSpec } from './spec.js';

const monthNames = 'January February March April May June July August September October November December'.split(' ');
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** The most times of day that are listed one by one. */
const mostListed = 6;

/**
 * A schedule in plain English, for people who check what they have set up: "every weekday at 09:00, Europe/Riga", "on the last day of
 * every month at 18:00, UTC", "every 15 minutes, UTC".
 */
export function scheduleInWords(spec: ScheduleSpec): string {
  const parts = [mainWords(spec), spec.timeZone];
  const from = spec.startAt && `from ${dateTimeInWords(spec.startAt, spec.timeZone)}`;
  const until = spec.endAt && `until ${dateTimeInWords(spec.endAt, spec.timeZone)}`;
  if (from || until) parts.push([from, until].filter(Boolean).join(' '));
  if (spec.jitterSeconds > 0) parts.push(`up to ${secondsInWords(spec.jitterSeconds)} later at random`);
  return parts.join(', ');
}

function mainWords(spec: ScheduleSpec): string {
  switch (spec.type) {
    case 'once':
      return `once on ${dateTimeInWords(spec.at, spec.timeZone)}`;
    case 'interval':
      return intervalInWords(spec.everyMinutes);
    case 'cron':
      return cronInWords(calendarRule(spec));
    default:
      return `${daysInWords(calendarRule(spec))} at ${spec.time}`;
  }
}

/** Items as a list in a sentence: "a", "a and b", "a, b and c". */
export function listInWords(items: readonly (string | number)[]): string {
  return items.length <= 1 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The day of a local time, such as "28 March 2027". */
export function dateInWords(local: number): string {
  const date = new Date(local * 1000);
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** The time of day of a local time: 09:00, or 09:00:30 when it has seconds. */
export function timeInWords(local: number): string {
  const text = new Date(local * 1000).toISOString();
  return text.slice(17, 19) === '00' ? text.slice(11, 16) : text.slice(11, 19);
}

/** The name of a month, 1 to 12. */
export function monthInWords(month: number): string {
  return monthNames[month - 1] as string;
}

function dateTimeInWords(text: string, timeZone: string): string {
  const written = parseDateTime(text);
  const local =
    typeof written !== 'string' && written.kind === 'local'
      ? written.local
      : toLocal(timeZone, instantOf(text, timeZone));
  return `${dateInWords(local)} at ${timeInWords(local)}`;
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

function secondsInWords(seconds: number): string {
  if (seconds % 3600 === 0) return count(seconds / 3600, 'hour');
  return seconds % 60 === 0 ? count(seconds / 60, 'minute') : count(seconds, 'second');
}

function intervalInWords(minutes: number): string {
  if (minutes % 1440 === 0 && minutes > 1440) return `every ${count(minutes / 1440, 'day')}`;
  if (minutes % 60 !== 0) return minutes === 1 ? 'every minute' : `every ${count(minutes, 'minute')}`;
  return minutes === 60 ? 'every hour' : `every ${count(minutes / 60, 'hour')}`;
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

/** Numbers as a list in which runs of three or more become ranges; `name` says how one is written. */
function runsInWords(values: readonly number[], name: (value: number) => string): string {
  const items: string[] = [];
  for (let i = 0; i < values.length;) {
    let end = i;
    while (end + 1 < values.length && values[end + 1] === (values[end] as number) + 1) end += 1;
    if (end - i >= 2) {
      items.push(`${name(values[i] as number)} to ${name(values[end] as number)}`);
    } else {
      for (let k = i; k <= end; k++) items.push(name(values[k] as number));
    }
    i = end + 1;
  }
  return listInWords(items);
}

/** Which days, with "every" or "on". */
function daysInWords(rule: CalendarRule): string {
  const everyMonth = rule.months.length === 12;
  const inMonths = everyMonth ? '' : ` in ${runsInWords(rule.months, monthInWords)}`;
  const ofMonths = everyMonth ? ' of every month' : ` of ${runsInWords(rule.months, monthInWords)}`;
  const everyWeekday = rule.daysOfWeek.length === 7;
  const everyNumber = rule.daysOfMonth.length === 31;
  const byNumber = listInWords([
    ...(rule.daysOfMonth.length > 0 ? [`the ${runsInWords(rule.daysOfMonth, ordinal)}`] : []),
    ...(rule.lastDayOfMonth ? ['the last day'] : []),
  ]);
  if (rule.eitherDay) return `on ${byNumber}${ofMonths} and ${weekdaysInWords(rule.daysOfWeek)}${inMonths}`;
  if (everyNumber) return `${everyWeekday ? 'every day' : weekdaysInWords(rule.daysOfWeek)}${inMonths}`;
  if (everyWeekday) return `on ${byNumber}${ofMonths}`;
  return `${weekdaysInWords(rule.daysOfWeek)} that is ${byNumber.replace(/ and (?=\S+$)/, ' or ')}${ofMonths}`;
}

function weekdaysInWords(days: readonly number[]): string {
  if (days.join() === '1,2,3,4,5') return 'every weekday';
  // The week begins on Monday here, so that "Saturday and Sunday" stand together.
  const inOrder = [...days].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  return `every ${listInWords(inOrder.map((d) => dayNames[d] as string))}`;
}

function cronInWords(rule: CalendarRule): string {
  const days = daysInWords(rule);
  if (rule.hours.length * rule.minutes.length <= mostListed) {
    const times = rule.hours.flatMap((hour) => rule.minutes.map((minute) => timeInWords(hour * 3600 + minute * 60)));
    return `${days} at ${listInWords(times)}`;
  }
  const times = [minutesInWords(rule), hoursInWords(rule)].filter(Boolean).join(' ');
  return days === 'every day' ? times : `${times}, ${days}`;
}

/** The distance of values that are spread evenly over a whole cycle from its first on. */
function evenStep(values: readonly number[], cycle: number): number | undefined {
  const step = values.length > 1 ? (values[1] as number) - (values[0] as number) : cycle;
  const even = values[0] === 0 && values.length * step === cycle && values.every((v, i) => v === i * step);
  return even ? step : undefined;
}

function minutesInWords(rule: CalendarRule): string {
  const step = evenStep(rule.minutes, 60);
  if (step === 60) return rule.hours.length === 24 ? 'every hour' : 'on the hour';
  if (step !== undefined) return step === 1 ? 'every minute' : `every ${step} minutes`;
  const minutes = `at minute ${runsInWords(rule.minutes, String)}`;
  return rule.hours.length === 24 ? `${minutes} of every hour` : minutes;
}

function hoursInWords(rule: CalendarRule): string {
  if (rule.hours.length === 24) return '';
  const step = evenStep(rule.hours, 24);
  if (step !== undefined) return `of every ${ordinal(step)} hour`;
  const [first = 0] = rule.hours;
  const last = rule.hours.at(-1) ?? first;
  const clock = (hour: number, minute: number) => timeInWords(hour * 3600 + minute * 60);
  if (rule.hours.join() === range(first, last).join()) {
    return `from ${clock(first, rule.minutes[0] ?? 0)} to ${clock(last, rule.minutes.at(-1) ?? 0)}`;
  }
  return `of the hours ${listInWords(rule.hours)}`;
}
