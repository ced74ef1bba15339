import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';

/** The Schedule that starts the reconciler every minute. */
export const reconcileScheduleId = 'oncemail/reconcile';

/**
 * Makes sure that the reconciler's Schedule exists; every worker calls it at its start and now and then, so it comes back when Temporal's database
 * was wiped. Creating it runs the reconciler at once.
 */
export async function ensureSystemSchedules(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: reconcileScheduleId,
      spec: { intervals: [{ every: '1 minute' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'reconcile',
        workflowId: reconcileScheduleId,
        taskQueue,
        args: [],
        workflowExecutionTimeout: '10 minutes',
        staticSummary: 'Compare the ledger with Temporal and repair the difference',
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      state: { triggerImmediately: true, note: 'Oncemail' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
