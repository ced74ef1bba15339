import { Alert, Button, Group, SegmentedControl, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconClockPlay, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, dataOf } from '../../api.js';
import { ConfirmDialog } from '../../components/ConfirmButton.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { InstantInZone } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { SearchInput } from '../../components/SearchInput.js';
import { Figure } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useNow } from '../../hooks/useNow.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useShortcut } from '../../hooks/useShortcut.js';
import { useMay } from '../../session.js';
import { formatCount, formatCountdown, formatInstant, readersZone, zoneName } from '../../time.js';
import { useBulk, type BulkAction } from './actions.js';
import { overviewQuery, stateOf, type Automation } from './automation.js';
import { AutomationMenu } from './AutomationMenu.js';
import classes from './AutomationsPage.module.css';
import { LastRun } from './LastRun.js';

const refreshMs = 15_000;

/** The page people live on: what runs when, how it went, and everything that can be done about it. */
export default function AutomationsPage() {
  const may = useMay('operator');
  const navigate = useNavigate();
  const [search, setSearch] = useQueryState('search');
  const [state, setState] = useQueryState('state', 'all');
  const [campaignId, setCampaignId] = useQueryState('campaign');
  const [sort, setSort] = useQueryState('sort', '-createdAt');
  const [selected, setSelected] = useState(new Set<string>());
  useShortcut('n', may ? () => void navigate({ to: '/automations/new' }) : null);

  const filters = {
    ...(search === '' ? {} : { search }),
    ...(state === 'all' ? {} : { enabled: state === 'active' }),
    ...(campaignId === '' ? {} : { campaignId }),
    sort: sort as 'name' | '-name' | 'createdAt' | '-createdAt',
  };
  const list = useList(
    ['automations', filters],
    (cursor) =>
      dataOf(api.GET('/api/v1/automations', { params: { query: { ...filters, ...(cursor ? { cursor } : {}) } } })),
    { refetchInterval: refreshMs },
  );
  const names = new Map(list.items.map((a) => [a.id, a.name]));
  const shownSelection = [...selected].filter((id) => names.has(id));
  const filtered = search !== '' || state !== 'all' || campaignId !== '';
  const newButton = (
    <Button component={Link} to="/automations/new" leftSection={<IconPlus size={16} aria-hidden />}>
      New automation
    </Button>
  );

  return (
    <>
      <PageHeader title="Automations" actions={may && newButton} />
      <Figures />
      <Group mb="sm" gap="sm" justify="space-between">
        <Group gap="sm">
          <SearchInput label="Search automations" placeholder="Search by name" value={search} onChange={setSearch} />
          <SegmentedControl
            className={classes.states}
            aria-label="State"
            size="xs"
            value={state}
            onChange={setState}
            data={[
              { value: 'all', label: 'All' },
              { value: 'active', label: 'Active' },
              { value: 'paused', label: 'Paused' },
            ]}
          />
          {campaignId !== '' && (
            <Button size="xs" variant="default" onClick={() => setCampaignId(null)}>
              Of one campaign: show all
            </Button>
          )}
        </Group>
        {may && shownSelection.length > 0 && <BulkActions ids={shownSelection} onDone={() => setSelected(new Set())} />}
      </Group>
      <DataTable
        label="Automations"
        list={list}
        columns={columns}
        rowKey={(a) => a.id}
        rowTo={(a) => `/automations/${a.id}`}
        sort={{ value: sort, onChange: setSort }}
        {...(may
          ? {
              rowActions: (a: Automation) => <AutomationMenu automation={a} />,
              selection: { selected, onChange: setSelected, label: (id: string) => names.get(id) ?? id },
            }
          : {})}
        empty={
          filtered ? (
            <EmptyState
              title="No automation matches"
              action={
                <Button variant="default" onClick={() => void navigate({ to: '/automations', search: {} as never })}>
                  Show all
                </Button>
              }
            />
          ) : (
            <EmptyState title="No automations yet" icon={IconClockPlay} action={may && newButton}>
              An automation sends a campaign on a schedule, each occurrence exactly once.
            </EmptyState>
          )
        }
      />
    </>
  );
}

const columns: Column<Automation>[] = [
  {
    key: 'name',
    header: 'Automation',
    sort: 'name',
    cell: (a) => (
      <span className={classes.name}>
        {a.name}
        <Text component="span" display="block" fz="xs" c="dimmed" fw={400}>
          {a.campaignName ?? a.workflow?.type}
        </Text>
      </span>
    ),
  },
  {
    key: 'schedule',
    header: 'Schedule',
    cell: (a) => <ScheduleWords automation={a} />,
  },
  { key: 'next', header: 'Next run', cell: (a) => <NextRun automation={a} /> },
  {
    key: 'last',
    header: 'Last run',
    cell: (a) => <LastRun automation={a} />,
  },
  { key: 'runs', header: 'Runs', align: 'right', cell: (a) => formatCount(a.totalRuns) },
  { key: 'state', header: 'State', phone: 'head', cell: (a) => <States automation={a} /> },
];

/** The schedule in words; its zone, and until when it lasts, beneath. */
function ScheduleWords({ automation: a }: { automation: Automation }) {
  const { timeZone } = a.schedule;
  const at = a.scheduleText.indexOf(`, ${timeZone}`);
  const words = at < 0 ? a.scheduleText : a.scheduleText.slice(0, at);
  return (
    <span className={classes.schedule}>
      {words.charAt(0).toUpperCase() + words.slice(1)}
      {at >= 0 && (
        <Text component="span" display="block" fz="xs" c="dimmed">
          {a.scheduleText.slice(at + 2)}
        </Text>
      )}
    </span>
  );
}

function NextRun({ automation: a }: { automation: Automation }) {
  if (a.nextRunAt === null) {
    return (
      <Text component="span" c="dimmed" inherit>
        {a.enabled ? 'None to come' : 'Paused'}
      </Text>
    );
  }
  return <InstantInZone at={a.nextRunAt} zone={a.schedule.timeZone} relative />;
}

/** Its state, and what is not as it should be. */
export function States({ automation: a }: { automation: Automation }) {
  return (
    <Group gap={4} wrap="wrap">
      <StateBadge state={stateOf(a)} />
      {a.missed > 0 && (
        <Tooltip label="Occurrences of the last seven days that did not run. Open the automation to run them.">
          <span>
            <StateBadge state="missed" label={`${a.missed} missed`} />
          </span>
        </Tooltip>
      )}
      {!a.inSync && (
        <Tooltip
          multiline
          maw={320}
          label={a.syncError ?? 'Temporal does not show the last change yet. The server keeps at it.'}
        >
          <span>
            <StateBadge state="out of sync" />
          </span>
        </Tooltip>
      )}
    </Group>
  );
}

function Figures() {
  const { data, refetch } = useQuery({ ...overviewQuery(readersZone), refetchInterval: refreshMs });
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" mb="lg">
      <Figure
        label="Automations"
        value={data ? formatCount(data.total) : '–'}
        note={data && data.running.length > 0 ? `${data.running.length} running now` : 'None running now'}
      />
      <Figure
        label="Active"
        value={data ? formatCount(data.active) : '–'}
        note={data ? `${formatCount(data.total - data.active)} paused` : ''}
      />
      <Figure
        label="Completed today"
        value={data ? formatCount(data.completedToday) : '–'}
        note={
          data
            ? `${formatCount(data.sentToday)} mails sent${data.failedToday > 0 ? ` · ${data.failedToday} runs failed` : ''}`
            : ''
        }
      />
      <NextFigure at={data?.nextRunAt ?? null} onDue={() => void refetch()} />
    </SimpleGrid>
  );
}

function NextFigure({ at, onDue }: { at: string | null; onDue: () => void }) {
  const now = useNow(1000);
  const left = at === null ? null : Date.parse(at) - now;
  const due = left !== null && left <= 0;
  useEffect(() => {
    if (due) onDue();
    // Once when it comes due; the answer brings the next.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [due]);
  return (
    <Figure
      label="Next run"
      value={left === null ? 'None' : due ? 'Now' : formatCountdown(left)}
      note={at === null ? 'Nothing is scheduled' : `${formatInstant(at)} ${zoneName(at)}`}
    />
  );
}

function BulkActions({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const bulk = useBulk();
  const act = (action: BulkAction) => bulk.mutateAsync({ action, ids }).then(onDone);
  return (
    <Alert color="gray" variant="light" p={6} role="status">
      <Group gap="xs">
        <Text fz="sm" c="var(--mantine-color-text)" px={6}>
          {ids.length} selected
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={bulk.isPending}
          onClick={() => void act('pause').catch(() => undefined)}
        >
          Pause
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={bulk.isPending}
          onClick={() => void act('resume').catch(() => undefined)}
        >
          Resume
        </Button>
        <Button
          size="xs"
          variant="default"
          c="var(--app-bad)"
          disabled={bulk.isPending}
          onClick={() => setDeleting(true)}
        >
          Delete
        </Button>
      </Group>
      <ConfirmDialog
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${ids.length} ${ids.length === 1 ? 'automation' : 'automations'}?`}
        consequence="None of their further occurrences will run, and this cannot be undone. Runs that go on are not stopped; past runs are kept."
        confirm="Delete"
        busy={bulk.isPending}
        onConfirm={() => act('delete')}
      />
    </Alert>
  );
}
