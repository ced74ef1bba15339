import { Group, Select, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useEffect } from 'react';
import { openRunStatuses } from '../../../domain/run.js';
import { api, dataOf } from '../../api.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Duration, Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList, type List } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { RowProgress } from './ProgressBar.js';
import { isLive, kindText, type Run } from './run.js';

const liveStatuses = openRunStatuses.join(',');
const endedStatuses = 'completed,stopped,failed';
/** How often the runs that go on are read again, and the others, in milliseconds. */
const liveMs = 2000;
const calmMs = 15_000;

const statusChoices = [
  { value: '', label: 'Any state' },
  { value: liveStatuses, label: 'Going on' },
  ...openRunStatuses.map((status) => ({ value: status, label: capital(status) })),
  { value: 'completed', label: 'Completed' },
  { value: 'stopped', label: 'Stopped' },
  { value: 'failed', label: 'Failed' },
];

const kindChoices = [
  { value: '', label: 'Any kind' },
  { value: 'scheduled', label: 'Scheduled' },
  { value: 'manual', label: 'On request' },
  { value: 'backfill', label: 'Backfill' },
];

// All but the first as wide as their longest content: the two tables stand below each other.
const columns: Column<Run>[] = [
  { key: 'title', header: 'Run', cell: (run) => run.title },
  { key: 'status', header: 'State', cell: (run) => <StateBadge state={run.status} />, width: 126, phone: 'head' },
  {
    key: 'progress',
    header: 'Progress',
    cell: (run) => <RowProgress counts={run.counts} label={`Progress of ${run.title}`} />,
    width: 270,
  },
  {
    key: 'kind',
    header: 'Kind',
    cell: (run) => <span style={{ whiteSpace: 'nowrap' }}>{kindText(run)}</span>,
    width: 136,
  },
  {
    key: 'scheduledFor',
    header: 'For',
    cell: (run) => <Instant at={run.scheduledFor} relative />,
    width: 226,
  },
  {
    key: 'duration',
    header: 'Duration',
    cell: (run) => <Duration from={run.startedAt} to={isLive(run) ? null : (run.finishedAt ?? run.startedAt)} />,
    align: 'right',
    width: 120,
  },
];

/** All runs: those that go on above, with their progress as it is now, and below them those that have ended. */
export default function RunsPage() {
  const [status, setStatus] = useQueryState('status');
  const [kind, setKind] = useQueryState('kind');
  const [automationId, setAutomationId] = useQueryState('automation');
  const [campaignId, setCampaignId] = useQueryState('campaign');
  const filters = {
    ...(kind === '' ? {} : { kind }),
    ...(automationId === '' ? {} : { automationId }),
    ...(campaignId === '' ? {} : { campaignId }),
  };
  const filtered = Object.keys(filters).length > 0;

  const live = useRuns({ ...filters, status: liveStatuses }, liveMs, status === '');
  const others = useRuns(
    { ...filters, status: status === '' ? endedStatuses : status },
    liveStatuses.includes(status) && status !== '' ? liveMs : calmMs,
  );
  useWhenFewer(live.items.length);

  return (
    <>
      <PageHeader
        title="Runs"
        description="Each run is one occurrence of an automation, or one request, and happens once."
      />
      <Group gap="xs" mb="md">
        <Select
          aria-label="State"
          data={statusChoices}
          value={status}
          onChange={setStatus}
          w={{ base: 'calc(50% - 5px)', xs: 150 }}
        />
        <Select
          aria-label="Kind"
          data={kindChoices}
          value={kind}
          onChange={setKind}
          w={{ base: 'calc(50% - 5px)', xs: 140 }}
        />
        <OwnerFilter what="automations" value={automationId} onChange={setAutomationId} />
        <OwnerFilter what="campaigns" value={campaignId} onChange={setCampaignId} />
      </Group>
      {status === '' && live.items.length > 0 && (
        <section aria-labelledby="going-on" style={{ marginBottom: 24 }}>
          <Title order={2} id="going-on" mb={8}>
            Going on now
          </Title>
          <RunTable label="Runs that go on" list={live} />
        </section>
      )}
      <section aria-labelledby="ended">
        {status === '' && live.items.length > 0 && (
          <Title order={2} id="ended" mb={8}>
            Ended
          </Title>
        )}
        <RunTable
          label={status === '' ? 'Runs that have ended' : 'Runs'}
          list={others}
          empty={
            filtered || status !== '' ? (
              <EmptyState title="No run is like this">Choose another state, kind, automation or campaign.</EmptyState>
            ) : live.items.length > 0 ? (
              <EmptyState title="None has ended yet" icon={IconPlayerPlay} />
            ) : (
              <EmptyState title="Nothing has run yet" icon={IconPlayerPlay}>
                A run appears here when an automation is due, or when you run a campaign or automation now.
              </EmptyState>
            )
          }
        />
      </section>
    </>
  );
}

function RunTable({ label, list, empty }: { label: string; list: List<Run>; empty?: React.ReactNode }) {
  return (
    <DataTable
      label={label}
      list={list}
      columns={columns}
      rowKey={(run) => run.id}
      rowTo={(run) => `/runs/${run.id}`}
      empty={empty}
    />
  );
}

function useRuns(query: Record<string, string>, refetchInterval: number, enabled = true): List<Run> {
  return useList<Run>(
    ['runs', query],
    (cursor) => dataOf(api.GET('/api/v1/runs', { params: { query: { ...query, cursor } as never } })),
    { refetchInterval, enabled },
  );
}

/** A run that has ended moves to the list below at once. */
function useWhenFewer(count: number): void {
  const queries = useQueryClient();
  useEffect(() => {
    return () => void queries.invalidateQueries({ queryKey: ['runs'] });
  }, [count, queries]);
}

/** Chooses an automation or campaign by its name. */
function OwnerFilter({
  what,
  value,
  onChange,
}: {
  what: 'automations' | 'campaigns';
  value: string;
  onChange: (id: string | null) => void;
}) {
  const { data } = useQuery({
    queryKey: [what, 'names'],
    queryFn: async () => {
      const query = { limit: 500, sort: 'name' } as const;
      const { items } =
        what === 'automations'
          ? await dataOf(api.GET('/api/v1/automations', { params: { query } }))
          : await dataOf(api.GET('/api/v1/campaigns', { params: { query } }));
      return items.map(({ id, name }) => ({ value: id, label: name }));
    },
    staleTime: 60_000,
  });
  const label = capital(what.slice(0, -1));
  return (
    <Select
      aria-label={label}
      placeholder={`Any ${what.slice(0, -1)}`}
      data={data ?? []}
      value={value === '' ? null : value}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': `Any ${what.slice(0, -1)}` }}
      nothingFoundMessage={`No ${what.slice(0, -1)} of this name`}
      w={{ base: 'calc(50% - 5px)', xs: 200 }}
    />
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
