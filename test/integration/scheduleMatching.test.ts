import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { occurrenceKey, occurrencesBetween } from '../../src/domain/schedule/occurrences.js';
import { parseScheduleSpec, type ScheduleSpec } from '../../src/domain/schedule/spec.js';
import { transitionsBetween } from '../../src/domain/timeZone.js';
import { sameTemporalSpec, toTemporalScheduleSpec } from '../../src/temporal/scheduleSpec.js';
import { type Platform, startPlatform } from '../support/platform.js';
import { arbitraryRecurring, zones } from '../support/schedules.js';

/** The mapping is made for this moment, and holds for its year and the two that follow. */
const now = new Date('2026-01-15T12:00:00Z');
const horizon = { from: Date.UTC(2026, 0, 3), to: Date.UTC(2028, 11, 28) };
const second = 1000;
const day = 86_400 * second;
/** The most times that the server lists. */
const most = 1000;

let platform: Platform;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  platform = await startPlatform({ migrated: false });
  connection = await Connection.connect({ address: platform.temporalAddress });
  client = new Client({ connection, namespace: platform.namespace });
});
afterAll(async () => {
  await connection?.close();
  await platform?.close();
});

/** A Schedule on the server, paused: only its matching times are asked for. */
class ServerSchedule {
  readonly id = `matching-${randomUUID()}`;

  static async of(spec: ScheduleSpec): Promise<ServerSchedule> {
    const schedule = new ServerSchedule();
    await client.schedule.create({
      scheduleId: schedule.id,
      spec: toTemporalScheduleSpec(spec, now),
      action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
      state: { paused: true },
    });
    return schedule;
  }

  /** The server's matching times after `from`, up to `to`; it lists 1,000 at most. */
  async matchingTimes(from: number, to: number): Promise<number[]> {
    const timestamp = (ms: number) => ({ seconds: Math.floor(ms / second), nanos: 0 }) as never;
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace: platform.namespace,
      scheduleId: this.id,
      startTime: timestamp(from),
      endTime: timestamp(to),
    });
    return startTime.map((t) => Number(t.seconds) * second);
  }

  async delete(): Promise<void> {
    await client.schedule.getHandle(this.id).delete();
  }
}

/** Windows near a change of the clocks in the zone of the schedule, or anywhere. */
const arbitraryWindows = fc.array(
  fc.record({
    pick: fc.nat(),
    offset: fc.oneof(fc.integer({ min: -5 * 3600, max: 5 * 3600 }), fc.integer({ min: -40 * 3600, max: 30 * 3600 })),
    anywhere: fc.integer({ min: horizon.from / second, max: horizon.to / second }),
    days: fc.constantFrom(1, 2, 9, 40),
  }),
  { minLength: 8, maxLength: 8 },
);

function windowOf(spec: ScheduleSpec, w: { pick: number; offset: number; anywhere: number; days: number }) {
  const changes = transitionsBetween(
    spec.timeZone,
    horizon.from / second + 2 * 86_400,
    horizon.to / second - 2 * 86_400,
  );
  const change = changes[w.pick % Math.max(1, changes.length)];
  const from = (change ? change.at + w.offset : w.anywhere) * second;
  return { from, to: Math.min(from + w.days * day, horizon.to) };
}

/**
 * What the server matches and we do not may only be the second time round of a repeated local time: it has the key of an occurrence that
 * has been, and the ledger refuses it.
 */
async function expectSameTimes(spec: ScheduleSpec, schedule: ServerSchedule, from: number, to: number): Promise<void> {
  const theirs = await schedule.matchingTimes(from, to);
  const end = theirs.length === most ? (theirs.at(-1) as number) : to;
  const ours = occurrencesBetween(spec, new Date(from + second), new Date(end), Number.POSITIVE_INFINITY);
  const expected = new Set(ours.map((o) => o.at.getTime()));
  const actual = new Set(theirs);
  const iso = (ms: number) => new Date(ms).toISOString();
  const missing = [...expected].filter((t) => !actual.has(t)).map(iso);
  const extra = theirs.filter((t) => {
    if (expected.has(t)) return false;
    const name = occurrenceKey(spec, new Date(t));
    return !(name.matches && name.dst === 'repeated');
  });
  expect({ missing, extra: extra.map(iso) }, `${JSON.stringify(spec)} from ${iso(from)} to ${iso(end)}`).toEqual({
    missing: [],
    extra: [],
  });
}

describe('the Schedule of an automation fires when its preview says', () => {
  it('for any schedule, in any zone, wherever the server begins to look', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecurring, arbitraryWindows, async (spec, windows) => {
        const schedule = await ServerSchedule.of(spec);
        try {
          for (const w of windows) {
            const { from, to } = windowOf(spec, w);
            await expectSameTimes(spec, schedule, from, to);
          }
        } finally {
          await schedule.delete();
        }
      }),
      { numRuns: Number(process.env.SCHEDULE_RUNS ?? 60), endOnFailure: false },
    );
  }, 600_000);
});
