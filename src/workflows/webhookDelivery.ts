import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

const { deliverWebhookEvents } = proxyActivities<Pick<Activities, 'deliverWebhookEvents'>>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** The execution continues as new when its history is this long, or when the server suggests it. */
const historyLimit = 1_000;

/** What an execution has sent since it last continued as new. */
export interface WebhookDeliverySummary {
  delivered: number;
  failed: number;
}

/**
 * Sends the events of one webhook that are due, turn by turn, and ends when nothing is left that may be sent now. The ledger holds the events and
 * when each is to be sent next; workers start this workflow whenever something is due (temporal/webhookDelivery.ts), so it needs no timers and
 * cannot miss an event. Nothing of an event, of a URL or of a secret enters its history.
 */
export async function webhookDelivery(start: { webhookId: string }): Promise<WebhookDeliverySummary> {
  const summary: WebhookDeliverySummary = { delivered: 0, failed: 0 };
  for (;;) {
    const turn = await deliverWebhookEvents(start);
    summary.delivered += turn.delivered;
    summary.failed += turn.failed;
    setCurrentDetails(`${summary.delivered} events delivered, ${summary.failed} attempts failed.`);
    if (turn.status === 'left') return summary;
    const info = workflowInfo();
    if (info.continueAsNewSuggested || info.historyLength > historyLimit) {
      await continueAsNew<typeof webhookDelivery>(start);
    }
  }
}
