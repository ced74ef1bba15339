import { isOpen } from '../../../domain/run.js';
import { deliveryStates, type DeliveryState } from '../../../domain/delivery.js';
import type { Schema } from '../../api.js';
import { formatCount } from '../../time.js';

export type Run = Schema<'Run'>;
export type RunDetail = Schema<'RunDetail'>;
export type Counts = Schema<'DeliveryCounts'>;

/** A run that may still send. */
export function isLive(run: Pick<Run, 'status'>): boolean {
  return isOpen(run.status);
}

/** How each state of a delivery is called, and what it means, in the order of the bar. */
export const stateWords: Record<DeliveryState, { label: string; meaning: string }> = {
  sent: { label: 'Sent', meaning: 'The server answered that it has the mail.' },
  sending: { label: 'Sending', meaning: 'A worker has claimed it and is handing it over.' },
  failed: { label: 'Failed', meaning: 'The server refused it for good, or every attempt was deferred.' },
  uncertain: {
    label: 'Uncertain',
    meaning: 'The mail was handed over and no answer came: it may have arrived. Somebody has to decide.',
  },
  skipped: { label: 'Skipped', meaning: 'The address was suppressed after the run had begun.' },
  cancelled: { label: 'Cancelled', meaning: 'The run was stopped before its turn.' },
  pending: { label: 'Pending', meaning: 'Its turn has not come yet, or it is tried again later.' },
};

export const shownStates: readonly DeliveryState[] = [
  'sent',
  'sending',
  'failed',
  'uncertain',
  'skipped',
  'cancelled',
  'pending',
];

export function isDeliveryState(text: string): text is DeliveryState {
  return (deliveryStates as readonly string[]).includes(text);
}

/** Deliveries that nothing more happens to by itself. */
export function settled(counts: Counts): number {
  return counts.total - counts.pending - counts.sending;
}

/** The progress of a run in words: `1,204 of 5,000 settled: 1,200 sent, 4 failed`. */
export function progressText(counts: Counts): string {
  if (counts.total === 0) return 'No recipients yet';
  const parts = shownStates
    .filter((state) => state !== 'pending' && counts[state] > 0)
    .map((state) => `${formatCount(counts[state])} ${stateWords[state].label.toLowerCase()}`);
  const list = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  return `${formatCount(settled(counts))} of ${formatCount(counts.total)} done${list}`;
}

/** What kind of run it is, as people say it. */
export function kindText(run: Pick<Run, 'kind' | 'audience'>): string {
  if (run.audience === 'retry-failed') return 'Retry of failed';
  return { scheduled: 'Scheduled', manual: 'On request', backfill: 'Backfill' }[run.kind];
}

/** The same with the word that leads to its time: `Scheduled for`, `On request at`. */
export function kindWithTime(run: Pick<Run, 'kind' | 'audience'>): string {
  if (run.audience === 'retry-failed') return 'Retry of failed deliveries, asked for at';
  return { scheduled: 'Scheduled for', manual: 'On request at', backfill: 'Backfill of' }[run.kind];
}

export const audienceText = {
  everyone: 'Everyone on the lists',
  'not-yet-received': 'Those whom no other run of the campaign has reached',
  'retry-failed': 'Those whose delivery failed in another run',
} as const;

/** What a run is doing, or why it is not sending, as a sentence for people. Null: nothing worth saying. */
export function statusSentence(run: Run): string | null {
  const reason = run.statusReason ? sentence(run.statusReason) : null;
  if (isLive(run) && run.control === 'stop') {
    return 'It is being stopped: workers finish the mails that they hold, then the rest is cancelled.';
  }
  switch (run.status) {
    case 'preparing':
      return 'The audience is being fixed: who is on the lists, once each, without suppressed addresses.';
    case 'paused':
      return `${reason ?? 'Paused.'} Nothing is lost and nobody is mailed until it is resumed.`;
    case 'waiting':
      return waitingSentence(run.statusReason);
    case 'failed':
      return `${reason ?? 'It failed.'} What was sent stays sent; resume it to go on with the rest.`;
    case 'stopped':
      return reason ?? 'It was stopped.';
    default:
      return reason;
  }
}

/** Why a run waits. The ledger writes the sender's fault, the limit or the deferral as a clause, and when it is tried next behind it. */
function waitingSentence(reason: string | null): string {
  if (!reason) return 'It waits for the next delivery that is due.';
  const cause = reason.replace(/; next try in [^;]+$/, '');
  if (cause.startsWith('deferred deliveries')) {
    return 'Some servers asked to be tried again later (4xx answers). Everybody else has been mailed; these follow when they are due.';
  }
  if (cause.startsWith("the sender's limit"))
    return `${sentence(cause)} It goes on by itself as soon as there is room.`;
  if (cause.startsWith('every sender')) return sentence(cause);
  return `The sender cannot send. Its server says: “${cause}”. No delivery is spent on this; the run goes on by itself when the sender works again.`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
