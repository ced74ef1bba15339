import type { Schema } from '../../api.js';

export type Reason = Schema<'Suppression'>['reason'];

export const reasons: Record<Reason, { label: string; description: string }> = {
  manual: { label: 'by an operator', description: 'Somebody of you decided it' },
  unsubscribed: { label: 'unsubscribed', description: 'They asked for no more mail' },
  bounced: { label: 'bounced', description: 'There is no such mailbox' },
  complained: { label: 'complained', description: 'They reported a mail as spam' },
};

/** What has to be read again after suppressions have changed. */
export const suppressionChanges: (readonly unknown[])[] = [
  ['suppressions'],
  ['suppression'],
  ['contacts'],
  ['contact'],
  ['campaign-check'],
];
