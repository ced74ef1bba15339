import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, dataOf } from '../../api.js';
import { useEventStream } from '../../hooks/useEventStream.js';
import { useSamples } from './rate.js';
import { isLive, type Run, type RunDetail } from './run.js';

/** How often a run is asked for while its events do not come, in milliseconds. */
const pollMs = 2000;
/** How often one that has ended is looked at: somebody may let it go on. */
const endedMs = 30_000;

export function runKey(id: string): readonly unknown[] {
  return ['run', id];
}

export interface WatchedRun {
  query: UseQueryResult<RunDetail>;
  samples: ReturnType<typeof useSamples>['samples'];
  /** `live`: changes arrive as they happen; `polling`: they are asked for, as the stream is down; `still`: the run has ended. */
  watching: 'live' | 'polling' | 'still';
}

/**
 * A run that is watched: read once, then kept up to date by its server-sent events, and by asking every two seconds while those do not come.
 * When it ends, what depends on it (statistics, proof, deliveries) is read again.
 */
export function useRun(id: string): WatchedRun {
  const queries = useQueryClient();
  const { samples, note } = useSamples();
  const options = {
    queryKey: runKey(id),
    queryFn: () => dataOf(api.GET('/api/v1/runs/{id}', { params: { path: { id } } })),
  };
  const { data: known } = useQuery(options);
  const live = known !== undefined && isLive(known);
  const stream = useEventStream(live ? `/api/v1/runs/${id}/events` : null, (event) => {
    if (event.event !== 'run') return;
    const run = JSON.parse(event.data) as Run;
    note(run.counts);
    queries.setQueryData<RunDetail>(runKey(id), (present) => (present ? { ...present, ...run } : undefined));
  });
  const query = useQuery({ ...options, refetchInterval: !live ? endedMs : stream === 'open' ? false : pollMs });

  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) {
      void queries.invalidateQueries({ queryKey: ['run', id] });
      void queries.invalidateQueries({ queryKey: ['runs'] });
    }
    wasLive.current = live;
  }, [live, id, queries]);

  return { query, samples, watching: !live ? 'still' : stream === 'open' ? 'live' : 'polling' };
}
