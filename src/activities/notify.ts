import { durationInWords } from '../domain/duration.js';
import { notify } from '../ledger/notifications.js';
import type { DeliveryContext, SendingSender } from '../ledger/runs/deliveryContext.js';
import type { ActivityDependencies } from './dependencies.js';

/** Tells operators, once a run and sender, that a sender cannot send. A failure to tell is logged: delivering goes on. */
export async function notifySenderFault(
  deps: ActivityDependencies,
  context: DeliveryContext,
  sender: SendingSender,
  reason: string,
  waitMs: number,
): Promise<void> {
  try {
    await notify(deps.database.pool, {
      kind: 'sender-fault',
      severity: 'error',
      message: `Sender ${sender.fromEmail} cannot send: ${reason}. Nothing is lost; next try in ${durationInWords(waitMs)}.`,
      runId: context.runId,
      senderId: sender.id,
      dedupeKey: `sender-fault/${context.runId}/${sender.id}/${sender.revision}`,
    });
  } catch (error) {
    deps.log.error({ err: error, senderId: sender.id }, 'cannot store a notification');
  }
}
