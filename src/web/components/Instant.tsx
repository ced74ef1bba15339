import { Text, Tooltip } from '@mantine/core';
import { useNow } from '../hooks/useNow.js';
import {
  formatDuration,
  formatInstant,
  formatRelative,
  readersTime,
  readersZone,
  sameClock,
  zoneName,
} from '../time.js';

interface InstantProps {
  /** RFC 3339. null or undefined: shows `otherwise`. */
  at: string | null | undefined;
  /** The zone to show it in; default the reader's. Where it differs from the reader's clock, the reader's time is in the tooltip. */
  zone?: string | undefined;
  /** Below it (or behind it with `inline`): how long ago or until. */
  relative?: boolean;
  inline?: boolean;
  otherwise?: string;
}

/** A point in time with its zone, and how far it is from now. */
export function Instant({ at, zone = readersZone, relative = false, inline = false, otherwise = '–' }: InstantProps) {
  if (at === null || at === undefined)
    return (
      <Text component="span" c="dimmed" inherit>
        {otherwise}
      </Text>
    );
  const readers = `${formatInstant(at)} ${zoneName(at)} (${readersZone})`;
  const utc = at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
  const label = sameClock(at, zone, readersZone) ? `${zone} · ${utc}` : `Here: ${readers} · ${utc}`;
  return (
    <Tooltip label={label}>
      <time
        dateTime={at}
        className="tabular"
        style={{ whiteSpace: 'nowrap', display: inline ? 'inline' : 'inline-block' }}
      >
        {formatInstant(at, zone)}{' '}
        <Text component="span" c="dimmed" fz="0.92em">
          {zoneName(at, zone)}
        </Text>
        {relative && (
          <Text component="span" c="dimmed" fz="xs" display={inline ? 'inline' : 'block'}>
            {inline ? ' · ' : ''}
            <Relative at={at} />
          </Text>
        )}
      </time>
    </Tooltip>
  );
}

/**
 * A point in time on the clock of a zone; beneath it, with `relative`, how far it is from now, and the reader's clock where that shows
 * another time.
 */
export function InstantInZone({ at, zone, relative = false }: { at: string; zone: string; relative?: boolean }) {
  const elsewhere = !sameClock(at, zone, readersZone);
  return (
    <>
      <Instant at={at} zone={zone} />
      {(relative || elsewhere) && (
        <Text component="span" display="block" fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {relative && <Relative at={at} />}
          {relative && elsewhere && ' · '}
          {elsewhere && `${readersTime(at, zone)} here`}
        </Text>
      )}
    </>
  );
}

/** `3 minutes ago`, kept up to date; the time with its zone is in the tooltip. */
export function Ago({ at }: { at: string }) {
  return (
    <Tooltip label={`${formatInstant(at)} ${zoneName(at)} (${readersZone})`}>
      <time dateTime={at}>
        <Relative at={at} />
      </time>
    </Tooltip>
  );
}

/** `3 minutes ago`, kept up to date. */
export function Relative({ at }: { at: string }) {
  return <>{formatRelative(at, useNow(1000))}</>;
}

/** How long something took, or has been going on when `to` is absent. */
export function Duration({ from, to }: { from: string | null | undefined; to?: string | null | undefined }) {
  if (!from) return <>–</>;
  if (!to) return <RunningDuration from={from} />;
  return <span className="tabular">{formatDuration(Date.parse(to) - Date.parse(from))}</span>;
}

function RunningDuration({ from }: { from: string }) {
  return <span className="tabular">{formatDuration(useNow(1000) - Date.parse(from))}</span>;
}
