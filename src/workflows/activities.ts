import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

/**
 * Steps against the ledger, which beat every few seconds. They are idempotent and are retried until they succeed: the database may be away
 * for a while. One whose worker has died is noticed soon, as the whole run waits for it.
 */
export const ledger = proxyActivities<
  Pick<
    Activities,
    'openRun' | 'closeRun' | 'snapshotAudience' | 'planChunks' | 'controlRun' | 'cancelPending' | 'prepareDigest'
  >
>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '15 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '30 seconds',
    nonRetryableErrorTypes: ['SnapshotImpossible', 'InvalidInput'],
  },
});

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
