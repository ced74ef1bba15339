import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api.js';

/** Names of attributes that contacts have: of the newest fifty, as names repeat. */
export function useKnownAttributes(listId?: string): string[] {
  const { data = [] } = useQuery({
    queryKey: ['contacts', 'attributes', listId],
    queryFn: async () => {
      const page = await dataOf(
        api.GET('/api/v1/contacts', { params: { query: { limit: 50, ...(listId ? { listId } : {}) } } }),
      );
      return [...new Set(page.items.flatMap((c) => Object.keys(c.attributes)))].sort((a, b) => a.localeCompare(b));
    },
    staleTime: 60_000,
  });
  return data;
}
