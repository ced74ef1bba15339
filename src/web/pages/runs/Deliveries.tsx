import { Anchor, Button, Code, Group, Modal, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { MailAddress } from '../../components/MailAddress.js';
import { SearchInput } from '../../components/SearchInput.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import classes from './Deliveries.module.css';
import { Answer, Changed } from './deliveryCells.js';
import { StateFilter } from './ProgressBar.js';
import { ResolveUncertain } from './ResolveUncertain.js';
import { isDeliveryState, isLive, stateWords, type RunDetail } from './run.js';

type Delivery = Schema<'Delivery'>;

const pageSize = 100;
/** How often the first page is read again while the run goes on, in milliseconds. */
const liveMs = 5000;

const columns: Column<Delivery>[] = [
  {
    key: 'email',
    header: 'Address',
    cell: (d) => (
      <span className={classes.address}>
        <MailAddress address={d.email} />
      </span>
    ),
  },
  { key: 'state', header: 'State', cell: (d) => <StateBadge state={d.state} />, narrow: true, phone: 'head' },
  { key: 'answer', header: 'Answer', cell: (d) => <Answer delivery={d} /> },
  { key: 'attempts', header: 'Attempts', cell: (d) => d.attempts, align: 'right', narrow: true, phone: 'none' },
  { key: 'changedAt', header: 'When', cell: (d) => <Changed delivery={d} />, narrow: true },
];

/** Every recipient of a run: filtered by state, searched by address, with what their server answered. */
export function Deliveries({ run }: { run: RunDetail }) {
  const may = useMay('operator');
  const [stateText, setState] = useQueryState('state');
  const [search, setSearch] = useQueryState('address');
  const [selected, setSelected] = useState(new Set<string>());
  const [resolving, setResolving] = useState<'selected' | 'all' | null>(null);
  const [shown, setShown] = useState<Delivery | null>(null);
  const state = isDeliveryState(stateText) ? stateText : null;

  const list = useList<Delivery>(
    ['run', run.id, 'deliveries', { state, search }],
    (cursor) =>
      dataOf(
        api.GET('/api/v1/runs/{id}/deliveries', {
          params: {
            path: { id: run.id },
            query: {
              limit: pageSize,
              ...(cursor === undefined ? {} : { cursor }),
              ...(state === null ? {} : { state }),
              ...(search === '' ? {} : { search }),
            },
          },
        }),
      ),
    { refetchInterval: isLive(run) ? liveMs : false },
  );
  const { uncertain } = run.counts;
  const resolvable = may && uncertain > 0;
  const selecting = resolvable && state === 'uncertain';
  const chosen = list.items.filter((d) => d.state === 'uncertain' && selected.has(d.contactId)).map((d) => d.contactId);
  const emails = new Map(list.items.map((d) => [d.contactId, d.email]));

  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where a link leads that was followed before the run was read.
    if (location.hash === '#deliveries') top.current?.scrollIntoView();
  }, []);
  return (
    <div id="deliveries" ref={top} className={classes.anchor}>
      <Section
        title="Deliveries"
        description="One for each recipient. Each address is in the run once."
        actions={
          <Group gap="xs" w={{ base: '100%', xs: 'auto' }}>
            <SearchInput
              label="Search by address"
              placeholder="Search by address"
              value={search}
              onChange={setSearch}
            />
            <Button
              component="a"
              href={exportAddress(run.id, state, search)}
              download
              variant="default"
              leftSection={<IconDownload size={15} aria-hidden />}
            >
              CSV
            </Button>
          </Group>
        }
      >
        <Group justify="space-between" gap="xs" mb="sm">
          <StateFilter
            counts={run.counts}
            value={state}
            onChange={(value) => {
              setSelected(new Set());
              setState(value);
            }}
          />
          {resolvable && (
            <Group gap="xs">
              {selecting && chosen.length > 0 && (
                <Button size="xs" onClick={() => setResolving('selected')}>
                  Decide on {formatCount(chosen.length)} selected
                </Button>
              )}
              <Button
                size="xs"
                variant={chosen.length > 0 && selecting ? 'default' : 'filled'}
                onClick={() => setResolving('all')}
              >
                Decide on all {formatCount(uncertain)} uncertain
              </Button>
            </Group>
          )}
        </Group>
        {state !== null && (
          <Text fz="sm" c="dimmed" mb="sm">
            {stateWords[state].label}: {stateWords[state].meaning}
            {selecting && ' Select some to decide on them alone.'}
          </Text>
        )}
        <DataTable
          label="Deliveries"
          list={list}
          columns={columns}
          rowKey={(d) => d.contactId}
          onOpen={setShown}
          {...(selecting
            ? { selection: { selected, onChange: setSelected, label: (id: string) => emails.get(id) ?? id } }
            : {})}
          empty={
            search !== '' ? (
              <EmptyState title="No recipient of this run has such an address">
                The search finds any part of an address{state === null ? '' : `, here among those that are ${state}`}.
              </EmptyState>
            ) : state !== null ? (
              <EmptyState title={`None is ${state}`} />
            ) : run.counts.total > 0 ? (
              <EmptyState title="The recipients of this run are no longer kept">
                What is left of them are the sums above.
              </EmptyState>
            ) : (
              <EmptyState title={isLive(run) ? 'The recipients are being fixed' : 'This run had no recipients'} />
            )
          }
        />
        <ResolveUncertain
          run={run}
          contactIds={resolving === 'selected' ? chosen : null}
          opened={resolving !== null}
          onClose={() => setResolving(null)}
          onResolved={() => setSelected(new Set())}
        />
        <DeliveryDialog run={run} delivery={shown} onClose={() => setShown(null)} />
      </Section>
    </div>
  );
}

function exportAddress(runId: string, state: string | null, search: string): string {
  const query = new URLSearchParams({ ...(state ? { state } : {}), ...(search ? { search } : {}) }).toString();
  return `/api/v1/runs/${runId}/deliveries.csv${query ? `?${query}` : ''}`;
}

/** All that is known of one delivery. */
function DeliveryDialog({
  run,
  delivery,
  onClose,
}: {
  run: RunDetail;
  delivery: Delivery | null;
  onClose: () => void;
}) {
  const sender = run.senders.find((s) => s.id === delivery?.senderId);
  return (
    <Modal opened={delivery !== null} onClose={onClose} title={delivery?.email ?? ''} size="lg">
      {delivery && (
        <dl className="facts">
          <dt>State</dt>
          <dd>
            <StateBadge state={delivery.state} />{' '}
            <Text component="span" fz="sm">
              {stateWords[delivery.state].meaning}
            </Text>
          </dd>
          <dt>Answer</dt>
          <dd>
            {delivery.response ? (
              <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {delivery.response}
              </Code>
            ) : (
              'None yet'
            )}
            {delivery.smtpCode !== null && (
              <Text fz="xs" c="dimmed" mt={4}>
                Code {delivery.smtpCode}
              </Text>
            )}
          </dd>
          <dt>Attempts</dt>
          <dd>{delivery.attempts}</dd>
          <dt>When</dt>
          <dd>
            <Instant at={delivery.changedAt} relative inline />
          </dd>
          {delivery.state === 'pending' && delivery.dueAt && (
            <>
              <dt>Not before</dt>
              <dd>
                <Instant at={delivery.dueAt} relative inline />
              </dd>
            </>
          )}
          <dt>Contact</dt>
          <dd>
            <Anchor component={Link} to={`/contacts/${delivery.contactId}`} inherit>
              What else it got
            </Anchor>
          </dd>
          <dt>Sender</dt>
          <dd>{sender?.name ?? 'None so far'}</dd>
          <dt>Message-ID</dt>
          <dd>
            {delivery.messageId ? (
              <>
                <Code style={{ overflowWrap: 'anywhere' }}>{delivery.messageId}</Code>
                <Text fz="xs" c="dimmed" mt={4}>
                  Every copy of this mail carries it: it can be looked up in the logs of the receiving server.
                </Text>
              </>
            ) : (
              'None so far'
            )}
          </dd>
        </dl>
      )}
    </Modal>
  );
}
