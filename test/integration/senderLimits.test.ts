import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.js';
import { reserveSlots, type SenderLimits } from '../../src/ledger/senders/reserveSlots.js';
import { givenSender, openLedger } from '../support/ledgerFixtures.js';
import { type Platform, startPlatform } from '../support/platform.js';

let platform: Platform;
let database: Database;

beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl, 20);
});
afterAll(async () => {
  await database?.close();
  await platform?.close();
});

const none: SenderLimits = { perSecond: null, perMinute: null, perHour: null, perDay: null };

/** The most entries that any window of `ms` holds. */
function most(times: number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((t, i) => sorted.slice(i).filter((u) => u < t + ms).length));
}

describe('a limit per second', () => {
  it('holds in every window of a second across reservers that ask at once, and is used', async () => {
    const senderId = await givenSender(database, { port: 25 });
    const limits = { ...none, perSecond: 50 };
    const slots: number[] = [];
    const began = performance.now();
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        while (performance.now() - began < 3_000) {
          const r = await reserveSlots(database, senderId, limits, 10);
          slots.push(...r.slots);
          if (r.retryInMs !== null) await new Promise((resolve) => setTimeout(resolve, r.retryInMs as number));
        }
      }),
    );
    const within = slots.filter((s) => s < began + 3_000);
    expect(most(slots, 1000)).toBeLessThanOrEqual(50);
    expect(within.length).toBeGreaterThanOrEqual(3 * 50 * 0.9);
  });
});

describe.each([
  ['minute', { ...none, perMinute: 7 }],
  ['hour', { ...none, perHour: 7 }],
  ['day', { ...none, perDay: 7 }],
])('a limit per %s', (_name, limits) => {
  it('is exact for reservers that ask at once, and says when to ask again', async () => {
    const senderId = await givenSender(database, { port: 25 });
    const reservations = await Promise.all(
      Array.from({ length: 8 }, () => reserveSlots(database, senderId, limits, 3)),
    );
    expect(reservations.reduce((n, r) => n + r.slots.length, 0)).toBe(7);
    const refused = reservations.find((r) => r.slots.length === 0);
    expect(refused?.limitedBy).toContain('limit of 7');
    expect(refused?.retryInMs).toBeGreaterThan(1_000);
  });
});

it('applies all limits of a sender together', async () => {
  const senderId = await givenSender(database, { port: 25 });
  const r = await reserveSlots(database, senderId, { perSecond: 1000, perMinute: 100, perHour: 30, perDay: 5 }, 20);
  expect(r.slots).toHaveLength(5);
});
