import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { api, dataOf, type Schema } from '../../api.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { events, eventTypes, webhookChanges, type Webhook } from './webhook.js';

interface WebhookDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The webhook to change; absent: a new one. */
  webhook?: Webhook;
  onMade?: (webhook: Schema<'WebhookWithSecret'>) => void;
}

/** Makes a webhook, or changes one. */
export function WebhookDialog({ opened, onClose, webhook, onMade }: WebhookDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={webhook ? `Edit “${webhook.name}”` : 'New webhook'} size="lg">
      <WebhookForm onClose={onClose} webhook={webhook} onMade={onMade} />
    </Modal>
  );
}

function WebhookForm({ onClose, webhook, onMade }: Pick<WebhookDialogProps, 'onClose' | 'webhook' | 'onMade'>) {
  const draft = useDraft(`webhook:${webhook?.id ?? 'new'}`, {
    name: webhook?.name ?? '',
    url: webhook?.url ?? '',
    events: webhook?.events ?? ['run.finished', 'run.failed', 'occurrence.missed'],
  });
  const { value } = draft;
  const save = useMutationWithNotice({
    run: async (): Promise<Schema<'WebhookWithSecret'> | null> => {
      const body = { ...value, events: value.events as Webhook['events'] };
      if (!webhook) return dataOf(api.POST('/api/v1/webhooks', { body }));
      await dataOf(api.PATCH('/api/v1/webhooks/{id}', { params: { path: { id: webhook.id } }, body }));
      return null;
    },
    done: () => (webhook ? 'Saved.' : null),
    changes: webhookChanges(webhook?.id),
    showsProblems: true,
    onDone: (made) => {
      draft.keepNothing();
      onClose();
      if (made) onMade?.(made);
    },
  });
  const errors = useFieldErrors(save.error);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          data-autofocus
          maxLength={200}
          value={value.name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
          error={errors.at('/name')}
        />
        <TextInput
          label="URL"
          type="url"
          description="Gets a signed POST for each event. Answer with 2xx within 15 seconds."
          placeholder="https://hooks.example.com/oncemail"
          value={value.url}
          onChange={(event) => draft.set({ url: event.currentTarget.value })}
          error={errors.at('/url')}
        />
        <Checkbox.Group
          label="Events"
          value={value.events}
          onChange={(chosen) => draft.set({ events: chosen as Webhook['events'] })}
          error={errors.at('/events')}
        >
          <Stack gap="xs" mt={6}>
            {eventTypes.map((type) => (
              <Checkbox key={type} value={type} label={type} description={events[type]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {webhook ? 'Save' : 'Create webhook'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
