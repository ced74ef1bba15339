import { api, type Schema } from '../../api.js';
import { versionOf } from '../content/versions.js';

export type Campaign = Schema<'Campaign'>;
export type Audience = Campaign['audience'];

export const audiences: Record<Audience, { label: string; description: string }> = {
  everyone: { label: 'Everyone', description: 'All contacts of the lists, also those who got it in an earlier run.' },
  'not-yet-received': {
    label: 'Those who have not received it',
    description: 'Leaves out whomever another run of this campaign reached, may have reached or is about to.',
  },
};

/** A campaign with its version, for pages that show or change it. */
export const campaignQuery = (id: string) => ({
  queryKey: ['campaign', id],
  queryFn: () => versionOf(api.GET('/api/v1/campaigns/{id}', { params: { path: { id } } })),
});

/** What has to be read again after a campaign has changed. */
export const campaignChanges = (id?: string): (readonly unknown[])[] => [
  ['campaigns'],
  ...(id === undefined
    ? []
    : [['campaign', id] as const, ['campaign-check', id] as const, ['campaign-preview', id] as const]),
];
