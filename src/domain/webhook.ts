import type { DeliveryCounts } from './delivery.js';
import type { RunKind } from './run.js';

/** What integrators can be told of. A type never changes its name or loses a field; new types and fields may come. */
export const webhookEventTypes = [
  'run.started',
  'run.finished',
  'run.failed',
  'delivery.failed',
  'contact.unsubscribed',
  'occurrence.missed',
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** Sent on request alone, to one webhook; nobody subscribes to it. */
export const webhookTestType = 'webhook.test';

/** A run, as its events tell of it: IDs and figures, never addresses or contents. */
export interface RunEventData {
  runId: string;
  automationId: string | null;
  campaignId: string | null;
  kind: RunKind;
  scheduledFor: string;
  startedAt: string | null;
}

/** The `data` of each type of event. */
export interface WebhookEventData {
  /** Once a run: it is not told again of one that another execution takes over, or that is resumed. */
  'run.started': RunEventData;
  /** Whenever a run ends as completed or stopped; a run that is resumed ends again. */
  'run.finished': RunEventData & {
    status: 'completed' | 'stopped';
    reason: string | null;
    finishedAt: string;
    counts: DeliveryCounts;
  };
  'run.failed': RunEventData & { status: 'failed'; reason: string | null; finishedAt: string; counts: DeliveryCounts };
  'delivery.failed': {
    runId: string;
    contactId: string;
    automationId: string | null;
    campaignId: string | null;
    smtpCode: number | null;
    attempts: number;
  };
  'contact.unsubscribed': { suppressionId: string; contactId: string | null; runId: string | null };
  'occurrence.missed': { automationId: string; occurrenceKey: string; scheduledFor: string; reason: string };
  'webhook.test': { webhookId: string };
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Between one attempt and the next, as the Standard Webhooks specification suggests: ten attempts within about three days. */
const retryMs = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/**
 * How long an event waits after its `failures`th failed attempt until it is sent again, milliseconds, spread by up to a tenth so that events which
 * failed together do not return together. Null: it is given up. `random` is in [0, 1).
 */
export function webhookRetryMs(failures: number, random: number): number | null {
  const base = retryMs[failures - 1];
  return base === undefined ? null : Math.round(base * (1 + 0.1 * random));
}

/** An endpoint that has accepted nothing for so long, milliseconds, and refuses again, is no longer sent to. */
export const webhookDeadMs = 3 * 24 * hour;

/** An endpoint that failed so often in a row gets one event at a time, with pauses between them, until it accepts one. */
export const webhookTroubledAfter = 5;

/** After a rotation both secrets sign for so long, milliseconds: receivers change theirs meanwhile. */
export const secretOverlapMs = 24 * hour;
