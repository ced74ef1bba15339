import { type Client, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import type { Database } from '../ledger/database.js';
import { dueWebhooks } from '../ledger/webhooks/drain.js';

/** The Workflow ID of what sends the events of a webhook: one execution at a time. */
export function webhookWorkflowId(webhookId: string): string {
  return `webhook/${webhookId}`;
}

/** How long Temporal is waited for, milliseconds; whoever finds it away tries again. */
const patienceMs = 5_000;

/** Starts sending the due events of a webhook; when that goes on already, nothing happens. */
export async function startWebhookDelivery(client: Client, taskQueue: string, webhookId: string): Promise<void> {
  await client.withDeadline(Date.now() + patienceMs, () =>
    client.workflow.start('webhookDelivery', {
      taskQueue,
      workflowId: webhookWorkflowId(webhookId),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      args: [{ webhookId }],
      staticSummary: 'Send the due events of a webhook',
    }),
  );
}

/** How often the ledger is looked at for due events, milliseconds; less often while there is no webhook. */
const lookMs = 1_000;
const idleLookMs = 5_000;

/**
 * Starts sending wherever something is due, as the ledger has it: new events, and those whose next attempt has come. Every worker does this. It looks at
 * what is, not at what happened, so nothing is forgotten when a process dies or Temporal is away: the next look finds it.
 */
export class WebhookWatch {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private ended = false;

  constructor(
    private readonly database: Database,
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  begin(): void {
    this.looking = this.look();
  }

  /** Resolves when nothing of it is under way any more. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    let next = idleLookMs;
    try {
      const { any, due } = await dueWebhooks(this.database.pool);
      if (any) next = lookMs;
      for (const id of due) await startWebhookDelivery(this.client, this.taskQueue, id);
    } catch (error) {
      this.onError(error);
      next = idleLookMs;
    }
    if (!this.ended) this.timer = setTimeout(() => this.begin(), next);
  }
}
