import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { Chart, type Series } from '../../components/Chart.js';
import { Section } from '../../components/Section.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { readersZone, zoneName } from '../../time.js';
import { stateColours } from './ProgressBar.js';
import { isLive, stateWords, type Run } from './run.js';

type Statistics = Schema<'RunStatistics'>;

/** The server counts at most once a second; the curve is asked for a little less often. */
const refreshMs = 2500;
/** The most points drawn; more are summed up. */
const mostPoints = 150;
/** After so long without an answer the curve ends with the last one, in milliseconds. */
const quietMs = 120_000;
const height = 180;

/** The curve of a run: what was sent, failed and became uncertain over time. */
export function RunCurve({ run }: { run: Run }) {
  const [unit, setUnit] = useState<'second' | 'minute'>('second');
  const { data, error, refetch, isRefetching } = useQuery({
    queryKey: ['run', run.id, 'statistics'],
    queryFn: () => dataOf(api.GET('/api/v1/runs/{id}/statistics', { params: { path: { id: run.id } } })),
    refetchInterval: isLive(run) ? refreshMs : false,
  });
  return (
    <Section
      title={`Sent per ${unit}`}
      description={
        data && data.points.length > 0 ? `Times in ${zoneName(data.from)} (${readersZone})` : 'As the servers answered'
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Unit of the curve"
          value={unit}
          onChange={(value) => setUnit(value as 'second' | 'minute')}
          data={[
            { value: 'second', label: 'Per second' },
            { value: 'minute', label: 'Per minute' },
          ]}
        />
      }
    >
      {error && !data ? (
        <ErrorState error={error} retry={() => refetch()} retrying={isRefetching} />
      ) : !data ? (
        <Skeleton height={height + 18} />
      ) : data.points.length === 0 ? (
        <div style={{ minHeight: height + 18 }}>
          <EmptyState title="Nothing has been sent yet" />
        </div>
      ) : (
        <Curve statistics={data} unit={unit} sending={run.status === 'sending'} />
      )}
    </Section>
  );
}

function Curve({ statistics, unit, sending }: { statistics: Statistics; unit: 'second' | 'minute'; sending: boolean }) {
  const { at, seconds, values } = series(statistics, sending);
  const factor = (unit === 'second' ? 1 : 60) / seconds;
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds < 60 ? { second: '2-digit' } : {}),
  });
  const shown = (['sent', 'failed', 'uncertain'] as const).filter(
    (state) => state === 'sent' || statistics.total[state] > 0,
  );
  return (
    <Chart
      label={`Deliveries per ${unit}`}
      height={height}
      points={at.map((time) => clock.format(time))}
      series={shown.map((state): Series => ({
        label: stateWords[state].label,
        colour: stateColours[state],
        values: values.map((v) => v[state] * factor),
      }))}
      format={(n) => n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 })}
    />
  );
}

/**
 * Every interval of the run, empty ones too, and a quiet one before and after, so that a run of a second is a curve as well. Of a run that waits,
 * is paused or has ended, the curve ends with its last answer; while it sends, with the last interval that is over.
 */
function series({ from, to, pointSeconds, points }: Statistics, sending: boolean) {
  const step = pointSeconds * 1000;
  const first = Math.floor(Date.parse(points[0]?.at ?? from) / step) * step;
  const latest = Date.parse(points.at(-1)?.at ?? from);
  const goesOn = sending && Date.parse(to) - latest < quietMs;
  const last = goesOn ? Math.max(Date.parse(to) - step, first) : latest;
  const intervals = Math.ceil((last - first) / step) + 1;
  const together = Math.max(1, Math.ceil(intervals / mostPoints));
  const width = step * together;
  const values = Array.from({ length: Math.ceil(intervals / together) + (goesOn ? 1 : 2) }, () => ({
    sent: 0,
    failed: 0,
    uncertain: 0,
  }));
  for (const point of points) {
    const value = values[Math.floor((Date.parse(point.at) - first) / width) + 1];
    if (!value) continue;
    value.sent += point.sent;
    value.failed += point.failed;
    value.uncertain += point.uncertain;
  }
  return { at: values.map((_, i) => first + (i - 1) * width), seconds: width / 1000, values };
}
