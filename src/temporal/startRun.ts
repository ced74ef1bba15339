import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { searchAttributes } from '../domain/searchAttributes.js';

/** A run that is in the ledger and whose execution is to be started. */
export interface RunToStart {
  id: string;
  workflowType: string;
  workflowId: string;
  automationId: string | null;
  campaignId: string | null;
  title: string;
  /** Of the API request that asked for the run; it becomes the memo `requestId`. */
  requestId: string | null;
}

/**
 * Starts the execution of a run that the ledger already has. Repeating it is harmless: an execution that is running is left alone, and a further
 * one would find the run owned and end as a duplicate. Answers false when an execution with this Workflow ID is running, or with `neverBefore` when there
 * ever was one.
 */
export async function startRun(
  client: Client,
  taskQueue: string,
  run: RunToStart,
  { neverBefore = false } = {},
): Promise<boolean> {
  try {
    await client.workflow.start(run.workflowType, {
      taskQueue,
      workflowId: run.workflowId,
      workflowIdReusePolicy: neverBefore
        ? WorkflowIdReusePolicy.REJECT_DUPLICATE
        : WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      args: [{ runId: run.id }],
      ...(run.requestId === null ? {} : { memo: { requestId: run.requestId } }),
      staticSummary: run.title.slice(0, 150),
      typedSearchAttributes: [
        { key: searchAttributes.runId, value: run.id },
        ...(run.automationId ? [{ key: searchAttributes.automationId, value: run.automationId }] : []),
        ...(run.campaignId ? [{ key: searchAttributes.campaignId, value: run.campaignId }] : []),
      ],
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
}
