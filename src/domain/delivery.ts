/**
 * The states of a delivery (one recipient of one run) and the moves between them.
 *
 *     pending --claim--> sending --250--> sent
 *     sending --4xx / not handed over--> pending (due later) ... then failed
 *     sending --no answer, or the claimer died, at a provider that knows the key--> pending, for the same sender alone
 *     sending --5xx--> failed
 *     sending --no answer after the final dot, or the claimer died--> uncertain --policy, operator or late settle--> sent | pending | failed
 *     pending --suppressed since the snapshot--> skipped
 *     pending --run stopped--> cancelled
 *     pending, and in doubt at a provider that cannot be asked any more, or the run stopped--> uncertain
 *     uncertain --late settle: not accepted, and the run has been stopped meanwhile--> cancelled
 */
export const deliveryStates = ['pending', 'sending', 'sent', 'failed', 'skipped', 'cancelled', 'uncertain'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Which state may follow which; the ledger's statements each perform one of these moves and no other. */
export const deliveryMoves: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  pending: ['sending', 'skipped', 'cancelled', 'uncertain'],
  sending: ['sent', 'pending', 'failed', 'uncertain', 'skipped'],
  uncertain: ['sent', 'pending', 'failed', 'cancelled'],
  sent: [],
  failed: [],
  skipped: [],
  cancelled: [],
};

/** How many deliveries of a run stand in each state; `total` is their sum. */
export type DeliveryCounts = Record<DeliveryState, number> & { total: number };

/** Counts of a run without deliveries. */
export function noDeliveries(): DeliveryCounts {
  return { total: 0, pending: 0, sending: 0, sent: 0, failed: 0, skipped: 0, cancelled: 0, uncertain: 0 };
}

/** True when no delivery can still move without a person's decision. */
export function isDrained(counts: DeliveryCounts): boolean {
  return counts.pending === 0 && counts.sending === 0;
}
