import { SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api.js';
import { Chart } from '../../components/Chart.js';
import { Section } from '../../components/Section.js';
import { ErrorState } from '../../components/states.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { formatCount, formatInstant, readersZone, zoneName } from '../../time.js';
import { stateColours } from '../runs/ProgressBar.js';
import { stateWords } from '../runs/run.js';
import classes from './OverviewPage.module.css';

const refreshMs = 30_000;
const height = 200;
const dayMs = 86_400_000;

const ranges = {
  '24h': { label: '24 hours', by: 'hour', days: 1 },
  '7d': { label: '7 days', by: 'day', days: 7 },
  '30d': { label: '30 days', by: 'day', days: 30 },
} as const;
type Range = keyof typeof ranges;

const drawn = ['sent', 'failed', 'uncertain'] as const;
const ends = ['sent', 'failed', 'uncertain', 'skipped', 'cancelled'] as const;

/** What was sent over time, and how it ended by state and by sender. */
export function SentCharts() {
  const [text, setRange] = useQueryState('range', '24h');
  const range: Range = text in ranges ? (text as Range) : '24h';
  const { by, days, label } = ranges[range];
  const time = useQuery({ ...statisticsQuery(by, days), refetchInterval: refreshMs });
  const senders = useQuery({ ...statisticsQuery('sender', days), refetchInterval: refreshMs });
  const zone = zoneName(new Date());
  const failed = time.error ?? senders.error;
  return (
    <Section
      title={by === 'hour' ? 'Sent per hour' : 'Sent per day'}
      description={`The last ${label}; times in ${zone} (${readersZone})`}
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Time shown"
          value={range}
          onChange={setRange}
          data={Object.entries(ranges).map(([value, r]) => ({ value, label: r.label }))}
        />
      }
    >
      {failed && !(time.data && senders.data) ? (
        <ErrorState error={failed} retry={() => Promise.all([time.refetch(), senders.refetch()])} />
      ) : (
        <div className={classes.columns} style={{ gap: 28 }}>
          {time.data ? <OverTime statistics={time.data} /> : <Skeleton height={height + 40} />}
          <div style={{ display: 'grid', gap: 20, alignContent: 'start' }}>
            {time.data && senders.data ? (
              <>
                <Shares
                  title="By state"
                  items={ends
                    .filter((state) => state === 'sent' || time.data.total[state] > 0)
                    .map((state) => ({
                      key: state,
                      name: stateWords[state].label,
                      count: time.data.total[state],
                      colour: stateColours[state],
                    }))}
                />
                <Shares title="By sender" items={bySender(senders.data)} />
              </>
            ) : (
              <Skeleton height={height + 40} />
            )}
          </div>
        </div>
      )}
    </Section>
  );
}

function statisticsQuery(by: 'hour' | 'day' | 'sender', days: number) {
  return {
    queryKey: ['statistics', by, days],
    queryFn: () =>
      dataOf(
        api.GET('/api/v1/statistics/sent', {
          params: {
            query: { by, timeZone: readersZone, from: new Date(Date.now() - days * dayMs).toISOString() },
          },
        }),
      ),
  };
}

function OverTime({ statistics }: { statistics: Schema<'Statistics'> }) {
  if (statistics.by !== 'hour' && statistics.by !== 'day') return null;
  const { by, items, total } = statistics;
  const name = (at: string) =>
    by === 'hour'
      ? formatInstant(at, readersZone, 'time')
      : new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: readersZone }).format(
          new Date(at),
        );
  return (
    <Chart
      kind="bars"
      label={by === 'hour' ? 'Mails per hour' : 'Mails per day'}
      height={height}
      points={items.map(({ at }) => name(at))}
      series={drawn
        .filter((state) => state === 'sent' || total[state] > 0)
        .map((state) => ({
          label: stateWords[state].label,
          colour: stateColours[state],
          values: items.map((item) => item[state]),
        }))}
      format={(n) =>
        n.toLocaleString('en', { notation: n >= 10_000 ? 'compact' : 'standard', maximumFractionDigits: 1 })
      }
    />
  );
}

interface Share {
  key: string;
  name: string;
  count: number;
  colour: string;
}

function bySender(statistics: Schema<'Statistics'>): Share[] {
  if (statistics.by !== 'sender') return [];
  return statistics.items
    .map((s) => ({ ...s, count: s.sent + s.failed + s.uncertain }))
    .filter((s) => s.senderId !== null && s.count > 0)
    .slice(0, 5)
    .map((s) => ({
      key: s.senderId as string,
      name: s.name ?? 'A sender that is gone',
      count: s.count,
      colour: 'light-dark(var(--mantine-color-ink-5), var(--mantine-color-ink-4))',
    }));
}

/** Parts of a whole, as bars with their names and counts. */
function Shares({ title, items }: { title: string; items: Share[] }) {
  const total = items.reduce((sum, item) => sum + item.count, 0);
  return (
    <div>
      <Text component="h3" fz={13} fw={600} mb={8}>
        {title}
      </Text>
      {total === 0 ? (
        <Text fz="sm" c="dimmed">
          Nothing in this time.
        </Text>
      ) : (
        <ul className={classes.shares}>
          {items.map((item) => (
            <li key={item.key}>
              <div className={classes.shareHead}>
                <span style={{ overflowWrap: 'anywhere' }}>{item.name}</span>
                <span className="tabular">
                  <b>{formatCount(item.count)}</b>
                </span>
              </div>
              <div className={classes.shareTrack}>
                <div
                  className={classes.shareBar}
                  style={{
                    width: `${Math.max((item.count / total) * 100, item.count > 0 ? 0.6 : 0)}%`,
                    background: item.colour,
                  }}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
