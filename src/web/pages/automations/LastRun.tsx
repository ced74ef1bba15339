import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Ago } from '../../components/Instant.js';
import { StateBadge } from '../../components/StateBadge.js';
import { ResultText } from '../runs/ResultText.js';
import type { Automation } from './automation.js';

type Run = NonNullable<Automation['lastRun']>;

/** The last run of an automation in a row: its result, which leads to the run, and how long ago that was. */
export function LastRun({ automation }: { automation: Automation }) {
  const run = automation.lastRun;
  if (!run) {
    return (
      <Text component="span" c="dimmed" inherit>
        Never
      </Text>
    );
  }
  return (
    <>
      <span style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '2px 8px' }}>
        {/* What has completed says so by its result; the rest stands out. */}
        {run.status !== 'completed' && <StateBadge state={run.status} />}
        <LastResult run={run} />
      </span>
      <Text component="span" display="block" fz="xs" c="dimmed">
        <Ago at={timeOf(run)} />
      </Text>
    </>
  );
}

/** The result of a run, which leads to it. */
export function LastResult({ run }: { run: Run }) {
  return (
    <Anchor component={Link} to={`/runs/${run.id}`} inherit c="inherit">
      {run.counts.total > 0 ? <ResultText counts={run.counts} /> : run.status === 'completed' ? 'Completed' : 'The run'}
    </Anchor>
  );
}

/** The time that a run is remembered by: its end, or its beginning while it goes on. */
export function timeOf(run: Run): string {
  return run.finishedAt ?? run.startedAt ?? run.scheduledFor;
}
