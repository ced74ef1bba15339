import { Anchor, Code, Skeleton, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Duration, Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { useNow } from '../../hooks/useNow.js';
import { useMay } from '../../session.js';
import { formatCount, formatCountdown, formatDuration } from '../../time.js';
import { Deliveries } from './Deliveries.js';
import { ProgressBar, stateColours } from './ProgressBar.js';
import { Proof } from './Proof.js';
import { paceOf, rateText } from './rate.js';
import {
  audienceText,
  isLive,
  kindWithTime,
  settled,
  shownStates,
  stateWords,
  statusSentence,
  type RunDetail,
} from './run.js';
import { RunActions } from './RunActions.js';
import { RunCurve } from './RunCurve.js';
import classes from './RunPage.module.css';
import { useRun, type WatchedRun } from './useRun.js';

const back = { to: '/runs', label: 'Runs' };

/** One run: watched live, steered, and proved. */
export default function RunPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const watched = useRun(id);
  const { data: run } = watched.query;
  if (!run) return <PendingPage title="Run" back={back} query={watched.query} loading={<Loading />} />;
  return (
    <>
      <PageHeader
        title={run.title}
        documentTitle={tabTitle(run)}
        back={back}
        badge={<StateBadge state={run.status} />}
        description={
          <>
            {kindWithTime(run)} <Instant at={run.scheduledFor} inline />
          </>
        }
        actions={<RunActions run={run} />}
      />
      <Stack gap="md">
        <Progress run={run} watched={watched} />
        <div className={classes.columns}>
          {hasDeliveries(run) ? <RunCurve run={run} /> : <Result run={run} />}
          <Facts run={run} />
        </div>
        {hasDeliveries(run) && run.result !== null && run.result !== undefined && <Result run={run} />}
        <Proof run={run} />
        {hasDeliveries(run) && <Deliveries run={run} />}
      </Stack>
    </>
  );
}

/** How far a run is can be read from its tab. */
function tabTitle(run: RunDetail): string {
  const { counts } = run;
  if (!isLive(run) || counts.total === 0) return `${run.title}: ${run.status}`;
  return `${Math.floor((settled(counts) / counts.total) * 100)}% · ${run.title}`;
}

/** A workflow of somebody's own may mail nobody. */
function hasDeliveries(run: RunDetail): boolean {
  return run.campaignId !== null || run.counts.total > 0;
}

function Loading() {
  return (
    <Stack gap="md" aria-busy="true" role="status" aria-label="Loading the run">
      <Skeleton height={148} radius="lg" />
      <div className={classes.columns}>
        <Skeleton height={282} radius="lg" />
        <Skeleton height={282} radius="lg" />
      </div>
      <Skeleton height={260} radius="lg" />
    </Stack>
  );
}

const tones: Partial<Record<RunDetail['status'], 'warn' | 'bad'>> = { waiting: 'warn', paused: 'warn', failed: 'bad' };

function Progress({ run, watched }: { run: RunDetail; watched: WatchedRun }) {
  const may = useMay('operator');
  const live = isLive(run);
  const { counts } = run;
  const sentence = statusSentence(run);
  return (
    <Section>
      <div className={classes.live}>
        <dl className={classes.numbers} style={{ margin: 0 }}>
          <div className={classes.headline}>
            <dt className="visually-hidden">Sent</dt>
            <dd className={classes.big} style={{ margin: 0 }}>
              {formatCount(counts.sent)}{' '}
              <Text component="span" fz={16} c="dimmed" fw={400}>
                of {formatCount(counts.total)} sent
              </Text>
            </dd>
          </div>
          {live ? <LiveNumbers run={run} watched={watched} /> : <EndNumbers run={run} />}
        </dl>
        {live && (
          <span className={classes.pulse} data-watching={watched.watching}>
            {watched.watching === 'live' ? 'Live' : 'Connecting; read every 2 s'}
          </span>
        )}
        <ProgressBar counts={counts} label={`Progress of ${run.title}`} height={12} />
        <ul className={classes.legend} aria-label="By state">
          {shownStates
            .filter((state) => counts[state] > 0)
            .map((state) => (
              <li key={state}>
                <span className={classes.swatch} style={{ background: stateColours[state] }} aria-hidden />
                {stateWords[state].label} <b>{formatCount(counts[state])}</b>
                <Text component="span" c="dimmed" fz="xs">
                  {percent(counts[state], counts.total)}
                </Text>
              </li>
            ))}
        </ul>
        <div className={sentence ? classes.note : 'visually-hidden'} data-tone={tones[run.status]}>
          {/* A change of it is told to those who do not see it. */}
          <span role="status">{sentence}</span>
        </div>
        {counts.uncertain > 0 && (
          <div className={classes.note} data-tone="warn">
            <b>
              {formatCount(counts.uncertain)} {counts.uncertain === 1 ? 'delivery is' : 'deliveries are'} uncertain.
            </b>{' '}
            {run.uncertainPolicy === 'hold'
              ? `${counts.uncertain === 1 ? 'It is' : 'They are'} not sent again until somebody decides, so that nobody gets the mail twice.`
              : 'The policy of this run is to send such mails again by itself.'}{' '}
            <Anchor component={Link} to="." search={{ state: 'uncertain' } as never} hash="deliveries" inherit>
              {may ? 'Decide' : 'Look at them'}
            </Anchor>
          </div>
        )}
      </div>
    </Section>
  );
}

function percent(part: number, total: number): string {
  const share = (part / total) * 100;
  if (share === 100) return '100%';
  return share < 0.1 ? '<0.1%' : `${Math.min(share, 99.9).toFixed(1)}%`;
}

function LiveNumbers({ run, watched }: { run: RunDetail; watched: WatchedRun }) {
  const now = useNow(1000);
  const { perSecond, leftMs } = paceOf(run, watched.samples, now);
  const waits = run.status === 'waiting' && run.waitingUntil !== null;
  return (
    <>
      {waits ? (
        <NumberOf name="Next try in">{formatCountdown(Date.parse(run.waitingUntil as string) - now)}</NumberOf>
      ) : (
        <>
          <NumberOf name="Rate">{perSecond === null ? '–' : rateText(perSecond)}</NumberOf>
          <NumberOf name="Time left">
            {leftMs === null ? '–' : `about ${formatDuration(Math.max(1000, leftMs))}`}
          </NumberOf>
        </>
      )}
      <NumberOf name="Running for">
        <Duration from={run.startedAt} />
      </NumberOf>
    </>
  );
}

function EndNumbers({ run }: { run: RunDetail }) {
  const took = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  return (
    <>
      <NumberOf name="Took">{took === null ? '–' : formatDuration(took)}</NumberOf>
      {took !== null && took > 0 && settled(run.counts) > 0 && (
        <NumberOf name="On average">{rateText(run.counts.sent / (took / 1000))}</NumberOf>
      )}
      <NumberOf name="Ended">
        <Instant at={run.finishedAt} />
      </NumberOf>
    </>
  );
}

function NumberOf({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.number}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ run }: { run: RunDetail }) {
  return (
    <Section title="Details">
      <dl className="facts">
        {run.automationId && (
          <Fact name="Automation">
            <To path={`/automations/${run.automationId}`}>{run.title}</To>
          </Fact>
        )}
        {run.campaignId && (
          <Fact name="Campaign">
            <To path={`/campaigns/${run.campaignId}`}>Open the campaign</To>
          </Fact>
        )}
        {!run.campaignId && <Fact name="Workflow type">{run.workflowType}</Fact>}
        {run.subject && <Fact name="Subject">{run.subject}</Fact>}
        {run.audience && <Fact name="Audience">{audienceText[run.audience]}</Fact>}
        {run.retryOf && (
          <Fact name="Retry of">
            <To path={`/runs/${run.retryOf}`}>the run whose deliveries failed</To>
          </Fact>
        )}
        {run.senders.length > 0 && (
          <Fact name={run.senders.length === 1 ? 'Sender' : 'Senders'}>
            {run.senders.map((sender, i) => (
              <span key={sender.id}>
                {i > 0 && ', '}
                <To path={`/senders/${sender.id}`}>{sender.name}</To>
              </span>
            ))}
          </Fact>
        )}
        <Fact name="If uncertain">
          {run.uncertainPolicy === 'hold' ? 'Hold: people decide' : 'Send again, same Message-ID'}
        </Fact>
        <Fact name="Started">
          <Instant at={run.startedAt} otherwise="Not yet" />
        </Fact>
        {run.requestId && (
          <Fact name="Request">
            <Code>{run.requestId}</Code>
          </Fact>
        )}
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** A link to a page whose address is made of an ID. */
function To({ path, children }: { path: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={path} inherit>
      {children}
    </Anchor>
  );
}

/** What the workflow of a run answered. */
function Result({ run }: { run: RunDetail }) {
  return (
    <Section title="Result" description="What the workflow answered">
      {run.result === null || run.result === undefined ? (
        <Text fz="sm" c="dimmed">
          {isLive(run) ? 'It has not ended yet.' : 'It answered nothing.'}
        </Text>
      ) : (
        <Code block mah={320} style={{ overflow: 'auto' }}>
          {JSON.stringify(run.result, null, 2)}
        </Code>
      )}
    </Section>
  );
}
