import { Alert, Badge, Skeleton, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { Relative } from '../../components/Instant.js';
import type { Schema } from '../../api.js';
import { formatDuration, formatInstant, readersZone, sameClock, zoneName } from '../../time.js';
import classes from './SchedulePreview.module.css';

type Preview = Schema<'SchedulePreview'>;

interface SchedulePreviewProps {
  preview: Preview | undefined;
  /** The fields do not make a schedule yet. */
  refused: boolean;
  loading: boolean;
  /** The least time that a run takes by the limits of its senders, in seconds. */
  leastSeconds: number | null;
}

/** What a schedule means: in words, its next occurrences, and what is odd about it before it hurts. */
export function SchedulePreview({ preview, refused, loading, leastSeconds }: SchedulePreviewProps) {
  if (!preview) {
    return refused ? (
      <Text fz="sm" c="dimmed">
        The next occurrences show here when the schedule is complete.
      </Text>
    ) : (
      <Stack gap={8} aria-hidden>
        {Array.from({ length: 8 }, (_, i) => (
          <Skeleton key={i} height={22} />
        ))}
      </Stack>
    );
  }
  const zone = preview.schedule.timeZone;
  const overlap = overlapWarning(preview, leastSeconds);
  return (
    <Stack gap="sm" aria-busy={loading} style={{ opacity: refused ? 0.5 : 1 }}>
      <Text fz="sm" fw={500} aria-live="polite">
        {preview.text.charAt(0).toUpperCase() + preview.text.slice(1)}
      </Text>
      {preview.problems.map((p) => (
        <Alert key={p.message} color="red" variant="light" p="xs" icon={<IconAlertTriangle size={16} />}>
          <Text fz="sm" c="var(--mantine-color-text)">
            {p.message}.
          </Text>
        </Alert>
      ))}
      {[...preview.warnings.map((w) => `${w.message}.`), ...(overlap === null ? [] : [overlap])].map((message) => (
        <Alert key={message} color="yellow" variant="light" p="xs" icon={<IconInfoCircle size={16} />}>
          <Text fz="sm" c="var(--mantine-color-text)">
            {message}
          </Text>
        </Alert>
      ))}
      <ol className={classes.list} aria-label="Next occurrences">
        {preview.occurrences.map((o) => (
          <li key={o.at} className={classes.item}>
            <time dateTime={o.at} className="tabular">
              {formatInstant(o.at, zone)} <span className={classes.zone}>{zoneName(o.at, zone)}</span>
            </time>
            {o.dst && (
              <Tooltip
                multiline
                maw={280}
                label={
                  o.dst === 'skipped'
                    ? 'The clocks skip the local time on this day: it runs at the first instant after the gap.'
                    : 'The clocks read the local time twice on this day: it runs once.'
                }
              >
                <Badge color="yellow" tabIndex={0}>
                  clocks {o.dst === 'skipped' ? 'skip' : 'repeat'} it
                </Badge>
              </Tooltip>
            )}
            <span className={classes.far}>
              {sameClock(o.at, zone, readersZone) ? <Relative at={o.at} /> : `${formatInstant(o.at)} here`}
            </span>
          </li>
        ))}
      </ol>
      {preview.occurrences.length > 0 && (
        <Text fz="xs" c="dimmed">
          {preview.occurrences.length < 10
            ? 'These are all that are to come.'
            : `The next ten, in ${zone}${sameClock(preview.occurrences[0]?.at ?? new Date(), zone, readersZone) ? '' : `; on the right in ${readersZone}`}.`}
        </Text>
      )}
    </Stack>
  );
}

/** A run that takes longer than the time to the next occurrence runs into it. */
function overlapWarning(preview: Preview, leastSeconds: number | null): string | null {
  if (leastSeconds === null || leastSeconds === 0) return null;
  const times = preview.occurrences.map((o) => Date.parse(o.at));
  const gaps = times.slice(1).map((at, i) => (at - (times[i] as number)) / 1000);
  const least = Math.min(...gaps);
  if (gaps.length === 0 || leastSeconds <= least) return null;
  return `A run takes at least ${formatDuration(leastSeconds * 1000)} by the limits of its senders, and occurrences are ${formatDuration(least * 1000)} apart: it will still go on when the next one comes. What happens then is set under “When a run meets the next”.`;
}
