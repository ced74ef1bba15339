import { Button, Code, Group, LoadingOverlay, Modal, Select, Stack, Text } from '@mantine/core';
import { IconRefresh, IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import type { WebhookDelivery } from './webhook.js';

const refreshMs = 5_000;

/** What was answered last, in a few words. */
function answerOf(d: WebhookDelivery): string {
  if (d.attempts === 0) return 'not sent yet';
  const took = d.answeredInMs === null ? '' : ` in ${d.answeredInMs} ms`;
  return d.lastError ?? `${d.lastStatus ?? 'no answer'}${took}`;
}

const columns: Column<WebhookDelivery>[] = [
  { key: 'type', header: 'Event', cell: (d) => d.type },
  {
    key: 'state',
    header: 'State',
    phone: 'head',
    cell: (d) => <StateBadge state={d.state} {...(d.state === 'delivered' ? { tone: 'good' as const } : {})} />,
  },
  { key: 'happened', header: 'Happened', narrow: true, cell: (d) => <Instant at={d.createdAt} /> },
  { key: 'attempts', header: 'Attempts', align: 'right', cell: (d) => d.attempts },
  {
    key: 'answer',
    header: 'Last answer',
    cell: (d) => (
      <Text span fz="sm" style={{ overflowWrap: 'anywhere' }}>
        {answerOf(d)}
      </Text>
    ),
  },
  { key: 'next', header: 'Next attempt', narrow: true, cell: (d) => <Instant at={d.nextAttemptAt} relative /> },
];

/** Every event of a webhook, with what its endpoint answered. */
export function WebhookDeliveries({ webhookId }: { webhookId: string }) {
  const [state, setState] = useQueryState('state');
  const [opened, setOpened] = useState<WebhookDelivery | null>(null);
  const list = useList<WebhookDelivery>(
    ['webhook', webhookId, 'deliveries', { state }],
    (cursor) =>
      dataOf(
        api.GET('/api/v1/webhooks/{id}/deliveries', {
          params: {
            path: { id: webhookId },
            query: { cursor, ...(state ? { state: state as WebhookDelivery['state'] } : {}) },
          },
        }),
      ),
    { refetchInterval: refreshMs },
  );
  return (
    <Section
      title="Events"
      description="What was sent, and what the endpoint answered."
      actions={
        <Select
          aria-label="State"
          placeholder="Any state"
          clearable
          clearButtonProps={{ 'aria-label': 'Any state' }}
          data={['pending', 'delivered', 'failed']}
          value={state || null}
          onChange={setState}
          w={150}
        />
      }
    >
      <DataTable
        label="Events"
        list={list}
        columns={columns}
        rowKey={(d) => d.id}
        onOpen={setOpened}
        empty={
          <EmptyState title={state ? 'No event is in that state' : 'Nothing was sent yet'} icon={IconWebhook}>
            Send a test event to see whether the endpoint takes it.
          </EmptyState>
        }
      />
      <Modal opened={opened !== null} onClose={() => setOpened(null)} title={opened?.type ?? ''} size="lg">
        {opened && <Detail webhookId={webhookId} delivery={opened} onClose={() => setOpened(null)} />}
      </Modal>
    </Section>
  );
}

function Detail({
  webhookId,
  delivery,
  onClose,
}: {
  webhookId: string;
  delivery: WebhookDelivery;
  onClose: () => void;
}) {
  const path = { id: webhookId, deliveryId: delivery.id };
  const query = useQuery({
    queryKey: ['webhook', webhookId, 'delivery', delivery.id],
    queryFn: () => dataOf(api.GET('/api/v1/webhooks/{id}/deliveries/{deliveryId}', { params: { path } })),
  });
  const again = useMutationWithNotice({
    run: () => dataOf(api.POST('/api/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver', { params: { path } })),
    done: () => 'It is sent again now, under the same webhook-id.',
    changes: [['webhook', webhookId]],
    onDone: onClose,
  });
  return (
    <Stack>
      <Text fz="sm">
        {answerOf(delivery)}, {delivery.attempts === 1 ? 'one attempt' : `${delivery.attempts} attempts`}; the event
        happened <Instant at={delivery.createdAt} inline />.
      </Text>
      {query.isError ? (
        <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />
      ) : (
        <div style={{ position: 'relative', minHeight: 120 }}>
          <LoadingOverlay visible={query.isPending} />
          <Code block style={{ maxHeight: 320, overflow: 'auto' }} tabIndex={0} aria-label="Data of the event">
            {query.data ? JSON.stringify(query.data.data, null, 2) : ''}
          </Code>
        </div>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={again.isPending}
          onClick={() => again.mutate()}
        >
          Send it again
        </Button>
      </Group>
    </Stack>
  );
}
