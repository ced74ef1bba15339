import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction, type Database } from '../../src/ledger/database.js';
import { abandonClaims } from '../../src/ledger/deliveries/abandonClaims.js';
import { cancelPending } from '../../src/ledger/deliveries/cancelPending.js';
import { claimDeliveries, settleDeliveries } from '../../src/ledger/deliveries/exchangeDeliveries.js';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { controlRun, releaseRun } from '../../src/ledger/runs/controlRun.js';
import { countDeliveries } from '../../src/ledger/runs/countDeliveries.js';
import { openRun } from '../../src/ledger/runs/openRun.js';
import { planChunks } from '../../src/ledger/runs/planChunks.js';
import { givenCampaign, givenList, givenOpenRun, givenSender, openLedger } from '../support/ledgerFixtures.js';
import { type Platform, startPlatform } from '../support/platform.js';

// What the model of the delivery protocol (test/faults/deliveryModel.test.ts) found, one history each.

let platform: Platform;
let database: Database;

beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl);
});
afterAll(async () => {
  await database?.close();
  await platform?.close();
});

const owner = 'first-execution';

async function givenSnapshot(count: number): Promise<string> {
  const [listId, senderId] = [await givenList(database, count), await givenSender(database, { port: 25 })];
  const campaignId = await givenCampaign(database, { listIds: [listId], senderIds: [senderId] });
  const runId = await givenOpenRun(database, campaignId, owner);
  await snapshotAudience(database, runId);
  return runId;
}

/** A claimer: what it has claimed, and how it settles all of it. */
async function claim(runId: string, limit: number, by = owner) {
  const claimToken = randomUUID();
  const request = { runId, chunkNo: 0, owner: by, claimToken, senderNo: 0, limit };
  const { claimed } = await claimDeliveries(database.pool, request);
  const settle = (state: 'sent' | 'pending' | 'uncertain') =>
    settleDeliveries(
      database.pool,
      runId,
      claimed.map(({ contactId }) => ({ contactId, claimToken, state, spent: state !== 'pending', dueInMs: 0 })),
    );
  return { claimed, settle };
}

const completed = { status: 'completed' as const };
const terminated = { status: 'stopped' as const, reason: 'the execution was terminated in Temporal' };
const counts = (runId: string) => countDeliveries(database.pool, runId);

async function runOf(runId: string): Promise<{ status: string; owner: string | null }> {
  const { rows } = await database.pool.query<{ status: string; owner: string | null }>(
    `SELECT status, first_execution_run_id AS owner FROM runs WHERE id = $1`,
    [runId],
  );
  return rows[0]!;
}

/** Whether a statement in this database waits for a lock. */
async function somebodyWaits(): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount !== 0;
}

describe('a run that has completed', () => {
  it('goes on when a claimer that had been frozen says that it never handed a delivery over', async () => {
    const runId = await givenSnapshot(1);
    const frozen = await claim(runId, 1);
    expect(await abandonClaims(database.pool, { runId, chunkNo: 0, owner })).toBe(1);
    expect(await closeRun(database, runId, owner, completed)).toMatchObject({ status: 'completed' });

    expect(await frozen.settle('pending')).toBe(1);
    expect(await runOf(runId)).toEqual({ status: 'sending', owner: null });
    const again = { runId, workflowType: 'campaignRun', workflowId: 'w', firstExecutionRunId: 'second-execution' };
    expect((await openRun(database, again)).outcome).toBe('opened');
    const second = await claim(runId, 1, 'second-execution');
    expect(await second.settle('sent')).toBe(1);
    expect(await closeRun(database, runId, 'second-execution', completed)).toMatchObject({
      status: 'completed',
      counts: { total: 1, sent: 1 },
    });
  });

  it('stays so when the late claimer says that it had sent, or does not know', async () => {
    for (const state of ['sent', 'uncertain'] as const) {
      const runId = await givenSnapshot(1);
      const frozen = await claim(runId, 1);
      await abandonClaims(database.pool, { runId, chunkNo: 0, owner });
      await closeRun(database, runId, owner, completed);
      expect(await frozen.settle(state)).toBe(1);
      expect(await runOf(runId)).toEqual({ status: 'completed', owner });
      expect(await counts(runId)).toMatchObject({ [state]: 1, pending: 0 });
    }
  });
});

describe('a run does not complete', () => {
  it('while a delivery is pending or being sent', async () => {
    const runId = await givenSnapshot(1);
    expect(await closeRun(database, runId, owner, completed)).toBeNull();
    const { settle } = await claim(runId, 1);
    expect(await closeRun(database, runId, owner, completed)).toBeNull();
    expect(await runOf(runId)).toEqual({ status: 'sending', owner });
    await settle('sent');
    expect(await closeRun(database, runId, owner, completed)).toMatchObject({ status: 'completed' });
  });

  it('unseen by whoever decides at that moment to send a delivery again', async () => {
    const runId = await givenSnapshot(1);
    await (await claim(runId, 1)).settle('uncertain');
    // What closeRun does last, stopped before its commit.
    const seen = await transaction(database, async (closing) => {
      await closing.query(`SELECT 1 FROM runs WHERE id = $1 FOR UPDATE`, [runId]);
      await closing.query(`UPDATE runs SET status = 'completed' WHERE id = $1`, [runId]);
      let done = false;
      const deciding = resolveUncertain(database.pool, { runId, resolution: 'resend', by: 'a test' })
        .then(() => runOf(runId))
        .finally(() => (done = true));
      await expect.poll(async () => done || (await somebodyWaits())).toBe(true);
      return { deciding };
    });
    // It sees that the run has ended, and so reopens it.
    expect((await seen.deciding).status).toBe('completed');
  });

  it('when the decision to send again was there first', async () => {
    const runId = await givenSnapshot(1);
    await (await claim(runId, 1)).settle('uncertain');
    await resolveUncertain(database.pool, { runId, resolution: 'resend', by: 'a test' });
    expect(await closeRun(database, runId, owner, completed)).toBeNull();
    expect(await runOf(runId)).toEqual({ status: 'sending', owner });
  });
});

describe('a run that ends otherwise', () => {
  it('has nothing in sending: what its claimers hold is uncertain, and they still settle it', async () => {
    const runId = await givenSnapshot(3);
    const { settle } = await claim(runId, 2);
    expect(await closeRun(database, runId, owner, terminated)).toMatchObject({
      status: 'stopped',
      counts: { pending: 1, sending: 0, uncertain: 2 },
    });
    expect(await settle('sent')).toBe(2);
    expect(await counts(runId)).toMatchObject({ sent: 2, pending: 1, uncertain: 0 });
  });

  it('keeps for its resumption what a late claimer had not handed over', async () => {
    const runId = await givenSnapshot(1);
    const { settle } = await claim(runId, 1);
    await closeRun(database, runId, owner, terminated);
    await settle('pending');
    expect(await runOf(runId)).toEqual({ status: 'stopped', owner });
    expect(await counts(runId)).toMatchObject({ pending: 1 });
  });

  it('has nothing pending when an operator had asked to stop it, whatever ended it and whoever settles late', async () => {
    const runId = await givenSnapshot(3);
    const { settle } = await claim(runId, 1);
    await controlRun(database.pool, runId, 'stop');
    expect(await closeRun(database, runId, owner, terminated)).toMatchObject({
      counts: { pending: 0, cancelled: 2, uncertain: 1 },
    });
    expect(await settle('pending')).toBe(1);
    expect(await counts(runId)).toMatchObject({ pending: 0, cancelled: 3, uncertain: 0 });
    expect(await runOf(runId)).toEqual({ status: 'stopped', owner });
  });
});

describe('a run that is being stopped', () => {
  it('cancels nothing any more once it has been resumed', async () => {
    const runId = await givenSnapshot(2);
    await controlRun(database.pool, runId, 'stop');
    await closeRun(database, runId, owner, terminated);
    await database.pool.query(`UPDATE deliveries SET state = 'pending' WHERE run_id = $1`, [runId]);
    await database.pool.query(`UPDATE chunks SET pending = 2, cancelled = 0 WHERE run_id = $1`, [runId]);
    expect(await releaseRun(database.pool, runId, owner, true)).toBe(true);
    expect(await cancelPending(database.pool, runId)).toBe(0);
    expect(await counts(runId)).toMatchObject({ pending: 2 });
  });

  it('leaves uncertain what the policy would send again: it may have been accepted, and would be cancelled', async () => {
    const runId = await givenSnapshot(2);
    await database.pool.query(`UPDATE runs SET uncertain_policy = 'resend' WHERE id = $1`, [runId]);
    await (await claim(runId, 1)).settle('uncertain');
    const plan = (by: string) =>
      planChunks(database, { runId, owner: by, inFlight: [], limit: 10 }, { afterMs: 0, maxAttempts: 3 });
    // Neither does an execution that no longer owns the run.
    expect((await plan('another-execution')).counts).toMatchObject({ uncertain: 1 });
    await controlRun(database.pool, runId, 'stop');
    expect((await plan(owner)).counts).toMatchObject({ uncertain: 1 });
    await cancelPending(database.pool, runId);
    expect(await counts(runId)).toMatchObject({ uncertain: 1, cancelled: 1 });
  });
});
