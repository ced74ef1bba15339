/**
 * Names that never change, because Temporal and the ledger recognise a thing by them:
 * Schedule IDs, Workflow IDs and Message-IDs, all derived from the ledger's UUIDs.
 */

/** The Schedule ID and the base of the Workflow ID of an automation. */
export function automationScheduleId(automationId: string): string {
  return `automation/${automationId}`;
}

/** The time Temporal appends to a Workflow ID it starts from a Schedule: UTC, whole seconds, `Z`. */
export function nominalTime(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The Workflow ID of a scheduled occurrence, as Temporal itself would form it. `at` is the nominal time. */
export function occurrenceWorkflowId(automationId: string, at: Date): string {
  return `${automationScheduleId(automationId)}-${nominalTime(at)}`;
}

/** The Workflow ID of a manual run ("run now"). `key` is the caller's Idempotency-Key, or the run's own ID without one. */
export function manualWorkflowId(owner: { automationId: string } | { campaignId: string }, key: string): string {
  return 'automationId' in owner
    ? `${automationScheduleId(owner.automationId)}/manual/${key}`
    : `campaign/${owner.campaignId}/manual/${key}`;
}

/** The Workflow ID of a run that retries those who failed in another one. `key` as for manual runs. */
export function retryWorkflowId(runId: string, key: string): string {
  return `run/${runId}/retry/${key}`;
}

/** The occurrence key of a retry: one run per retried run and key. Distinct from scheduled and manual keys. */
export function retryOccurrenceKey(runId: string, key: string): string {
  return `retry/${runId}/${key}`;
}

/** The occurrence key of a manual run. Distinct from every scheduled key, which begins with a date. */
export function manualOccurrenceKey(key: string): string {
  return `manual/${key}`;
}

/**
 * The Message-ID of a delivery: the same for every attempt, so that any copy can be recognised (RFC 5322 section 3.6.4).
 * `domain` is that of the sender's address, in its ASCII form.
 */
export function deliveryMessageId(runId: string, contactId: string, domain: string): string {
  return `<${runId}.${contactId}@${domain}>`;
}

/**
 * The idempotency key of a delivery at a provider that knows keys: the Message-ID without its domain, so the run and the contact. The same for every
 * attempt, whatever became of the sender's address meanwhile.
 */
export function idempotencyKeyOf(messageId: string): string {
  return messageId.replace(/^<|>$/g, '').replace(/@[^@]*$/, '');
}
