import { Button, Group, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAddressBook, IconPlus } from '@tabler/icons-react';
import { api, dataOf } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable } from '../../components/DataTable.js';
import { PageHeader } from '../../components/PageHeader.js';
import { SearchInput } from '../../components/SearchInput.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { useAllLists } from '../content/choices.js';
import { contactColumns, contactStatuses, type ContactSort, type ContactStatus } from './contact.js';
import { ContactDialog } from './ContactDialog.js';

/** All contacts. */
export default function ContactsPage() {
  const [search, setSearch] = useQueryState('search');
  const [status, setStatus] = useQueryState('status');
  const [listId, setListId] = useQueryState('list');
  const [sort, setSort] = useQueryState('sort');
  const [creating, create] = useDisclosure(false);
  const may = useMay('operator');
  useShortcut('n', may ? create.open : null);
  const lists = useAllLists();
  const list = useList(['contacts', { search, status, listId, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/contacts', {
        params: {
          query: {
            cursor,
            ...(search ? { search } : {}),
            ...(status ? { status: status as ContactStatus } : {}),
            ...(listId ? { listId } : {}),
            ...(sort ? { sort: sort as ContactSort } : {}),
          },
        },
      }),
    ),
  );
  const button = (
    <Allowed role="operator">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
        New contact
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Contacts"
        description="Everybody who is on a list, or was. An address is one contact, however many lists it is on."
        actions={button}
      />
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
        <Select
          aria-label="List"
          placeholder="Any list"
          clearable
          searchable
          clearButtonProps={{ 'aria-label': 'Any list' }}
          data={(lists.data ?? []).map((l) => ({ value: l.id, label: l.name }))}
          value={listId || null}
          onChange={setListId}
          w={{ base: 'calc(50% - 6px)', xs: 220 }}
        />
      </Group>
      <DataTable
        label="Contacts"
        list={list}
        columns={contactColumns}
        rowKey={(c) => c.id}
        rowTo={(c) => `/contacts/${c.id}`}
        sort={{ value: sort || (search ? 'email' : '-createdAt'), onChange: setSort }}
        empty={
          search || status || listId ? (
            <EmptyState title="No contact is like that" icon={IconAddressBook}>
              The search looks at the beginning of addresses.
            </EmptyState>
          ) : (
            <EmptyState title="No contacts yet" icon={IconAddressBook} action={button}>
              They come with the import of a list, from the API, or one by one.
            </EmptyState>
          )
        }
      />
      <ContactDialog opened={creating} onClose={create.close} />
    </>
  );
}
