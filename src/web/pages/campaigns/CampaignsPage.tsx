import { Button, Group, Text } from '@mantine/core';
import { IconMail, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
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
import { useAllLists, useAllTemplates } from '../content/choices.js';
import type { Campaign } from './campaign.js';
import { CampaignMenu } from './CampaignMenu.js';

type Sort = 'createdAt' | 'name' | '-createdAt' | '-name';

/** All campaigns. */
export default function CampaignsPage() {
  const [search, setSearch] = useQueryState('search');
  const [sort, setSort] = useQueryState('sort', '-createdAt');
  const navigate = useNavigate();
  const may = useMay('operator');
  useShortcut('n', may ? () => void navigate({ to: '/campaigns/new' }) : null);
  const list = useList(['campaigns', { search, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/campaigns', {
        params: { query: { cursor, sort: sort as Sort, ...(search ? { search } : {}) } },
      }),
    ),
  );
  const lists = useAllLists();
  const templates = useAllTemplates();
  const nameOf = (id: string) => lists.data?.find((l) => l.id === id)?.name;

  const columns: Column<Campaign>[] = [
    { key: 'name', header: 'Campaign', sort: 'name', cell: (c) => c.name },
    {
      key: 'subject',
      header: 'Subject',
      cell: (c) =>
        c.content ? (
          <Text span inherit lineClamp={1} style={{ wordBreak: 'break-all' }}>
            {c.content.subject}
          </Text>
        ) : (
          <Text span inherit c="dimmed">
            Template “{templates.data?.find((t) => t.id === c.templateId)?.name ?? '…'}”
          </Text>
        ),
    },
    {
      key: 'lists',
      header: 'Lists',
      cell: (c) => {
        const [first, ...rest] = c.listIds.map((id) => nameOf(id) ?? '…');
        return rest.length === 0 ? first : `${first} and ${rest.length} more`;
      },
    },
    {
      key: 'audience',
      header: 'Goes to',
      narrow: true,
      phone: 'none',
      cell: (c) => (c.audience === 'everyone' ? 'Everyone' : 'Not yet received'),
    },
    { key: 'created', header: 'Created', sort: 'createdAt', narrow: true, cell: (c) => <Instant at={c.createdAt} /> },
  ];
  const create = (
    <Allowed role="operator">
      <Button component={Link} to="/campaigns/new" leftSection={<IconPlus size={16} aria-hidden />}>
        New campaign
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Campaigns"
        description="What is sent, to whom and by which senders. An automation sends one on a schedule; one can also be run now."
        actions={create}
      />
      <Group mb="md">
        <SearchInput
          label="Search campaigns by name"
          value={search}
          onChange={setSearch}
          placeholder="Search by name"
        />
      </Group>
      <DataTable
        label="Campaigns"
        list={list}
        columns={columns}
        rowKey={(c) => c.id}
        rowTo={(c) => `/campaigns/${c.id}`}
        rowActions={(c) => <CampaignMenu campaign={c} />}
        sort={{ value: sort, onChange: setSort }}
        empty={
          search ? (
            <EmptyState title={`No campaign is called “${search}”`} icon={IconMail}>
              The search looks for its text anywhere in the names.
            </EmptyState>
          ) : (
            <EmptyState title="No campaigns yet" icon={IconMail} action={create}>
              A campaign is a mail with the lists it goes to and the senders it comes from.
            </EmptyState>
          )
        }
      />
    </>
  );
}
