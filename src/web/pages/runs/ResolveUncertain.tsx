import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { formatCount } from '../../time.js';
import type { RunDetail } from './run.js';

type Action = Schema<'UncertainInput'>['action'];

/** The most that one request may name. */
const mostNamed = 10_000;

const choices: { action: Action; label: string; consequence: string; confirm: string; done: string }[] = [
  {
    action: 'resend',
    label: 'Send again',
    consequence:
      'Everybody surely gets the mail; who got it already gets it twice. Both copies carry the same Message-ID, so that some mail programs show one.',
    confirm: 'Send again',
    done: 'sent again',
  },
  {
    action: 'assume-sent',
    label: 'Assume that they arrived',
    consequence: 'Nothing is sent. They count as sent from now on; who did not get the mail does not get it.',
    confirm: 'Assume sent',
    done: 'counted as sent',
  },
  {
    action: 'assume-failed',
    label: 'Assume that they did not arrive',
    consequence:
      'Nothing is sent now. They count as failed, and “Retry failed” would mail them again; who got the mail would then get it twice.',
    confirm: 'Assume failed',
    done: 'counted as failed',
  },
];

/** Asks what became of uncertain deliveries, and says what each answer means. `contactIds` null: all of the run. */
export function ResolveUncertain({
  run,
  contactIds,
  opened,
  onClose,
  onResolved,
}: {
  run: RunDetail;
  contactIds: string[] | null;
  opened: boolean;
  onClose: () => void;
  onResolved: () => void;
}) {
  const [action, setAction] = useState<Action | null>(null);
  const count = contactIds?.length ?? run.counts.uncertain;
  const chosen = choices.find((c) => c.action === action);
  const resolve = useMutationWithNotice({
    run: (input: Schema<'UncertainInput'>) =>
      dataOf(api.POST('/api/v1/runs/{id}/uncertain', { params: { path: { id: run.id } }, body: input })),
    done: ({ resolved }, input) => {
      const { done } = choices.find((c) => c.action === input.action) as (typeof choices)[number];
      return resolved === 0
        ? 'Nothing was uncertain any more.'
        : `${formatCount(resolved)} ${resolved === 1 ? 'delivery is' : 'deliveries are'} ${done}.`;
    },
    changes: [['run', run.id], ['runs'], ['overview']],
    onDone: () => {
      onResolved();
      close();
    },
  });
  function close(): void {
    setAction(null);
    onClose();
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={`What became of ${count === 1 ? 'this mail' : `these ${formatCount(count)} mails`}?`}
    >
      <Stack>
        <Text fz="sm">
          The mail was handed over and its answer never came (RFC 1047), or the worker died before it could note it: it
          may have been delivered. The logs of the mail server can tell, by the Message-ID of each delivery. What you
          decide is noted with your name.
        </Text>
        <Radio.Group aria-label="What became of them" value={action} onChange={(value) => setAction(value as Action)}>
          <Stack gap="xs">
            {choices.map((c) => (
              <Radio.Card key={c.action} value={c.action} radius="md" p="sm" aria-label={c.label}>
                <Group wrap="nowrap" align="flex-start" gap="sm">
                  <Radio.Indicator />
                  <div>
                    <Text fz="sm" fw={500}>
                      {c.label}
                    </Text>
                    <Text fz="sm" c="dimmed">
                      {c.consequence}
                    </Text>
                  </div>
                </Group>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            disabled={!chosen || count === 0 || (contactIds?.length ?? 0) > mostNamed}
            loading={resolve.isPending}
            onClick={() => action && resolve.mutate({ action, ...(contactIds ? { contactIds } : {}) })}
          >
            {chosen ? `${chosen.confirm} (${formatCount(count)})` : 'Choose one'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
