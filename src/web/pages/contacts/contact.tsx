import { Text } from '@mantine/core';
import { api, type Schema } from '../../api.js';
import type { Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { MailAddress } from '../../components/MailAddress.js';
import { StateBadge } from '../../components/StateBadge.js';
import { versionOf } from '../content/versions.js';

export type Contact = Schema<'Contact'>;
export type ContactStatus = Contact['status'];
export type ContactSort = 'createdAt' | 'email' | '-createdAt' | '-email';

export const contactStatuses: readonly ContactStatus[] = [
  'subscribed',
  'unsubscribed',
  'bounced',
  'complained',
  'suppressed',
];

/** What a status means for who reads it. */
export const statusMeaning: Record<ContactStatus, string> = {
  subscribed: 'Gets the mails of its lists.',
  unsubscribed: 'Asked for no more mail; gets none.',
  bounced: 'Its mail server said that there is no such mailbox; gets none.',
  complained: 'Reported a mail as spam; gets none.',
  suppressed: 'An operator said that it gets none.',
};

/** A contact with its version. */
export const contactQuery = (id: string) => ({
  queryKey: ['contact', id],
  queryFn: () => versionOf(api.GET('/api/v1/contacts/{id}', { params: { path: { id } } })),
});

/** What has to be read again after a contact has changed. */
export const contactChanges = (id?: string): (readonly unknown[])[] => [
  ['contacts'],
  ['lists'],
  ['list'],
  ...(id === undefined ? [] : [['contact', id] as const]),
];

export const contactColumns: Column<Contact>[] = [
  { key: 'email', header: 'Address', sort: 'email', cell: (c) => <MailAddress address={c.email} /> },
  {
    key: 'name',
    header: 'Name',
    cell: (c) =>
      c.name || (
        <Text span c="dimmed" inherit>
          –
        </Text>
      ),
  },
  { key: 'status', header: 'Status', phone: 'head', cell: (c) => <StateBadge state={c.status} /> },
  {
    key: 'lists',
    header: 'Lists',
    cell: (c) => {
      const [first, ...rest] = c.lists;
      if (!first) {
        return (
          <Text span c="dimmed" inherit>
            none
          </Text>
        );
      }
      return rest.length === 0 ? first.name : `${first.name} and ${rest.length} more`;
    },
  },
  {
    key: 'attributes',
    header: 'Attributes',
    phone: 'none',
    cell: (c) => {
      const text = Object.entries(c.attributes)
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(', ');
      return (
        <Text span inherit c="dimmed" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
          {text || '–'}
        </Text>
      );
    },
  },
  {
    key: 'created',
    header: 'Added',
    sort: 'createdAt',
    narrow: true,
    phone: 'none',
    cell: (c) => <Instant at={c.createdAt} />,
  },
];

/** What it means to mail an address again that was suppressed for this reason. */
export function endingConsequence(status: Contact['status']): string {
  const from = 'From now on it gets the mails of its lists again, in runs that are under way too.';
  if (status === 'unsubscribed') {
    return `This person asked for no more mail. In most countries you need their new consent before you mail them. ${from}`;
  }
  if (status === 'complained') {
    return `This person reported a mail as spam. Another one hurts your reputation with their provider, and needs their consent. ${from}`;
  }
  if (status === 'bounced') {
    return `Its server said that there is no such mailbox. If that is still so, it bounces again and is suppressed again. ${from}`;
  }
  return from;
}
