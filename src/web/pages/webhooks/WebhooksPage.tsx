import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { stateOf, type Webhook } from './webhook.js';
import { WebhookDialog } from './WebhookDialog.js';
import { WebhookSecret } from './WebhookSecret.js';

type Sort = 'createdAt' | 'name' | '-createdAt' | '-name';

const columns: Column<Webhook>[] = [
  { key: 'name', header: 'Webhook', sort: 'name', cell: (w) => w.name },
  {
    key: 'url',
    header: 'URL',
    cell: (w) => (
      <Text span fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {w.url}
      </Text>
    ),
  },
  {
    key: 'events',
    header: 'Events',
    cell: (w) => (
      <Text span fz="sm">
        {w.events.join(', ')}
      </Text>
    ),
  },
  {
    key: 'state',
    header: 'State',
    phone: 'head',
    cell: (w) => <StateBadge state={stateOf(w)} {...(stateOf(w) === 'failing' ? { tone: 'bad' as const } : {})} />,
  },
  {
    key: 'created',
    header: 'Created',
    sort: 'createdAt',
    narrow: true,
    phone: 'none',
    cell: (w) => <Instant at={w.createdAt} />,
  },
];

/** Which other systems are told of what happens here. */
export default function WebhooksPage() {
  const [sort, setSort] = useQueryState('sort', 'name');
  const [creating, create] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const reads = useMay('operator');
  const writes = useMay('admin');
  useShortcut('n', writes ? create.open : null);
  const list = useList<Webhook>(
    ['webhooks', { sort }],
    (cursor) => dataOf(api.GET('/api/v1/webhooks', { params: { query: { cursor, sort: sort as Sort } } })),
    { enabled: reads },
  );
  const button = (
    <Allowed role="admin">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
        New webhook
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="Tell other systems what happens: signed, tried again for three days, and recorded."
        actions={button}
      />
      {reads ? (
        <DataTable
          label="Webhooks"
          list={list}
          columns={columns}
          rowKey={(w) => w.id}
          rowTo={(w) => `/webhooks/${w.id}`}
          sort={{ value: sort, onChange: setSort }}
          empty={
            <EmptyState title="No webhooks yet" icon={IconWebhook} action={button}>
              A webhook gets a request when a run ends, a recipient fails, somebody unsubscribes or an occurrence is
              missed.
            </EmptyState>
          }
        />
      ) : (
        <EmptyState title="For operators" icon={IconWebhook}>
          Webhooks are seen by operators and changed by admins.
        </EmptyState>
      )}
      <WebhookDialog opened={creating} onClose={create.close} onMade={(made) => setSecret(made.secret ?? null)} />
      <WebhookSecret secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}
