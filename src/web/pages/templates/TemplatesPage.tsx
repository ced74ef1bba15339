import { Button, Group, Text } from '@mantine/core';
import { IconCopy, IconPencil, IconPlus, IconTemplate } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { SearchInput } from '../../components/SearchInput.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { attachmentInput } from '../content/attachments.js';

type Template = Schema<'Template'>;
type Sort = 'createdAt' | 'name' | '-createdAt' | '-name';

const columns: Column<Template>[] = [
  { key: 'name', header: 'Template', sort: 'name', cell: (t) => t.name },
  {
    key: 'subject',
    header: 'Subject',
    cell: (t) => (
      <Text span inherit lineClamp={1} style={{ wordBreak: 'break-all' }}>
        {t.subject}
      </Text>
    ),
  },
  {
    key: 'created',
    header: 'Created',
    sort: 'createdAt',
    narrow: true,
    phone: 'none',
    cell: (t) => <Instant at={t.createdAt} />,
  },
  { key: 'updated', header: 'Changed', narrow: true, cell: (t) => <Instant at={t.updatedAt} /> },
];

/** All templates. */
export default function TemplatesPage() {
  const [search, setSearch] = useQueryState('search');
  const [sort, setSort] = useQueryState('sort', 'name');
  const navigate = useNavigate();
  const may = useMay('operator');
  useShortcut('n', may ? () => void navigate({ to: '/templates/new' }) : null);
  const list = useList(['templates', { search, sort }], (cursor) =>
    dataOf(
      api.GET('/api/v1/templates', {
        params: { query: { cursor, sort: sort as Sort, ...(search ? { search } : {}) } },
      }),
    ),
  );
  const create = (
    <Allowed role="operator">
      <Button component={Link} to="/templates/new" leftSection={<IconPlus size={16} aria-hidden />}>
        New template
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Templates"
        description="Mails that campaigns share. A change reaches the coming runs of all campaigns that use the template."
        actions={create}
      />
      <Group mb="md">
        <SearchInput
          label="Search templates by name"
          value={search}
          onChange={setSearch}
          placeholder="Search by name"
        />
      </Group>
      <DataTable
        label="Templates"
        list={list}
        columns={columns}
        rowKey={(t) => t.id}
        rowTo={(t) => `/templates/${t.id}`}
        {...(may ? { rowActions: (t: Template) => <TemplateMenu template={t} /> } : {})}
        sort={{ value: sort, onChange: setSort }}
        empty={
          search ? (
            <EmptyState title={`No template is called “${search}”`} icon={IconTemplate} />
          ) : (
            <EmptyState title="No templates yet" icon={IconTemplate} action={create}>
              A template is a mail that several campaigns send.
            </EmptyState>
          )
        }
      />
    </>
  );
}

function TemplateMenu({ template }: { template: Template }) {
  const navigate = useNavigate();
  const changes = [['templates']];
  const duplicate = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/templates', {
          body: {
            name: `${template.name.slice(0, 190)} (copy)`,
            subject: template.subject,
            html: template.html,
            text: template.text,
            attachments: template.attachments.map(attachmentInput),
          },
        }),
      ),
    done: (copy) => `“${copy.name}” has been made.`,
    changes,
    onDone: (copy) => void navigate({ to: `/templates/${copy.id}` }),
  });
  return (
    <ActionsMenu
      name={template.name}
      width={200}
      deletion={{
        run: () => api.DELETE('/api/v1/templates/{id}', { params: { path: { id: template.id } } }),
        consequence:
          'It cannot be brought back. A template that a campaign uses is not deleted; the answer names the campaigns.',
        done: `“${template.name}” has been deleted.`,
        changes,
      }}
    >
      <MenuAction icon={IconPencil} to={`/templates/${template.id}`}>
        Edit
      </MenuAction>
      <MenuAction icon={IconCopy} onClick={() => duplicate.mutate()}>
        Duplicate
      </MenuAction>
    </ActionsMenu>
  );
}
