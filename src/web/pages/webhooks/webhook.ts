import type { Schema } from '../../api.js';
import type { WebhookEventType } from '../../../domain/webhook.js';

export type Webhook = Schema<'Webhook'>;
export type WebhookDelivery = Schema<'WebhookDelivery'>;

/** The events that can be subscribed to, with when each is sent. */
export const events: Record<WebhookEventType, string> = {
  'run.started': 'A run has begun.',
  'run.finished': 'A run has completed, or was stopped; with its counts.',
  'run.failed': 'A run has failed; with the reason.',
  'delivery.failed': 'A recipient was refused for good, one event for each.',
  'contact.unsubscribed': 'Somebody has unsubscribed.',
  'occurrence.missed': 'An automation should have run and did not.',
};

export const eventTypes = Object.keys(events) as WebhookEventType[];

/** The queries whose answers a change of a webhook changes. */
export const webhookChanges = (id?: string): (readonly unknown[])[] =>
  id === undefined ? [['webhooks']] : [['webhooks'], ['webhook', id]];

/** How a webhook does, in a word for StateBadge. */
export function stateOf(webhook: Webhook): 'disabled' | 'secret unreadable' | 'failing' | 'active' {
  if (!webhook.enabled) return 'disabled';
  if (webhook.secretUnreadableSince !== null) return 'secret unreadable';
  return webhook.failingSince === null ? 'active' : 'failing';
}
