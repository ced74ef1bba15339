import { createTemporalClient } from '../../src/temporal/connect.js';

/** The executions of one workflow ID (continued as new), first to last. */
export async function eventsOfChain(
  address: string,
  workflowId: string,
): Promise<{ events: number; executions: number; longest: number; first: { workflowId: string; runId: string } }> {
  const client = createTemporalClient({ connectionOptions: { address }, namespace: 'default' });
  try {
    let events = 0;
    let executions = 0;
    let longest = 0;
    let { runId } = await client.workflow.getHandle(workflowId).describe();
    let first = { workflowId, runId };
    for await (const execution of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      ({ runId } = execution);
      const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
      events += historyLength;
      longest = Math.max(longest, historyLength);
      executions++;
      first = { workflowId, runId };
    }
    return { events, executions, longest, first };
  } finally {
    await client.connection.close();
  }
}

/** How long the activity snapshotAudience ran, milliseconds, by the execution's history. */
export async function snapshotMs(address: string, execution: { workflowId: string; runId: string }): Promise<number> {
  const client = createTemporalClient({ connectionOptions: { address }, namespace: 'default' });
  try {
    const history = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
    const events = history.events ?? [];
    const scheduled = events.find(
      (e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'snapshotAudience',
    );
    const completed = events.find(
      (e) => e.activityTaskCompletedEventAttributes?.scheduledEventId?.toString() === scheduled?.eventId?.toString(),
    );
    return completed && scheduled ? millis(completed.eventTime) - millis(scheduled.eventTime) : NaN;
  } finally {
    await client.connection.close();
  }
}

function millis(
  time: { seconds?: { toString(): string } | number | null; nanos?: number | null } | null | undefined,
): number {
  return Number(time?.seconds?.toString() ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
