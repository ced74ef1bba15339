import { Fragment, type CSSProperties } from 'react';
import { formatCount } from '../../time.js';
import { stateWords, type Counts } from './run.js';

const odd: { state: 'failed' | 'uncertain' | 'skipped' | 'cancelled'; style?: CSSProperties }[] = [
  { state: 'failed', style: { color: 'var(--app-bad)' } },
  { state: 'uncertain', style: { color: 'var(--app-warn)' } },
  { state: 'skipped' },
  { state: 'cancelled' },
];

/** How many mails of a run were sent, and what became of others: `998 of 1,000 sent, 2 failed`. A number and its word stay on one line. */
export function ResultText({ counts }: { counts: Counts }) {
  const parts = [
    { key: 'sent', text: `${formatCount(counts.sent)} of ${formatCount(counts.total)} sent`, style: undefined },
    ...odd
      .filter(({ state }) => counts[state] > 0)
      .map(({ state, style }) => ({
        key: state,
        text: `${formatCount(counts[state])} ${stateWords[state].label.toLowerCase()}`,
        style,
      })),
  ];
  return (
    <span className="tabular">
      {parts.map(({ key, text, style }, i) => (
        <Fragment key={key}>
          {i > 0 && ' '}
          <span style={{ whiteSpace: 'nowrap' }}>
            <span style={style}>{text}</span>
            {i < parts.length - 1 && ','}
          </span>
        </Fragment>
      ))}
    </span>
  );
}
