import { ActivityCancellationType, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

type QuickSteps = Pick<Activities, 'openRun' | 'closeRun' | 'planChunks' | 'controlRun'>;

const steps = proxyActivities<QuickSteps & Pick<Activities, 'snapshotAudience' | 'cancelPending' | 'prepareDigest'>>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '15 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: ['SnapshotImpossible', 'InvalidInput'],
  },
});

const localSteps = proxyLocalActivities<QuickSteps>({
  startToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
});

/**
 * A step that takes milliseconds: tried once as a local activity, in the workflow task itself, and when that does not succeed in 5 s as an activity, which Temporal
 * retries. A run has half as many events so, and many runs at once cost half as much (docs/performance.md).
 */
function quick<Input, Output>(
  local: (input: Input) => Promise<Output>,
  activity: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    try {
      return await local(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return activity(input);
    }
  };
}

/**
 * Steps against the ledger. They are idempotent and are retried until they succeed: the database may be away for a while. As activities they beat every few
 * seconds: one whose worker has died is noticed soon, as the whole run waits for it.
 */
export const ledger = {
  openRun: quick(localSteps.openRun, steps.openRun),
  planChunks: quick(localSteps.planChunks, steps.planChunks),
  controlRun: quick(localSteps.controlRun, steps.controlRun),
  closeRun: quick(localSteps.closeRun, steps.closeRun),
  snapshotAudience: steps.snapshotAudience,
  prepareDigest: steps.prepareDigest,
  cancelPending: steps.cancelPending,
};

/**
 * A turn at one chunk. An attempt ends after a minute by itself, but may have to wait ten minutes for the answer to a final dot
 * (RFC 5321 section 4.5.3.2.6), and longer for large attachments on a slow line: heartbeats tell who is alive. A cancelled attempt first
 * settles what it holds. Not dispatched eagerly: the worker that has the workflow would get all chunks, and the others none (measured: two workers
 * were half as fast).
 */
export const { deliverChunk } = proxyActivities<Pick<Activities, 'deliverChunk'>>({
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  allowEagerDispatch: false,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/** The steps of the reconciler: each is tried a few times, and again by the next reconciliation a minute later. */
export const reconciler = proxyActivities<
  Pick<Activities, 'reconcileSchedules' | 'reconcileRuns' | 'reconcileOccurrences' | 'keepHouse'>
>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '2 seconds', maximumAttempts: 3 },
});
