import {
  CancellationScope,
  ContinueAsNew,
  isCancellation,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, ActivityFailure, rootCause } from '@temporalio/common';
import type { DeliveryCounts } from '../domain/delivery.js';
import type { OpenedRun } from '../domain/run.js';
import { searchAttributes } from '../domain/searchAttributes.js';
import { ledger } from './activities.js';
import type { RunStart } from './types.js';

/** What the execution of a run answers; the figures are the ledger's. */
export type RunSummary =
  | {
      status: 'completed' | 'stopped' | 'failed';
      runId: string;
      counts: DeliveryCounts;
      reason?: string;
      result?: unknown;
    }
  | { status: 'duplicate'; runId: string; ownerWorkflowId: string }
  | { status: 'skipped'; reason: string };

/** How the body of a run ended. */
export interface BodyEnd {
  status: 'completed' | 'stopped';
  reason?: string;
  /** Kept with the run and shown through the API; small, and without addresses or contents. */
  result?: unknown;
}

/**
 * Runs `body` as the one run of its occurrence: the frame of every workflow type that an automation can name.
 *
 * Guarantees: `body` starts only in the execution that owns the run in the ledger; a backfill, a repeated start or an execution that outlived its
 * automation ends at once, without having done anything, and says so in its result. However the body ends (returns, throws, is
 * cancelled), the run in the ledger ends with it. The body may continue as new; the next execution gets the same run back.
 */
export async function runOnce(start: RunStart, body: (run: OpenedRun) => Promise<BodyEnd>): Promise<RunSummary> {
  const info = workflowInfo();
  const scheduledFor = nominalStart(start);
  setCurrentDetails('Asking the ledger whether this occurrence still has to run.');
  const opened = await ledger.openRun({
    ...(start.automationId ? { automationId: start.automationId } : {}),
    ...(start.runId ? { runId: start.runId } : {}),
    ...(scheduledFor ? { scheduledFor } : {}),
    workflowType: info.workflowType,
    workflowId: info.workflowId,
    firstExecutionRunId: info.firstExecutionRunId,
  });
  if (opened.outcome === 'skipped') {
    setCurrentDetails(`Nothing was run: ${opened.reason}.`);
    return { status: 'skipped', reason: opened.reason };
  }
  if (opened.outcome === 'duplicate') {
    setCurrentDetails(
      `**Duplicate.** This occurrence is run ${opened.ownerRunId}, owned by \`${opened.ownerWorkflowId}\`. No mail was sent here.`,
    );
    return { status: 'duplicate', runId: opened.ownerRunId, ownerWorkflowId: opened.ownerWorkflowId };
  }
  if (opened.outcome === 'closed') {
    setCurrentDetails(`Run ${opened.runId} had already ended (${opened.status}).`);
    return { status: 'skipped', reason: `run ${opened.runId} had already ended (${opened.status})` };
  }

  const { run } = opened;
  upsertSearchAttributes([
    { key: searchAttributes.runId, value: run.id },
    ...(run.automationId ? [{ key: searchAttributes.automationId, value: run.automationId }] : []),
    ...(run.campaignId ? [{ key: searchAttributes.campaignId, value: run.campaignId }] : []),
    { key: searchAttributes.status, value: 'running' },
  ]);
  setCurrentDetails(headline(run));
  try {
    const end = await body(run);
    return await close(run, end);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    if (isCancellation(error)) {
      // Resumable: what is pending stays pending (an operator's stop, which cancels it, is no cancellation of the execution).
      await CancellationScope.nonCancellable(() =>
        close(run, { status: 'stopped', reason: 'the execution was cancelled in Temporal' }),
      );
      throw error;
    }
    if (error instanceof ActivityFailure || error instanceof ApplicationFailure) {
      const reason = rootCause(error) ?? 'unknown';
      log.warn('the run failed', { runId: run.id, reason });
      await close(run, { status: 'failed', reason });
      throw ApplicationFailure.nonRetryable(`Run ${run.id} failed: ${reason}`, 'RunFailed');
    }
    // A fault of workflow code fails the workflow task, not the run: it is retried until a corrected worker is deployed.
    throw error;
  }
}

async function close(
  run: OpenedRun,
  end: Omit<BodyEnd, 'status'> & { status: BodyEnd['status'] | 'failed' },
): Promise<RunSummary> {
  const closed = await ledger.closeRun({
    runId: run.id,
    owner: run.firstExecutionRunId,
    end: {
      status: end.status,
      ...(end.reason ? { reason: end.reason } : {}),
      ...(end.result !== undefined ? { result: end.result } : {}),
    },
  });
  if (!closed) {
    setCurrentDetails(`${headline(run)}\n\nThe run goes on in another execution.`);
    return {
      status: 'skipped',
      reason: `run ${run.id} goes on in another execution: one has taken it over, or something of it became due as this one ended`,
    };
  }
  upsertSearchAttributes([{ key: searchAttributes.status, value: end.status }]);
  setCurrentDetails(
    `${headline(run)}\n\n${countsLine(end.status, closed.counts)}${end.reason ? `\n\nReason: ${end.reason}` : ''}`,
  );
  return {
    status: end.status,
    runId: run.id,
    counts: closed.counts,
    ...(end.reason ? { reason: end.reason } : {}),
    ...(end.result !== undefined ? { result: end.result } : {}),
  };
}

/** Which automation, which occurrence: the first lines of the current details in the Temporal Web UI (Markdown). */
export function headline(run: OpenedRun): string {
  const what = run.automationName ? `**${escapeMarkdown(run.automationName)}**` : 'Run of a campaign';
  const campaign = run.campaignName ? `, campaign ${escapeMarkdown(run.campaignName)}` : '';
  return `${what}${campaign}\n\n${run.kind} run for ${run.scheduledFor.replace('.000Z', 'Z')} (run ${run.id})`;
}

/** How far, in one line of Markdown. */
export function countsLine(status: string, c: DeliveryCounts): string {
  const done = c.total - c.pending - c.sending;
  const percent = c.total === 0 ? 100 : Math.floor((done / c.total) * 100);
  const others = (['sending', 'pending', 'failed', 'skipped', 'cancelled', 'uncertain'] as const)
    .filter((state) => c[state] > 0)
    .map((state) => `${c[state]} ${state}`);
  return `**${status}**: ${done} of ${c.total} (${percent} %), ${[`${c.sent} sent`, ...others].join(', ')}`;
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}

/** The nominal time: Temporal's search attribute for what a Schedule started, never the clock. */
function nominalStart(start: RunStart): string | undefined {
  if (start.scheduledFor) return start.scheduledFor;
  const value = workflowInfo().searchAttributes['TemporalScheduledStartTime']?.[0];
  return value instanceof Date ? value.toISOString() : undefined;
}
