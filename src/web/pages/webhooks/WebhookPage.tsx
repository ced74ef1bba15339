import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPencil, IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
import { Allowed } from '../../components/Allowed.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Pending } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { stateOf, webhookChanges, type Webhook } from './webhook.js';
import { WebhookDeliveries } from './WebhookDeliveries.js';
import { WebhookDialog } from './WebhookDialog.js';
import { WebhookSecret } from './WebhookSecret.js';

/** One webhook: what it gets, how it does, and every event with its answer. */
export default function WebhookPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({
    queryKey: ['webhook', id],
    queryFn: () => dataOf(api.GET('/api/v1/webhooks/{id}', { params: { path: { id } } })),
  });
  const webhook = query.data;
  return (
    <>
      <PageHeader
        title={webhook?.name ?? 'Webhook'}
        back={{ to: '/webhooks', label: 'Webhooks' }}
        description={webhook?.url}
        actions={webhook && <Actions webhook={webhook} />}
      />
      {!webhook ? (
        <Pending query={query} lines={8} />
      ) : (
        <Stack gap="md">
          <Section>
            <Group gap="xs">
              <StateBadge
                state={stateOf(webhook)}
                {...(stateOf(webhook) === 'failing' ? { tone: 'bad' as const } : {})}
              />
              <Text fz="sm">Gets {webhook.events.join(', ')}.</Text>
            </Group>
            {webhook.disabledReason && (
              <Alert color="red" variant="light" mt="sm" title="It was disabled">
                <Text fz="sm" c="var(--mantine-color-text)">
                  {webhook.disabledReason}
                </Text>
              </Alert>
            )}
            {webhook.secretUnreadableSince && (
              <Alert color="red" variant="light" mt="sm" title="Its secret cannot be read">
                <Text fz="sm" c="var(--mantine-color-text)">
                  Nothing has been sent since <Instant at={webhook.secretUnreadableSince} inline relative />: the server
                  runs with another ONCEMAIL_SECRET_KEY than the secret was stored with. Start it with that key, or make
                  a new secret and give it to the receiver. What waits is sent then.
                </Text>
              </Alert>
            )}
            {webhook.failingSince && (
              <Text fz="sm" mt="xs">
                The endpoint has not accepted anything since <Instant at={webhook.failingSince} inline relative />. One
                event at a time is tried until it does.
              </Text>
            )}
            {webhook.previousSecretUntil && (
              <Text fz="sm" mt="xs">
                The secret before signs too until <Instant at={webhook.previousSecretUntil} inline />.
              </Text>
            )}
          </Section>
          <WebhookDeliveries webhookId={id} />
        </Stack>
      )}
    </>
  );
}

function Actions({ webhook }: { webhook: Webhook }) {
  const navigate = useNavigate();
  const [editing, edit] = useDisclosure(false);
  const [rotating, askRotate] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const path = { params: { path: { id: webhook.id } } };
  const changes = webhookChanges(webhook.id);
  const test = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/webhooks/{id}/test', path)),
    done: () => 'A test event is on its way.',
    changes,
  });
  const enable = useMutationWithNotice({
    run: () => dataOf(api.PATCH('/api/v1/webhooks/{id}', { ...path, body: { enabled: !webhook.enabled } })),
    done: (w) => (w.enabled ? 'It gets events again, from now on.' : 'It gets no events any more.'),
    changes,
  });
  const rotate = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/webhooks/{id}/rotate-secret', path)),
    done: () => null,
    changes,
    onDone: (w) => setSecret(w.secret ?? null),
  });
  return (
    <Group gap="xs">
      <Allowed role="operator">
        <Button
          variant="default"
          leftSection={<IconSend size={16} aria-hidden />}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          Send a test event
        </Button>
      </Allowed>
      <Allowed role="admin">
        <ActionsMenu
          name={webhook.name}
          onPage
          deletion={{
            run: () => api.DELETE('/api/v1/webhooks/{id}', path),
            consequence: 'Events that wait are not sent any more, and its record of events goes with it.',
            done: `“${webhook.name}” has been deleted.`,
            changes: webhookChanges(),
            onDeleted: () => void navigate({ to: '/webhooks' }),
          }}
        >
          <MenuAction icon={IconPencil} asks={edit.open}>
            Edit
          </MenuAction>
          <MenuAction icon={webhook.enabled ? IconPlayerPause : IconPlayerPlay} onClick={() => enable.mutate()}>
            {webhook.enabled ? 'Disable' : 'Enable'}
          </MenuAction>
          <MenuAction icon={IconKey} asks={askRotate.open}>
            New secret
          </MenuAction>
        </ActionsMenu>
        <WebhookDialog opened={editing} onClose={edit.close} webhook={webhook} />
        <WebhookSecret secret={secret} onClose={() => setSecret(null)} />
        <ConfirmDialog
          opened={rotating}
          onClose={askRotate.close}
          title="Make a new secret?"
          consequence="For a day, events are signed with both, so that the receiver can change over. Then the present one no longer signs."
          confirm="Make it"
          danger={false}
          onConfirm={() => rotate.mutateAsync()}
          busy={rotate.isPending}
        />
      </Allowed>
    </Group>
  );
}
