import { describe, expect, it } from 'vitest';
import { checkSchedule, scheduleWarnings } from '../../src/domain/schedule/check.js';
import { parseScheduleSpec, type ScheduleSpecInput } from '../../src/domain/schedule/spec.js';
import { scheduleInWords } from '../../src/domain/schedule/words.js';

const now = new Date('2026-11-24T06:00:00Z');
const problems = (value: ScheduleSpecInput) =>
  checkSchedule(parseScheduleSpec(value), now).map((p) => `${p.path.join('.')}: ${p.message}`);
const warnings = (value: ScheduleSpecInput) =>
  scheduleWarnings(parseScheduleSpec(value), now).map((p) => `${p.path.join('.')}: ${p.message}`);
const words = (value: ScheduleSpecInput) => scheduleInWords(parseScheduleSpec(value));

describe('a schedule that can never run', () => {
  it('is told so at the field that is to blame, with what to do', () => {
    expect(problems({ type: 'once', at: '2026-11-24T08:00', timeZone: 'Europe/Riga' })).toEqual([
      'at: 2026-11-24T08:00:00 (Europe/Riga) is in the past: choose a time after 2026-11-24T06:00:00Z',
    ]);
    expect(problems({ type: 'once', at: '2026-12-24T08:00', endAt: '2026-12-01T00:00' })).toEqual([
      'at: 2026-12-24T08:00:00 lies after endAt: move one of them, or leave endAt out',
    ]);
    expect(problems({ type: 'once', at: '2026-12-24T08:00', startAt: '2026-12-25T00:00' })).toEqual([
      'at: 2026-12-24T08:00:00 lies before startAt: move one of them, or leave startAt out',
    ]);
    expect(problems({ type: 'daily', time: '09:00', endAt: '2026-11-24T06:00:00Z' })).toEqual([
      'endAt: endAt (2026-11-24T06:00:00Z) is in the past: choose a later time, or leave it out',
    ]);
    expect(problems({ type: 'cron', cron: '0 9 31 2 *' })).toEqual([
      'cron: This never runs: there is no day 31 in February. Name a day that the month has, or L for its last day',
    ]);
    expect(problems({ type: 'cron', cron: '0 9 31 2,4,6 *' })).toHaveLength(1);
    expect(
      problems({
        type: 'weekly',
        daysOfWeek: ['mon'],
        time: '09:00',
        startAt: '2026-12-01T00:00',
        endAt: '2026-12-04T00:00',
      }),
    ).toEqual([
      'endAt: There is no occurrence between startAt and endAt (2026-12-04T00:00:00); the next one would be at 2026-12-07T09:00:00Z: choose a later endAt, or leave it out',
    ]);
    expect(problems({ type: 'monthly', dayOfMonth: 31, time: '09:00', startAt: '2099-12-31T10:00' })).toEqual([
      'startAt: There is no occurrence between startAt and the end of 2099: choose an earlier startAt',
    ]);
  });

  it('is not confused with one that hardly ever runs', () => {
    expect(problems({ type: 'cron', cron: '0 9 29 2 *' })).toEqual([]);
    expect(problems({ type: 'cron', cron: '0 9 31 2 MON' })).toEqual([]);
    expect(problems({ type: 'once', at: '2026-11-24T08:00:01', timeZone: 'Europe/Riga' })).toEqual([]);
    expect(problems({ type: 'interval', everyMinutes: 525_600 })).toEqual([]);
  });
});

describe('a valid schedule is explained', () => {
  it('where months are too short for it', () => {
    expect(warnings({ type: 'monthly', dayOfMonth: 31, time: '12:00' })).toEqual([
      'dayOfMonth: Months without a day 31 are left out: February, April, June, September and November. Use "last" for the last day of every month',
    ]);
    expect(warnings({ type: 'monthly', dayOfMonth: 29, time: '12:00' })).toEqual([
      'dayOfMonth: Months without a day 29 are left out: February outside leap years. Use "last" for the last day of every month',
    ]);
    expect(warnings({ type: 'cron', cron: '0 12 30,31 1,2,3 *' })).toEqual([
      'cron: Months without a day 30 are left out: February. Use L for the last day of every month',
    ]);
    expect(warnings({ type: 'monthly', dayOfMonth: 28, time: '12:00' })).toEqual([]);
    expect(warnings({ type: 'monthly', dayOfMonth: 'last', time: '12:00' })).toEqual([]);
    expect(warnings({ type: 'cron', cron: '0 12 30,L * *' })).toEqual([]);
  });

  it('where the clocks skip or repeat its time, with the next date', () => {
    expect(warnings({ type: 'daily', time: '03:30', timeZone: 'Europe/Riga' })).toEqual([
      'time: On 28 March 2027 the clocks in Europe/Riga skip 03:30: it runs at 04:00, once',
      'time: On 31 October 2027 the clocks in Europe/Riga show 03:30 twice: it runs once, the first time',
    ]);
    expect(warnings({ type: 'cron', cron: '*/10 3 * * *', timeZone: 'Europe/Riga' })[0]).toBe(
      'cron: On 28 March 2027 the clocks in Europe/Riga skip the times from 03:00 to 03:50: it runs at 04:00, once',
    );
    expect(warnings({ type: 'once', at: '2027-03-28T03:30', timeZone: 'Europe/Riga' })).toEqual([
      'at: On 28 March 2027 the clocks in Europe/Riga skip 03:30: it runs at 04:00, once',
    ]);
    expect(warnings({ type: 'daily', time: '09:00', timeZone: 'Europe/Riga' })).toEqual([]);
    expect(warnings({ type: 'weekly', daysOfWeek: ['monday'], time: '03:30', timeZone: 'Europe/Riga' })).toEqual([]);
    expect(warnings({ type: 'cron', cron: '*/10 * * * *', timeZone: 'Europe/Riga' })).toEqual([]);
    expect(warnings({ type: 'daily', time: '03:30', timeZone: 'Europe/Riga', endAt: '2027-03-01T00:00' })).toEqual([]);
  });
});

describe('a schedule in words', () => {
  it.each<[ScheduleSpecInput, string]>([
    [
      { type: 'once', at: '2026-12-01T09:00', timeZone: 'Europe/Riga' },
      'once on 1 December 2026 at 09:00, Europe/Riga',
    ],
    [
      { type: 'once', at: '2026-12-01T07:00:00Z', timeZone: 'Europe/Riga' },
      'once on 1 December 2026 at 09:00, Europe/Riga',
    ],
    [{ type: 'daily', time: '09:00', timeZone: 'Europe/Riga' }, 'every day at 09:00, Europe/Riga'],
    [{ type: 'weekly', daysOfWeek: [1, 2, 3, 4, 5], time: '09:00' }, 'every weekday at 09:00, UTC'],
    [{ type: 'weekly', daysOfWeek: [0, 6], time: '09:00' }, 'every Saturday and Sunday at 09:00, UTC'],
    [{ type: 'weekly', daysOfWeek: [0, 1, 2, 3, 4, 5, 6], time: '09:00' }, 'every day at 09:00, UTC'],
    [{ type: 'monthly', dayOfMonth: 'last', time: '18:00' }, 'on the last day of every month at 18:00, UTC'],
    [{ type: 'monthly', dayOfMonth: 22, time: '18:00' }, 'on the 22nd of every month at 18:00, UTC'],
    [{ type: 'monthly', dayOfMonth: 11, time: '18:00' }, 'on the 11th of every month at 18:00, UTC'],
    [{ type: 'interval', everyMinutes: 1 }, 'every minute, UTC'],
    [{ type: 'interval', everyMinutes: 90 }, 'every 90 minutes, UTC'],
    [{ type: 'interval', everyMinutes: 60 }, 'every hour, UTC'],
    [{ type: 'interval', everyMinutes: 1440 }, 'every 24 hours, UTC'],
    [{ type: 'interval', everyMinutes: 10_080 }, 'every 7 days, UTC'],
    [{ type: 'cron', cron: '30 9 * * MON-FRI', timeZone: 'Europe/Riga' }, 'every weekday at 09:30, Europe/Riga'],
    [{ type: 'cron', cron: '0 9,17 * * *' }, 'every day at 09:00 and 17:00, UTC'],
    [{ type: 'cron', cron: '*/15 * * * *' }, 'every 15 minutes, UTC'],
    [{ type: 'cron', cron: '* * * * *' }, 'every minute, UTC'],
    [{ type: 'cron', cron: '0 * * * *' }, 'every hour, UTC'],
    [{ type: 'cron', cron: '5 * * * *' }, 'at minute 5 of every hour, UTC'],
    [{ type: 'cron', cron: '0 */2 * * *' }, 'on the hour of every 2nd hour, UTC'],
    [{ type: 'cron', cron: '*/20 9-17 * * 1-5' }, 'every 20 minutes from 09:00 to 17:40, every weekday, UTC'],
    [{ type: 'cron', cron: '0 12 1,15 * *' }, 'on the 1st and 15th of every month at 12:00, UTC'],
    [{ type: 'cron', cron: '0 12 L 3,6 *' }, 'on the last day of March and June at 12:00, UTC'],
    [{ type: 'cron', cron: '0 12 13 * FRI' }, 'on the 13th of every month and every Friday at 12:00, UTC'],
    [{ type: 'cron', cron: '0 12 * 1-3 *' }, 'every day in January to March at 12:00, UTC'],
    [
      {
        type: 'daily',
        time: '09:00',
        startAt: '2026-12-01T00:00',
        endAt: '2026-12-24T22:00:00Z',
        timeZone: 'Europe/Riga',
        jitterSeconds: 300,
      },
      'every day at 09:00, Europe/Riga, from 1 December 2026 at 00:00 until 25 December 2026 at 00:00, up to 5 minutes later at random',
    ],
  ])('%j: %s', (value, expected) => {
    expect(words(value)).toBe(expected);
  });
});
