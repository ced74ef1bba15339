import { api, dataOf } from '../../api.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import type { Schema } from '../../api.js';

type Automation = Schema<'Automation'>;

const columns: Column<Automation>[] = [
  { key: 'name', header: 'Automation', cell: (a) => a.name },
  { key: 'schedule', header: 'Schedule', cell: (a) => a.scheduleText },
  { key: 'next', header: 'Next run', cell: (a) => <Instant at={a.nextRunAt} zone={a.schedule.timeZone} relative /> },
  { key: 'state', header: 'State', cell: (a) => <StateBadge state={a.enabled ? 'active' : 'paused'} />, phone: 'head' },
];

/** All automations. */
export default function AutomationsPage() {
  const list = useList(['automations'], (cursor) =>
    dataOf(api.GET('/api/v1/automations', { params: { query: { cursor } } })),
  );
  return (
    <>
      <PageHeader title="Automations" />
      <DataTable
        label="Automations"
        list={list}
        columns={columns}
        rowKey={(a) => a.id}
        empty={<EmptyState title="No automations yet" />}
      />
    </>
  );
}
