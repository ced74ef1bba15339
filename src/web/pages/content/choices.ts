import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api.js';
import { allOf } from './allOf.js';

/** All lists by name, for fields that choose some. */
export function useAllLists() {
  return useQuery({
    queryKey: ['lists', 'all'],
    queryFn: () =>
      allOf((cursor) => dataOf(api.GET('/api/v1/lists', { params: { query: { cursor, limit: 500, sort: 'name' } } }))),
    staleTime: 30_000,
  });
}

/** All senders by name, for fields that choose some. */
export function useAllSenders() {
  return useQuery({
    queryKey: ['senders', 'all'],
    queryFn: () =>
      allOf((cursor) =>
        dataOf(api.GET('/api/v1/senders', { params: { query: { cursor, limit: 500, sort: 'name' } } })),
      ),
    staleTime: 30_000,
  });
}

/** The names of all templates, for fields that choose one. Their bodies are let go of at once: they may be large. */
export function useAllTemplates() {
  return useQuery({
    queryKey: ['templates', 'all'],
    queryFn: async () => {
      const all = await allOf((cursor) =>
        dataOf(api.GET('/api/v1/templates', { params: { query: { cursor, limit: 100, sort: 'name' } } })),
      );
      return all.map(({ id, name }) => ({ id, name }));
    },
    staleTime: 30_000,
  });
}
