import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CronError, parseCron } from '../../src/domain/schedule/cron.js';
import { canonicalScheduleSpec, parseScheduleSpec, scheduleSpecSchema } from '../../src/domain/schedule/spec.js';
import { arbitraryRecurring } from '../support/schedules.js';

function problems(value: unknown): string[] {
  const result = scheduleSpecSchema.safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('a schedule as it is sent', () => {
  it('is stored in one form, whatever the spelling', () => {
    expect(parseScheduleSpec({ type: 'daily', time: '9:00:00', timeZone: 'europe/riga' })).toEqual({
      type: 'daily',
      time: '09:00',
      timeZone: 'Europe/Riga',
      jitterSeconds: 0,
    });
    expect(
      parseScheduleSpec({ type: 'weekly', daysOfWeek: ['SUN', 5, 'Monday', 'mon', 0, 7], time: '18:30:05' }),
    ).toEqual({
      type: 'weekly',
      daysOfWeek: ['monday', 'friday', 'sunday'],
      time: '18:30:05',
      timeZone: 'UTC',
      jitterSeconds: 0,
    });
    expect(parseScheduleSpec({ type: 'monthly', dayOfMonth: -1, time: '00:00', jitterSeconds: 60 })).toMatchObject({
      dayOfMonth: 'last',
      jitterSeconds: 60,
    });
    expect(parseScheduleSpec({ type: 'cron', cron: '  0  9 ?  jan-march Monday ' })).toMatchObject({
      cron: '0 9 * JAN-MAR MON',
    });
    expect(parseScheduleSpec({ type: 'cron', cron: '@Daily' })).toMatchObject({ cron: '0 0 * * *' });
  });

  it('keeps local times local and instants in UTC, in whole seconds', () => {
    const once = (at: string) => parseScheduleSpec({ type: 'once', at, timeZone: 'Europe/Riga' });
    expect(once('2026-12-01T09:00')).toMatchObject({ at: '2026-12-01T09:00:00' });
    expect(once('2026-12-01T09:00:30.5+02:00')).toMatchObject({ at: '2026-12-01T07:00:30Z' });
    expect(once('2026-12-01t09:00:00z')).toMatchObject({ at: '2026-12-01T09:00:00Z' });
    expect(
      parseScheduleSpec({ type: 'interval', everyMinutes: 5, startAt: '2026-12-01T00:00', endAt: '2026-12-31T00:00Z' }),
    ).toMatchObject({ startAt: '2026-12-01T00:00:00', endAt: '2026-12-31T00:00:00Z' });
  });

  it('takes null for a field that is absent, as web forms send it', () => {
    expect(problems({ type: 'daily', time: '09:00', cron: null, startAt: null, timeZone: null })).toEqual([]);
  });

  it('is refused with the path of every field that is wrong', () => {
    expect(problems({ type: 'daily', time: '24:00', timeZone: 'Mars/Olympus', cron: '* * * * *', extra: 1 })).toEqual([
      'time: Write the time of day as HH:mm or HH:mm:ss, from 00:00 to 23:59:59',
      'timeZone: There is no time zone "Mars/Olympus": use an IANA name such as Europe/Riga, America/New_York or UTC',
      'cron: A schedule of type daily has no such field; it has time, timeZone, startAt, endAt, jitterSeconds',
      expect.stringMatching(/^extra: .* has no such field/),
    ]);
    expect(problems({ type: 'hourly' })).toEqual([
      'type: A schedule has a type: once, daily, weekly, monthly, interval, cron',
    ]);
    expect(problems('daily')).toEqual([': A schedule is an object with a type']);
    expect(problems({ type: 'weekly', daysOfWeek: [], time: '09:00' })).toEqual([
      'daysOfWeek: Name at least one weekday',
    ]);
    expect(problems({ type: 'weekly', daysOfWeek: ['mon', 'funday'], time: '09:00' })).toEqual([
      expect.stringContaining('daysOfWeek.1: funday is no weekday'),
    ]);
    expect(problems({ type: 'interval', everyMinutes: 0 })).toEqual([
      expect.stringContaining('everyMinutes: everyMinutes is a whole number'),
    ]);
    expect(problems({ type: 'interval', everyMinutes: 1.5 })).toHaveLength(1);
    expect(problems({ type: 'interval', everyMinutes: 525_601 })).toHaveLength(1);
    expect(problems({ type: 'interval' })).toEqual(['everyMinutes: Say how often it runs, in minutes']);
    expect(problems({ type: 'monthly', dayOfMonth: 32, time: '09:00' })).toEqual([
      'dayOfMonth: A day of the month is a whole number from 1 to 31, or "last"',
    ]);
    expect(problems({ type: 'monthly', dayOfMonth: 1.5, time: '09:00' })).toHaveLength(1);
    expect(problems({ type: 'daily', time: '09:00', timeZone: '+02:00' })).toEqual([
      expect.stringContaining('timeZone: +02:00 is an offset'),
    ]);
    expect(problems({ type: 'daily', time: '09:00', jitterSeconds: 86_401 })).toHaveLength(1);
    expect(problems({ type: 'once', at: '2026-02-30T09:00' })).toEqual([
      'at: 2026-02-30 is not a date of the calendar',
    ]);
    expect(problems({ type: 'once' })).toEqual(['at: Say when it runs, such as 2026-12-01T09:00']);
    expect(problems({ type: 'once', at: '2199-01-01T00:00' })).toHaveLength(1);
    expect(problems({ type: 'daily', time: '09:00', startAt: '2026-12-01T10:00', endAt: '2026-12-01T10:00' })).toEqual([
      'endAt: endAt has to be later than startAt',
    ]);
  });

  it('is its own canonical form once it is parsed', () => {
    fc.assert(
      fc.property(arbitraryRecurring, (spec) => {
        expect(parseScheduleSpec(spec)).toEqual(spec);
        expect(canonicalScheduleSpec.parse(spec)).toEqual(spec);
      }),
    );
    for (const at of ['2026-12-01T09:00', '2026-12-01T09:00:00.123Z', '2099-12-31T23:59:59-00:00']) {
      const spec = parseScheduleSpec({ type: 'once', at });
      expect(parseScheduleSpec(spec)).toEqual(spec);
    }
  });

  it('is described in JSON Schema, for requests and for answers', () => {
    const sent = JSON.stringify(z.toJSONSchema(scheduleSpecSchema, { io: 'input' }));
    expect(sent).toContain('"const":"weekly"');
    expect(sent).toContain('everyMinutes');
    expect(JSON.stringify(z.toJSONSchema(canonicalScheduleSpec))).toContain('jitterSeconds');
  });
});

describe('a cron expression', () => {
  it('has lists, ranges, steps, names and the last day', () => {
    expect(parseCron('5,10-12,30/15 9-17/4 1,L FEB,4-6 MON-FRI')).toMatchObject({
      minutes: [5, 10, 11, 12, 30, 45],
      hours: [9, 13, 17],
      daysOfMonth: [1],
      lastDayOfMonth: true,
      months: [2, 4, 5, 6],
      daysOfWeek: [1, 2, 3, 4, 5],
      eitherDay: true,
    });
    expect(parseCron('0 0 * * 5-7').daysOfWeek).toEqual([0, 5, 6]);
    expect(parseCron('0 0 * * MON-SUN').daysOfWeek).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(parseCron('0 0 * * */2').daysOfWeek).toEqual([0, 2, 4, 6]);
  });

  it('lets either day match only when both are restricted', () => {
    expect(parseCron('0 0 13 * 5').eitherDay).toBe(true);
    expect(parseCron('0 0 * * 5').eitherDay).toBe(false);
    expect(parseCron('0 0 */2 * 5').eitherDay).toBe(false);
  });

  it.each([
    ['0 * * * *', true],
    ['0 */2 * * *', true],
    ['0 0-23 * * *', true],
    ['0 0-23/6 * * *', true],
    ['0 0/6 * * *', true],
    ['0 1,*/6 * * *', true],
    ['0 */24 * * *', false],
    ['0 0,6,12,18 * * *', false],
    ['* 3 * * *', false],
    ['0 1-23 * * *', false],
  ])('%s has free hours: %s', (cron, free) => {
    expect(parseCron(cron).freeHours).toBe(free);
  });

  it.each([
    ['', 'has five fields'],
    ['0 9 * *', 'this one has 4'],
    ['0 0 9 * * *', 'Fields for seconds and years are not supported'],
    ['60 9 * * *', 'The minute field cannot hold "60": use 0-59'],
    ['0 24 * * *', 'use 0-23'],
    ['0 9 0 * *', 'use 1-31'],
    ['0 9 * 13 *', 'use 1-12'],
    ['0 9 * FOO *', 'names such as FEB'],
    ['0 9 * * 8', 'use 0-7'],
    ['0 22-2 * * *', 'write it as two, such as 22-23,0-2'],
    ['*/0 * * * *', 'a step is a whole number from 1 on'],
    ['1,,2 * * * *', 'is empty'],
    ['0 0 15W * *', 'only L alone'],
    ['0 0 * * 5#2', 'only L alone'],
    ['@every 5m', 'type interval'],
    ['@reboot', 'is not known'],
    ['TZ=UTC 0 0 * * *', 'timeZone'],
  ])('%j is refused: %s', (cron, message) => {
    expect(() => parseCron(cron)).toThrow(CronError);
    expect(() => parseCron(cron)).toThrow(message);
  });
});
