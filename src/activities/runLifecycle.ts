import { ApplicationFailure } from '@temporalio/common';
import { maxAttempts } from '../domain/backoff.js';
import type { DeliveryCounts } from '../domain/delivery.js';
import type { RunControl } from '../domain/run.js';
import type { Database } from '../ledger/database.js';
import { cancelPending } from '../ledger/deliveries/cancelPending.js';
import { type Snapshot, SnapshotImpossible, snapshotAudience } from '../ledger/deliveries/snapshotAudience.js';
import { notify } from '../ledger/notifications.js';
import { closeRun, type RunEnd } from '../ledger/runs/closeRun.js';
import { controlRun } from '../ledger/runs/controlRun.js';
import { type OpenOutcome, type OpenRequest, openRun } from '../ledger/runs/openRun.js';
import { type Plan, planChunks, type ResendRule } from '../ledger/runs/planChunks.js';
import { runToStart } from '../ledger/runs/unfinishedRuns.js';
import { Runs } from '../temporal/runs.js';
import { readDeliveryContext } from '../ledger/runs/deliveryContext.js';
import type { ActivityDependencies } from './dependencies.js';
import { whileBeating } from './heartbeat.js';
import type { MessageCache } from './messageCache.js';

const resendRule: ResendRule = { afterMs: 45_000, maxAttempts };

/** The steps of a run against the ledger. All are idempotent: an attempt that died is repeated. */
export function runLifecycleActivities(deps: ActivityDependencies, messages: MessageCache) {
  const { database } = deps;
  const runs = new Runs(database, deps.temporal, deps.taskQueue);
  return {
    /** See openRun of the ledger. Also ends, at once, the runs that the overlap policy of the automation has ended for this one. */
    openRun: (request: OpenRequest): Promise<OpenOutcome> =>
      whileBeating(async () => {
        const opened = await openRun(database, request);
        if (opened.outcome === 'opened' && opened.run.kind === 'scheduled' && opened.run.automationId) {
          await runs.endReplaced(opened.run.automationId, opened.run.id);
        }
        return opened;
      }),

    /** Fixes the audience and the content; content that cannot be compiled fails the run before anybody is mailed. */
    snapshotAudience: (input: { runId: string }): Promise<Snapshot> =>
      whileBeating(async () => {
        try {
          const snapshot = await snapshotAudience(database, input.runId);
          const context = await readDeliveryContext(database.pool, input.runId);
          if (context) messages.contentOf(context);
          return snapshot;
        } catch (error) {
          if (error instanceof SnapshotImpossible || (error instanceof Error && error.name === 'TemplateSyntaxError')) {
            throw ApplicationFailure.nonRetryable(error.message, 'SnapshotImpossible');
          }
          throw error;
        }
      }),

    /** See planChunks of the ledger. */
    planChunks: (input: { runId: string; owner: string; inFlight: number[]; limit: number }): Promise<Plan> =>
      whileBeating(() => planChunks(database, input, resendRule)),

    controlRun: (input: { runId: string; control: RunControl }): Promise<boolean> =>
      whileBeating(() => controlRun(database.pool, input.runId, input.control)),

    cancelPending: (input: { runId: string }): Promise<number> =>
      whileBeating(() => cancelPending(database.pool, input.runId)),

    /** See closeRun of the ledger. Operators are told, once, of a run that failed. */
    closeRun: (input: {
      runId: string;
      owner: string;
      end: RunEnd;
    }): Promise<{ status: string; counts: DeliveryCounts } | null> =>
      whileBeating(async () => {
        const closed = await closeRun(database, input.runId, input.owner, input.end);
        if (closed?.status === 'failed') await notifyRunFailed(database, input.runId, input.owner, input.end.reason);
        return closed;
      }),
  };
}

/** The key is that of the reconciler, which tells of runs whose execution failed without closing them. */
async function notifyRunFailed(database: Database, runId: string, owner: string, reason = 'unknown'): Promise<void> {
  const run = await runToStart(database.pool, runId);
  await notify(database.pool, {
    kind: 'run-failed',
    severity: 'error',
    message: `A run of "${run?.title ?? runId}" has failed: ${reason.replace(/\.$/, '')}. It can be resumed.`,
    automationId: run?.automationId ?? null,
    runId,
    dedupeKey: `run-ended/${runId}/${owner}`,
  });
}
