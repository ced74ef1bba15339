import { useQuery, useSuspenseQuery, type UseQueryOptions } from '@tanstack/react-query';
import { api, dataOf, ProblemError, type Schema } from './api.js';

export type Role = Schema<'WhoAmI'>['role'];
export type Session = Schema<'WhoAmI'>;

export const sessionKey = ['session'] as const;

/** Who is signed in; null: nobody. */
export const sessionQuery = {
  queryKey: sessionKey,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await dataOf(api.GET('/api/v1/session'));
    } catch (error) {
      if (error instanceof ProblemError && error.is('unauthenticated')) return null;
      throw error;
    }
  },
  staleTime: 60_000,
} satisfies UseQueryOptions<Session | null>;

/** The session, undefined while it is looked up, null when nobody is signed in. */
export function useSession(): Session | null | undefined {
  return useQuery(sessionQuery).data;
}

/** Who is signed in. Only below the shell, which shows pages to nobody else. */
export function useCurrentUser(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new Error('useCurrentUser needs somebody who is signed in.');
  return data;
}

const rank: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** The role of who is signed in; `viewer`, which may change nothing, while it is not known. */
export function useRole(): Role {
  return useSession()?.role ?? 'viewer';
}

/** Whether who is signed in may do what needs `role`. What they may not do is not shown, or disabled with the reason. */
export function useMay(role: Role): boolean {
  return rank[useRole()] >= rank[role];
}
