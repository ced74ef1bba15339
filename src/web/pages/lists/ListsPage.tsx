import { Button, Group, Select, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { api, dataOf } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { SearchInput } from '../../components/SearchInput.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import { useAllLists } from '../content/choices.js';
import type { ContactList } from './list.js';
import { ListDialog } from './ListDialog.js';
import { ListMenu } from './ListMenu.js';

type Sort = 'createdAt' | 'name' | '-createdAt' | '-name';

const dash = (
  <Text span c="dimmed" inherit>
    –
  </Text>
);

const columns: Column<ContactList>[] = [
  {
    key: 'name',
    header: 'List',
    sort: 'name',
    cell: (l) => l.name,
  },
  {
    key: 'description',
    header: 'Description',
    phone: 'none',
    cell: (l) =>
      l.description ? (
        <Text span inherit c="dimmed" lineClamp={1}>
          {l.description}
        </Text>
      ) : (
        dash
      ),
  },
  { key: 'contacts', header: 'Contacts', align: 'right', cell: (l) => formatCount(l.contacts) },
  { key: 'geography', header: 'Geography', cell: (l) => l.geography || dash },
  { key: 'isp', header: 'ISP', cell: (l) => l.isp || dash },
  {
    key: 'created',
    header: 'Created',
    sort: 'createdAt',
    narrow: true,
    phone: 'none',
    cell: (l) => <Instant at={l.createdAt} />,
  },
];

/** All lists. */
export default function ListsPage() {
  const [search, setSearch] = useQueryState('search');
  const [geography, setGeography] = useQueryState('geography');
  const [isp, setIsp] = useQueryState('isp');
  const [sort, setSort] = useQueryState('sort', 'name');
  const [creating, create] = useDisclosure(false);
  const may = useMay('operator');
  useShortcut('n', may ? create.open : null);
  const list = useList(['lists', { search, geography, isp, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/lists', {
        params: {
          query: {
            cursor,
            sort: sort as Sort,
            ...(search ? { search } : {}),
            ...(geography ? { geography } : {}),
            ...(isp ? { isp } : {}),
          },
        },
      }),
    ),
  );
  const all = useAllLists();
  const values = (field: 'geography' | 'isp', chosen: string) =>
    [...new Set([...(all.data ?? []).map((l) => l[field]), chosen])].filter(Boolean).sort((a, b) => a.localeCompare(b));
  const button = (
    <Allowed role="operator">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
        New list
      </Button>
    </Allowed>
  );
  const filtered = search !== '' || geography !== '' || isp !== '';
  return (
    <>
      <PageHeader
        title="Lists"
        description="Who campaigns go to. A contact can be on any number of lists and gets each campaign once."
        actions={button}
      />
      <Group mb="md" gap="sm">
        <SearchInput label="Search lists by name" value={search} onChange={setSearch} placeholder="Search by name" />
        <FilterSelect
          label="Geography"
          values={values('geography', geography)}
          value={geography}
          onChange={setGeography}
        />
        <FilterSelect label="ISP" values={values('isp', isp)} value={isp} onChange={setIsp} />
      </Group>
      <DataTable
        label="Lists"
        list={list}
        columns={columns}
        rowKey={(l) => l.id}
        rowTo={(l) => `/lists/${l.id}`}
        rowActions={(l) => <ListMenu list={l} />}
        sort={{ value: sort, onChange: setSort }}
        empty={
          filtered ? (
            <EmptyState title="No list is like that" icon={IconUsersGroup}>
              Change the search or the filters.
            </EmptyState>
          ) : (
            <EmptyState title="No lists yet" icon={IconUsersGroup} action={button}>
              Make one and import its contacts from a CSV file or from addresses that you paste.
            </EmptyState>
          )
        }
      />
      <ListDialog opened={creating} onClose={create.close} />
    </>
  );
}

function FilterSelect({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: string[];
  value: string;
  onChange: (value: string | null) => void;
}) {
  if (values.length === 0) return null;
  return (
    <Select
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': `Any ${label}` }}
      data={values}
      value={value || null}
      onChange={onChange}
      w={{ base: 'calc(50% - 6px)', xs: 160 }}
    />
  );
}
