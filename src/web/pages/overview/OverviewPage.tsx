import { Anchor, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, dataOf } from '../../api.js';
import { Ago, Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Figure, Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { ErrorState } from '../../components/states.js';
import { useNow } from '../../hooks/useNow.js';
import { formatCount, formatCountdown, zoneName, formatInstant } from '../../time.js';
import { RowProgress } from '../runs/ProgressBar.js';
import { type Run } from '../runs/run.js';
import { Attention } from './Attention.js';
import { FirstSteps } from './FirstSteps.js';
import { isNew, overviewQuery, type Overview } from './overview.js';
import classes from './OverviewPage.module.css';
import { SentCharts } from './SentCharts.js';

/** The start page: what goes on, what comes next, what needs somebody, and what was sent. */
export default function OverviewPage() {
  const { data, error, refetch, isRefetching } = useQuery(overviewQuery);
  return (
    <>
      <PageHeader title="Overview" />
      {error && !data ? (
        <ErrorState error={error} retry={() => refetch()} retrying={isRefetching} />
      ) : !data ? (
        <Loading />
      ) : (
        <Stack gap="md">
          {isNew(data) && <FirstSteps />}
          <Figures overview={data} />
          {!isNew(data) && <Attention overview={data} />}
          <div className={classes.columns}>
            <Runs overview={data} />
            <Next overview={data} />
          </div>
          {!isNew(data) && <SentCharts />}
        </Stack>
      )}
    </>
  );
}

function Loading() {
  return (
    <Stack gap="md" role="status" aria-busy="true" aria-label="Loading the overview">
      <div className={classes.figures}>
        {Array.from({ length: 5 }, (_, i) => (
          <Skeleton key={i} height={92} radius="lg" />
        ))}
      </div>
      <Skeleton height={92} radius="lg" />
      <div className={classes.columns}>
        <Skeleton height={240} radius="lg" />
        <Skeleton height={240} radius="lg" />
      </div>
      <Skeleton height={320} radius="lg" />
    </Stack>
  );
}

function Figures({ overview: o }: { overview: Overview }) {
  return (
    <div className={classes.figures}>
      <Figure
        label="Next run"
        value={o.nextRunAt ? <Countdown to={o.nextRunAt} /> : '–'}
        note={o.nextRunAt ? <Instant at={o.nextRunAt} /> : 'No automation is due'}
      />
      <Figure
        label="Sent today"
        value={formatCount(o.sentToday)}
        note={o.uncertain > 0 ? `${formatCount(o.uncertain)} wait for a decision` : 'None in doubt'}
      />
      <Figure
        label="Running"
        value={formatCount(o.running.length)}
        note={o.running.length === 0 ? 'Nothing right now' : `${formatCount(pendingOf(o.running))} mails to go`}
      />
      <Figure
        label="Completed today"
        value={formatCount(o.completedToday)}
        note={o.failedToday > 0 ? `${formatCount(o.failedToday)} failed` : 'None failed'}
      />
      <Figure
        label="Active automations"
        value={formatCount(o.active)}
        note={o.total === o.active ? 'None paused' : `${formatCount(o.total - o.active)} paused`}
      />
    </div>
  );
}

function pendingOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.counts.pending + run.counts.sending, 0);
}

function Countdown({ to }: { to: string }) {
  const left = Date.parse(to) - useNow(1000);
  return <>{left <= 0 ? 'due' : formatCountdown(left)}</>;
}

/** The runs that go on; with nothing going on, the latest that have ended. */
function Runs({ overview }: { overview: Overview }) {
  const live = overview.running.length > 0;
  const { data } = useQuery({
    queryKey: ['runs', 'latest'],
    queryFn: () =>
      dataOf(api.GET('/api/v1/runs', { params: { query: { status: 'completed,stopped,failed', limit: 5 } } })),
    refetchInterval: 15_000,
  });
  const latest = (data?.items ?? []).slice(0, Math.max(0, 5 - overview.running.length));
  return (
    <Section
      title={live ? 'Going on now' : 'Latest runs'}
      actions={
        <Anchor component={Link} to={'/runs' as string} fz="sm">
          All runs
        </Anchor>
      }
    >
      {!live && latest.length === 0 ? (
        <Text fz="sm" c="dimmed">
          Nothing has run yet.
        </Text>
      ) : (
        <>
          {live && <RunList label="Going on now" runs={overview.running.slice(0, 6)} />}
          {live && latest.length > 0 && <h3 className={classes.ended}>Ended</h3>}
          {latest.length > 0 && <RunList label="Latest runs" runs={latest} />}
        </>
      )}
    </Section>
  );
}

function RunList({ label, runs }: { label: string; runs: Run[] }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {runs.map((run) => (
        <RunItem key={run.id} run={run} />
      ))}
    </ul>
  );
}

function RunItem({ run }: { run: Run }) {
  return (
    <li className={classes.item}>
      <div className={classes.body}>
        <div style={{ display: 'flex', justifyContent: 'space-between', gap: 12, marginBottom: 6 }}>
          <Link to={`/runs/${run.id}` as string} className={classes.name}>
            {run.title}
          </Link>
          <span style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
            <Text component="span" fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              <Ago at={run.finishedAt ?? run.startedAt ?? run.createdAt} />
            </Text>
            {run.status !== 'completed' && <StateBadge state={run.status} />}
          </span>
        </div>
        <RowProgress counts={run.counts} label={`Progress of ${run.title}`} />
      </div>
    </li>
  );
}

function Next({ overview }: { overview: Overview }) {
  const now = useNow(1000);
  return (
    <Section
      title="Due next"
      actions={
        <Anchor component={Link} to={'/automations' as string} fz="sm">
          All automations
        </Anchor>
      }
    >
      {overview.next.length === 0 ? (
        <Text fz="sm" c="dimmed">
          No automation is due. One that is active and has a time to come appears here.
        </Text>
      ) : (
        <ul className={classes.list}>
          {overview.next.slice(0, 6).map((n) => (
            <li key={n.automationId} className={classes.item}>
              <div className={classes.body}>
                <Link to={`/automations/${n.automationId}` as string} className={classes.name}>
                  {n.name}
                </Link>
                <Text component="div" fz="xs" c="dimmed">
                  {n.scheduleText}
                </Text>
              </div>
              <div style={{ textAlign: 'right' }}>
                <span className={classes.countdown}>{formatCountdown(Date.parse(n.at) - now)}</span>
                <Text component="div" fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                  {formatInstant(n.at, n.timeZone)} {zoneName(n.at, n.timeZone)}
                </Text>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
