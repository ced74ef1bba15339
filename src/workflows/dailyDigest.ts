import { ledger } from './activities.js';
import { deliverAll } from './deliverAll.js';
import { runOnce, type RunSummary } from './runOnce.js';
import type { RunStart } from './types.js';

/**
 * Mails operators the figures of the day before the occurrence: runs, deliveries by state, what needs their eyes.
 * The figures are those of the occurrence's day, whenever it runs; a retry or backfill never mails the digest of an occurrence twice.
 */
export async function dailyDigest(start: RunStart): Promise<RunSummary> {
  return runOnce(start, async (run) => {
    const figures = await ledger.prepareDigest({ runId: run.id });
    const end = await deliverAll(run, start);
    return { ...end, result: figures };
  });
}
