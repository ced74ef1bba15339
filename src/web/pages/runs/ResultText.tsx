import type { CSSProperties } from 'react';
import { formatCount } from '../../time.js';
import { stateWords, type Counts } from './run.js';

const odd: { state: 'failed' | 'uncertain' | 'skipped' | 'cancelled'; style?: CSSProperties }[] = [
  { state: 'failed', style: { color: 'var(--app-bad)' } },
  { state: 'uncertain', style: { color: 'var(--app-warn)' } },
  { state: 'skipped' },
  { state: 'cancelled' },
];

/** How many mails of a run were sent, and what became of others: `998 of 1,000 sent, 2 failed`. */
export function ResultText({ counts }: { counts: Counts }) {
  return (
    <span className="tabular">
      {formatCount(counts.sent)} of {formatCount(counts.total)} sent
      {odd.map(({ state, style }) =>
        counts[state] === 0 ? null : (
          <span key={state} style={{ whiteSpace: 'nowrap' }}>
            , <span style={style}>{`${formatCount(counts[state])} ${stateWords[state].label.toLowerCase()}`}</span>
          </span>
        ),
      )}
    </span>
  );
}
