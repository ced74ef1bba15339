import { ActionIcon, Anchor, Button, Group, Select, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMailOff, IconMailCheck, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { MailAddress } from '../../components/MailAddress.js';
import { PageHeader } from '../../components/PageHeader.js';
import { SearchInput } from '../../components/SearchInput.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { endingConsequence } from '../contacts/contact.js';
import { AddSuppressionsDialog } from './AddSuppressionsDialog.js';
import { reasons, suppressionChanges, type Reason } from './suppression.js';

type Suppression = Schema<'Suppression'>;
type Sort = 'since' | 'email' | '-since' | '-email';

const columns: Column<Suppression>[] = [
  {
    key: 'email',
    header: 'Address',
    sort: 'email',
    cell: (s) => (
      <Text span inherit fw={500} style={{ overflowWrap: 'anywhere' }}>
        <MailAddress address={s.email} />
      </Text>
    ),
  },
  {
    key: 'reason',
    header: 'Reason',
    phone: 'head',
    cell: (s) => <StateBadge state={s.reason} label={reasons[s.reason].label} />,
  },
  {
    key: 'detail',
    header: 'What is known',
    cell: (s) => (
      <Text span inherit c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
        {s.detail || '–'}
        {s.runId && (
          <>
            {' '}
            <Anchor component={Link} to={`/runs/${s.runId}`} inherit>
              The run
            </Anchor>
          </>
        )}
      </Text>
    ),
  },
  { key: 'since', header: 'Since', sort: 'since', narrow: true, cell: (s) => <Instant at={s.since} /> },
];

/** Addresses that get no mail, and why. */
export default function SuppressionsPage() {
  const [search, setSearch] = useQueryState('search');
  const [reason, setReason] = useQueryState('reason');
  const [sort, setSort] = useQueryState('sort', '-since');
  const [adding, add] = useDisclosure(false);
  const may = useMay('operator');
  useShortcut('n', may ? add.open : null);
  const list = useList(['suppressions', { search, reason, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/suppressions', {
        params: {
          query: {
            cursor,
            sort: sort as Sort,
            ...(search ? { search } : {}),
            ...(reason ? { reason: reason as Reason } : {}),
          },
        },
      }),
    ),
  );
  const button = (
    <Allowed role="operator">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={add.open}>
        Suppress addresses
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Suppressions"
        description="Addresses that get no mail, whatever lists they are on. Runs that are under way leave them out too."
        actions={button}
      />
      <Group mb="md" gap="sm">
        <SearchInput
          label="Search suppressions by the beginning of the address"
          value={search}
          onChange={setSearch}
          placeholder="Address begins with"
        />
        <Select
          aria-label="Reason"
          placeholder="Any reason"
          clearable
          clearButtonProps={{ 'aria-label': 'Any reason' }}
          data={Object.entries(reasons).map(([value, { label }]) => ({ value, label }))}
          value={reason || null}
          onChange={setReason}
          w={{ base: 'calc(50% - 6px)', xs: 170 }}
        />
      </Group>
      <DataTable
        label="Suppressions"
        list={list}
        columns={columns}
        rowKey={(s) => s.id}
        {...(may ? { rowActions: (s: Suppression) => <End suppression={s} /> } : {})}
        sort={{ value: sort, onChange: setSort }}
        empty={
          search || reason ? (
            <EmptyState title="No suppression is like that" icon={IconMailOff}>
              The search looks at the beginning of addresses.
            </EmptyState>
          ) : (
            <EmptyState title="No address is suppressed" icon={IconMailOff} action={button}>
              Addresses come here when somebody unsubscribes, when their server says that there is no such mailbox, or
              when you add them.
            </EmptyState>
          )
        }
      />
      <AddSuppressionsDialog opened={adding} onClose={add.close} />
    </>
  );
}

function End({ suppression }: { suppression: Suppression }) {
  const [asking, ask] = useDisclosure(false);
  const end = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/suppressions/{email}', { params: { path: { email: suppression.email } } }),
    done: () => `${suppression.email} may be mailed again.`,
    undo: () => ({
      run: () =>
        api.POST('/api/v1/suppressions', {
          body: { email: suppression.email, reason: suppression.reason, detail: suppression.detail },
        }),
      done: `${suppression.email} is suppressed again, as of now.`,
    }),
    changes: suppressionChanges,
  });
  return (
    <>
      <Tooltip label="Mail this address again">
        <ActionIcon aria-label={`End the suppression of ${suppression.email}`} onClick={ask.open}>
          <IconMailCheck size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={`Mail ${suppression.email} again?`}
        consequence={endingConsequence(suppression.reason === 'manual' ? 'suppressed' : suppression.reason)}
        confirm="Mail it again"
        onConfirm={() => end.mutateAsync()}
        busy={end.isPending}
      />
    </>
  );
}
