import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconCopy,
  IconExternalLink,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, dataOf, type Schema } from '../../api.js';
import { ActionsMenu, MenuAction } from '../../components/ActionsMenu.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Ago, Duration, Instant, InstantInZone } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Figure, Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useNow } from '../../hooks/useNow.js';
import { newKey } from '../../idempotency.js';
import { useMay } from '../../session.js';
import { formatCount, formatCountdown, formatDuration, formatInstant, readersZone } from '../../time.js';
import { automationDeletion, RunNowDialog, useDuplicate, usePause, useResume } from './actions.js';
import { automationQuery, stateOf, type Automation } from './automation.js';
import { States } from './AutomationsPage.js';
import { LastResult, timeOf } from './LastRun.js';
import { kindText } from '../runs/run.js';
import { OccurrenceCalendar } from './OccurrenceCalendar.js';
import { MissedOccurrences } from './MissedOccurrences.js';

const back = { to: '/automations', label: 'Automations' };

/** One automation: what it does, each of its occurrences accounted for, and its runs. */
export default function AutomationPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({ ...automationQuery(id), refetchInterval: 10_000 });
  if (query.data) return <Detail automation={query.data.automation} />;
  return <PendingPage title="Automation" back={back} query={query} />;
}

function Detail({ automation: a }: { automation: Automation }) {
  const may = useMay('operator');
  return (
    <>
      <PageHeader
        title={a.name}
        back={back}
        badge={<States automation={a} />}
        description={<What automation={a} />}
        actions={may && <Actions automation={a} />}
      />
      {!a.inSync && (
        <Alert
          color="yellow"
          variant="light"
          mb="md"
          icon={<IconAlertTriangle size={18} />}
          title="Temporal does not show the last change yet"
        >
          <Text fz="sm" c="var(--mantine-color-text)">
            {a.syncError ?? 'It was made a moment ago.'} The server keeps at it; until then no occurrence can send what
            is not wanted any more.
          </Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" mb="md">
        <NextFigure automation={a} />
        <Figure
          label="Last run"
          value={a.lastRun ? <StateBadge state={a.lastRun.status} /> : 'Never'}
          note={
            a.lastRun && (
              <>
                <LastResult run={a.lastRun} /> · <Ago at={timeOf(a.lastRun)} />
              </>
            )
          }
        />
        <Figure
          label="Runs"
          value={formatCount(a.totalRuns)}
          note={`Created ${formatInstant(a.createdAt, readersZone, 'date')}`}
        />
        <Figure label="Missed" value={formatCount(a.missed)} note="In the last seven days" />
      </SimpleGrid>
      <Stack gap="md">
        {a.missed > 0 && <MissedOccurrences automation={a} />}
        <OccurrenceCalendar automation={a} />
        <Runs automation={a} />
        <Policies automation={a} />
      </Stack>
    </>
  );
}

function What({ automation: a }: { automation: Automation }) {
  return (
    <>
      {a.campaignId !== null ? (
        <Anchor component={Link} to={`/campaigns/${a.campaignId}`} inherit>
          {a.campaignName ?? 'Its campaign'}
        </Anchor>
      ) : (
        a.workflow?.type
      )}
      {' · '}
      {a.scheduleText}
      {a.temporalUrl && (
        <>
          {' · '}
          <Anchor href={a.temporalUrl} target="_blank" rel="noreferrer" inherit>
            Schedule in Temporal{' '}
            <IconExternalLink size={13} aria-label="(opens in a new tab)" style={{ verticalAlign: '-2px' }} />
          </Anchor>
        </>
      )}
    </>
  );
}

function Actions({ automation: a }: { automation: Automation }) {
  const navigate = useNavigate();
  const [running, run] = useDisclosure(false);
  const pause = usePause();
  const resume = useResume();
  const duplicate = useDuplicate();
  return (
    <>
      {a.enabled ? (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={15} aria-hidden />}
          loading={pause.isPending}
          onClick={() => pause.mutate(a)}
        >
          Pause
        </Button>
      ) : (
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          loading={resume.isPending}
          onClick={() => resume.mutate(a)}
        >
          Resume
        </Button>
      )}
      <Button
        component={Link}
        to={`/automations/${a.id}/edit`}
        variant="default"
        leftSection={<IconPencil size={15} aria-hidden />}
      >
        Edit
      </Button>
      <Button onClick={run.open}>Run now</Button>
      <ActionsMenu name={a.name} onPage deletion={automationDeletion(a, () => void navigate({ to: '/automations' }))}>
        <MenuAction icon={IconCopy} onClick={() => duplicate.mutate({ automation: a, key: newKey() })}>
          Duplicate
        </MenuAction>
      </ActionsMenu>
      <RunNowDialog automation={a} opened={running} onClose={run.close} />
    </>
  );
}

function NextFigure({ automation: a }: { automation: Automation }) {
  const now = useNow(1000);
  const { nextRunAt } = a;
  if (nextRunAt === null) {
    return (
      <Figure
        label="Next run"
        value={stateOf(a) === 'paused' ? 'Paused' : 'None'}
        note={a.enabled ? 'The schedule has ended' : 'Resume it to go on'}
      />
    );
  }
  const left = Date.parse(nextRunAt) - now;
  return (
    <Figure
      label="Next run"
      value={left <= 0 ? 'Now' : formatCountdown(left)}
      note={<InstantInZone at={nextRunAt} zone={a.schedule.timeZone} />}
    />
  );
}

type Run = Schema<'Run'>;

const runColumns: Column<Run>[] = [
  { key: 'for', header: 'Occurrence', cell: (r) => <Instant at={r.scheduledFor} relative /> },
  { key: 'kind', header: 'Kind', cell: kindText },
  {
    key: 'status',
    header: 'Result',
    phone: 'head',
    cell: (r) => <StateBadge state={r.status} />,
  },
  {
    key: 'sent',
    header: 'Sent',
    align: 'right',
    cell: (r) => (r.campaignId ? `${formatCount(r.counts.sent)} of ${formatCount(r.counts.total)}` : '–'),
  },
  { key: 'took', header: 'Took', align: 'right', cell: (r) => <Duration from={r.startedAt} to={r.finishedAt} /> },
  {
    key: 'reason',
    header: 'Why',
    phone: 'fact',
    cell: (r) => (
      <Text component="span" fz="xs" c="dimmed">
        {r.statusReason ?? ''}
      </Text>
    ),
  },
];

function Runs({ automation: a }: { automation: Automation }) {
  const list = useList(
    ['runs', { automationId: a.id }],
    (cursor) =>
      dataOf(
        api.GET('/api/v1/runs', {
          params: { query: { automationId: a.id, limit: 25, ...(cursor ? { cursor } : {}) } },
        }),
      ),
    { refetchInterval: 10_000 },
  );
  return (
    <Section title="Runs">
      <DataTable
        label="Runs"
        list={list}
        columns={runColumns}
        rowKey={(r) => r.id}
        rowTo={(r) => `/runs/${r.id}`}
        loadingRows={3}
        empty={<EmptyState title="It has not run yet" />}
      />
    </Section>
  );
}

function Policies({ automation: a }: { automation: Automation }) {
  const overlap = {
    skip: 'the next occurrence is skipped',
    bufferOne: 'one occurrence waits',
    bufferAll: 'all that come due wait',
    cancelOther: 'the run is asked to stop, then the next starts',
    terminateOther: 'the run is ended at once, then the next starts',
    allowAll: 'both run side by side',
  }[a.policy.overlap];
  const facts: [string, string][] = [
    ['When a run meets the next', overlap],
    ['An occurrence may start', `up to ${formatDuration(a.policy.catchUpSeconds * 1000)} late`],
    [
      'When a run fails',
      a.policy.pauseOnFailure ? 'the automation is paused' : 'the next occurrence runs all the same',
    ],
    [
      'When a mail’s fate is unknown',
      a.policy.uncertain === 'hold' ? 'people decide (at most once)' : 'it is sent again (at least once)',
    ],
  ];
  return (
    <Section title="If things go another way">
      <Group component="dl" gap="xl" m={0}>
        {facts.map(([name, meaning]) => (
          <div key={name}>
            <Text component="dt" fz="xs" c="dimmed">
              {name}
            </Text>
            <Text component="dd" fz="sm" m={0}>
              {meaning}
            </Text>
          </div>
        ))}
      </Group>
    </Section>
  );
}
