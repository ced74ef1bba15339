import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconDots, IconPencil, IconPlus, IconTemplate, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
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
      <Text span fz="sm" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
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
  const [deleting, ask] = useDisclosure(false);
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
  const remove = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/templates/{id}', { params: { path: { id: template.id } } }),
    done: () => `“${template.name}” has been deleted.`,
    changes,
  });
  return (
    <>
      <Menu position="bottom-end" width={200} shadow="md">
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${template.name}`}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component={Link}
            to={`/templates/${template.id}`}
            leftSection={<IconPencil size={15} aria-hidden />}
          >
            Edit
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={15} aria-hidden />} onClick={() => duplicate.mutate()}>
            Duplicate
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            color="var(--mantine-color-error)"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={ask.open}
          >
            Delete …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={deleting}
        onClose={ask.close}
        title={`Delete “${template.name}”?`}
        consequence="It cannot be brought back. A template that a campaign uses is not deleted; the answer names the campaigns."
        confirm="Delete"
        onConfirm={() => remove.mutateAsync()}
        busy={remove.isPending}
      />
    </>
  );
}
