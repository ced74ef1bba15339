import {
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { type DeliveryCounts, noDeliveries } from '../domain/delivery.js';
import type { OpenedRun, RunControl } from '../domain/run.js';
import { deliverChunk, ledger } from './activities.js';
import { type BodyEnd, countsLine, headline } from './runOnce.js';
import type { RunStart } from './types.js';

/** Sent by the API after it wrote to the ledger what is wanted of a run: look there now. */
export const controlChanged = defineSignal('controlChanged');
/** The same by hand, from the Temporal Web UI or CLI: the workflow writes the wish to the ledger itself. */
export const pause = defineSignal('pause');
export const resume = defineSignal('resume');
export const stop = defineSignal('stop');

export interface Progress {
  status: 'sending' | 'waiting' | 'paused' | 'stopping';
  counts: DeliveryCounts;
  chunksInFlight: number;
  reason: string | null;
}
/** How far the run is, as of the workflow's last look at the ledger. */
export const progress = defineQuery<Progress>('progress');

/** Chunks in flight at once. Two workers of 20 connections are kept busy by far fewer; the rest hides the time between two activities. */
const windowSize = 16;
/** Chunks asked for at a time; each look at the ledger costs three events. */
const planSize = 64;
/** The execution continues as new when its history is this long, or when the server suggests it. */
const historyLimit = 6_000;

/**
 * Delivers everything of a run that has a snapshot: a sliding window of deliverChunk activities, durable timers while nothing is due, until nothing
 * is pending.
 *
 * The ledger says what there is to do, at every look; this workflow remembers nothing that matters. So it continues as new at any
 * time, survives a takeover, and cannot lose a chunk. Nothing per recipient enters its history.
 */
export async function deliverAll(run: OpenedRun, start: RunStart): Promise<BodyEnd> {
  const owner = run.firstExecutionRunId;
  const inFlight = new Set<number>();
  const wishes: RunControl[] = [];
  let queue: number[] = [];
  let woken = false;
  let counts = noDeliveries();
  let status: Progress['status'] = 'sending';
  let reason: string | null = null;
  /** Until when no sender can take more, by workflow time. */
  let holdUntil = 0;
  let finishedChunks = 0;
  let fruitless = 0;
  let failure: unknown;

  setHandler(controlChanged, () => void (woken = true));
  setHandler(pause, () => void wishes.push('pause'));
  setHandler(resume, () => void wishes.push('run'));
  setHandler(stop, () => void wishes.push('stop'));
  setHandler(progress, () => ({ status, counts, chunksInFlight: inFlight.size, reason }));

  const show = () =>
    setCurrentDetails(`${headline(run)}\n\n${countsLine(status, counts)}${reason ? `\n\n${reason}` : ''}`);

  const begin = (chunkNo: number) => {
    inFlight.add(chunkNo);
    deliverChunk({ runId: run.id, chunkNo, owner }).then(
      (result) => {
        inFlight.delete(chunkNo);
        finishedChunks++;
        if (result.status === 'hold') {
          holdUntil = Math.max(holdUntil, Date.now() + result.waitMs);
          reason = result.reason ?? null;
        }
      },
      (error: unknown) => {
        inFlight.delete(chunkNo);
        failure ??= error;
      },
    );
  };
  const interrupted = () => woken || wishes.length > 0 || failure !== undefined;
  const drained = () => condition(() => inFlight.size === 0);

  try {
    for (;;) {
      if (failure !== undefined) {
        await drained();
        throw failure;
      }
      while (wishes.length > 0) await ledger.controlRun({ runId: run.id, control: wishes.shift() as RunControl });
      woken = false;

      if (historyIsLong()) {
        await drained();
        // What was asked for by hand while it waited would be forgotten.
        if (wishes.length > 0 && patched('wishes-before-continuing')) continue;
        if (failure === undefined)
          await continueAsNew<(start: RunStart) => Promise<unknown>>({ ...start, runId: run.id });
      }

      const holdMs = holdUntil - Date.now();
      if (holdMs > 0) {
        queue = [];
        status = 'waiting';
        show();
        // Whoever wakes the run may have mended the sender: try now rather than when the hold is over.
        if (await condition(interrupted, holdMs)) holdUntil = 0;
        else reason = null;
        continue;
      }

      if (queue.length === 0) {
        const before = counts;
        const finishedBefore = finishedChunks;
        const plan = await look();
        if (!plan.owned) {
          await drained();
          return { status: 'stopped', reason: 'another execution has taken the run over' };
        }
        if (plan.control === 'stop') {
          status = 'stopping';
          await drained();
          const cancelled = await ledger.cancelPending({ runId: run.id });
          return { status: 'stopped', reason: `stopped by an operator; ${cancelled} deliveries cancelled` };
        }
        if (plan.control === 'pause') {
          status = 'paused';
          show();
          // The ledger is asked again now and then, should a signal have been lost.
          await condition(interrupted, '1 minute');
          continue;
        }
        if (plan.chunks.length === 0) {
          // What ended while the ledger answered has left work that this answer does not show.
          if (finishedChunks > finishedBefore && patched('look-again')) continue;
          if (inFlight.size > 0) {
            const seen = finishedChunks;
            await condition(() => finishedChunks > seen || interrupted() || holdUntil > Date.now());
          } else if (plan.nextDueInMs !== null) {
            status = 'waiting';
            reason = 'deferred deliveries are due later';
            show();
            await condition(interrupted, Math.max(plan.nextDueInMs, 250));
          } else if (plan.counts.pending === 0 && plan.counts.sending === 0) {
            return { status: 'completed' };
          } else {
            await condition(interrupted, '1 second');
          }
          continue;
        }
        status = 'sending';
        reason = null;
        show();
        // Work that is due and does not move (rows locked by somebody, say) is asked for less and less often.
        fruitless = inFlight.size === 0 && finishedChunks > 0 && sameCounts(before, plan.counts) ? fruitless + 1 : 0;
        if (fruitless > 3) await condition(interrupted, Math.min(1000 * 2 ** (fruitless - 4), 30_000));
        queue = plan.chunks;
      }

      while (queue.length > 0 && inFlight.size < windowSize) begin(queue.shift() as number);
      if (queue.length > 0) {
        await condition(() => inFlight.size < windowSize || interrupted() || holdUntil > Date.now());
        if (woken) queue = [];
      }
    }
  } catch (error) {
    // A cancelled execution ends when what its activities hold is settled.
    if (isCancellation(error)) await CancellationScope.nonCancellable(drained);
    throw error;
  }

  async function look() {
    const plan = await ledger.planChunks({ runId: run.id, owner, inFlight: [...inFlight], limit: planSize });
    counts = plan.counts;
    if (plan.control !== 'run') holdUntil = 0;
    return plan;
  }
}

function historyIsLong(): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength > historyLimit;
}

function sameCounts(a: DeliveryCounts, b: DeliveryCounts): boolean {
  return (Object.keys(a) as (keyof DeliveryCounts)[]).every((state) => a[state] === b[state]);
}
