import { useState } from 'react';
import { settled, type Counts, type Run } from './run.js';

/** What was settled at a time of this page. */
interface Sample {
  at: number;
  settled: number;
}

/** How far back the present rate looks, in milliseconds, and how much of it must have been seen. */
const windowMs = 20_000;
const enoughMs = 5000;

export interface Pace {
  /** Deliveries settled per second; null while it is not known. */
  perSecond: number | null;
  /** Until the last one is settled, in milliseconds; null while nobody can tell. */
  leftMs: number | null;
}

/**
 * The pace of a run from what this page has seen of it: over the last twenty seconds, or since the run began while that is not known.
 * `now` is the page's clock.
 */
export function paceOf(run: Run, samples: readonly Sample[], now: number): Pace {
  const remaining = run.counts.pending + run.counts.sending;
  const perSecond = recentRate(run.counts, samples, now) ?? rateSinceStart(run, now);
  const goesOn = run.status === 'sending' && run.control === 'run';
  const leftMs = goesOn && perSecond !== null && perSecond > 0 && remaining > 0 ? (remaining / perSecond) * 1000 : null;
  return { perSecond: goesOn ? perSecond : null, leftMs };
}

function recentRate(counts: Counts, samples: readonly Sample[], now: number): number | null {
  const first = samples.find((s) => s.at >= now - windowMs);
  if (!first || now - first.at < enoughMs) return null;
  return Math.max(0, ((settled(counts) - first.settled) / (now - first.at)) * 1000);
}

function rateSinceStart(run: Run, now: number): number | null {
  if (!run.startedAt) return null;
  const seconds = (now - Date.parse(run.startedAt)) / 1000;
  return seconds < 1 ? null : settled(run.counts) / seconds;
}

/** Keeps the samples of a run: call `note` with each state of it. */
export function useSamples(): { samples: Sample[]; note: (counts: Counts) => void } {
  const [samples, setSamples] = useState<Sample[]>([]);
  return {
    samples,
    note: (counts) => {
      const at = Date.now();
      setSamples((present) => [...present.filter((s) => s.at >= at - 2 * windowMs), { at, settled: settled(counts) }]);
    },
  };
}

/** `1,240 a second`, `35 a minute`, `12 an hour`: in the unit that gives a number people can picture. */
export function rateText(perSecond: number): string {
  if (perSecond * 3600 < 1) return 'none just now';
  const number = (n: number) => n.toLocaleString('en', { maximumFractionDigits: n < 10 ? 1 : 0 });
  if (perSecond >= 1) return `${number(perSecond)} a second`;
  if (perSecond * 60 >= 1) return `${number(perSecond * 60)} a minute`;
  return `${number(perSecond * 3600)} an hour`;
}
