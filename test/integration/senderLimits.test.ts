import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.js';
import { reserveSlots, returnSlots, type SenderLimits } from '../../src/ledger/senders/reserveSlots.js';
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

describe('slots that found nothing to send', () => {
  const used = async (senderId: string) => {
    const { rows } = await database.pool.query<{ resolution: string; bucket: Date; reserved: number }>(
      `SELECT resolution, bucket, reserved FROM sender_usage WHERE sender_id = $1`,
      [senderId],
    );
    const sum = (resolution: string) =>
      rows.filter((r) => r.resolution === resolution).reduce((n, r) => n + r.reserved, 0);
    return { minute: sum('second'), day: sum('minute') };
  };

  it('count no longer once they are given back or exchanged, whoever reserves and returns at the same time', async () => {
    const senderId = await givenSender(database, { port: 25 });
    const limits = { ...none, perDay: 100_000 };
    let kept = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        for (let round = 0; round < 25; round++) {
          const { slots, reservedAt } = await reserveSlots(database, senderId, limits, 5);
          const back = (n + round) % 4;
          await returnSlots(database, senderId, back, reservedAt);
          // One more has passed: it is exchanged for a later one.
          const other = await reserveSlots(database, senderId, limits, 1, reservedAt);
          kept += slots.length - back - 1 + other.slots.length;
        }
      }),
    );
    expect(await used(senderId)).toEqual({ minute: kept, day: kept });
  });

  it('of an earlier second or minute are taken from that one, and make room in the windows it is in', async () => {
    const senderId = await givenSender(database, { port: 25 });
    const limits = { ...none, perHour: 3 };
    const { reservedAt } = await reserveSlots(database, senderId, limits, 3);
    // As if it had been half an hour ago.
    await database.pool.query(`UPDATE sender_usage SET bucket = bucket - interval '30 minutes' WHERE sender_id = $1`, [
      senderId,
    ]);
    const then = new Date(reservedAt.getTime() - 30 * 60_000);
    expect((await reserveSlots(database, senderId, limits, 1)).slots).toHaveLength(0);
    expect((await reserveSlots(database, senderId, limits, 1, then)).slots).toHaveLength(1);
    expect((await reserveSlots(database, senderId, limits, 1)).slots).toHaveLength(0);
    await returnSlots(database, senderId, 1, then);
    expect((await reserveSlots(database, senderId, limits, 5)).slots).toHaveLength(1);
    expect((await used(senderId)).day).toBe(3);
  });
});

it('goes on when the clock of the database is set back: neither without slots until it has caught up, nor with slots that have passed', async () => {
  const other = await startPlatform();
  const admin = openLedger(other.databaseUrl, 2);
  // clock_timestamp() of this database goes wrong by as much as the table says.
  await admin.pool.query(`
    CREATE SCHEMA wrong;
    CREATE TABLE wrong.clock AS SELECT interval '0' AS by;
    CREATE FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM wrong.clock)';
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = wrong, pg_catalog, public', current_database()); END $$`);
  const wrong = openLedger(other.databaseUrl, 2);
  try {
    const senderId = await givenSender(wrong, { port: 25 });
    const limits = { ...none, perSecond: 50 };
    /** How far ahead each of so many slots is, in milliseconds. */
    const ahead = async (count: number) => {
      const found: number[] = [];
      while (found.length < count) {
        const { slots, retryInMs } = await reserveSlots(wrong, senderId, limits, 1);
        for (const slot of slots) found.push(slot - performance.now());
        const waitMs = Math.max(retryInMs ?? 0, found.at(-1) ?? 0);
        if (waitMs > 1_000) return found;
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      return found;
    };
    const timely = (list: number[]) => list.every((ms) => ms > -20 && ms < 1_000);
    expect(timely(await ahead(5))).toBe(true);
    await wrong.pool.query(`UPDATE wrong.clock SET by = '-1 hour'`);
    // Twenty answers say that it is no delay.
    expect(await ahead(25)).toHaveLength(25);
    expect(timely(await ahead(20))).toBe(true);
    await wrong.pool.query(`UPDATE wrong.clock SET by = '1 hour'`);
    expect(timely(await ahead(20))).toBe(true);
  } finally {
    await wrong.close();
    await admin.close();
    await other.close();
  }
});
