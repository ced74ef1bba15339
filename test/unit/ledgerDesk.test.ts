import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, type Claimant, LedgerDesk } from '../../src/activities/ledgerDesk.js';
import type { ClaimedDelivery } from '../../src/ledger/deliveries/claimSql.js';
import type { exchangeDeliveries } from '../../src/ledger/deliveries/exchangeDeliveries.js';
import type { Settlement } from '../../src/ledger/deliveries/settleSql.js';

/** The desk's own rules: order, places, batches. What a statement does is tested on PostgreSQL (deliveryLedger.test.ts). */
const forever = () => new AbortController().signal;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

interface Statement {
  runId: string;
  settled: number;
  claimed: number;
}

/** Counts what is claimed and not settled, as PostgreSQL would; `stock` rows are due in each run. */
class Record {
  readonly statements: Statement[] = [];
  readonly stock = new Map<string, number>();
  held = 0;
  mostHeld = 0;
  underWay = new Set<string>();
  failing = () => false;

  readonly exchange: typeof exchangeDeliveries = async (_db, runId, settlements, claim) => {
    expect(this.underWay.has(runId)).toBe(false);
    this.underWay.add(runId);
    await nextTurn();
    this.underWay.delete(runId);
    if (this.failing()) throw new Error('the database is away');
    const claimed = claim ? Math.min(claim.limit, this.stock.get(runId) ?? 0) : 0;
    this.stock.set(runId, (this.stock.get(runId) ?? 0) - claimed);
    this.held += claimed - settlements.length;
    this.mostHeld = Math.max(this.mostHeld, this.held);
    this.statements.push({ runId, settled: settlements.length, claimed });
    return { settled: settlements.length, claimed: new Array<ClaimedDelivery>(claimed).fill(row), moved: claimed };
  };
}

const row: ClaimedDelivery = {
  contactId: 'c',
  email: 'a@b.example',
  name: '',
  attributes: {},
  attempts: 0,
  inDoubt: false,
};
const settlement: Settlement = { contactId: 'c', claimToken: 't', state: 'sent', spent: true };
const claimant = (runId: string, more: Partial<Claimant> = {}): Claimant => ({
  runId,
  chunkNo: 0,
  owner: 'me',
  senderNo: 0,
  most: 50,
  admit: (count) => Promise.resolve(count),
  ...more,
});
const deskOf = (capacity: number, record: Record) => new LedgerDesk(capacity, {} as never, silent, record.exchange);

describe('the desk', () => {
  it('never holds more than its places, loses no outcome, and delivers every run to its end, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.record({ run: fc.integer({ min: 0, max: 2 }), most: fc.integer({ min: 1, max: 20 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 3 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (capacity, turns, stock, dice) => {
          const record = new Record();
          const next = () => dice.next().value as number;
          let failures = 0;
          record.failing = () => next() === 0 && failures++ < 2;
          stock.forEach((n, i) => record.stock.set(`run-${i}`, n));
          const desk = deskOf(capacity, record);
          const work = async ({ run, most }: { run: number; most: number }) => {
            const sending: Promise<void>[] = [];
            for (;;) {
              let claim: Claim | null;
              try {
                claim = await desk.claim(claimant(`run-${run}`, { most }), forever());
              } catch {
                continue;
              }
              if (claim!.moved === 0) break;
              expect(claim!.claimed.length).toBeLessThanOrEqual(most);
              for (const _ of claim!.claimed)
                sending.push(
                  (async () => {
                    for (let i = next(); i > 0; i--) await nextTurn();
                    await desk.settle(`run-${run}`, settlement);
                  })(),
                );
            }
            await Promise.all(sending);
          };
          await Promise.all(turns.map(work));
          expect(record.mostHeld).toBeLessThanOrEqual(capacity);
          expect(record.held).toBe(0);
          expect(desk.free).toBe(capacity);
          for (const { run } of turns) expect(record.stock.get(`run-${run}`)).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('settles and claims in one statement, as many as it settles', async () => {
    const record = new Record();
    record.stock.set('run', 100);
    const desk = deskOf(4, record);
    await desk.claim(claimant('run'), forever());
    const next = desk.claim(claimant('run'), forever());
    const settled = Promise.all([1, 2, 3].map(() => desk.settle('run', settlement)));
    expect((await next)?.claimed).toHaveLength(3);
    await settled;
    expect(record.statements).toEqual([
      { runId: 'run', settled: 0, claimed: 4 },
      { runId: 'run', settled: 3, claimed: 3 },
    ]);
  });

  it('serves a small run after the batch of a large one that is under way', async () => {
    const record = new Record();
    record.stock.set('large', 1_000).set('small', 2);
    const desk = deskOf(4, record);
    await desk.claim(claimant('large'), forever());
    const small = desk.claim(claimant('small'), forever());
    const large = desk.claim(claimant('large'), forever());
    await Promise.all([1, 2, 3, 4].map(() => desk.settle('large', settlement)));
    expect((await small)?.claimed).toHaveLength(2);
    expect((await large)?.claimed).toHaveLength(2);
    expect(record.mostHeld).toBe(4);
  });

  it('lets a claimant give its turn up, before it comes or when it has come', async () => {
    const record = new Record();
    record.stock.set('run', 10);
    const desk = deskOf(2, record);
    await desk.claim(claimant('run'), forever());
    const controller = new AbortController();
    const leaves = desk.claim(claimant('run'), controller.signal);
    const declines = desk.claim(claimant('run', { admit: () => Promise.resolve(0) }), forever());
    const stays = desk.claim(claimant('run'), forever());
    controller.abort();
    expect(await leaves).toBeNull();
    await desk.settle('run', settlement);
    expect(await declines).toBeNull();
    expect((await stays)?.claimed).toHaveLength(1);
  });
});
