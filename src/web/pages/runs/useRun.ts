import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, dataOf } from '../../api.js';
import { useEventStream, type StreamState } from '../../hooks/useEventStream.js';
import { useSamples } from './rate.js';
import { isLive, type Run, type RunDetail } from './run.js';

/** How often a run is asked for while its events do not come, in milliseconds. */
const pollMs = 2000;

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
  const stream = useRef<StreamState>('connecting');
  const query = useQuery({
    queryKey: runKey(id),
    queryFn: () => dataOf(api.GET('/api/v1/runs/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state: { data } }) => (data && isLive(data) && stream.current !== 'open' ? pollMs : false),
  });
  const live = query.data !== undefined && isLive(query.data);
  const state = useEventStream(live ? `/api/v1/runs/${id}/events` : null, (event) => {
    if (event.event !== 'run') return;
    const run = JSON.parse(event.data) as Run;
    note(run.counts);
    queries.setQueryData<RunDetail>(runKey(id), (present) => (present ? { ...present, ...run } : undefined));
  });
  useEffect(() => {
    stream.current = state;
  }, [state]);

  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) {
      void queries.invalidateQueries({ queryKey: ['run', id] });
      void queries.invalidateQueries({ queryKey: ['runs'] });
    }
    wasLive.current = live;
  }, [live, id, queries]);

  return { query, samples, watching: !live ? 'still' : state === 'open' ? 'live' : 'polling' };
}
