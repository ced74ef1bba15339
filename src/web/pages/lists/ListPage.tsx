import { ActionIcon, Anchor, Button, Group, Select, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUpload, IconUserMinus, IconUserPlus, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { SearchInput } from '../../components/SearchInput.js';
import { Figure } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import {
  contactColumns,
  contactStatuses,
  type Contact,
  type ContactSort,
  type ContactStatus,
} from '../contacts/contact.js';
import { ContactDialog } from '../contacts/ContactDialog.js';
import { listChanges, listQuery, type ContactList } from './list.js';
import { ListMenu } from './ListMenu.js';

const back = { to: '/lists', label: 'Lists' };

/** A list: its contacts and its imports. */
export default function ListPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(listQuery(id));
  if (query.data) return <Shown list={query.data.data} />;
  return <PendingPage title="List" back={back} query={query} lines={12} />;
}

function Shown({ list }: { list: ContactList }) {
  const navigate = useNavigate();
  const may = useMay('operator');
  const [adding, add] = useDisclosure(false);
  const [search, setSearch] = useQueryState('search');
  const [status, setStatus] = useQueryState('status');
  const [sort, setSort] = useQueryState('sort');
  const contacts = useList(['contacts', { listId: list.id, search, status, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/lists/{id}/contacts', {
        params: {
          path: { id: list.id },
          query: {
            cursor,
            ...(search ? { search } : {}),
            ...(status ? { status: status as ContactStatus } : {}),
            ...(sort ? { sort: sort as ContactSort } : {}),
          },
        },
      }),
    ),
  );
  const imports = useList(['imports', { listId: list.id }], (cursor) =>
    dataOf(api.GET('/api/v1/imports', { params: { query: { cursor, limit: 5, listId: list.id } } })),
  );
  const filtered = search !== '' || status !== '';
  const importButton = (
    <Allowed role="operator">
      <Button component={Link} to={`/lists/${list.id}/import`} leftSection={<IconUpload size={16} aria-hidden />}>
        Import
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title={list.name}
        back={back}
        description={list.description || undefined}
        actions={
          <>
            <Allowed role="operator">
              <Button variant="default" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={add.open}>
                Add a contact
              </Button>
            </Allowed>
            {importButton}
            <ListMenu short list={list} onDeleted={() => void navigate({ to: '/lists' })} />
          </>
        }
      />
      <ContactDialog opened={adding} onClose={add.close} list={list} />
      <SimpleGrid cols={{ base: 2, md: 4 }} mb="lg">
        <Figure label="Contacts" value={formatCount(list.contacts)} />
        <Figure label="Geography" value={list.geography || '–'} />
        <Figure label="ISP" value={list.isp || '–'} />
        <LastImport latest={imports.items[0]} />
      </SimpleGrid>
      <Group mb="md" gap="sm">
        <SearchInput
          label="Search contacts by the beginning of their address"
          value={search}
          onChange={setSearch}
          placeholder="Address begins with"
        />
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          clearButtonProps={{ 'aria-label': 'Any status' }}
          data={[...contactStatuses]}
          value={status || null}
          onChange={setStatus}
          w={{ base: 'calc(50% - 6px)', xs: 160 }}
        />
      </Group>
      <DataTable
        label="Contacts of this list"
        list={contacts}
        columns={membersColumns}
        rowKey={(c) => c.id}
        rowTo={(c) => `/contacts/${c.id}`}
        sort={{ value: sort || (search ? 'email' : '-createdAt'), onChange: setSort }}
        {...(may ? { rowActions: (c: Contact) => <TakeOff contact={c} list={list} /> } : {})}
        empty={
          filtered ? (
            <EmptyState title="No contact of this list is like that" icon={IconUsersGroup}>
              The search looks at the beginning of addresses.
            </EmptyState>
          ) : (
            <EmptyState title="Nobody is on this list yet" icon={IconUsersGroup} action={importButton}>
              Import a CSV file or paste addresses.
            </EmptyState>
          )
        }
      />
      <section style={{ marginTop: 28 }} aria-labelledby="imports-of-list">
        <Text component="h2" id="imports-of-list" fw={600} fz={15} mb="xs" mt={0}>
          Imports
        </Text>
        <DataTable
          label="Imports into this list"
          list={imports}
          columns={importColumns}
          rowKey={(i) => i.id}
          rowTo={(i) => `/lists/${list.id}/import?import=${i.id}`}
          loadingRows={2}
          empty={<EmptyState title="Nothing has been imported into it yet" />}
        />
      </section>
    </>
  );
}

const membersColumns: Column<Contact>[] = contactColumns.filter((c) => c.key !== 'lists');

type Import = Schema<'Import'>;

const importColumns: Column<Import>[] = [
  { key: 'at', header: 'Import', cell: (i) => <Instant at={i.createdAt} /> },
  { key: 'file', header: 'File', cell: (i) => i.fileName || 'pasted' },
  { key: 'status', header: 'State', phone: 'head', cell: (i) => <StateBadge state={i.status} /> },
  { key: 'rows', header: 'Rows', align: 'right', phone: 'none', cell: (i) => formatCount(i.rows) },
  { key: 'added', header: 'Joined', align: 'right', cell: (i) => formatCount(i.added) },
  { key: 'updated', header: 'Changed', align: 'right', phone: 'none', cell: (i) => formatCount(i.updated) },
  {
    key: 'rejected',
    header: 'Rejected',
    align: 'right',
    cell: (i) =>
      i.rejected > 0 ? (
        <Anchor href={`/api/v1/imports/${i.id}/rejected.csv`} download inherit>
          {formatCount(i.rejected)}
          <span className="visually-hidden"> rejected rows as CSV</span>
        </Anchor>
      ) : (
        '0'
      ),
  },
];

function LastImport({ latest }: { latest: Import | undefined }) {
  return (
    <Figure
      label="Last import"
      value={latest ? `+${formatCount(latest.added)}` : '–'}
      note={latest && <Instant at={latest.createdAt} />}
    />
  );
}

function TakeOff({ contact, list }: { contact: Contact; list: ContactList }) {
  const changes = listChanges(list.id);
  const remove = useMutationWithNotice({
    run: () =>
      api.DELETE('/api/v1/lists/{id}/contacts/{contactId}', {
        params: { path: { id: list.id, contactId: contact.id } },
      }),
    done: () => `${contact.email} is no longer on “${list.name}”.`,
    undo: () => ({
      run: () =>
        api.POST('/api/v1/lists/{id}/contacts', {
          params: { path: { id: list.id } },
          body: { contactIds: [contact.id] },
        }),
      done: `${contact.email} is on “${list.name}” again.`,
    }),
    changes,
  });
  return (
    <Tooltip label="Take off the list">
      <ActionIcon
        aria-label={`Take ${contact.email} off the list`}
        loading={remove.isPending}
        onClick={() => remove.mutate()}
      >
        <IconUserMinus size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
