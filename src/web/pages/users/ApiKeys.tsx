import { ActionIcon, Button, Code, Group, Modal, Select, Stack, TextInput, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState, FormProblem } from '../../components/states.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useList } from '../../hooks/useList.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import type { Role } from '../../session.js';
import { roleChoices, roles } from './roles.js';
import { SecretOnce } from '../../components/SecretOnce.js';

type ApiKey = Schema<'ApiKey'>;

const columns: Column<ApiKey>[] = [
  { key: 'name', header: 'Key', cell: (k) => k.name },
  { key: 'prefix', header: 'Begins with', cell: (k) => <Code>{k.prefix}…</Code> },
  {
    key: 'role',
    header: 'Role',
    phone: 'head',
    cell: (k) =>
      k.expiresAt && Date.parse(k.expiresAt) <= Date.now() ? <StateBadge state="expired" /> : roles[k.role].label,
  },
  {
    key: 'used',
    header: 'Last used',
    narrow: true,
    cell: (k) => (k.lastUsedAt ? <Instant at={k.lastUsedAt} /> : 'Never'),
  },
  {
    key: 'expires',
    header: 'Expires',
    narrow: true,
    cell: (k) => (k.expiresAt ? <Instant at={k.expiresAt} /> : 'Never'),
  },
  { key: 'created', header: 'Created', narrow: true, phone: 'none', cell: (k) => <Instant at={k.createdAt} /> },
];

const day = 86_400_000;
const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'never', label: 'without end' },
];

/** The keys of programs. */
export function ApiKeys() {
  const [creating, create] = useDisclosure(false);
  const [made, setMade] = useState<Schema<'CreatedApiKey'> | null>(null);
  const list = useList<ApiKey>(['api-keys'], (cursor) =>
    dataOf(api.GET('/api/v1/api-keys', { params: { query: { cursor } } })),
  );
  const button = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={create.open}>
      New API key
    </Button>
  );
  return (
    <>
      <Group justify="flex-end" mb="md">
        {button}
      </Group>
      <DataTable
        label="API keys"
        list={list}
        columns={columns}
        rowKey={(k) => k.id}
        rowActions={(k) => <Revoke apiKey={k} />}
        empty={
          <EmptyState title="No API keys" icon={IconKey} action={button}>
            Programs use the REST API with one: Authorization: Bearer, and the key.
          </EmptyState>
        }
      />
      <Modal opened={creating} onClose={create.close} title="New API key">
        <KeyForm onClose={create.close} onMade={setMade} />
      </Modal>
      <SecretOnce secret={made?.key ?? null} title={`The key “${made?.name ?? ''}”`} onClose={() => setMade(null)}>
        Programs send it as <Code>Authorization: Bearer …</Code>. Its role: {made?.role}.
      </SecretOnce>
    </>
  );
}

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (key: Schema<'CreatedApiKey'>) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [life, setLife] = useState('365');
  const save = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/api-keys', {
          body: {
            name,
            role,
            ...(life === 'never' ? {} : { expiresAt: new Date(Date.now() + Number(life) * day).toISOString() }),
          },
        }),
      ),
    done: () => null,
    changes: [['api-keys']],
    showsProblems: true,
    onDone: (key) => {
      onClose();
      onMade(key);
    },
  });
  const errors = useFieldErrors(save.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="What uses it, so that you know what ends when you revoke it."
          required
          withAsterisk={false}
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={errors.at('/name')}
        />
        <Select
          label="Role"
          description={roles[role].meaning}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          data={roleChoices}
          value={role}
          onChange={(value) => setRole(value as Role)}
          error={errors.at('/role')}
        />
        <Select
          label="Works for"
          allowDeselect={false}
          data={lives}
          value={life}
          onChange={(value) => setLife(value ?? '365')}
          error={errors.at('/expiresAt')}
        />
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Create key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Revoke({ apiKey }: { apiKey: ApiKey }) {
  const [asking, ask] = useDisclosure(false);
  const revoke = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id: apiKey.id } } }),
    done: () => `The key “${apiKey.name}” no longer works.`,
    changes: [['api-keys']],
  });
  return (
    <>
      <Tooltip label="Revoke">
        <ActionIcon aria-label={`Revoke the key ${apiKey.name}`} onClick={ask.open}>
          <IconTrash size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <ConfirmDialog
        opened={asking}
        onClose={ask.close}
        title={`Revoke “${apiKey.name}”?`}
        consequence="Whatever uses it is refused from the next request on. It cannot be brought back."
        confirm="Revoke"
        onConfirm={() => revoke.mutateAsync()}
        busy={revoke.isPending}
      />
    </>
  );
}
