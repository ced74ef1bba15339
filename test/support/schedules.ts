import fc from 'fast-check';
import { parseScheduleSpec, type ScheduleSpec } from '../../src/domain/schedule/spec.js';

/**
 * Zones whose clocks do uncommon things: half an hour (Lord Howe), two hours (Troll), a skipped midnight (Santiago, Havana, Azores,
 * Cairo, Beirut, Nuuk), quarters (Kathmandu, Chatham), summer time in winter (Casablanca, Dublin), a lost day (Apia).
 */
export const zones = [
  'UTC',
  'Europe/Riga',
  'Europe/London',
  'Europe/Dublin',
  'America/New_York',
  'America/Santiago',
  'America/Havana',
  'America/Nuuk',
  'America/St_Johns',
  'Atlantic/Azores',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Pacific/Apia',
  'Pacific/Chatham',
] as const;

/** Times of day, with those at which clocks change more often than others. */
export const arbitraryTime = fc
  .record({
    hour: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 23 })),
    minute: fc.constantFrom(0, 1, 15, 20, 30, 45, 59),
    second: fc.constantFrom(0, 0, 0, 30),
  })
  .map(({ hour, minute, second }) => {
    const two = (n: number) => String(n).padStart(2, '0');
    return `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
  });

const minuteField = fc.constantFrom('0', '30', '5,35', '0-59/20', '*/15', '10-50/10', '*/7', '59', '0,59', '*');
const hourField = fc.constantFrom('*', '*/2', '*/3', '0', '2', '3', '1-4', '0,3,23', '2-4/2', '0-23/6', '1,2');
const dayField = fc.constantFrom('*', '*', '1', '31', 'L', '15,L', '*/2', '28-31', '29', '1-7');
const monthField = fc.constantFrom('*', '*', '*', '2', '3,10', '1-6', '9-11', '*/2', 'MAR,APR,OCT,NOV');
const weekdayField = fc.constantFrom('*', '*', 'SUN', 'MON-FRI', '0,6', '7', '5', 'SAT');

export const arbitraryCron = fc
  .tuple(minuteField, hourField, dayField, monthField, weekdayField)
  .map((fields) => fields.join(' '));

const arbitraryKind = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('daily'), time: arbitraryTime }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('weekly'),
      time: arbitraryTime,
      daysOfWeek: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('monthly'),
      time: arbitraryTime,
      dayOfMonth: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant('last')),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('interval'),
      everyMinutes: fc.constantFrom(1, 7, 15, 60, 90, 1440, 10_080),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('cron'), cron: arbitraryCron }) },
);

/** Valid schedules of every recurring type in these zones. */
export const arbitraryRecurring: fc.Arbitrary<ScheduleSpec> = fc
  .record({ kind: arbitraryKind, timeZone: fc.constantFrom(...zones) })
  .map(({ kind, timeZone }) => parseScheduleSpec({ ...kind, timeZone }));
