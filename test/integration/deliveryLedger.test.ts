import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/ledger/database.js';
import { abandonClaims } from '../../src/ledger/deliveries/abandonClaims.js';
import { cancelPending } from '../../src/ledger/deliveries/cancelPending.js';
import {
  claimDeliveries,
  exchangeDeliveries,
  settleDeliveries,
} from '../../src/ledger/deliveries/exchangeDeliveries.js';
import type { Settlement } from '../../src/ledger/deliveries/settleSql.js';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { controlRun, releaseRun } from '../../src/ledger/runs/controlRun.js';
import { countDeliveries, recountChunks } from '../../src/ledger/runs/countDeliveries.js';
import { finishChunk } from '../../src/ledger/runs/finishChunk.js';
import {
  givenCampaign,
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
  database = openLedger(platform.databaseUrl, 20);
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

function claim(runId: string, limit: number, chunkNo = 0, by = owner) {
  const claimToken = randomUUID();
  return claimDeliveries(database.pool, { runId, chunkNo, owner: by, claimToken, senderNo: 0, limit }).then((r) => ({
    ...r,
    claimToken,
  }));
}

describe('the snapshot', () => {
  it('has every contact of the lists once, without the suppressed, and is made once', async () => {
    const senderId = await givenSender(database, { port: 25 });
    const a = await givenList(database, 120, 'snap-');
    const b = await givenList(database, 30, 'snap-other-');
    await database.pool.query(
      `INSERT INTO list_contacts SELECT $1, contact_id FROM list_contacts WHERE list_id = $2 LIMIT 20`,
      [b, a],
    );
    await database.pool.query(
      `INSERT INTO suppressions (id, address, email, reason) SELECT gen_random_uuid(), address, email, 'manual' FROM contacts WHERE email LIKE 'snap-1_@%'`,
    );
    const campaignId = await givenCampaign(database, { listIds: [a, b], senderIds: [senderId] });
    const runId = await givenOpenRun(database, campaignId, owner);
    const first = await snapshotAudience(database, runId);
    expect(first).toEqual({ total: 140, chunks: 3 });
    await givenList(database, 5);
    expect(await snapshotAudience(database, runId)).toEqual(first);
    expect(await statesOf(database, runId)).toEqual({ pending: 140 });
    const { rows } = await database.pool.query(
      `SELECT count(DISTINCT email)::int AS addresses, count(*) FILTER (WHERE email LIKE 'snap-1_@%')::int AS suppressed FROM deliveries WHERE run_id = $1`,
      [runId],
    );
    expect(rows[0]).toEqual({ addresses: 140, suppressed: 0 });
  });

  it('leaves out, for not-yet-received, whoever an earlier run reached or may have reached', async () => {
    const listId = await givenList(database, 10);
    const senderId = await givenSender(database, { port: 25 });
    const campaignId = await givenCampaign(database, {
      listIds: [listId],
      senderIds: [senderId],
      audience: 'not-yet-received',
    });
    const first = await givenOpenRun(database, campaignId, owner);
    await snapshotAudience(database, first);
    const { claimed, claimToken } = await claim(first, 6);
    await settleDeliveries(
      database.pool,
      first,
      claimed.map((c, i) => ({
        contactId: c.contactId,
        claimToken,
        state: (['sent', 'failed', 'uncertain'] as const)[i % 3]!,
        spent: true,
      })),
    );
    // While it is open, what is pending counts as about to be reached too.
    await closeRun(database, first, owner, { status: 'stopped' });
    const second = await givenOpenRun(database, campaignId, owner);
    // Ten, less two sent, less two uncertain.
    expect(await snapshotAudience(database, second)).toMatchObject({ total: 6 });
  });
});

describe('claims', () => {
  it('are on disk when they are used, even where the server reports commits early', async () => {
    const runId = await givenSnapshot(4);
    const client = await database.pool.connect();
    const commit = async (setting: string, limit: number) => {
      await client.query('BEGIN');
      try {
        await client.query(`SET LOCAL synchronous_commit = ${setting}`);
        const claimToken = randomUUID();
        const { claimed } = await claimDeliveries(client, {
          runId,
          chunkNo: 0,
          owner,
          claimToken,
          senderNo: 0,
          limit,
        });
        const { rows } = await client.query<{ synchronous_commit: string }>('SHOW synchronous_commit');
        return [claimed.length, rows[0]?.synchronous_commit];
      } finally {
        await client.query('COMMIT');
      }
    };
    try {
      expect(await commit('off', 2)).toEqual([2, 'on']);
      expect(await commit('remote_apply', 1)).toEqual([1, 'remote_apply']);
    } finally {
      client.release();
    }
  });

  it('give each row to one claimer, however many claim at once', async () => {
    const runId = await givenSnapshot(200);
    const { rows: chunks } = await database.pool.query<{ no: number }>(`SELECT no FROM chunks WHERE run_id = $1`, [
      runId,
    ]);
    const claims = await Promise.all(
      Array.from({ length: 60 }, (_, i) => claim(runId, 7, chunks[i % chunks.length]!.no)),
    );
    const ids = claims.flatMap((c) => c.claimed.map((d) => d.contactId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(200);
    expect(await countDeliveries(database.pool, runId)).toMatchObject({ pending: 0, sending: 200 });
  });

  it('give nothing for a paused, stopped or overtaken run', async () => {
    const runId = await givenSnapshot(10);
    expect((await claim(runId, 2, 0, 'another-execution')).claimed).toHaveLength(0);
    await controlRun(database.pool, runId, 'pause');
    expect((await claim(runId, 2)).claimed).toHaveLength(0);
    await controlRun(database.pool, runId, 'run');
    expect((await claim(runId, 2)).claimed).toHaveLength(2);
    expect(await releaseRun(database.pool, runId, owner, false)).toBe(true);
    expect(await releaseRun(database.pool, runId, owner, false)).toBe(false);
    expect((await claim(runId, 2)).claimed).toHaveLength(0);
  });

  it('skip an address that was suppressed, or a contact that was deleted, after the snapshot', async () => {
    const runId = await givenSnapshot(4);
    const { rows } = await database.pool.query<{ contact_id: string; email: string }>(
      `SELECT contact_id, email FROM deliveries WHERE run_id = $1 ORDER BY contact_id`,
      [runId],
    );
    await database.pool.query(
      `INSERT INTO suppressions (id, address, email, reason) VALUES (gen_random_uuid(), $1, $1, 'unsubscribed')`,
      [rows[0]!.email],
    );
    await database.pool.query(`DELETE FROM contacts WHERE id = $1`, [rows[1]!.contact_id]);
    const { claimed } = await claim(runId, 10);
    expect(claimed.map((c) => c.email).sort()).toEqual(
      rows
        .slice(2)
        .map((r) => r.email)
        .sort(),
    );
    expect(await statesOf(database, runId)).toEqual({ sending: 2, skipped: 2 });
    expect(await countDeliveries(database.pool, runId)).toMatchObject({ sending: 2, skipped: 2, pending: 0 });
  });
});

describe('an exchange', () => {
  it('reads the rows that it changes, and not the run, before the server has counted a fresh one', async () => {
    const runId = await givenSnapshot(10_000);
    const client = await database.pool.connect();
    const rowsRead = async () => {
      const { rows } = await client.query<{ rows: number }>(
        `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables
          WHERE relname LIKE 'deliveries\\_%' OR relname = 'chunks'`,
      );
      return rows[0]!.rows;
    };
    try {
      await client.query('BEGIN');
      // The plan that a connection keeps.
      await client.query('SET LOCAL plan_cache_mode = force_generic_plan');
      const before = await rowsRead();
      let settlements: Settlement[] = [];
      for (let i = 0; i < 10; i++) {
        const claimToken = randomUUID();
        const request = { runId, chunkNo: 0, owner, claimToken, senderNo: 0, limit: 10 };
        const { settled, claimed } = await exchangeDeliveries(client, runId, settlements, request);
        expect([settled, claimed.length]).toEqual([settlements.length, 10]);
        settlements = claimed.map((c) => ({ contactId: c.contactId, claimToken, state: 'sent', spent: true }));
      }
      // Each of ten claims and settlements: its rows a few times, and what stands before them in the chunk.
      expect((await rowsRead()) - before).toBeLessThan(10 * 200);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('settles', () => {
  it('need the token, count once, and speak late for what was called uncertain', async () => {
    const runId = await givenSnapshot(3);
    const { claimed, claimToken } = await claim(runId, 3);
    const [a, b, c] = claimed.map((d) => d.contactId) as [string, string, string];
    expect(
      await settleDeliveries(database.pool, runId, [
        { contactId: a, claimToken: randomUUID(), state: 'sent', spent: true },
      ]),
    ).toBe(0);
    expect(
      await settleDeliveries(database.pool, runId, [{ contactId: a, claimToken, state: 'sent', spent: true }]),
    ).toBe(1);
    expect(
      await settleDeliveries(database.pool, runId, [{ contactId: a, claimToken, state: 'failed', spent: true }]),
    ).toBe(0);

    expect(await abandonClaims(database.pool, { runId, chunkNo: 0, owner })).toBe(2);
    expect(await countDeliveries(database.pool, runId)).toMatchObject({ sent: 1, uncertain: 2 });
    expect((await claim(runId, 3)).claimed).toHaveLength(0);
    await settleDeliveries(database.pool, runId, [
      { contactId: b, claimToken, state: 'sent', spent: true, smtpCode: 250, response: '250 ok\u0000\r\n' },
    ]);
    expect(await countDeliveries(database.pool, runId)).toMatchObject({ sent: 2, uncertain: 1 });

    // Once somebody has decided, the late claimer can no longer speak for the row.
    expect(await resolveUncertain(database.pool, { runId, resolution: 'resend', by: 'a test' })).toBe(1);
    expect(
      await settleDeliveries(database.pool, runId, [{ contactId: c, claimToken, state: 'sent', spent: true }]),
    ).toBe(0);
    expect(await statesOf(database, runId)).toEqual({ pending: 1, sent: 2 });
    expect(await countDeliveries(database.pool, runId)).toMatchObject({ sent: 2, pending: 1, uncertain: 0 });
  });

  it('a chunk is due at once when an operator sends one again while its activity writes when the others are due', async () => {
    const runId = await givenSnapshot(2);
    const { claimed, claimToken } = await claim(runId, 2);
    await settleDeliveries(database.pool, runId, [
      { contactId: claimed[0]!.contactId, claimToken, state: 'pending', spent: true, dueInMs: 3_600_000 },
    ]);
    await abandonClaims(database.pool, { runId, chunkNo: 0, owner });
    const operator = await database.pool.connect();
    let finished: Promise<void>;
    try {
      await operator.query('BEGIN');
      expect(await resolveUncertain(operator, { runId, resolution: 'resend', by: 'a test' })).toBe(1);
      finished = finishChunk(database, runId, 0);
      await expect
        .poll(async () => {
          const { rows } = await database.pool.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return rows.length;
        })
        .toBe(1);
      await operator.query('COMMIT');
    } finally {
      operator.release();
    }
    await finished;
    const { rows } = await database.pool.query<{ due_at: Date | null }>(`SELECT due_at FROM chunks WHERE run_id = $1`, [
      runId,
    ]);
    expect(rows).toEqual([{ due_at: null }]);
  });

  it('cancel what is pending of a stopped run and nothing else', async () => {
    const runId = await givenSnapshot(130);
    const { claimed, claimToken } = await claim(runId, 20);
    await controlRun(database.pool, runId, 'stop');
    expect(await controlRun(database.pool, runId, 'run')).toBe(false);
    expect(await cancelPending(database.pool, runId)).toBe(110);
    await settleDeliveries(
      database.pool,
      runId,
      claimed.map((d) => ({ contactId: d.contactId, claimToken, state: 'pending' as const, spent: false, dueInMs: 0 })),
    );
    expect(await cancelPending(database.pool, runId)).toBe(20);
    expect(await statesOf(database, runId)).toEqual({ cancelled: 130 });
  });
});

it('keeps the chunk sums equal to the rows under any order of claims, settles, crashes and decisions', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 9 }) }),
    fc.record({
      kind: fc.constant('settle' as const),
      pick: fc.nat(30),
      state: fc.constantFrom('sent', 'pending', 'failed', 'uncertain' as const),
    }),
    fc.record({ kind: fc.constant('crash' as const) }),
    fc.record({
      kind: fc.constant('resolve' as const),
      how: fc.constantFrom('resend', 'assume-sent', 'assume-failed' as const),
    }),
    fc.record({ kind: fc.constant('suppress' as const), pick: fc.nat(19) }),
    fc.record({ kind: fc.constant('cancel' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const runId = await givenSnapshot(20);
      const held: { contactId: string; claimToken: string }[] = [];
      const sentBy = new Map<string, number>();
      for (const s of steps) {
        if (s.kind === 'claim') {
          const { claimed, claimToken } = await claim(runId, s.limit);
          held.push(...claimed.map((c) => ({ contactId: c.contactId, claimToken })));
        } else if (s.kind === 'settle' && held.length > 0) {
          const h = held[s.pick % held.length]!;
          const n = await settleDeliveries(database.pool, runId, [
            { ...h, state: s.state as 'sent', spent: true, dueInMs: 0 },
          ]);
          if (n === 1 && s.state === 'sent') sentBy.set(h.contactId, (sentBy.get(h.contactId) ?? 0) + 1);
        } else if (s.kind === 'crash') await abandonClaims(database.pool, { runId, chunkNo: 0, owner });
        else if (s.kind === 'resolve')
          await resolveUncertain(database.pool, { runId, resolution: s.how as 'resend', by: 'a test' });
        else if (s.kind === 'suppress') {
          await database.pool.query(
            `INSERT INTO suppressions (id, address, email, reason) SELECT gen_random_uuid(), email, email, 'manual' FROM deliveries
              WHERE run_id = $1 ORDER BY contact_id OFFSET $2 LIMIT 1 ON CONFLICT DO NOTHING`,
            [runId, s.pick],
          );
        } else if (s.kind === 'cancel') await cancelPending(database.pool, runId);
      }
      expect([...sentBy.values()].every((n) => n === 1)).toBe(true);
      const { total, ...counts } = await countDeliveries(database.pool, runId);
      expect(total).toBe(20);
      const rows = await statesOf(database, runId);
      expect(Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))).toEqual(rows);
      expect(await recountChunks(database.pool, runId)).toBe(0);
    }),
    { numRuns: 40 },
  );
});
