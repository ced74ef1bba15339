import { Code, Group, Select, Text, TextInput } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Fragment } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { readersZone } from '../../time.js';

type Event = Schema<'AuditEvent'>;

const kinds: Record<Event['actor']['kind'], string> = {
  user: 'user',
  'api-key': 'API key',
  system: 'Oncemail itself',
  anonymous: 'nobody known',
};

const resources = [
  'automations',
  'campaigns',
  'runs',
  'lists',
  'imports',
  'contacts',
  'suppressions',
  'templates',
  'senders',
  'webhooks',
  'notifications',
  'users',
  'api-keys',
  'session',
];

const columns: Column<Event>[] = [
  { key: 'at', header: 'When', narrow: true, cell: (e) => <Instant at={e.at} /> },
  {
    key: 'actor',
    header: 'Who',
    cell: (e) => (
      <>
        {e.actor.name || kinds[e.actor.kind]}{' '}
        <Text span fz="xs" c="dimmed">
          {e.actor.name ? kinds[e.actor.kind] : ''}
        </Text>
      </>
    ),
  },
  {
    key: 'action',
    header: 'What',
    cell: (e) => <Action action={e.action} />,
  },
  {
    key: 'resource',
    header: 'On',
    phone: 'none',
    cell: (e) =>
      e.resourceId ? (
        <Text span fz="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {e.resourceId}
        </Text>
      ) : (
        '–'
      ),
  },
  {
    key: 'outcome',
    header: 'Outcome',
    phone: 'head',
    cell: (e) => (
      <StateBadge
        state={e.outcome}
        tone={e.outcome === 'succeeded' ? 'good' : 'bad'}
        label={e.status === null ? e.outcome : `${e.outcome} ${e.status}`}
      />
    ),
  },
  { key: 'from', header: 'From', phone: 'none', cell: (e) => e.clientAddress ?? '–' },
  {
    key: 'request',
    header: 'Request',
    phone: 'none',
    cell: (e) => (
      <Text span fz="xs" c="dimmed" ff="monospace">
        {e.requestId ?? '–'}
      </Text>
    ),
  },
];

/** `POST /campaigns/:id/check`, which breaks at its slashes alone. */
function Action({ action }: { action: string }) {
  return (
    <Code style={{ whiteSpace: 'normal', overflowWrap: 'break-word' }}>
      {action.split(/(?=\/)/).map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </Code>
  );
}

/** Who did what, when and from where. */
export default function AuditPage() {
  return (
    <>
      <PageHeader
        title="Audit"
        description="Whatever changed something, or tried to: by whom, when and from where. Newest first."
      />
      <Allowed
        role="admin"
        otherwise={
          <EmptyState title="For admins" icon={IconHistory}>
            The audit log is read by those with the role admin. Ask one of them.
          </EmptyState>
        }
      >
        <Events />
      </Allowed>
    </>
  );
}

/** The API's time of what a field of local date and time says; undefined when it is empty or half typed. */
function instantOf(local: string): string | undefined {
  const time = Date.parse(local);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function Events() {
  const [actorKind, setActorKind] = useQueryState('who');
  const [resourceType, setResourceType] = useQueryState('resource');
  const [outcome, setOutcome] = useQueryState('outcome');
  const [from, setFrom] = useQueryState('from');
  const [to, setTo] = useQueryState('to');
  const filters = {
    ...(actorKind ? { actorKind: actorKind as Event['actor']['kind'] } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(outcome ? { outcome: outcome as Event['outcome'] } : {}),
    ...(instantOf(from) ? { from: instantOf(from) as string } : {}),
    ...(instantOf(to) ? { to: instantOf(to) as string } : {}),
  };
  const list = useList<Event>(['audit', filters], (cursor) =>
    dataOf(api.GET('/api/v1/audit', { params: { query: { cursor, ...filters } } })),
  );
  return (
    <>
      <Group mb="md" gap="sm" align="flex-end">
        <Filter
          label="Who"
          any="Anybody"
          value={actorKind}
          onChange={setActorKind}
          data={Object.entries(kinds).map(([value, label]) => ({ value, label }))}
        />
        <Filter label="On" any="Anything" value={resourceType} onChange={setResourceType} data={resources} />
        <Filter
          label="Outcome"
          any="Any outcome"
          value={outcome}
          onChange={setOutcome}
          data={['succeeded', 'refused']}
        />
        <TextInput
          type="datetime-local"
          label={`From (${readersZone})`}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={`Before (${readersZone})`}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </Group>
      <DataTable
        label="Audit events"
        list={list}
        columns={columns}
        rowKey={(e) => e.id}
        empty={
          <EmptyState title="Nothing of that kind" icon={IconHistory}>
            Nobody has done anything that matches these filters.
          </EmptyState>
        }
      />
    </>
  );
}

function Filter({
  label,
  any,
  value,
  onChange,
  data,
}: {
  label: string;
  any: string;
  value: string;
  onChange: (value: string | null) => void;
  data: (string | { value: string; label: string })[];
}) {
  return (
    <Select
      label={label}
      placeholder={any}
      clearable
      clearButtonProps={{ 'aria-label': any }}
      data={data}
      value={value || null}
      onChange={onChange}
      w={{ base: 'calc(50% - 6px)', xs: 170 }}
    />
  );
}
