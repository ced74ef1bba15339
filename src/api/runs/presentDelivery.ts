import type { DeliveryState } from '../../domain/delivery.js';
import { deliveryMessageId } from '../../domain/ids.js';
import { enhancedCodeOf } from '../../domain/smtpOutcome.js';
import type { DeliveryView } from './schemas.js';

/** What statements read of a delivery. */
export const deliveryColumns = [
  'contact_id',
  'email',
  'state',
  'attempts',
  'smtp_code',
  'response',
  'sender_no',
  'due_at',
  'changed_at',
] as const;

/** A delivery as they read it; `sender_no` is the place of its sender among those of its run. */
export interface DeliveryRow {
  contact_id: string;
  email: string;
  state: DeliveryState;
  attempts: number;
  smtp_code: number | null;
  response: string | null;
  sender_no: number | null;
  due_at: Date | null;
  changed_at: Date | null;
}

/** The sender that a delivery goes by. */
export interface DeliverySender {
  id: string;
  messageIdDomain: string;
}

export function presentDelivery(runId: string, row: DeliveryRow, sender: DeliverySender | undefined): DeliveryView {
  return {
    contactId: row.contact_id,
    email: row.email,
    state: row.state,
    attempts: row.attempts,
    smtpCode: row.smtp_code,
    enhancedCode: enhancedCodeOf(row.response ?? '') ?? null,
    response: row.response,
    senderId: sender?.id ?? null,
    messageId: sender ? deliveryMessageId(runId.toLowerCase(), row.contact_id, sender.messageIdDomain) : null,
    dueAt: row.due_at?.toISOString() ?? null,
    changedAt: row.changed_at?.toISOString() ?? null,
  };
}
