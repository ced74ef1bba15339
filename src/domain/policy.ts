/**
 * What an automation does when occurrences collide, are late, or a delivery's fate is unknown.
 * `overlap`, `catchUpSeconds` and `pauseOnFailure` are the Temporal Schedule's own policies; nothing here re-implements them.
 */
export const overlapPolicies = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** An overlap policy however it is written: `bufferOne`, Temporal's own `BUFFER_ONE`, `buffer-one`. What is none is given back as it is. */
export function overlapPolicyOf(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  const plain = (name: string) => name.replace(/[-_]/g, '').toLowerCase();
  return overlapPolicies.find((policy) => plain(policy) === plain(written)) ?? written;
}

/** `hold`: at most once, people decide on uncertain deliveries. `resend`: at least once, with the same Message-ID. */
export const uncertainPolicies = ['hold', 'resend'] as const;
export type UncertainPolicy = (typeof uncertainPolicies)[number];

export interface AutomationPolicy {
  overlap: OverlapPolicy;
  /** How late an occurrence may start after an outage, in seconds. Temporal's own default is a year; ours is hours. */
  catchUpSeconds: number;
  pauseOnFailure: boolean;
  uncertain: UncertainPolicy;
}

export const defaultPolicy: AutomationPolicy = {
  overlap: 'skip',
  catchUpSeconds: 6 * 3600,
  pauseOnFailure: false,
  uncertain: 'hold',
};
