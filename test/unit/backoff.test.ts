import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deferralMs, maxAttempts, senderRetryMs } from '../../src/domain/backoff.js';
import { durationInWords } from '../../src/domain/duration.js';

describe('the wait before a deferred delivery is tried again', () => {
  it('grows from ten seconds to about an hour and is never shorter than before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempts, random) => {
          const wait = deferralMs(attempts, random);
          expect(wait).toBeGreaterThanOrEqual(10_000);
          expect(wait).toBeLessThanOrEqual(3_600_000 * 1.2);
          expect(deferralMs(attempts + 1, 0)).toBeGreaterThanOrEqual(deferralMs(attempts, 0));
        },
      ),
    );
    const hours =
      Array.from({ length: maxAttempts - 1 }, (_, i) => deferralMs(i + 1, 0)).reduce((a, b) => a + b, 0) / 3_600_000;
    expect(hours).toBeGreaterThan(4);
  });
});

it('waits five seconds to five minutes for a sender that cannot send', () => {
  expect([1, 2, 3, 20].map(senderRetryMs)).toEqual([5_000, 10_000, 20_000, 300_000]);
});

it('says durations for people', () => {
  expect([400, 59_000, 180_000, 7_800_000, 7_200_000].map(durationInWords)).toEqual([
    '0 s',
    '59 s',
    '3 min',
    '2 h 10 min',
    '2 h',
  ]);
});
