import { Button, Group, Tabs, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { ApiKeys } from './ApiKeys.js';
import { roles } from './roles.js';
import { SecretOnce } from '../../components/SecretOnce.js';
import { UserDialog } from './UserDialog.js';
import { UserMenu } from './UserMenu.js';

type User = Schema<'User'>;

const columns: Column<User>[] = [
  { key: 'name', header: 'User', cell: (u) => u.name },
  {
    key: 'email',
    header: 'Address',
    cell: (u) => (
      <Text span inherit c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {u.email}
      </Text>
    ),
  },
  { key: 'role', header: 'Role', cell: (u) => roles[u.role].label },
  {
    key: 'state',
    header: 'State',
    phone: 'head',
    cell: (u) => <StateBadge state={u.disabled ? 'disabled' : u.invited ? 'invited' : 'active'} />,
  },
  { key: 'factor', header: 'Authenticator', phone: 'none', cell: (u) => (u.secondFactor ? 'Yes' : 'No') },
  {
    key: 'seen',
    header: 'Last signed in',
    narrow: true,
    cell: (u) => (u.lastSignedInAt ? <Instant at={u.lastSignedInAt} /> : 'Never'),
  },
];

/** Who may use this installation: people, and programs with a key. */
export default function UsersPage() {
  const [tab, setTab] = useQueryState('show', 'users');
  return (
    <>
      <PageHeader
        title="Users and keys"
        description="People sign in; programs send an API key. Each has a role: viewer, operator or admin."
      />
      <Allowed
        role="admin"
        otherwise={
          <EmptyState title="For admins" icon={IconUsers}>
            Users and API keys are managed by those with the role admin. Ask one of them.
          </EmptyState>
        }
      >
        <Tabs value={tab} onChange={(value) => setTab(value)} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="users">Users</Tabs.Tab>
            <Tabs.Tab value="keys">API keys</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="users">
            <Users />
          </Tabs.Panel>
          <Tabs.Panel value="keys">
            <ApiKeys />
          </Tabs.Panel>
        </Tabs>
      </Allowed>
    </>
  );
}

function Users() {
  const [inviting, invite] = useDisclosure(false);
  const [invited, setInvited] = useState<{ invitation: Schema<'Invitation'>; name: string } | null>(null);
  const list = useList<User>(['users'], (cursor) =>
    dataOf(api.GET('/api/v1/users', { params: { query: { cursor } } })),
  );
  const onInvited = (invitation: Schema<'Invitation'>, name: string) => setInvited({ invitation, name });
  return (
    <>
      <Group justify="flex-end" mb="md">
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={invite.open}>
          Invite a user
        </Button>
      </Group>
      <DataTable
        label="Users"
        list={list}
        columns={columns}
        rowKey={(u) => u.id}
        rowActions={(u) => <UserMenu user={u} onInvited={onInvited} />}
      />
      <UserDialog opened={inviting} onClose={invite.close} onInvited={onInvited} />
      <SecretOnce
        secret={invited?.invitation.url ?? null}
        title={`The invitation of ${invited?.name ?? ''}`}
        onClose={() => setInvited(null)}
      >
        Give them this link. They choose a password there, once, before{' '}
        {invited && <Instant at={invited.invitation.expiresAt} />}.
      </SecretOnce>
    </>
  );
}
