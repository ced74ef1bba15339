import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from './api.js';
import { noteReachable } from './connection.js';
import { sessionKey } from './session.js';

/** Whether the same request may be answered when it is sent again in a moment. */
function passing(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status === 429 || error.status >= 502);
}

function note(error: unknown): void {
  if (!(error instanceof ProblemError)) return;
  noteReachable(error.status !== 0 && error.type !== 'unreadable');
  // The guard of the shell sees this and asks to sign in; what was typed stays where it was.
  if (error.is('unauthenticated')) queryClient.setQueryData(sessionKey, null);
}

/** Data is fresh for ten seconds and looked at again when the window is; what passes is tried three more times. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: note, onSuccess: () => noteReachable(true) }),
  mutationCache: new MutationCache({ onError: note, onSuccess: () => noteReachable(true) }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * 60_000,
      retry: (count, error) => passing(error) && count < 3,
      retryDelay: (count, error) =>
        error instanceof ProblemError && error.retryAfter !== undefined
          ? Math.min(error.retryAfter, 30) * 1000
          : Math.min(500 * 2 ** count, 8000),
      // The browser's word about its network is not always right; the request itself is what tells.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
