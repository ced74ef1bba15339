/** The statuses of a run; `completed`, `stopped`, `failed` and `duplicate` are final. */
export const runStatuses = [
  'preparing',
  'sending',
  'waiting',
  'paused',
  'completed',
  'stopped',
  'failed',
  'duplicate',
] as const;
export type RunStatus = (typeof runStatuses)[number];

export const openRunStatuses = ['preparing', 'sending', 'waiting', 'paused'] as const satisfies readonly RunStatus[];

/** True while a run may still send. */
export function isOpen(status: RunStatus): boolean {
  return (openRunStatuses as readonly RunStatus[]).includes(status);
}

/** What an operator wants of a run; written to the ledger first, then signalled. Checked at every claim. */
export const runControls = ['run', 'pause', 'stop'] as const;
export type RunControl = (typeof runControls)[number];

export const runKinds = ['scheduled', 'manual', 'backfill'] as const;
export type RunKind = (typeof runKinds)[number];

/** A run as its workflow sees it: IDs and names that are safe in Temporal's history, never addresses or contents. */
export interface OpenedRun {
  id: string;
  automationId: string | null;
  automationName: string | null;
  campaignId: string | null;
  campaignName: string | null;
  kind: RunKind;
  scheduledFor: string;
  occurrenceKey: string;
  firstExecutionRunId: string;
}
