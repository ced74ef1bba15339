import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../ledger/database.js';
import { type Settlement, settleDeliveries } from '../ledger/deliveries/settleDeliveries.js';
import type { Log } from './dependencies.js';
import type { Permits } from './permits.js';

interface Waiting {
  settlement: Settlement;
  permits: Permits;
  settled: () => void;
}

/** Rows of one statement at most. */
const largestBatch = 500;

/**
 * Writes outcomes into the ledger, one statement at a time for each run, over all chunks of this process: what comes in while a statement is
 * under way goes into the next one, so batches grow with the load by themselves. An outcome is written when the database is away for a while,
 * too; until then its permit stays taken, so nothing more is claimed in its place.
 */
export class Settler {
  private readonly runs = new Map<string, Waiting[]>();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Resolves when the outcome is committed, after its permit has been given back. Never rejects. */
  settle(runId: string, settlement: Settlement, permits: Permits): Promise<void> {
    return new Promise((settled) => {
      const entry = { settlement, permits, settled };
      const waiting = this.runs.get(runId);
      if (waiting) {
        waiting.push(entry);
        return;
      }
      const queue = [entry];
      this.runs.set(runId, queue);
      void this.work(runId, queue);
    });
  }

  private async work(runId: string, queue: Waiting[]): Promise<void> {
    // What else the same packet of replies brought comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const batch = queue.splice(0, largestBatch);
      await this.write(
        runId,
        batch.map((w) => w.settlement),
      );
      const given = new Map<Permits, number>();
      for (const { permits } of batch) given.set(permits, (given.get(permits) ?? 0) + 1);
      for (const [permits, count] of given) permits.release(count);
      for (const { settled } of batch) settled();
    }
    this.runs.delete(runId);
  }

  private async write(runId: string, settlements: Settlement[]): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await settleDeliveries(this.database.pool, runId, settlements);
        return;
      } catch (error) {
        this.log.warn({ err: error, runId, waiting: settlements.length }, 'cannot settle deliveries, trying again');
        await delay(Math.min(100 * 2 ** failures, 5_000));
      }
    }
  }
}
