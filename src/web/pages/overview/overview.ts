import { api, dataOf, type Schema } from '../../api.js';
import { readersZone } from '../../time.js';

export type Overview = Schema<'Overview'>;

/** How often the figures are read again: while runs go on, and otherwise, in milliseconds. */
const liveMs = 2500;
const calmMs = 15_000;

/** The figures of the start page; today is the reader's. */
export const overviewQuery = {
  queryKey: ['overview', readersZone],
  queryFn: (): Promise<Overview> =>
    dataOf(api.GET('/api/v1/overview', { params: { query: { timeZone: readersZone } } })),
  refetchInterval: ({ state }: { state: { data?: Overview | undefined } }) =>
    (state.data?.running.length ?? 0) > 0 ? liveMs : calmMs,
};

/** A new installation: nothing to run, and nothing has run. */
export function isNew(overview: Overview): boolean {
  return overview.total === 0 && overview.running.length === 0 && overview.completedToday + overview.failedToday === 0;
}

/** How many things need somebody's eyes. */
export function attentionCount({ attention: a }: Overview): number {
  return a.uncertain.length + a.failedRuns.length + a.missed.length + a.senders.length + a.outOfSync.length;
}
