import { Anchor, Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { api, dataOf, type Schema } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { DataTable, type Column } from '../../components/DataTable.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { EmptyState, ErrorState } from '../../components/states.js';
import { useList } from '../../hooks/useList.js';
import { formatCount } from '../../time.js';
import { useInlinePictures, withPictures } from '../content/attachments.js';
import { useAllLists, useAllSenders, useAllTemplates } from '../content/choices.js';
import { ContactPicker, exampleContact } from '../content/ContactPicker.js';
import { MailPreview } from '../content/MailPreview.js';
import { ResultText } from '../runs/ResultText.js';
import { audiences, campaignQuery, type Campaign } from './campaign.js';
import { CampaignMenu } from './CampaignMenu.js';
import { Check } from './CheckDialog.js';
import { RunDialog } from './RunDialog.js';

const back = { to: '/campaigns', label: 'Campaigns' };

/** A campaign: what it sends, to whom, what became of it. */
export default function CampaignPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(campaignQuery(id));
  if (query.data) return <Shown campaign={query.data.data} />;
  return <PendingPage title="Campaign" back={back} query={query} lines={12} />;
}

function Shown({ campaign }: { campaign: Campaign }) {
  const navigate = useNavigate();
  const [running, run] = useDisclosure(false);
  return (
    <>
      <PageHeader
        title={campaign.name}
        back={back}
        description={
          <>
            Changed <Instant at={campaign.updatedAt} inline relative />
          </>
        }
        actions={
          <Allowed role="operator">
            <Button
              variant="default"
              component={Link}
              to={`/campaigns/${campaign.id}/edit`}
              leftSection={<IconPencil size={16} aria-hidden />}
            >
              Edit
            </Button>
            <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={run.open}>
              Run now
            </Button>
            <CampaignMenu short campaign={campaign} onDeleted={() => void navigate({ to: '/campaigns' })} />
          </Allowed>
        }
      />
      <RunDialog campaign={campaign} opened={running} onClose={run.close} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Stack gap="lg" miw={0}>
          <Section title="Goes out as">
            <Settings campaign={campaign} />
          </Section>
          <Section title="If it were sent now">
            <Check campaignId={campaign.id} />
          </Section>
          <Runs campaign={campaign} />
        </Stack>
        <Section title="The mail" miw={0}>
          <Preview campaign={campaign} />
        </Section>
      </SimpleGrid>
    </>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Text component="dt" fz="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" fz="sm" m={0} style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </>
  );
}

function Settings({ campaign }: { campaign: Campaign }) {
  const lists = useAllLists();
  const senders = useAllSenders();
  const templates = useAllTemplates();
  return (
    <dl style={{ display: 'grid', gridTemplateColumns: 'auto 1fr', gap: '8px 20px', margin: 0 }}>
      <Row name="Lists">
        {campaign.listIds.map((id) => {
          const list = lists.data?.find((l) => l.id === id);
          return (
            <div key={id}>
              <Anchor component={Link} to={`/lists/${id}`} fz="sm">
                {list?.name ?? (lists.isPending ? '…' : 'A list that has been deleted')}
              </Anchor>
              {list && (
                <Text span fz="xs" c="dimmed">
                  {' '}
                  · {formatCount(list.contacts)} contacts
                </Text>
              )}
            </div>
          );
        })}
      </Row>
      <Row name="Goes to">{audiences[campaign.audience].label}</Row>
      <Row name={campaign.senderIds.length > 1 ? 'Senders' : 'Sender'}>
        {campaign.senderIds.map((id) => {
          const sender = senders.data?.find((s) => s.id === id);
          return (
            <div key={id}>
              {sender ? sender.name : senders.isPending ? '…' : 'A sender that has been deleted'}
              {sender && (
                <Text span fz="xs" c="dimmed">
                  {' '}
                  · {sender.fromEmail}
                </Text>
              )}
            </div>
          );
        })}
      </Row>
      <Row name="Content">
        {campaign.templateId ? (
          <>
            Template{' '}
            <Anchor component={Link} to={`/templates/${campaign.templateId}`} fz="sm">
              {templates.data?.find((t) => t.id === campaign.templateId)?.name ??
                (templates.isPending ? '…' : '(deleted)')}
            </Anchor>
          </>
        ) : (
          'Its own'
        )}
      </Row>
      <Row name="Created">
        <Instant at={campaign.createdAt} />
      </Row>
    </dl>
  );
}

function Preview({ campaign }: { campaign: Campaign }) {
  const [contact, setContact] = useState<Schema<'Contact'> | null>(null);
  const senders = useAllSenders();
  const sender = senders.data?.find((s) => s.id === campaign.senderIds[0]);
  const attachments = campaign.content?.attachments ?? [];
  const pictures = useInlinePictures(attachments);
  const preview = useQuery({
    queryKey: ['campaign-preview', campaign.id, campaign.updatedAt, contact?.id],
    queryFn: () =>
      dataOf(
        api.POST('/api/v1/campaigns/{id}/preview', {
          params: { path: { id: campaign.id } },
          body: contact ? { contactId: contact.id } : {},
        }),
      ),
    placeholderData: (before) => before,
  });
  return (
    <Stack gap="sm">
      <ContactPicker label="Preview as" value={contact} onChange={setContact} listId={campaign.listIds[0]} />
      {preview.isError ? (
        <ErrorState error={preview.error} retry={() => preview.refetch()} retrying={preview.isRefetching} />
      ) : (
        <MailPreview
          mail={preview.data && { ...preview.data, html: withPictures(preview.data.html, pictures) }}
          attachments={attachments}
          from={{ name: sender?.fromName ?? '', email: sender?.fromEmail ?? '…' }}
          to={contact ?? exampleContact}
          old={preview.isPlaceholderData}
          height={520}
        />
      )}
    </Stack>
  );
}

const runColumns: Column<Schema<'Run'>>[] = [
  {
    key: 'for',
    header: 'Run',
    cell: (r) => (
      <>
        <Instant at={r.scheduledFor} />
        <Text span display="block" fz="xs" c="dimmed" fw={400}>
          {r.automationId ? `by “${r.title}”` : 'by hand'}
        </Text>
      </>
    ),
  },
  { key: 'status', header: 'State', phone: 'head', cell: (r) => <StateBadge state={r.status} /> },
  { key: 'result', header: 'Result', cell: (r) => <ResultText counts={r.counts} /> },
];

const ended = new Set(['completed', 'stopped', 'failed', 'duplicate']);

function Runs({ campaign }: { campaign: Campaign }) {
  const list = useList(
    ['runs', { campaignId: campaign.id }],
    (cursor) => dataOf(api.GET('/api/v1/runs', { params: { query: { cursor, limit: 20, campaignId: campaign.id } } })),
    { refetchInterval: 5000 },
  );
  const underWay = list.items.filter((r) => !ended.has(r.status)).length;
  return (
    <section aria-labelledby="runs-of-campaign">
      <Text component="h2" id="runs-of-campaign" fw={600} fz={15} mb="xs" mt={0}>
        Runs
        {underWay > 0 && (
          <Text span fz="sm" c="dimmed" fw={400}>
            {' '}
            · {underWay} under way
          </Text>
        )}
      </Text>
      <DataTable
        label="Runs of this campaign"
        list={list}
        columns={runColumns}
        rowKey={(r) => r.id}
        rowTo={(r) => `/runs/${r.id}`}
        loadingRows={3}
        empty={
          <EmptyState title="It has not been sent yet">
            Run it now, or let an automation send it on a schedule.
          </EmptyState>
        }
      />
    </section>
  );
}
