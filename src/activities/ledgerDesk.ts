import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../ledger/database.js';
import type { ClaimedDelivery, ClaimRequest } from '../ledger/deliveries/claimSql.js';
import { exchangeDeliveries } from '../ledger/deliveries/exchangeDeliveries.js';
import type { Settlement } from '../ledger/deliveries/settleSql.js';
import type { Log } from './dependencies.js';

/** Who wants to claim, and what. */
export interface Claimant extends Omit<ClaimRequest, 'claimToken' | 'limit'> {
  /** Rows at most. */
  most: number;
  /**
   * Asked when its turn has come, with how many it could claim: answers how many it may, 0 to give the turn up. Limits are reserved
   * here, for as many as there are connections free to use them.
   */
  admit(count: number): Promise<number>;
}

/** What a turn led to; null when it was given up. */
export interface Claim {
  claimToken: string;
  claimed: ClaimedDelivery[];
  /** How many rows left `pending`: 0 says that nothing of the chunk is due for this sender. */
  moved: number;
}

interface Waiting {
  claimant: Claimant;
  resolve(claim: Claim | null): void;
  reject(error: unknown): void;
}

interface Unsettled {
  settlement: Settlement;
  settled(): void;
}

/** Settlements of one statement at most. */
const largestBatch = 500;

/**
 * Where the deliveries of one sender in this process are claimed from the ledger and settled in it, over all runs and chunks.
 *
 * Guarantees:
 * - at most `capacity` deliveries are claimed and not yet settled, which bounds what a `kill -9` can leave `uncertain`;
 * - claimants are served in the order they came, so a small run beside a large one gets its turn after a batch or two;
 * - one statement of a run is under way at a time. What comes in meanwhile goes into the next one, settlements and a claim together, so batches
 *   grow with the load by themselves, and the places that a statement settles are claimed anew by the same statement;
 * - an outcome is recorded however long the database is away; until then its place stays taken.
 */
export class LedgerDesk {
  private places: number;
  private readonly waiting: Waiting[] = [];
  private readonly unsettled = new Map<string, Unsettled[]>();
  private readonly busy = new Set<string>();
  /** How often in a row a run's outcomes could not be recorded. */
  private readonly failures = new Map<string, number>();

  constructor(
    readonly capacity: number,
    private readonly database: Database,
    private readonly log: Log,
    private readonly exchange: typeof exchangeDeliveries = exchangeDeliveries,
  ) {
    this.places = capacity;
  }

  /** How many more deliveries could be claimed right now. */
  get free(): number {
    return this.places;
  }

  /** Waits for its turn and for a free place, and claims. Null when `signal` aborts first or the claimant gives its turn up. */
  claim(claimant: Claimant, signal: AbortSignal): Promise<Claim | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        claimant,
        resolve: (claim) => (signal.removeEventListener('abort', giveUp), resolve(claim)),
        reject: (error) => (signal.removeEventListener('abort', giveUp), reject(error)),
      };
      const giveUp = () => {
        const index = this.waiting.indexOf(entry);
        // Whose turn has begun gets its answer.
        if (index < 0) return;
        this.waiting.splice(index, 1);
        resolve(null);
        this.serve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(entry);
      this.serve();
    });
  }

  /** Resolves when the outcome of a claimed delivery is in the ledger and its place is free. Never rejects. */
  settle(runId: string, settlement: Settlement): Promise<void> {
    return new Promise((settled) => {
      const queue = this.unsettled.get(runId) ?? [];
      queue.push({ settlement, settled });
      this.unsettled.set(runId, queue);
      // On a later turn of the event loop: what else the same packets of replies brought comes along.
      if (queue.length === 1) setImmediate(() => this.serve());
    });
  }

  private serve(): void {
    const first = this.waiting[0];
    if (first && !this.busy.has(first.claimant.runId)) {
      const { runId } = first.claimant;
      if (this.places > 0 || this.unsettled.has(runId)) void this.work(runId);
    }
    for (const runId of this.unsettled.keys()) if (!this.busy.has(runId)) void this.work(runId);
  }

  private async work(runId: string): Promise<void> {
    this.busy.add(runId);
    await this.exchangeOnce(runId);
    this.busy.delete(runId);
    this.serve();
  }

  private async exchangeOnce(runId: string): Promise<void> {
    const queue = this.unsettled.get(runId) ?? [];
    const batch = queue.splice(0, largestBatch);
    if (queue.length === 0) this.unsettled.delete(runId);
    const turn = this.waiting[0]?.claimant.runId === runId ? this.waiting.shift() : undefined;
    // Places that this statement settles count as free for its claim; others are taken now, so that no other run takes them.
    const wanted = turn ? Math.min(turn.claimant.most, this.places + batch.length) : 0;
    const taken = Math.max(0, wanted - batch.length);
    this.places -= taken;
    const claimToken = randomUUID();
    let request: ClaimRequest | null = null;
    try {
      const limit = turn ? Math.min(wanted, await turn.claimant.admit(wanted)) : 0;
      if (turn && limit > 0) {
        const { runId, chunkNo, owner, senderNo, keys } = turn.claimant;
        request = { runId, chunkNo, owner, claimToken, senderNo, limit, ...(keys ? { keys } : {}) };
      }
      const { claimed, moved } = await this.exchange(
        this.database.pool,
        runId,
        batch.map((u) => u.settlement),
        request,
      );
      this.places += taken + batch.length - claimed.length;
      for (const { settled } of batch) settled();
      turn?.resolve(request ? { claimToken, claimed, moved } : null);
    } catch (error) {
      this.places += taken;
      turn?.reject(error);
      if (batch.length > 0) {
        this.unsettled.set(runId, [...batch, ...(this.unsettled.get(runId) ?? [])]);
        this.log.warn({ err: error, runId, waiting: batch.length }, 'cannot settle deliveries, trying again');
        await delay(this.backoffMs(runId));
      }
      return;
    }
    this.failures.delete(runId);
  }

  private backoffMs(runId: string): number {
    const failures = (this.failures.get(runId) ?? 0) + 1;
    this.failures.set(runId, failures);
    return Math.min(100 * 2 ** failures, 5_000);
  }
}
