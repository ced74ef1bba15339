import { toLocal } from '../timeZone.js';
import { parseCron } from './cron.js';
import { lastYear } from './dateTime.js';
import type { ScheduleSpec } from './spec.js';
import { weekdayNumber } from './weekday.js';

/**
 * The common form of daily, weekly, monthly and cron schedules: which days, and which times on them. Local times throughout.
 */
export interface CalendarRule {
  timeZone: string;
  /** Ascending. A rule has one second, and every minute goes with every hour. */
  hours: readonly number[];
  minutes: readonly number[];
  second: number;
  daysOfMonth: readonly number[];
  lastDayOfMonth: boolean;
  months: readonly number[];
  /** 0 is Sunday. */
  daysOfWeek: readonly number[];
  /** True when a day matches by its number or by its weekday; otherwise by both. */
  eitherDay: boolean;
  /**
   * Whether the schedule names local times of day, each of which runs once a day whatever the clocks do. A cron with free hours
   * (`CronFields.freeHours`) follows real time instead: it runs whenever the clocks read a matching time.
   */
  fixedTimes: boolean;
}

export type CalendarSchedule = Extract<ScheduleSpec, { type: 'daily' | 'weekly' | 'monthly' | 'cron' }>;

export const secondsOfDay = 86_400;

const everyDayOfMonth = range(1, 31);
const everyMonth = range(1, 12);
const everyDayOfWeek = range(0, 6);

/** The rule of a schedule with a calendar. */
export function calendarRule(spec: CalendarSchedule): CalendarRule {
  if (spec.type === 'cron') {
    const fields = parseCron(spec.cron);
    return { timeZone: spec.timeZone, ...fields, second: 0, fixedTimes: !fields.freeHours };
  }
  const [hour = 0, minute = 0, second = 0] = spec.time.split(':').map(Number);
  const last = spec.type === 'monthly' && spec.dayOfMonth === 'last';
  return {
    timeZone: spec.timeZone,
    hours: [hour],
    minutes: [minute],
    second,
    daysOfMonth: spec.type !== 'monthly' ? everyDayOfMonth : spec.dayOfMonth === 'last' ? [] : [spec.dayOfMonth],
    lastDayOfMonth: last,
    months: everyMonth,
    daysOfWeek: spec.type === 'weekly' ? spec.daysOfWeek.map(weekdayNumber).sort((a, b) => a - b) : everyDayOfWeek,
    eitherDay: false,
    fixedTimes: true,
  };
}

/** The times of day of a rule, in seconds since midnight, ascending. */
export function timesOfDay(rule: CalendarRule): number[] {
  return rule.hours.flatMap((hour) => rule.minutes.map((minute) => hour * 3600 + minute * 60 + rule.second));
}

/** Whether a day of the calendar matches. `epochDay` counts days since 1970-01-01. */
export function matchesDay(rule: CalendarRule, epochDay: number): boolean {
  const date = new Date(epochDay * secondsOfDay * 1000);
  return (
    rule.months.includes(date.getUTCMonth() + 1) &&
    matchesDayOf(rule, date.getUTCDate(), daysInMonth(date.getUTCFullYear(), date.getUTCMonth() + 1), date.getUTCDay())
  );
}

/** Whether a local time (seconds, see `timeZone.ts`) matches. */
export function matchesLocal(rule: CalendarRule, local: number): boolean {
  const epochDay = Math.floor(local / secondsOfDay);
  const time = local - epochDay * secondsOfDay;
  return (
    time % 60 === rule.second &&
    rule.minutes.includes(Math.floor(time / 60) % 60) &&
    rule.hours.includes(Math.floor(time / 3600)) &&
    matchesDay(rule, epochDay)
  );
}

function matchesDayOf(rule: CalendarRule, dayOfMonth: number, monthLength: number, dayOfWeek: number): boolean {
  const byNumber = rule.daysOfMonth.includes(dayOfMonth) || (rule.lastDayOfMonth && dayOfMonth === monthLength);
  const byWeekday = rule.daysOfWeek.includes(dayOfWeek);
  return rule.eitherDay ? byNumber || byWeekday : byNumber && byWeekday;
}

/** The matching days from one day to another, both inclusive, in order. Whole months that do not match cost nothing. */
export function* matchingDays(rule: CalendarRule, fromDay: number, toDay: number): Generator<number> {
  const start = new Date(fromDay * secondsOfDay * 1000);
  let year = start.getUTCFullYear();
  let month = start.getUTCMonth() + 1;
  for (; year <= lastYear + 1; month === 12 ? ((year += 1), (month = 1)) : (month += 1)) {
    if (!rule.months.includes(month)) continue;
    const first = Date.UTC(year, month - 1, 1) / 1000 / secondsOfDay;
    if (first > toDay) return;
    const length = daysInMonth(year, month);
    const firstWeekday = (((first + 4) % 7) + 7) % 7;
    for (let dayOfMonth = Math.max(1, fromDay - first + 1); dayOfMonth <= length; dayOfMonth++) {
      const epochDay = first + dayOfMonth - 1;
      if (epochDay > toDay) return;
      if (matchesDayOf(rule, dayOfMonth, length, (firstWeekday + dayOfMonth - 1) % 7)) yield epochDay;
    }
  }
}

/** The matching local times from one to another, the last exclusive, in order. */
export function* matchingLocals(rule: CalendarRule, from: number, to: number): Generator<number> {
  const times = timesOfDay(rule);
  for (const day of matchingDays(rule, Math.floor(from / secondsOfDay), Math.floor((to - 1) / secondsOfDay))) {
    for (const time of times) {
      const local = day * secondsOfDay + time;
      if (local < from) continue;
      if (local >= to) return;
      yield local;
    }
  }
}

/** The epoch day on which an instant falls in the zone of the rule. */
export function localDay(rule: CalendarRule, at: number): number {
  return Math.floor(toLocal(rule.timeZone, at) / secondsOfDay);
}

/** The number of days of a month, 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The whole numbers from one to another, both inclusive. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
