import { Badge } from '@mantine/core';

type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'warn' | 'quiet';

const colours: Record<Tone, string> = {
  good: 'teal',
  busy: 'ink',
  waiting: 'yellow',
  bad: 'red',
  warn: 'orange',
  quiet: 'gray',
};

/** How each state of the API looks; the word itself is always shown, colour alone says nothing. */
const tones: Record<string, Tone> = {
  // runs
  preparing: 'busy',
  sending: 'busy',
  waiting: 'waiting',
  paused: 'waiting',
  completed: 'good',
  stopped: 'quiet',
  failed: 'bad',
  duplicate: 'quiet',
  // deliveries
  pending: 'quiet',
  sent: 'good',
  uncertain: 'warn',
  skipped: 'quiet',
  cancelled: 'quiet',
  // occurrences
  ran: 'good',
  running: 'busy',
  missed: 'bad',
  due: 'busy',
  coming: 'quiet',
  // automations
  active: 'good',
  ended: 'quiet',
  'out of sync': 'warn',
  // imports
  queued: 'quiet',
  // contacts
  subscribed: 'good',
  suppressed: 'warn',
  unsubscribed: 'quiet',
  bounced: 'bad',
  complained: 'bad',
  manual: 'quiet',
  // webhooks
  'secret unreadable': 'bad',
  // users and keys
  invited: 'waiting',
  disabled: 'quiet',
  expired: 'quiet',
};

/** The state of a run, delivery, occurrence, automation, import … as a word with its colour. */
export function StateBadge({ state, label, tone }: { state: string; label?: string; tone?: Tone }) {
  return (
    <Badge
      color={colours[tone ?? tones[state] ?? 'quiet']}
      style={{ flexShrink: 0, minWidth: 'max-content', verticalAlign: 'middle' }}
      data-state={state}
    >
      {label ?? state}
    </Badge>
  );
}
