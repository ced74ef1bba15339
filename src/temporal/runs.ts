import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import type { RunControl } from '../domain/run.js';
import type { Database } from '../ledger/database.js';
import { notify } from '../ledger/notifications.js';
import { closeRun } from '../ledger/runs/closeRun.js';
import { controlRun, endWaiting, releaseRun } from '../ledger/runs/controlRun.js';
import { reopenRun } from '../ledger/runs/reopenRun.js';
import {
  replaceableRuns,
  runsWaitingFor,
  runToStart,
  unfinishedRuns,
  type UnfinishedRun,
} from '../ledger/runs/unfinishedRuns.js';
import { startRun } from './startRun.js';

/** How long after its creation a run without an execution is looked into. */
const settledMs = 10_000;

/** What a reconciliation of runs did. */
export interface RunsReconciled {
  checked: number;
  started: number;
  continued: number;
  ended: number;
}

/** Starts, steers and reconciles the executions of runs; the ledger is written first, Temporal second, so a crash in between is repaired. */
export class Runs {
  constructor(
    private readonly database: Database,
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /**
   * Starts the execution of a run in the ledger, unless it has one. Rejects when Temporal is away; the reconciler then does it. The Workflow ID of a run
   * that was asked for is its own, so of several who start it at once those who come when it has ended start nothing; that of an occurrence may have been
   * used by an execution which its automation's state had skip it.
   */
  async start(runId: string): Promise<void> {
    const run = await runToStart(this.database.pool, runId);
    if (run?.owner !== null) return;
    await startRun(this.client, this.taskQueue, run, { neverBefore: run.kind === 'manual' });
  }

  /** Pauses, resumes or stops an open run: the ledger first, where every claim looks, then a signal so that the workflow looks too. */
  async control(runId: string, control: RunControl): Promise<boolean> {
    const changed = await controlRun(this.database.pool, runId, control);
    if (changed) await this.wake(runId);
    return changed;
  }

  /** Makes the workflow of a run look at the ledger now. A signal that cannot be sent is no error: the workflow looks by itself within a minute. */
  async wake(runId: string): Promise<void> {
    const run = await runToStart(this.database.pool, runId);
    if (!run) return;
    await endWaiting(this.database.pool, runId);
    await this.client
      .withDeadline(Date.now() + 3_000, () => this.client.workflow.getHandle(run.workflowId).signal('controlChanged'))
      .catch(() => undefined);
  }

  /** Makes runs that wait, and could use a sender that has just been changed, try again now. */
  async wakeWaitingFor(senderId: string): Promise<void> {
    for (const runId of await runsWaitingFor(this.database.pool, senderId)) await this.wake(runId);
  }

  /**
   * Lets a run that has ended go on (see reopenRun). A new execution takes it over, with the same Workflow ID; when Temporal is away the
   * reconciler starts it. Answers false when the run has not ended.
   */
  async reopen(runId: string): Promise<boolean> {
    const run = await runToStart(this.database.pool, runId);
    if (!run || !(await reopenRun(this.database, runId, run.owner))) return false;
    // The execution that ended the run may be about to close: until it has, no other one can have its Workflow ID.
    for (let waitMs = 50; waitMs <= 1_600; waitMs *= 2) {
      const started = await startRun(this.client, this.taskQueue, run).catch(() => true);
      if (started) break;
      await delay(waitMs);
    }
    return true;
  }

  /**
   * Looks at every open run's execution:
   * - none was ever started (a crash after the request): it is started;
   * - it is lost (deleted, Temporal's database restored or wiped): a new execution takes the run over, nobody mailed twice;
   * - it was terminated or cancelled by hand: the run is stopped, says why, and can be resumed;
   * - it failed or timed out: the run has failed, says why, and operators are told.
   */
  async reconcile(beat: () => void = () => undefined): Promise<RunsReconciled> {
    const done: RunsReconciled = { checked: 0, started: 0, continued: 0, ended: 0 };
    for (const run of await unfinishedRuns(this.database.pool, settledMs)) {
      beat();
      done.checked++;
      if (run.owner === null) {
        await startRun(this.client, this.taskQueue, run);
        done.started++;
        continue;
      }
      const fate = await this.fate(run, run.owner);
      if (fate === 'alive') continue;
      if (fate === 'lost') {
        if (await releaseRun(this.database.pool, run.id, run.owner, false)) {
          await startRun(this.client, this.taskQueue, run);
          done.continued++;
        }
        continue;
      }
      if (!(await closeRun(this.database, run.id, run.owner, fate))) continue;
      done.ended++;
      await notify(this.database.pool, {
        kind: fate.status === 'failed' ? 'run-failed' : 'run-stopped',
        severity: fate.status === 'failed' ? 'error' : 'warning',
        message: `A run of "${run.title}" has ${fate.status === 'failed' ? 'failed' : 'been stopped'}: ${fate.reason}. It can be resumed.`,
        automationId: run.automationId,
        runId: run.id,
        dedupeKey: `run-ended/${run.id}/${run.owner}`,
      });
    }
    return done;
  }

  /**
   * Ends, at once, the open runs of an automation whose execution was terminated or cancelled for this one by its overlap policy. What their workers still
   * hold of them is settled, and they claim nothing more. Nobody is told: it is what the policy asks for.
   */
  async endReplaced(automationId: string, byRunId: string): Promise<void> {
    for (const run of await replaceableRuns(this.database.pool, automationId, byRunId)) {
      if (run.owner === null) continue;
      const fate = await this.fate(run, run.owner);
      if (typeof fate !== 'object' || fate.status !== 'stopped') continue;
      const reason = `${fate.reason}, for the next occurrence (overlap policy)`;
      await closeRun(this.database, run.id, run.owner, { status: 'stopped', reason });
    }
  }

  private async fate(
    run: UnfinishedRun,
    owner: string,
  ): Promise<'alive' | 'lost' | { status: 'stopped' | 'failed'; reason: string }> {
    const latest = await describeExecution(this.client, run.workflowId);
    if (!latest) return 'lost';
    // Another execution with this Workflow ID may be the latest (a duplicate); the owner's chain is then closed, and its first execution tells.
    const firstOfLatest = latest.raw.workflowExecutionInfo?.firstRunId;
    const own =
      latest.runId === owner || firstOfLatest === owner
        ? latest
        : await describeExecution(this.client, run.workflowId, owner);
    if (!own) return 'lost';
    switch (own.status.name) {
      case 'RUNNING':
      case 'PAUSED':
        return 'alive';
      case 'TERMINATED':
        return { status: 'stopped', reason: 'the execution was terminated in Temporal' };
      case 'CANCELLED':
        return { status: 'stopped', reason: 'the execution was cancelled in Temporal' };
      case 'FAILED':
        return { status: 'failed', reason: 'the execution failed in Temporal' };
      case 'TIMED_OUT':
        return { status: 'failed', reason: 'the execution timed out in Temporal' };
      default:
        // Completed, or continued as new by a chain that is gone: it ended without closing its run.
        return 'lost';
    }
  }
}

/** The latest execution with a Workflow ID, or the one named; null when Temporal knows of none. */
export async function describeExecution(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<WorkflowExecutionDescription | null> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
