import { setCurrentDetails } from '@temporalio/workflow';
import { reconciler } from './activities.js';

/** What a reconciliation found and repaired. */
export interface ReconcileSummary {
  schedules: { checked: number; repaired: number; failed: number };
  runs: { checked: number; started: number; continued: number; ended: number };
  occurrences: { started: number; missed: number };
}

/**
 * Compares what the ledger wants with what Temporal has, and repairs the difference: Schedules that a crash, an outage or a hand edit left apart,
 * runs whose execution was never started or is lost, occurrences that should have run. Started every minute by a Schedule of its own.
 * Every step is idempotent, so two reconciliations at once do no harm.
 */
export async function reconcile(): Promise<ReconcileSummary> {
  const [schedules, runs] = await Promise.all([reconciler.reconcileSchedules(), reconciler.reconcileRuns()]);
  const occurrences = await reconciler.reconcileOccurrences();
  await reconciler.keepHouse();
  setCurrentDetails(
    `Schedules: ${schedules.checked} checked, ${schedules.repaired} repaired. Runs: ${runs.checked} checked, ` +
      `${runs.started + runs.continued} started, ${runs.ended} ended. Occurrences: ${occurrences.started} started, ${occurrences.missed} missed.`,
  );
  return { schedules, runs, occurrences };
}
