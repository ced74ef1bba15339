import { formatInstant, resolveLocal, toLocal, transitionsBetween } from '../timeZone.js';
import { calendarRule, daysInMonth, matchingDays, matchingLocals, secondsOfDay } from './calendar.js';
import { instantOf, parseDateTime } from './dateTime.js';
import { boundsOf, nextOccurrences } from './occurrences.js';
import type { ScheduleSpec } from './spec.js';
import { dateInWords, listInWords, monthInWords, timeInWords } from './words.js';

/** What is wrong with, or worth knowing about, a schedule; `path` leads to the field. */
export interface ScheduleRemark {
  path: string[];
  message: string;
}

/** How far ahead changes of the clocks are looked for. */
const yearsAhead = 3;

/**
 * Why a schedule would never run from `now` on, and what to do about it; empty when it has an occurrence to come.
 */
export function checkSchedule(spec: ScheduleSpec, now: Date): ScheduleRemark[] {
  if (nextOccurrences(spec, now, 1).length > 0) return [];
  const at = Math.floor(now.getTime() / 1000);
  const { start, end } = boundsOf(spec);

  if (spec.type === 'once') {
    const once = instantOf(spec.at, spec.timeZone);
    if (once <= at) {
      return [
        {
          path: ['at'],
          message: `${spec.at} (${spec.timeZone}) is in the past: choose a time after ${formatInstant(at)}`,
        },
      ];
    }
    const [bound, side] = once < start ? ['startAt', 'before'] : ['endAt', 'after'];
    return [{ path: ['at'], message: `${spec.at} lies ${side} ${bound}: move one of them, or leave ${bound} out` }];
  }
  if (spec.type === 'cron') {
    const rule = calendarRule(spec);
    // 28 years hold every date of the calendar on every weekday.
    const first = Date.UTC(2024, 0, 1) / 1000 / secondsOfDay;
    if (matchingDays(rule, first, first + 28 * 366).next().done) {
      const days = listInWords(rule.daysOfMonth);
      const months = listInWords(rule.months.map(monthInWords));
      return [
        {
          path: ['cron'],
          message: `This never runs: there is no day ${days} in ${months}. Name a day that the month has, or L for its last day`,
        },
      ];
    }
  }
  if (spec.endAt !== undefined && end <= at) {
    return [{ path: ['endAt'], message: `endAt (${spec.endAt}) is in the past: choose a later time, or leave it out` }];
  }
  const begin = spec.startAt !== undefined && start > at ? 'startAt' : 'now';
  if (spec.endAt === undefined) {
    return [
      {
        path: ['startAt'],
        message: `There is no occurrence between ${begin} and the end of 2099: choose an earlier startAt`,
      },
    ];
  }
  const { endAt: _, ...unlimited } = spec;
  const [next] = nextOccurrences(unlimited, now, 1);
  const hint = next ? `; the next one would be at ${formatInstant(next.at.getTime() / 1000)}` : '';
  return [
    {
      path: ['endAt'],
      message: `There is no occurrence between ${begin} and endAt (${spec.endAt})${hint}: choose a later endAt, or leave it out`,
    },
  ];
}

/**
 * What people should know about a schedule that is valid: months that are left out, and local times that the clocks skip or repeat in
 * the years to come, each with the next date.
 */
export function scheduleWarnings(spec: ScheduleSpec, now: Date): ScheduleRemark[] {
  return [...shortMonthWarnings(spec), ...clockWarnings(spec, now)];
}

function shortMonthWarnings(spec: ScheduleSpec): ScheduleRemark[] {
  if (spec.type !== 'monthly' && spec.type !== 'cron') return [];
  const rule = calendarRule(spec);
  if (rule.lastDayOfMonth || rule.eitherDay) return [];
  const earliest = Math.min(...rule.daysOfMonth);
  if (earliest < 29) return [];
  const leapYear = 2024;
  const never = rule.months.filter((month) => daysInMonth(leapYear, month) < earliest);
  const leapOnly = rule.months.includes(2) && earliest === 29;
  if (never.length === 0 && !leapOnly) return [];
  const months = [...(leapOnly ? ['February outside leap years'] : []), ...never.map(monthInWords)];
  const last = spec.type === 'monthly' ? '"last"' : 'L';
  return [
    {
      path: [spec.type === 'monthly' ? 'dayOfMonth' : 'cron'],
      message: `Months without a day ${earliest} are left out: ${listInWords(months)}. Use ${last} for the last day of every month`,
    },
  ];
}

function clockWarnings(spec: ScheduleSpec, now: Date): ScheduleRemark[] {
  if (spec.type === 'interval') return [];
  const { timeZone } = spec;
  const { start, end } = boundsOf(spec);
  const at = Math.floor(now.getTime() / 1000);

  if (spec.type === 'once') {
    const written = parseDateTime(spec.at);
    if (typeof written === 'string' || written.kind === 'instant') return [];
    const resolved = resolveLocal(timeZone, written.local);
    if (resolved.kind === 'unique') return [];
    return resolved.kind === 'skipped'
      ? [
          {
            path: ['at'],
            message: skippedMessage(timeZone, [written.local], toLocal(timeZone, resolved.transition.at)),
          },
        ]
      : [{ path: ['at'], message: repeatedMessage(timeZone, [written.local]) }];
  }

  const rule = calendarRule(spec);
  if (!rule.fixedTimes) return [];
  const path = [spec.type === 'cron' ? 'cron' : 'time'];
  const from = Math.max(at, start);
  let skipped: string | undefined;
  let repeated: string | undefined;
  for (const t of transitionsBetween(timeZone, from, Math.min(from + yearsAhead * 366 * secondsOfDay, end))) {
    if (t.after > t.before) {
      const locals = [...matchingLocals(rule, t.at + t.before, t.at + t.after)];
      if (locals.length > 0) skipped ??= skippedMessage(timeZone, locals, t.at + t.after);
    } else {
      const locals = [...matchingLocals(rule, t.at + t.after, t.at + t.before)];
      if (locals.length > 0) repeated ??= repeatedMessage(timeZone, locals);
    }
  }
  return [skipped, repeated].filter((m) => m !== undefined).map((message) => ({ path, message }));
}

function skippedMessage(timeZone: string, locals: number[], runsAt: number): string {
  return `On ${dateInWords(locals[0] as number)} the clocks in ${timeZone} skip ${timesInWords(locals)}: it runs at ${timeInWords(runsAt)}, once`;
}

function repeatedMessage(timeZone: string, locals: number[]): string {
  return `On ${dateInWords(locals[0] as number)} the clocks in ${timeZone} show ${timesInWords(locals)} twice: it runs once, the first time`;
}

function timesInWords(locals: number[]): string {
  if (locals.length <= 3) return listInWords(locals.map(timeInWords));
  return `the times from ${timeInWords(locals[0] as number)} to ${timeInWords(locals.at(-1) as number)}`;
}
