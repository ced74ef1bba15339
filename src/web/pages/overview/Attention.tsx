import { Text } from '@mantine/core';
import {
  IconCalendarX,
  IconChevronRight,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconMailX,
  IconRefreshAlert,
  type Icon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Instant } from '../../components/Instant.js';
import { Section } from '../../components/Section.js';
import { formatCount } from '../../time.js';
import { attentionCount, type Overview } from './overview.js';
import classes from './OverviewPage.module.css';

/** What needs somebody's eyes as things stand now; each leads to where it can be put right. */
export function Attention({ overview }: { overview: Overview }) {
  const { attention: a } = overview;
  if (attentionCount(overview) === 0) {
    return (
      <Section title="Needs attention">
        <Text fz="sm" style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
          <IconCircleCheck size={18} color="var(--app-good)" aria-hidden />
          Nothing. No delivery is in doubt, no run has failed, nothing was missed.
        </Text>
      </Section>
    );
  }
  return (
    <Section title="Needs attention">
      <ul className={classes.list}>
        {a.senders.map((s) => (
          <Item key={s.senderId} icon={IconMailX} bad to={`/senders/${s.senderId}`} name={s.name}>
            {s.message}
          </Item>
        ))}
        {a.uncertain.map((u) => (
          <Item key={u.runId} icon={IconHelpCircle} to={`/runs/${u.runId}?state=uncertain#deliveries`} name={u.title}>
            {formatCount(u.count)} {u.count === 1 ? 'delivery is' : 'deliveries are'} uncertain: decide whether to send
            again
          </Item>
        ))}
        {a.failedRuns.map((r) => (
          <Item key={r.runId} icon={IconCircleX} bad to={`/runs/${r.runId}`} name={r.title}>
            Its run failed{r.reason ? `: ${r.reason}` : ''}. <Instant at={r.finishedAt} inline relative />
          </Item>
        ))}
        {a.missed.map((m) => (
          <Item key={m.automationId} icon={IconCalendarX} to={`/automations/${m.automationId}`} name={m.name}>
            {m.count === 1 ? 'An occurrence' : `${formatCount(m.count)} occurrences`} of the last seven days did not run
          </Item>
        ))}
        {a.outOfSync.map((o) => (
          <Item key={o.automationId} icon={IconRefreshAlert} to={`/automations/${o.automationId}`} name={o.name}>
            Temporal does not show it as it is yet{o.error ? `: ${o.error}` : ''}. The server keeps at it.
          </Item>
        ))}
      </ul>
    </Section>
  );
}

function Item({
  icon: Shown,
  bad = false,
  to,
  name,
  children,
}: {
  icon: Icon;
  bad?: boolean;
  to: string;
  name: string;
  children: ReactNode;
}) {
  const { pathname, searchParams, hash } = new URL(to, location.origin);
  return (
    <li className={classes.item} data-link>
      <Shown
        size={18}
        color={bad ? 'var(--app-bad)' : 'var(--app-warn)'}
        aria-hidden
        style={{ flex: 'none', marginTop: 1 }}
      />
      <div className={classes.body}>
        <Link
          to={pathname}
          search={Object.fromEntries(searchParams) as never}
          hash={hash.slice(1)}
          className={classes.name}
        >
          {name}
        </Link>
        <Text component="div" fz="sm" c="dimmed">
          {children}
        </Text>
      </div>
      <IconChevronRight size={16} color="var(--mantine-color-dimmed)" aria-hidden className={classes.lead} />
    </li>
  );
}
