import { Button, Text } from '@mantine/core';
import { IconPlus, IconServer } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { limitsInWords, serverOf, type Sender } from './sender.js';

type Sort = 'createdAt' | 'name' | '-createdAt' | '-name';

const columns: Column<Sender>[] = [
  { key: 'name', header: 'Sender', sort: 'name', cell: (s) => s.name },
  {
    key: 'from',
    header: 'From',
    cell: (s) => (
      <Text span inherit style={{ overflowWrap: 'anywhere' }}>
        {s.fromName && `${s.fromName} `}
        <Text span inherit c="dimmed">
          {s.fromEmail}
        </Text>
      </Text>
    ),
  },
  { key: 'server', header: 'Server', cell: serverOf },
  { key: 'limits', header: 'Limits', cell: (s) => limitsInWords(s.limits) },
  { key: 'connections', header: 'Connections', align: 'right', phone: 'none', cell: (s) => s.maxConnections },
  {
    key: 'created',
    header: 'Created',
    sort: 'createdAt',
    narrow: true,
    phone: 'none',
    cell: (s) => <Instant at={s.createdAt} />,
  },
];

/** The identities that mails are sent under, with the servers that take them. */
export default function SendersPage() {
  const [sort, setSort] = useQueryState('sort', 'name');
  const navigate = useNavigate();
  const may = useMay('operator');
  useShortcut('n', may ? () => void navigate({ to: '/senders/new' }) : null);
  const list = useList<Sender>(['senders', { sort }], (cursor) =>
    dataOf(api.GET('/api/v1/senders', { params: { query: { cursor, sort: sort as Sort } } })),
  );
  const button = (
    <Allowed role="operator">
      <Button component={Link} to="/senders/new" leftSection={<IconPlus size={16} aria-hidden />}>
        New sender
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Senders"
        description="Who mails are from, which server takes them, and how many at a time. Several senders can share a campaign."
        actions={button}
      />
      <DataTable
        label="Senders"
        list={list}
        columns={columns}
        rowKey={(s) => s.id}
        rowTo={(s) => `/senders/${s.id}`}
        sort={{ value: sort, onChange: setSort }}
        empty={
          <EmptyState title="No senders yet" icon={IconServer} action={button}>
            A campaign needs one: the address it is from, and an SMTP server or a provider that takes its mails.
          </EmptyState>
        }
      />
    </>
  );
}
