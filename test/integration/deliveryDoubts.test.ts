import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.js';
import { abandonClaims } from '../../src/ledger/deliveries/abandonClaims.js';
import { cancelPending } from '../../src/ledger/deliveries/cancelPending.js';
import { claimDeliveries, settleDeliveries } from '../../src/ledger/deliveries/exchangeDeliveries.js';
import { giveUpDoubts, putOffDoubts } from '../../src/ledger/deliveries/resolveDoubts.js';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import type { Settlement } from '../../src/ledger/deliveries/settleSql.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { controlRun } from '../../src/ledger/runs/controlRun.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { recountChunks } from '../../src/ledger/runs/countDeliveries.js';
import {
  givenCampaign,
  givenHttpSender,
  givenList,
  givenOpenRun,
  givenSender,
  openLedger,
  statesOf,
} from '../support/ledgerFixtures.js';
import { type Platform, startPlatform } from '../support/platform.js';

let platform: Platform;
let database: Database;
beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl, 10);
});
afterAll(async () => {
  await database?.close();
  await platform?.close();
});

const owner = 'first-execution';
const hour = 3_600_000;
const knownForMs = 23 * hour;
/** The senders of a run by number: two providers that know keys, and an SMTP server between them. */
const [first, smtp, second] = [0, 1, 2];

interface Ground {
  runId: string;
  campaignId: string;
  senderIds: string[];
}

async function givenRun(count: number, audience: 'everyone' | 'not-yet-received' = 'everyone'): Promise<Ground> {
  const secretKey = platform.env['ONCEMAIL_SECRET_KEY'] as string;
  const api = { url: 'http://127.0.0.1:1', apiKey: 'key' };
  const senderIds = [
    await givenHttpSender(database, secretKey, api),
    await givenSender(database, { port: 25 }),
    await givenHttpSender(database, secretKey, api),
  ];
  const listIds = [await givenList(database, count)];
  const campaignId = await givenCampaign(database, { listIds, senderIds, audience });
  const runId = await givenOpenRun(database, campaignId, owner);
  await snapshotAudience(database, runId);
  return { runId, campaignId, senderIds };
}

async function claim(run: Ground, senderNo: number, limit = 100, revision?: number) {
  const claimToken = randomUUID();
  const keys =
    senderNo === smtp ? {} : { keys: { knownForMs, senderRevision: revision ?? (await revisionOf(run, senderNo)) } };
  const result = await claimDeliveries(database.pool, {
    runId: run.runId,
    chunkNo: 0,
    owner,
    claimToken,
    senderNo,
    limit,
    ...keys,
  });
  return { ...result, claimToken };
}

async function revisionOf(run: Ground, senderNo: number): Promise<number> {
  const { rows } = await database.pool.query(`SELECT revision FROM senders WHERE id = $1`, [run.senderIds[senderNo]]);
  return rows[0].revision as number;
}

const abandon = (run: Ground) => abandonClaims(database.pool, { runId: run.runId, chunkNo: 0, owner });
const giveUp = (run: Ground) => giveUpDoubts(database.pool, { runId: run.runId, chunkNo: 0, owner, knownForMs });
const settle = (run: Ground, settlements: Settlement[]) => settleDeliveries(database.pool, run.runId, settlements);
const age = (run: Ground, ms: number) =>
  database.pool.query(
    `UPDATE deliveries SET doubt_since = doubt_since - $2::float8 * interval '1 millisecond' WHERE run_id = $1`,
    [run.runId, ms],
  );
const changeAccount = (run: Ground, senderNo: number) =>
  database.pool.query(`UPDATE senders SET account_since = clock_timestamp(), revision = revision + 1 WHERE id = $1`, [
    run.senderIds[senderNo],
  ]);

/** Claims everything with the first sender and lets its process die. */
async function givenDoubts(count: number, audience?: 'not-yet-received'): Promise<Ground> {
  const run = await givenRun(count, audience);
  expect((await claim(run, first)).claimed).toHaveLength(count);
  expect(await abandon(run)).toBe(count);
  return run;
}

describe('what a dead process had claimed', () => {
  it('is asked about by the same sender, and by no other', async () => {
    const run = await givenDoubts(4);
    expect(await statesOf(database, run.runId)).toEqual({ pending: 4 });
    expect((await claim(run, smtp)).moved).toBe(0);
    expect((await claim(run, second)).moved).toBe(0);
    const { claimed } = await claim(run, first);
    expect(claimed.map((d) => d.inDoubt)).toEqual([true, true, true, true]);
    expect(await recountChunks(database.pool, run.runId)).toBe(0);
  });

  it('is uncertain where the sender was an SMTP server', async () => {
    const run = await givenRun(2);
    await claim(run, smtp);
    await abandon(run);
    expect(await statesOf(database, run.runId)).toEqual({ uncertain: 2 });
  });

  it('is in doubt no more after a clear answer, and still is after none', async () => {
    const run = await givenDoubts(3);
    const { claimed, claimToken } = await claim(run, first);
    const [a, b, c] = claimed.map((d) => ({ contactId: d.contactId, claimToken, spent: true }));
    await settle(run, [
      { ...a!, state: 'sent' },
      { ...b!, state: 'pending', inDoubt: true, dueInMs: 0 },
      { ...c!, state: 'pending', dueInMs: 0 },
    ]);
    expect((await claim(run, smtp)).claimed.map((d) => d.contactId)).toEqual([c!.contactId]);
    expect((await claim(run, first)).claimed.map((d) => d.contactId)).toEqual([b!.contactId]);
  });

  it('is settled late by a process that was only slow when nobody will ask any more', async () => {
    const run = await givenRun(2);
    const { claimed, claimToken } = await claim(run, first);
    const late = claimed.map((d): Settlement => ({ contactId: d.contactId, claimToken, state: 'sent', spent: true }));
    await abandon(run);
    expect(await settle(run, late)).toBe(0);
    await claim(run, first, 1);
    await controlRun(database.pool, run.runId, 'stop');
    await cancelPending(database.pool, run.runId);
    expect(await statesOf(database, run.runId)).toEqual({ sending: 1, uncertain: 1 });
    expect(await settle(run, late)).toBe(1);
    expect(await statesOf(database, run.runId)).toEqual({ sending: 1, sent: 1 });
    expect(await recountChunks(database.pool, run.runId)).toBe(0);
  });

  it('is asked about when its run goes on, if the run ended meanwhile', async () => {
    const run = await givenRun(2);
    await claim(run, first, 1);
    await claim(run, smtp, 1);
    const closed = await closeRun(database, run.runId, owner, { status: 'failed', reason: 'a test' });
    expect(closed?.counts).toMatchObject({ pending: 1, uncertain: 1 });
    await database.pool.query(`UPDATE runs SET status = 'sending' WHERE id = $1`, [run.runId]);
    expect((await claim(run, second)).moved).toBe(0);
    expect((await claim(run, first)).claimed.map((d) => d.inDoubt)).toEqual([true]);
  });
});

describe('a doubt that can no longer be cleared becomes uncertain', () => {
  it('when the provider has forgotten the key', async () => {
    const run = await givenDoubts(2);
    await age(run, 22 * hour);
    expect(await giveUp(run)).toBe(0);
    await age(run, 2 * hour);
    expect((await claim(run, first)).moved).toBe(0);
    expect(await giveUp(run)).toBe(2);
    expect(await statesOf(database, run.runId)).toEqual({ uncertain: 2 });
  });

  it('counted from the first time, however often it was asked about since', async () => {
    const run = await givenDoubts(1);
    await age(run, 22.9 * hour);
    await claim(run, first);
    await abandon(run);
    await age(run, 0.2 * hour);
    expect(await giveUp(run)).toBe(1);
  });

  it('when the account of its sender is another one', async () => {
    const run = await givenDoubts(2);
    const before = await revisionOf(run, first);
    await changeAccount(run, first);
    expect((await claim(run, first, 100, before)).moved).toBe(0);
    expect((await claim(run, first)).moved).toBe(0);
    expect(await giveUp(run)).toBe(2);
    const { rows } = await database.pool.query(`SELECT response FROM deliveries WHERE run_id = $1`, [run.runId]);
    expect(rows[0].response).toContain('its sender has another account now');
  });

  it('when its sender was deleted', async () => {
    const run = await givenDoubts(2);
    await database.pool.query(`UPDATE senders SET deleted_at = now() WHERE id = $1`, [run.senderIds[first]]);
    expect((await claim(run, first)).moved).toBe(0);
    expect(await giveUp(run)).toBe(2);
  });

  it('when its run is stopped; a person who decides to send it again has the same sender asked', async () => {
    const run = await givenDoubts(2);
    await controlRun(database.pool, run.runId, 'stop');
    expect(await cancelPending(database.pool, run.runId)).toBe(0);
    expect(await statesOf(database, run.runId)).toEqual({ uncertain: 2 });
    await database.pool.query(`UPDATE runs SET control = 'run' WHERE id = $1`, [run.runId]);
    await resolveUncertain(database.pool, { runId: run.runId, resolution: 'resend', by: 'a test' });
    expect((await claim(run, second)).moved).toBe(0);
    expect((await claim(run, first)).claimed.map((d) => d.inDoubt)).toEqual([true, true]);
    expect(await recountChunks(database.pool, run.runId)).toBe(0);
  });

  it('when its contact has unsubscribed: nobody is asked to send it again', async () => {
    const run = await givenDoubts(2);
    await database.pool.query(
      `INSERT INTO suppressions (id, address, email, reason)
       SELECT gen_random_uuid(), email, email, 'unsubscribed' FROM deliveries WHERE run_id = $1 LIMIT 1`,
      [run.runId],
    );
    expect((await claim(run, first)).claimed).toHaveLength(1);
    expect(await statesOf(database, run.runId)).toEqual({ sending: 1, uncertain: 1 });
    expect(await recountChunks(database.pool, run.runId)).toBe(0);
  });
});

it('whoever is in doubt counts as reached for those who have not yet received a campaign', async () => {
  const run = await givenDoubts(3, 'not-yet-received');
  const next = await givenOpenRun(database, run.campaignId, owner);
  expect(await snapshotAudience(database, next)).toMatchObject({ total: 0 });
});

it('a doubt that is put off is due later, and nothing else is', async () => {
  const run = await givenRun(3);
  await claim(run, first, 1);
  await abandon(run);
  await putOffDoubts(database.pool, { runId: run.runId, chunkNo: 0, owner, senderNo: second, ms: 60_000 });
  await putOffDoubts(database.pool, { runId: run.runId, chunkNo: 0, owner, senderNo: first, ms: 60_000 });
  expect((await claim(run, first)).claimed.map((d) => d.inDoubt)).toEqual([false, false]);
});

it('a claim and a change of the account happen one after the other', async () => {
  const run = await givenRun(20);
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT FROM senders WHERE id = $1 FOR UPDATE`, [run.senderIds[first]]);
    const claiming = claim(run, first, 5, 1);
    await expect
      .poll(async () => {
        const { rows } = await database.pool.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows[0].n as number;
      })
      .toBe(1);
    await client.query(`UPDATE senders SET account_since = clock_timestamp(), revision = revision + 1 WHERE id = $1`, [
      run.senderIds[first],
    ]);
    await client.query('COMMIT');
    expect((await claiming).moved).toBe(0);
  } finally {
    client.release();
  }
});

type Fate = 'sent' | 'lost' | 'never arrived' | 'refused' | 'died before' | 'died after';
type Step =
  | { kind: 'claim'; senderNo: number; limit: number; fates: Fate[] }
  | { kind: 'next attempt' }
  | { kind: 'the slow wake' }
  | { kind: 'time passes'; hours: number }
  | { kind: 'another account'; senderNo: number };

const fates = fc.constantFrom<Fate>('sent', 'lost', 'never arrived', 'refused', 'died before', 'died after');
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      senderNo: fc.integer({ min: 0, max: 2 }),
      limit: fc.integer({ min: 1, max: 4 }),
      fates: fc.array(fates, { minLength: 4, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'next attempt' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'the slow wake' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('time passes' as const), hours: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('another account' as const), senderNo: fc.constantFrom(first, second) }),
  },
);

/** The world outside: providers that know keys for 24 hours, and what each contact received. */
class World {
  private now = 0;
  private readonly keys = new Map<number, Map<string, number>>();
  readonly received = new Map<string, number>();

  hand(senderNo: number, contactId: string): void {
    const known = this.keys.get(senderNo) ?? new Map<string, number>();
    this.keys.set(senderNo, known);
    const since = known.get(contactId);
    if (senderNo !== smtp && since !== undefined && this.now - since < 24) return;
    known.set(contactId, this.now);
    this.received.set(contactId, (this.received.get(contactId) ?? 0) + 1);
  }
  pass(hours: number): void {
    this.now += hours;
  }
  forget(senderNo: number): void {
    this.keys.delete(senderNo);
  }
}

it('nobody is mailed twice, whatever is lost, dies, expires or changes, and the sums stay those of the rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 20 }), async (history) => {
      const run = await givenRun(4);
      const world = new World();
      const slow: Settlement[] = [];
      for (const step of history) {
        if (step.kind === 'claim') {
          const { claimed, claimToken } = await claim(run, step.senderNo, step.limit);
          const settlements = claimed.flatMap((delivery, i): Settlement[] => {
            const fate = step.fates[i] as Fate;
            const base = { contactId: delivery.contactId, claimToken, spent: true, dueInMs: 0 };
            if (fate === 'sent' || fate === 'lost' || fate === 'died after')
              world.hand(step.senderNo, delivery.contactId);
            if (fate === 'sent') return [{ ...base, state: 'sent' }];
            // Refused before the key was looked at: what was in doubt still is.
            if (fate === 'refused') return [{ ...base, state: 'pending', inDoubt: delivery.inDoubt }];
            if (fate === 'died after') slow.push({ ...base, state: 'sent' });
            if (fate === 'died before') slow.push({ ...base, state: 'pending', inDoubt: delivery.inDoubt });
            if (fate === 'died before' || fate === 'died after') return [];
            return step.senderNo === smtp
              ? [{ ...base, state: 'uncertain' }]
              : [{ ...base, state: 'pending', inDoubt: true }];
          });
          await settle(run, settlements);
        } else if (step.kind === 'next attempt') {
          await abandon(run);
          await giveUp(run);
        } else if (step.kind === 'the slow wake') {
          await settle(run, slow.splice(0));
        } else if (step.kind === 'time passes') {
          await age(run, step.hours * hour);
          world.pass(step.hours);
        } else {
          await changeAccount(run, step.senderNo);
          world.forget(step.senderNo);
        }
        expect([...world.received.values()].filter((n) => n > 1)).toEqual([]);
      }
      expect(await recountChunks(database.pool, run.runId)).toBe(0);
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 120_000);
