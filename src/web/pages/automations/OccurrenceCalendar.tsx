import { ActionIcon, Alert, Anchor, Button, Group, Skeleton, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Instant } from '../../components/Instant.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import type { Automation, Occurrence } from './automation.js';
import classes from './OccurrenceCalendar.module.css';
import { readOccurrences } from './occurrences.js';
import { RunOccurrence } from './RunOccurrence.js';

const dayMs = 86_400_000;
const perCell = 3;
const weeksShown = 5;
const weeksMoved = 4;

/** Several an hour fill a month with thousands: such an automation is shown day by day. */
function isDense({ schedule }: Automation): boolean {
  if (schedule.type === 'interval') return schedule.everyMinutes < 60;
  return schedule.type === 'cron' && !/^\d+(,\d+)?\s/.test(schedule.cron);
}

/** Today's date in a zone, as midnight UTC. */
function todayIn(zone: string): Date {
  return new Date(`${new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date())}T00:00:00Z`);
}

const rangeName = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayName = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** Each occurrence with what became of it and why: weeks of the automation's zone, or a day where there are many. */
export function OccurrenceCalendar({ automation: a }: { automation: Automation }) {
  const zone = a.schedule.timeZone;
  const dense = isDense(a);
  const phone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<string | null>(null);
  const [day, setDay] = useState<string | null>(null);
  const today = todayIn(zone);
  // Five weeks from the Monday of the week before: what has just been, and what comes.
  const days = dense ? 1 : weeksShown * 7;
  const start = dense ? today.getTime() : today.getTime() - (((today.getUTCDay() + 6) % 7) + 7) * dayMs;
  const first = new Date(start + offset * (dense ? 1 : weeksMoved * 7) * dayMs);
  const end = new Date(first.getTime() + days * dayMs);
  const query = useQuery({
    queryKey: ['occurrences', a.id, first.toISOString(), dense, a.revision],
    // A zone is at most 14 hours away from UTC.
    queryFn: () =>
      readOccurrences(a.id, new Date(first.getTime() - 14 * 3_600_000), new Date(end.getTime() + 14 * 3_600_000)),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const within = (o: Occurrence) => o.localTime >= text(first) && o.localTime < text(end);
  const items = (query.data?.items ?? []).filter(within);
  const selected = items.find((o) => o.key === chosen);
  const title = dense ? dayName.format(first) : rangeName.formatRange(first, new Date(end.getTime() - dayMs));
  const listed = dense || phone ? items : day === null ? [] : items.filter((o) => o.localTime.startsWith(day));

  function move(by: number): void {
    setOffset(offset + by);
    setChosen(null);
    setDay(null);
  }

  return (
    <Section
      title="Occurrences"
      description={`${title}, ${zone}. ${summary(items)}`}
      actions={
        <Group gap={4}>
          {offset !== 0 && (
            <Button size="xs" variant="default" onClick={() => move(-offset)}>
              Today
            </Button>
          )}
          <ActionIcon
            variant="default"
            size={30}
            aria-label={dense ? 'Day before' : 'Earlier weeks'}
            onClick={() => move(-1)}
          >
            <IconChevronLeft size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={dense ? 'Next day' : 'Later weeks'}
            onClick={() => move(1)}
          >
            <IconChevronRight size={16} aria-hidden />
          </ActionIcon>
        </Group>
      }
    >
      {query.isError && !query.data ? (
        <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />
      ) : query.isPending ? (
        <Skeleton height={dense ? 120 : 420} />
      ) : (
        <>
          {query.data?.complete === false && (
            <Alert color="gray" variant="light" p="xs" mb="xs">
              <Text fz="sm" c="var(--mantine-color-text)">
                There are more than can be shown at once; these are the earliest.
              </Text>
            </Alert>
          )}
          {!dense && !phone && (
            <Weeks
              first={first}
              today={text(today).slice(0, 10)}
              items={items}
              chosen={chosen}
              onChoose={(key) => setChosen(key === chosen ? null : key)}
              onDay={(d) => setDay(d === day ? null : d)}
              label={`Occurrences of ${title}`}
            />
          )}
          {selected && !dense && !phone && (
            <ul className={classes.agenda} style={{ marginTop: 12 }} aria-label="Chosen occurrence">
              <Entry automation={a} occurrence={selected} />
            </ul>
          )}
          {listed.length > 0 && (
            <ul
              className={classes.agenda}
              aria-label={
                day === null
                  ? `Occurrences of ${title}`
                  : `Occurrences of ${dayName.format(new Date(`${day}T00:00:00Z`))}`
              }
            >
              {listed.map((o) => (
                <Entry key={o.key} automation={a} occurrence={o} />
              ))}
            </ul>
          )}
          {items.length === 0 && (dense || phone) && (
            <EmptyState title={dense ? 'None on this day' : 'None in these weeks'} />
          )}
        </>
      )}
    </Section>
  );
}

function text(date: Date): string {
  return date.toISOString().slice(0, 19);
}

function summary(items: Occurrence[]): string {
  const counts = new Map<string, number>();
  for (const { fate } of items) counts.set(fate, (counts.get(fate) ?? 0) + 1);
  return [...counts].map(([fate, count]) => `${formatCount(count)} ${fate}`).join(', ');
}

interface WeeksProps {
  first: Date;
  today: string;
  items: Occurrence[];
  chosen: string | null;
  onChoose: (key: string) => void;
  onDay: (day: string) => void;
  label: string;
}

function Weeks({ first, today, items, chosen, onChoose, onDay, label }: WeeksProps) {
  const byDay = Map.groupBy(items, (o) => o.localTime.slice(0, 10));
  return (
    <table className={classes.grid}>
      <caption className="visually-hidden">{label}</caption>
      <thead>
        <tr>
          {['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: weeksShown }, (_, week) => (
          <tr key={week}>
            {Array.from({ length: 7 }, (__, weekday) => {
              const at = new Date(first.getTime() + (week * 7 + weekday) * dayMs);
              const date = text(at).slice(0, 10);
              const number = at.getUTCDate();
              const there = byDay.get(date) ?? [];
              const more = there.length - perCell;
              return (
                <td key={weekday} className={date < today ? classes.past : undefined}>
                  <span
                    className={`${classes.day} ${date === today ? classes.today : ''}`}
                    aria-current={date === today ? 'date' : undefined}
                  >
                    {number === 1 || (week === 0 && weekday === 0) ? shortDay.format(at) : number}
                  </span>
                  <ul className={classes.list}>
                    {there.slice(0, more === 1 ? perCell + 1 : perCell).map((o) => (
                      <li key={o.key}>
                        <button
                          type="button"
                          className={classes.item}
                          aria-pressed={o.key === chosen}
                          onClick={() => onChoose(o.key)}
                        >
                          <span className={classes.mark} data-fate={o.fate} aria-hidden />
                          {o.localTime.slice(11, 16)} {o.fate}
                        </button>
                      </li>
                    ))}
                    {more > 1 && (
                      <li>
                        <button type="button" className={classes.item} onClick={() => onDay(date)}>
                          {more} more
                        </button>
                      </li>
                    )}
                  </ul>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Entry({ automation, occurrence: o }: { automation: Automation; occurrence: Occurrence }) {
  const may = useMay('operator');
  const reason = o.reason ?? reasonOf(o);
  const repairable = o.runId === null && ['missed', 'skipped', 'paused'].includes(o.fate);
  return (
    <li>
      <Instant at={o.at} zone={automation.schedule.timeZone} />
      <StateBadge state={o.fate} />
      {o.dst && (
        <Text component="span" fz="xs" c="var(--app-warn)">
          the clocks {o.dst === 'skipped' ? 'skip' : 'repeat'} this time
        </Text>
      )}
      <Text component="span" c="dimmed" fz="sm" style={{ flex: reason ? '1 1 200px' : 1 }}>
        {reason}
      </Text>
      {o.runId && (
        <Anchor component={Link} to={`/runs/${o.runId}`} fz="sm">
          Run {o.runStatus}
        </Anchor>
      )}
      {repairable && may && <RunOccurrence automation={automation} occurrence={o} />}
    </li>
  );
}

function reasonOf(o: Occurrence): string {
  switch (o.fate) {
    case 'due':
      return 'It is on its way.';
    case 'running':
      return 'Its run goes on.';
    case 'paused':
      return 'The automation was paused.';
    default:
      return '';
  }
}
