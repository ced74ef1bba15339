import { ledger } from './activities.js';
import { deliverAll } from './deliverAll.js';
import { runOnce, type RunSummary } from './runOnce.js';
import type { RunStart } from './types.js';

/**
 * One run of a campaign: fixes audience and content, then delivers to everyone in it.
 * Guarantees what runOnce and deliverAll guarantee: the occurrence runs once, each recipient is claimed before a byte goes out, and the
 * result's figures are the ledger's.
 */
export async function campaignRun(start: RunStart): Promise<RunSummary> {
  return runOnce(start, async (run) => {
    await ledger.snapshotAudience({ runId: run.id });
    return deliverAll(run, start);
  });
}
