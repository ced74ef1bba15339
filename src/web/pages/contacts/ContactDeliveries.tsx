import { Text } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { api, dataOf, type Schema } from '../../api.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { Answer, Changed } from '../runs/deliveryCells.js';
import type { Contact } from './contact.js';

type Delivery = Schema<'ContactDelivery'>;

const columns = (email: string): Column<Delivery>[] => [
  {
    key: 'title',
    header: 'Campaign or automation',
    cell: (d) => (
      <>
        {d.title}
        {d.email.toLowerCase() !== email.toLowerCase() && (
          <Text span c="dimmed" fz="xs" style={{ overflowWrap: 'anywhere' }}>
            {' '}
            to {d.email}
          </Text>
        )}
      </>
    ),
  },
  { key: 'state', header: 'State', cell: (d) => <StateBadge state={d.state} />, narrow: true, phone: 'head' },
  { key: 'answer', header: 'Answer', cell: (d) => <Answer delivery={d} /> },
  { key: 'attempts', header: 'Attempts', cell: (d) => d.attempts, align: 'right', narrow: true, phone: 'none' },
  { key: 'changedAt', header: 'When', cell: (d) => <Changed delivery={d} />, narrow: true },
];

/** What became of the mail of every run to a contact, each row leading to its run. */
export function ContactDeliveries({ contact }: { contact: Contact }) {
  const list = useList<Delivery>(['contact', contact.id, 'deliveries'], (cursor) =>
    dataOf(
      api.GET('/api/v1/contacts/{id}/deliveries', {
        params: { path: { id: contact.id }, query: cursor === undefined ? {} : { cursor } },
      }),
    ),
  );
  return (
    <Section title="Deliveries" description="One for each run that had the contact among its recipients.">
      <DataTable
        label="Deliveries"
        list={list}
        columns={columns(contact.email)}
        rowKey={(d) => d.runId}
        rowTo={(d) => `/runs/${d.runId}`}
        loadingRows={3}
        empty={
          <EmptyState title="No run has mailed this contact yet" icon={IconMail}>
            What each campaign and automation sends to it is listed here, with the answer of its mail server.
          </EmptyState>
        }
      />
    </Section>
  );
}
