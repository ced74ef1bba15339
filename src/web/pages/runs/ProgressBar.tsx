import { Text } from '@mantine/core';
import type { DeliveryState } from '../../../domain/delivery.js';
import { formatCount } from '../../time.js';
import classes from './ProgressBar.module.css';
import { ResultText } from './ResultText.js';
import { progressText, settled, shownStates, stateWords, type Counts } from './run.js';

/** The colour of each state in bars and curves; it always stands beside the state's word. */
export const stateColours: Record<DeliveryState, string> = {
  sent: 'light-dark(#2f9e63, #3fae74)',
  sending: 'light-dark(#6273dd, #7786e2)',
  failed: 'light-dark(#d6404a, #e5636b)',
  uncertain: 'light-dark(#e08a1e, #e9a13b)',
  skipped: 'light-dark(#9aa1a9, #7d838c)',
  cancelled: 'light-dark(#6f7780, #9aa1a9)',
  pending: 'light-dark(#e4e7ea, #2c2f35)',
};

/** The progress of a run by state. Screen readers hear it as a progress bar with its counts. */
export function ProgressBar({ counts, label, height = 8 }: { counts: Counts; label: string; height?: number }) {
  const done = settled(counts);
  const parts = shownStates.filter((state) => state !== 'pending' && counts[state] > 0);
  return (
    <div
      className={classes.bar}
      style={{ height }}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, counts.total)}
      aria-valuenow={done}
      aria-valuetext={progressText(counts)}
    >
      {parts.map((state) => (
        <div
          key={state}
          className={classes.part}
          style={{ width: `${(counts[state] / counts.total) * 100}%`, background: stateColours[state] }}
        />
      ))}
    </div>
  );
}

/** The progress of a run in a row of a list: the bar, and beneath it how many of how many. */
export function RowProgress({ counts, label }: { counts: Counts; label: string }) {
  if (counts.total === 0) {
    return (
      <Text component="span" fz="xs" c="dimmed">
        No recipients yet
      </Text>
    );
  }
  return (
    <div style={{ minWidth: 150 }}>
      <ProgressBar counts={counts} label={label} height={6} />
      <Text component="div" fz="xs" c="dimmed" mt={3}>
        <ResultText counts={counts} />
      </Text>
    </div>
  );
}

/** How many stand in each state; each is a button that shows only those below. */
export function StateFilter({
  counts,
  value,
  onChange,
}: {
  counts: Counts;
  value: DeliveryState | null;
  onChange: (state: DeliveryState | null) => void;
}) {
  const shown = shownStates.filter((state) => counts[state] > 0 || state === value);
  return (
    <ul className={classes.legend} aria-label="Deliveries by state">
      <li>
        <button type="button" className={classes.state} aria-pressed={value === null} onClick={() => onChange(null)}>
          All <strong>{formatCount(counts.total)}</strong>
        </button>
      </li>
      {shown.map((state) => (
        <li key={state}>
          <button
            type="button"
            className={classes.state}
            aria-pressed={value === state}
            title={stateWords[state].meaning}
            onClick={() => onChange(value === state ? null : state)}
          >
            <span className={classes.swatch} style={{ background: stateColours[state] }} aria-hidden />
            {stateWords[state].label} <strong>{formatCount(counts[state])}</strong>
          </button>
        </li>
      ))}
    </ul>
  );
}
