import { Select, SimpleGrid, Switch } from '@mantine/core';
import type { AutomationPolicy, OverlapPolicy, UncertainPolicy } from '../../../domain/policy.js';
import { DurationInput } from '../../components/DurationInput.js';

const overlaps: Record<OverlapPolicy, { label: string; meaning: string }> = {
  skip: { label: 'Skip the next', meaning: 'The occurrence is left out, and recorded as skipped.' },
  bufferOne: {
    label: 'Let one wait',
    meaning: 'One occurrence waits and starts when the run has ended; any more are skipped.',
  },
  bufferAll: { label: 'Let all wait', meaning: 'All that come due meanwhile run one after another.' },
  cancelOther: {
    label: 'Stop the run, then start',
    meaning: 'The run is asked to stop; what it has not sent by then it does not send. Then the next one starts.',
  },
  terminateOther: {
    label: 'End the run at once',
    meaning: 'The run ends where it is, and the next one starts. What was being sent may become uncertain.',
  },
  allowAll: { label: 'Run side by side', meaning: 'Both run; they share the limits of their senders.' },
};

const uncertains: Record<UncertainPolicy, { label: string; meaning: string }> = {
  hold: {
    label: 'Hold it for people to decide',
    meaning: 'At most once: nobody gets a mail twice. Somebody looks at the few that are uncertain.',
  },
  resend: {
    label: 'Send it again',
    meaning: 'At least once: nobody is left out. A second copy has the same Message-ID.',
  },
};

interface PolicyFieldsProps {
  policy: AutomationPolicy;
  set: (change: Partial<AutomationPolicy>) => void;
  error: (field: string) => string | undefined;
}

/** What happens when occurrences meet, are late, fail, or a delivery's fate is not known: each with what it means. */
export function PolicyFields({ policy, set, error }: PolicyFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      <Select
        label="When a run meets the next"
        description={overlaps[policy.overlap].meaning}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={policy.overlap}
        onChange={(v) => set({ overlap: v as OverlapPolicy })}
        data={Object.entries(overlaps).map(([value, { label }]) => ({ value, label }))}
        error={error('overlap')}
      />
      <Select
        label="When a mail’s fate is unknown"
        description={uncertains[policy.uncertain].meaning}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={policy.uncertain}
        onChange={(v) => set({ uncertain: v as UncertainPolicy })}
        data={Object.entries(uncertains).map(([value, { label }]) => ({ value, label }))}
        error={error('uncertain')}
      />
      <DurationInput
        label="How late an occurrence may start"
        description="After an outage, one that is later than this is not sent. It shows as missed, and can be run by hand."
        value={policy.catchUpSeconds}
        onChange={(catchUpSeconds) => set({ catchUpSeconds })}
        error={error('catchUpSeconds')}
      />
      <Switch
        mt={4}
        label="Pause when a run fails"
        description="The automation is paused and you are told, instead of failing again at the next occurrence."
        checked={policy.pauseOnFailure}
        onChange={(e) => set({ pauseOnFailure: e.currentTarget.checked })}
      />
    </SimpleGrid>
  );
}
