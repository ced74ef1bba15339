import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { calendarRule, matchesLocal, timesOfDay } from '../../src/domain/schedule/calendar.js';
import { nextOccurrences, occurrenceKey, occurrencesBetween } from '../../src/domain/schedule/occurrences.js';
import { parseScheduleSpec, type ScheduleSpec, type ScheduleSpecInput } from '../../src/domain/schedule/spec.js';
import { transitionsBetween } from '../../src/domain/timeZone.js';
import { arbitraryRecurring, zones } from '../support/schedules.js';

const schedule = (value: ScheduleSpecInput) => parseScheduleSpec(value);
const at = (text: string) => new Date(text);
const day = 86_400_000;

function times(spec: ScheduleSpec, from: string, to: string, limit = 100): string[] {
  return occurrencesBetween(spec, at(from), at(to), limit).map((o) => o.at.toISOString().replace('.000Z', 'Z'));
}

/** An instant near a change of the clocks of some zone, or anywhere. */
const arbitraryInstant = fc
  .record({
    zone: fc.constantFrom(...zones),
    pick: fc.nat(),
    offset: fc.integer({ min: -30 * 3600, max: 30 * 3600 }),
    anywhere: fc.integer({ min: Date.UTC(2010, 0) / 1000, max: Date.UTC(2035, 0) / 1000 }),
  })
  .map(({ zone, pick, offset, anywhere }) => {
    const changes = transitionsBetween(zone, Date.UTC(2011, 0) / 1000, Date.UTC(2031, 0) / 1000);
    const change = changes[pick % Math.max(1, changes.length)];
    return new Date((change ? change.at + offset : anywhere) * 1000);
  });

describe('the clocks go forward in Riga on 28 March 2027, from 03:00 to 04:00', () => {
  it('runs a skipped local time at the first instant after the gap, under its own name', () => {
    const spec = schedule({ type: 'daily', time: '03:30', timeZone: 'Europe/Riga' });
    expect(occurrencesBetween(spec, at('2027-03-27T12:00:00Z'), at('2027-03-29T12:00:00Z'), 9)).toEqual([
      {
        at: at('2027-03-28T01:00:00Z'),
        key: '2027-03-28T03:30:00[Europe/Riga]',
        localTime: '2027-03-28T03:30:00',
        dst: 'skipped',
      },
      { at: at('2027-03-29T00:30:00Z'), key: '2027-03-29T03:30:00[Europe/Riga]', localTime: '2027-03-29T03:30:00' },
    ]);
    expect(occurrenceKey(spec, at('2027-03-28T01:00:00Z'))).toEqual({
      key: '2027-03-28T03:30:00[Europe/Riga]',
      localTime: '2027-03-28T03:30:00',
      matches: true,
      dst: 'skipped',
    });
  });

  it('makes one occurrence of several in the gap, named after the earliest', () => {
    const spec = schedule({ type: 'cron', cron: '10,40 3 * * *', timeZone: 'Europe/Riga' });
    const found = occurrencesBetween(spec, at('2027-03-28T00:00:00Z'), at('2027-03-28T23:00:00Z'), 9);
    expect(found.map((o) => o.key)).toEqual(['2027-03-28T03:10:00[Europe/Riga]']);
  });

  it('lets an ordinary occurrence at the end of the gap stand for those in it', () => {
    const spec = schedule({ type: 'cron', cron: '0,30 3,4 * * *', timeZone: 'Europe/Riga' });
    const found = occurrencesBetween(spec, at('2027-03-28T00:00:00Z'), at('2027-03-28T23:00:00Z'), 9);
    expect(found.map((o) => o.key)).toEqual(['2027-03-28T04:00:00[Europe/Riga]', '2027-03-28T04:30:00[Europe/Riga]']);
    expect(found[0]?.dst).toBeUndefined();
  });

  it('leaves out what a cron with free hours would run in the gap', () => {
    const spec = schedule({ type: 'cron', cron: '30 */1 * * *', timeZone: 'Europe/Riga' });
    expect(times(spec, '2027-03-28T00:00:00Z', '2027-03-28T02:00:00Z')).toEqual([
      '2027-03-28T00:30:00Z',
      '2027-03-28T01:30:00Z',
    ]);
    const third = schedule({ type: 'cron', cron: '0 */3 * * *', timeZone: 'Europe/Riga' });
    expect(times(third, '2027-03-27T22:00:00Z', '2027-03-28T04:00:00Z')).toEqual([
      '2027-03-27T22:00:00Z',
      '2027-03-28T03:00:00Z',
    ]);
  });
});

describe('the clocks go back in Riga on 25 October 2026, from 04:00 to 03:00', () => {
  it('runs a repeated local time once, the first time, and gives both instants its name', () => {
    const spec = schedule({ type: 'daily', time: '03:30', timeZone: 'Europe/Riga' });
    expect(occurrencesBetween(spec, at('2026-10-25T00:00:00Z'), at('2026-10-25T12:00:00Z'), 9)).toEqual([
      {
        at: at('2026-10-25T00:30:00Z'),
        key: '2026-10-25T03:30:00[Europe/Riga]',
        localTime: '2026-10-25T03:30:00',
        dst: 'repeated',
      },
    ]);
    const first = occurrenceKey(spec, at('2026-10-25T00:30:00Z'));
    expect(occurrenceKey(spec, at('2026-10-25T01:30:00Z'))).toEqual(first);
    expect(first.matches).toBe(true);
  });

  it('runs a cron with free hours in both hours, each under the instant as its name', () => {
    const spec = schedule({ type: 'cron', cron: '30 * * * *', timeZone: 'Europe/Riga' });
    const found = occurrencesBetween(spec, at('2026-10-25T00:00:00Z'), at('2026-10-25T02:00:00Z'), 9);
    expect(found.map((o) => o.key)).toEqual(['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']);
    expect(found.map((o) => o.localTime)).toEqual(['2026-10-25T03:30:00', '2026-10-25T03:30:00']);
  });

  it('says of an instant that Temporal may fire by mistake that the schedule does not name it', () => {
    const spec = schedule({ type: 'daily', time: '02:30', timeZone: 'Europe/Riga' });
    expect(occurrenceKey(spec, at('2026-10-24T23:30:00Z')).matches).toBe(true);
    expect(occurrenceKey(spec, at('2026-10-25T00:30:00Z')).matches).toBe(false);
  });
});

describe('a schedule', () => {
  it('runs once, at a local time or an instant, also where the clocks change', () => {
    const once = (time: string) => schedule({ type: 'once', at: time, timeZone: 'Europe/Riga' });
    const all = (spec: ScheduleSpec) =>
      occurrencesBetween(spec, at('2000-01-01T00:00:00Z'), at('2099-01-01T00:00:00Z'), 9);
    expect(all(once('2026-12-01T09:00')).map((o) => [o.at.toISOString(), o.key])).toEqual([
      ['2026-12-01T07:00:00.000Z', '2026-12-01T09:00:00[Europe/Riga]'],
    ]);
    expect(all(once('2026-12-01T09:00:00Z')).map((o) => o.key)).toEqual(['2026-12-01T11:00:00[Europe/Riga]']);
    expect(all(once('2027-03-28T03:30')).map((o) => [o.at.toISOString(), o.dst])).toEqual([
      ['2027-03-28T01:00:00.000Z', 'skipped'],
    ]);
    expect(all(once('2026-10-25T03:30')).map((o) => [o.at.toISOString(), o.dst])).toEqual([
      ['2026-10-25T00:30:00.000Z', 'repeated'],
    ]);
    expect(occurrenceKey(once('2026-10-25T03:30'), at('2026-10-25T01:30:00Z'))).toMatchObject({
      key: '2026-10-25T03:30:00[Europe/Riga]',
      matches: true,
    });
    expect(occurrenceKey(once('2026-12-01T09:00'), at('2026-12-01T08:00:00Z'))).toEqual({
      key: '2026-12-01T10:00:00[Europe/Riga]',
      localTime: '2026-12-01T10:00:00',
      matches: false,
    });
  });

  it('is monthly by the calendar: the last day, or months with the day only', () => {
    const monthly = (dayOfMonth: number | string) => schedule({ type: 'monthly', dayOfMonth, time: '18:00' });
    expect(times(monthly('last'), '2028-01-01T00:00:00Z', '2028-05-01T00:00:00Z')).toEqual([
      '2028-01-31T18:00:00Z',
      '2028-02-29T18:00:00Z',
      '2028-03-31T18:00:00Z',
      '2028-04-30T18:00:00Z',
    ]);
    expect(times(monthly(31), '2027-01-01T00:00:00Z', '2027-06-30T00:00:00Z')).toEqual([
      '2027-01-31T18:00:00Z',
      '2027-03-31T18:00:00Z',
      '2027-05-31T18:00:00Z',
    ]);
  });

  it('of type cron lets either day match, as POSIX says', () => {
    expect(
      times(schedule({ type: 'cron', cron: '0 0 13 11 FRI' }), '2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z'),
    ).toEqual(['2026-11-06', '2026-11-13', '2026-11-20', '2026-11-27'].map((d) => `${d}T00:00:00Z`));
    expect(
      times(schedule({ type: 'cron', cron: '0 0 1 11 FRI' }), '2026-11-01T00:00:00Z', '2026-11-14T00:00:00Z'),
    ).toEqual(['2026-11-01', '2026-11-06', '2026-11-13'].map((d) => `${d}T00:00:00Z`));
  });

  it('of intervals counts from startAt, or else from local midnight', () => {
    expect(
      times(
        schedule({ type: 'interval', everyMinutes: 90, startAt: '2026-12-01T00:10:00Z' }),
        '2026-11-30T00:00:00Z',
        '2026-12-01T03:10:00Z',
      ),
    ).toEqual(['2026-12-01T00:10:00Z', '2026-12-01T01:40:00Z', '2026-12-01T03:10:00Z']);
    const kathmandu = nextOccurrences(
      schedule({ type: 'interval', everyMinutes: 60, timeZone: 'Asia/Kathmandu' }),
      at('2026-12-01T00:00:00Z'),
      1,
    );
    expect(kathmandu.map((o) => o.localTime)).toEqual(['2026-12-01T06:00:00']);
    const weekly = nextOccurrences(schedule({ type: 'interval', everyMinutes: 10_080 }), at('2026-12-01T00:00:00Z'), 1);
    expect(weekly[0]?.at.getUTCDay()).toBe(1);
  });

  it('runs within startAt and endAt, both inclusive', () => {
    const spec = schedule({
      type: 'daily',
      time: '09:00',
      timeZone: 'Europe/Riga',
      startAt: '2026-12-01T09:00',
      endAt: '2026-12-03T07:00:00Z',
    });
    expect(times(spec, '2026-11-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual([
      '2026-12-01T07:00:00Z',
      '2026-12-02T07:00:00Z',
      '2026-12-03T07:00:00Z',
    ]);
    expect(occurrenceKey(spec, at('2026-12-04T07:00:00Z')).matches).toBe(false);
    expect(nextOccurrences(spec, at('2026-12-03T07:00:00Z'), 5)).toEqual([]);
  });

  it('has no occurrence on a day that its zone left out, but keeps it at the first instant after', () => {
    const spec = schedule({ type: 'daily', time: '09:00', timeZone: 'Pacific/Apia' });
    const found = occurrencesBetween(spec, at('2011-12-29T00:00:00Z'), at('2011-12-31T00:00:00Z'), 9);
    expect(found.map((o) => [o.localTime, o.at.toISOString()])).toEqual([
      ['2011-12-29T09:00:00', '2011-12-29T19:00:00.000Z'],
      ['2011-12-30T09:00:00', '2011-12-30T10:00:00.000Z'],
      ['2011-12-31T09:00:00', '2011-12-30T19:00:00.000Z'],
    ]);
  });

  it('is looked up far ahead, and when it hardly ever runs, in no time', () => {
    const began = performance.now();
    const leap = schedule({ type: 'cron', cron: '0 12 29 2 *', timeZone: 'Europe/Riga' });
    expect(times(leap, '2090-01-01T00:00:00Z', '2099-12-31T00:00:00Z')).toEqual([
      '2092-02-29T10:00:00Z',
      '2096-02-29T10:00:00Z',
    ]);
    expect(nextOccurrences(schedule({ type: 'cron', cron: '0 12 30 2 *' }), at('2026-01-01T00:00:00Z'), 1)).toEqual([]);
    const minutely = schedule({ type: 'cron', cron: '* * * * *', timeZone: 'America/New_York' });
    expect(nextOccurrences(minutely, at('2098-06-01T00:00:30Z'), 1)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('of any schedule in any zone', () => {
  it('occurrences are in order, have distinct keys that begin with a date, and occurrenceKey names them alike', () => {
    fc.assert(
      fc.property(arbitraryRecurring, arbitraryInstant, (spec, from) => {
        const found = occurrencesBetween(spec, from, new Date(from.getTime() + 40 * day), 200);
        for (let i = 1; i < found.length; i++) {
          expect(found[i]?.at.getTime()).toBeGreaterThan(found[i - 1]?.at.getTime() as number);
        }
        expect(new Set(found.map((o) => o.key)).size).toBe(found.length);
        for (const { at: time, ...rest } of found) {
          expect(rest.key).toMatch(/^\d{4}-\d{2}-\d{2}T/);
          expect(occurrenceKey(spec, time)).toEqual({ ...rest, matches: true });
        }
      }),
      { numRuns: 250 },
    );
  }, 30_000);

  it('adjoining windows hold together what the whole window holds', () => {
    fc.assert(
      fc.property(arbitraryRecurring, arbitraryInstant, fc.nat(3 * 86_400), (spec, from, length) => {
        const middle = new Date(from.getTime() + length * 1000);
        const to = new Date(from.getTime() + 4 * day);
        const next = new Date(middle.getTime() + 1000);
        const all = Number.POSITIVE_INFINITY;
        expect([...occurrencesBetween(spec, from, middle, all), ...occurrencesBetween(spec, next, to, all)]).toEqual(
          occurrencesBetween(spec, from, to, all),
        );
      }),
      { numRuns: 250 },
    );
  }, 30_000);

  it('an instant is named by occurrenceKey as an occurrence exactly if it is one, or the second time round', () => {
    fc.assert(
      fc.property(arbitraryRecurring, arbitraryInstant, (spec, near) => {
        const all = occurrencesBetween(spec, new Date(near.getTime() - 2 * day), near, Number.POSITIVE_INFINITY);
        const instant = new Date(Math.floor(near.getTime() / 60_000) * 60_000);
        const name = occurrenceKey(spec, instant);
        const same = all.find((o) => o.key === name.key);
        expect(name.matches).toBe(same !== undefined);
        if (same && same.at.getTime() !== instant.getTime()) expect(same.dst).toBe('repeated');
      }),
      { numRuns: 250 },
    );
  }, 30_000);

  it('agrees with going through the calendar day by day, and with looking at the clock minute by minute', () => {
    fc.assert(
      fc.property(
        arbitraryRecurring.filter((spec) => spec.type !== 'interval'),
        arbitraryInstant,
        (spec, from) => {
          if (spec.type === 'once') return;
          const to = new Date(from.getTime() + 1.5 * day);
          const found = occurrencesBetween(spec, from, to, Number.POSITIVE_INFINITY).map((o) => o.at.getTime());
          const rule = calendarRule(spec);
          expect(found).toEqual(rule.fixedTimes ? byCalendar(spec, from, to) : byClock(spec, from, to));
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

type Calendar = Parameters<typeof calendarRule>[0];

function byCalendar(spec: Calendar, from: Date, to: Date): number[] {
  const rule = calendarRule(spec);
  const found = new Set<number>();
  let date = Temporal.Instant.fromEpochMilliseconds(from.getTime())
    .toZonedDateTimeISO(spec.timeZone)
    .toPlainDate()
    .subtract({ days: 3 });
  for (let i = 0; i < 8; i++, date = date.add({ days: 1 })) {
    for (const time of timesOfDay(rule)) {
      const local = Date.UTC(date.year, date.month - 1, date.day) / 1000 + time;
      if (!matchesLocal(rule, local)) continue;
      const written = date.toPlainDateTime(Temporal.PlainTime.from('00:00').add({ seconds: time }));
      const zoned = written.toZonedDateTime(spec.timeZone, { disambiguation: 'earlier' });
      const skipped = !zoned.toPlainDateTime().equals(written);
      const instant = skipped ? zoned.getTimeZoneTransition('next')?.epochMilliseconds : zoned.epochMilliseconds;
      found.add(instant as number);
    }
  }
  return [...found].filter((t) => t >= from.getTime() && t <= to.getTime()).sort((a, b) => a - b);
}

function byClock(spec: Calendar, from: Date, to: Date): number[] {
  const rule = calendarRule(spec);
  const found: number[] = [];
  for (let t = Math.ceil(from.getTime() / 60_000) * 60_000; t <= to.getTime(); t += 60_000) {
    const clock = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(spec.timeZone);
    const local = Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute) / 1000;
    if (matchesLocal(rule, local)) found.push(t);
  }
  return found;
}
