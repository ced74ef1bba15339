import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { abandonClaims } from '../../src/ledger/deliveries/abandonClaims.js';
import { claimDeliveries, settleDeliveries } from '../../src/ledger/deliveries/exchangeDeliveries.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { countRun } from '../../src/ledger/statistics/countRun.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenOpenRun, givenSender } from '../support/ledgerFixtures.js';

// What a count costs, measured for a run of 1,000,000 deliveries by three senders over an hour (PostgreSQL 18, 128 MB shared buffers, one of two busy
// cores, nice 19): 0.75 s, beside 0.48 s for the recount that a closing run makes anyway. The sums of 400 days with 1,000 runs by three senders are read in 25 ms.

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

const owner = 'an execution';

/** A run of `count` recipients by two senders, with nothing sent yet. */
async function givenRun(count: number) {
  const { database } = api;
  const senders = [await givenSender(database, { port: 25 }), await givenSender(database, { port: 25 })] as const;
  const campaignId = await givenCampaign(database, {
    listIds: [await givenList(database, count)],
    senderIds: [...senders],
  });
  const runId = await givenOpenRun(database, campaignId, owner);
  await snapshotAudience(database, runId);
  return { runId, campaignId, senders };
}

/** Claims and settles; `settle` again later is a claimer that was slow. */
async function claim(runId: string, senderNo: number, limit: number) {
  const claimToken = randomUUID();
  const { claimed } = await claimDeliveries(api.database.pool, {
    runId,
    chunkNo: 0,
    owner,
    claimToken,
    senderNo,
    limit,
  });
  return (state: 'sent' | 'failed' | 'uncertain') =>
    settleDeliveries(
      api.database.pool,
      runId,
      claimed.map(({ contactId }) => ({ contactId, claimToken, state, spent: true })),
    );
}
const send = async (runId: string, senderNo: number, limit: number, state: 'sent' | 'failed' = 'sent') =>
  (await claim(runId, senderNo, limit))(state);

/** As if everything of a run that is `state` had become so at `at`. */
const backdate = (runId: string, state: string, at: string) =>
  api.database.pool.query(`UPDATE deliveries SET changed_at = $3 WHERE run_id = $1 AND state = $2`, [runId, state, at]);

async function sent(query: string) {
  const answer = await api.get(`statistics/sent?${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const nothing = { sent: 0, failed: 0, skipped: 0, cancelled: 0, uncertain: 0 };

describe('what became of deliveries', () => {
  test('is summed by day and hour of a time zone, by sender and by state, and outlives the deliveries', async () => {
    const { runId, campaignId, senders } = await givenRun(10);
    await send(runId, 0, 4);
    await send(runId, 1, 3, 'failed');
    // In Kolkata (+05:30) 18:29 and 18:30 are of different hours and days.
    await backdate(runId, 'sent', '2026-03-01T18:29:59.9Z');
    await backdate(runId, 'failed', '2026-03-01T18:30:00Z');
    await api.database.pool.query(`UPDATE runs SET control = 'stop' WHERE id = $1`, [runId]);
    await closeRun(api.database, runId, owner, { status: 'stopped' });
    const of = `campaignId=${campaignId}&from=2026-03-01T00:00:00Z`;

    const read = async () => ({
      days: await sent(`${of}&by=day&to=2026-03-02T00:00:00Z&timeZone=Asia/Kolkata`),
      hours: await sent(`${of}&by=hour&to=2026-03-02T00:00:00Z&timeZone=Asia/Kolkata`),
      senders: await sent(`${of}&by=sender&to=2026-03-02T00:00:00Z`),
      one: await sent(`${of}&by=sender&to=2026-03-02T00:00:00Z&senderId=${senders[1]}`),
      states: await sent(
        `${of}&by=state`.replace(
          'from=2026-03-01',
          `to=${new Date(Date.now() + 60_000).toISOString()}&from=2026-03-01`,
        ),
      ),
      run: (await api.get(`runs/${runId}/statistics`)).body,
    });
    const { asOf: _, ...before } = await read().then((r) => ({ ...r, asOf: 0 }));
    expect(before.days).toMatchObject({ from: '2026-02-28T18:30:00.000Z', to: '2026-03-02T18:30:00.000Z' });
    expect(before.days.items).toEqual([
      { day: '2026-03-01', at: '2026-02-28T18:30:00.000Z', ...nothing, sent: 4 },
      { day: '2026-03-02', at: '2026-03-01T18:30:00.000Z', ...nothing, failed: 3 },
    ]);
    expect(before.hours.items).toHaveLength(25);
    expect(before.hours.items.filter((i: { sent: number; failed: number }) => i.sent + i.failed > 0)).toEqual([
      { at: '2026-03-01T17:30:00.000Z', ...nothing, sent: 4 },
      { at: '2026-03-01T18:30:00.000Z', ...nothing, failed: 3 },
    ]);
    expect(before.senders.items).toEqual([
      { senderId: senders[0], name: 'a sender', ...nothing, sent: 4 },
      { senderId: senders[1], name: 'a sender', ...nothing, failed: 3 },
    ]);
    expect(before.one.total).toEqual({ ...nothing, failed: 3 });
    expect(before.states.total).toEqual({ ...nothing, sent: 4, failed: 3, cancelled: 3 });
    expect(before.run.total).toEqual({ ...nothing, sent: 4, failed: 3, cancelled: 3 });
    expect(before.run.senders).toHaveLength(3);

    await api.database.pool.query(`DELETE FROM deliveries WHERE run_id = $1`, [runId]);
    await closeRun(api.database, runId, owner, { status: 'stopped' });
    const after = await read();
    for (const key of ['days', 'hours', 'senders', 'states'] as const)
      expect(after[key].items).toEqual(before[key].items);
    expect(after.run).toEqual(before.run);
  });

  test('of a run that goes on is counted when somebody asks, and of one that ended again when something changed', async () => {
    const { runId, campaignId } = await givenRun(6);
    await send(runId, 0, 2);
    expect((await sent(`campaignId=${campaignId}&by=state`)).total).toMatchObject({ sent: 2 });
    const curve = (await api.get(`runs/${runId}/statistics`)).body;
    expect(curve.total).toEqual({ ...nothing, sent: 2 });
    expect(curve.pointSeconds).toBe(1);
    // As if the last count were older than it may be.
    await api.database.pool.query(
      `UPDATE run_curves SET counted_at = counted_at - interval '2 minutes' WHERE run_id = $1`,
      [runId],
    );
    await send(runId, 1, 2);
    expect((await sent(`campaignId=${campaignId}&by=state`)).total).toEqual({ ...nothing, sent: 4 });

    const slow = await claim(runId, 0, 2);
    await abandonClaims(api.database.pool, { runId, chunkNo: 0, owner });
    await closeRun(api.database, runId, owner, { status: 'completed' });
    expect((await sent(`campaignId=${campaignId}&by=state`)).total).toEqual({ ...nothing, sent: 4, uncertain: 2 });
    expect(await slow('sent')).toBe(2);
    expect((await sent(`campaignId=${campaignId}&by=state`)).total).toEqual({ ...nothing, sent: 6 });
    expect((await api.get(`runs/${runId}/statistics`)).body.total).toEqual({ ...nothing, sent: 6 });
  });

  test('a run of days has as few points as one of seconds', async () => {
    const { runId } = await givenRun(40);
    await send(runId, 0, 40);
    await api.database.pool.query(`UPDATE runs SET snapshot_at = now() - interval '9 days' WHERE id = $1`, [runId]);
    await api.database.pool.query(
      `UPDATE deliveries d SET changed_at = now() - n.n * interval '5 hours'
         FROM (SELECT contact_id, row_number() OVER () AS n FROM deliveries WHERE run_id = $1) AS n
        WHERE d.run_id = $1 AND d.contact_id = n.contact_id`,
      [runId],
    );
    await closeRun(api.database, runId, owner, { status: 'completed' });
    const { body } = await api.get(`runs/${runId}/statistics`);
    expect([body.pointSeconds, body.points.length, body.total.sent]).toEqual([3600, 40, 40]);
    expect((Date.parse(body.to) - Date.parse(body.from)) / 1000 / body.pointSeconds).toBeLessThanOrEqual(301);
  });
});

/** Holds what counts a run, as another process does, while `meanwhile` goes on; `counted`: lets it count before it ends. */
async function whileCountedElsewhere(runId: string, meanwhile: (count: () => Promise<void>) => Promise<void>) {
  const other = await api.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query(`SELECT pg_advisory_xact_lock(hashtextextended('statistics/' || $1::uuid, 0))`, [runId]);
    await meanwhile(async () => {
      await countRun(other, runId);
      await other.query('COMMIT');
    });
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
}
const agedBy = (runId: string, interval: string) =>
  api.database.pool.query(`UPDATE run_curves SET counted_at = counted_at - $2::interval WHERE run_id = $1`, [
    runId,
    interval,
  ]);

test('of a run that another process counts everybody gets the figures before, or waits for the first ones and holds up nobody', async () => {
  const { runId } = await givenRun(4);
  await send(runId, 0, 2);
  const read = () => api.get(`runs/${runId}/statistics`);
  await whileCountedElsewhere(runId, async (count) => {
    // More than the process has connections.
    const readers = Array.from({ length: 3 * (api.database.pool.options.max ?? 10) }, read);
    for (let n = 0; n < 10; n++) expect((await api.get('lists')).status).toBe(200);
    await count();
    for (const { status, body } of await Promise.all(readers)) expect([status, body.total?.sent]).toEqual([200, 2]);
  });
  await send(runId, 0, 2);
  await agedBy(runId, '2 minutes');
  await whileCountedElsewhere(runId, async () => {
    for (const { body } of await Promise.all([read(), read()])) expect(body.total.sent).toBe(2);
  });
  expect((await read()).body.total.sent).toBe(4);
});

test('a run to which nothing happens is not counted again, however often somebody asks', async () => {
  const { runId } = await givenRun(4);
  await send(runId, 0, 2);
  const read = async () => (await api.get(`runs/${runId}/statistics`)).body;
  /** The rows that a count makes anew. */
  const counted = async () =>
    (await api.database.pool.query(`SELECT xmin::text, ctid::text FROM run_statistics WHERE run_id = $1`, [runId]))
      .rows;
  const before = await read();
  const rows = await counted();
  await api.database.pool.query(`UPDATE runs SET status = 'paused' WHERE id = $1`, [runId]);
  await agedBy(runId, '2 minutes');
  const later = await read();
  expect(await counted()).toEqual(rows);
  expect(later).toMatchObject({ total: before.total, points: before.points, from: before.from });
  expect([later.asOf >= before.asOf, later.to >= before.asOf]).toEqual([true, true]);

  // When its curve has become long, with wider points.
  await api.database.pool.query(`UPDATE runs SET snapshot_at = snapshot_at - interval '1 hour' WHERE id = $1`, [runId]);
  await api.database.pool.query(`UPDATE run_curves SET starts_at = starts_at - interval '1 hour' WHERE run_id = $1`, [
    runId,
  ]);
  await agedBy(runId, '2 minutes');
  expect(await read()).toMatchObject({ pointSeconds: 15, total: before.total });
  expect(await counted()).not.toEqual(rows);

  // And when something of it is settled late.
  await send(runId, 1, 2);
  await agedBy(runId, '2 minutes');
  expect((await read()).total.sent).toBe(4);
});

test('a run closes while somebody counts it', async () => {
  const { runId } = await givenRun(4);
  await send(runId, 0, 4);
  const counting = await api.database.pool.connect();
  try {
    await counting.query('BEGIN');
    await counting.query(`SELECT pg_advisory_xact_lock(hashtextextended('statistics/' || $1::uuid, 0))`, [runId]);
    const closing = closeRun(api.database, runId, owner, { status: 'completed' });
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
    await expect.poll(async () => (await api.database.pool.query(waiting)).rowCount).toBe(1);
    await countRun(counting, runId);
    await counting.query('COMMIT');
    expect(await closing).toMatchObject({ status: 'completed' });
  } finally {
    counting.release();
  }
});

test('what cannot be asked is refused, and a run without deliveries has an empty curve', async () => {
  for (const query of [
    'by=week',
    'timeZone=Nowhere',
    'by=hour&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z',
    'from=2026-03-01T00:00:00Z&to=2026-01-01T00:00:00Z',
    'from=yesterday',
  ]) {
    const answer = await api.get(`statistics/sent?${query}`);
    expect([answer.status, answer.body.type], query).toEqual([400, '/problems/invalid-parameter']);
  }
  const campaignId = await givenCampaign(api.database, { listIds: [], senderIds: [] });
  const { body } = await api.get(`runs/${await givenOpenRun(api.database, campaignId, owner)}/statistics`);
  expect([body.points, body.total]).toEqual([[], nothing]);
  expect((await api.get(`runs/${newId()}/statistics`)).status).toBe(404);
});
