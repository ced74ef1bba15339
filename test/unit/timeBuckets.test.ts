import { describe, expect, it } from 'vitest';
import { dayBounds, hourBounds, quarterBounds } from '../../src/domain/timeBuckets.js';

const at = (text: string) => Date.parse(text) / 1000;
const text = (bounds: number[]) => bounds.map((b) => new Date(b * 1000).toISOString().slice(0, 16));

describe('days of a time zone', () => {
  it('have 23 and 25 hours when the clocks change, and cover what was asked for', () => {
    const bounds = dayBounds('Europe/Riga', at('2026-03-28T12:00:00Z'), at('2026-03-29T21:00:00Z'));
    expect(text(bounds)).toEqual(['2026-03-27T22:00', '2026-03-28T22:00', '2026-03-29T21:00']);
  });

  it('that a zone skips are left out', () => {
    const bounds = dayBounds('Pacific/Apia', at('2011-12-29T12:00:00Z'), at('2012-01-01T00:00:00Z'));
    expect(text(bounds)).toEqual(['2011-12-29T10:00', '2011-12-30T10:00', '2011-12-31T10:00', '2012-01-01T10:00']);
  });
});

describe('hours of a time zone', () => {
  it('begin on its clock, and a repeated hour stands twice', () => {
    expect(text(hourBounds('Asia/Kolkata', at('2026-03-01T00:00:00Z'), at('2026-03-01T01:00:00Z')))).toEqual([
      '2026-02-28T23:30',
      '2026-03-01T00:30',
      '2026-03-01T01:30',
    ]);
    expect(hourBounds('Europe/Riga', at('2026-10-24T21:00:00Z'), at('2026-10-25T22:00:00Z'))).toHaveLength(26);
  });

  it('go on where clocks change by half an hour', () => {
    const bounds = hourBounds('Australia/Lord_Howe', at('2026-04-04T12:00:00Z'), at('2026-04-04T18:00:00Z'));
    expect(bounds.every((b, i) => i === 0 || (b > bounds[i - 1]! && b - bounds[i - 1]! <= 5400))).toBe(true);
    expect(bounds.at(-1)!).toBeGreaterThanOrEqual(at('2026-04-04T18:00:00Z'));
  });
});

it('quarters of an hour surround a span, an empty one too', () => {
  expect(quarterBounds(1000, 2000)).toEqual([900, 2700]);
  expect(quarterBounds(900, 900)).toEqual([900, 1800]);
});
