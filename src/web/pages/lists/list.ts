import { api, type Schema } from '../../api.js';
import { versionOf } from '../content/versions.js';

export type ContactList = Schema<'List'>;

/** A list with its version. */
export const listQuery = (id: string) => ({
  queryKey: ['list', id],
  queryFn: () => versionOf(api.GET('/api/v1/lists/{id}', { params: { path: { id } } })),
});

/** What has to be read again after a list or its members have changed. */
export const listChanges = (id?: string): (readonly unknown[])[] => [
  ['lists'],
  ['contacts'],
  ...(id === undefined ? [] : [['list', id] as const]),
];

/** Where a list's contacts are exported from. */
export const exportAddress = (id: string) => `/api/v1/lists/${id}/contacts.csv`;
