import { Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api, dataOf } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { CopyButton } from '../../components/CopyButton.js';
import { DeleteButton } from '../../components/DeleteDialog.js';
import { FactsTable } from '../../components/FactsTable.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Pending } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { limitsInWords, senderChanges, serverOf, type Sender, type SmtpSender } from './sender.js';
import { SenderTest } from './SenderTest.js';
import { SenderUsage } from './SenderUsage.js';

/** One sender: what it is, what is taken of its limits, and a test of its connection. */
export default function SenderPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({
    queryKey: ['sender', id],
    queryFn: () => dataOf(api.GET('/api/v1/senders/{id}', { params: { path: { id } } })),
  });
  const sender = query.data;
  return (
    <>
      <PageHeader
        title={sender?.name ?? 'Sender'}
        back={{ to: '/senders', label: 'Senders' }}
        description={sender ? `${sender.fromName ? `${sender.fromName} · ` : ''}${sender.fromEmail}` : undefined}
        actions={
          sender && (
            <Allowed role="operator">
              <Delete sender={sender} />
              <Button
                component={Link}
                to={`/senders/${id}/edit`}
                variant="default"
                leftSection={<IconPencil size={16} aria-hidden />}
              >
                Edit
              </Button>
            </Allowed>
          )
        }
      />
      {!sender ? (
        <Pending query={query} lines={8} />
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <Stack gap="md">
            <Settings sender={sender} />
            {sender.transport === 'smtp' && sender.dkim && <Dkim dkim={sender.dkim} />}
          </Stack>
          <Stack gap="md">
            <Allowed role="operator">
              <SenderTest id={id} />
            </Allowed>
            <SenderUsage id={id} />
          </Stack>
        </SimpleGrid>
      )}
    </>
  );
}

const securities = { none: 'None (plain text)', starttls: 'STARTTLS', tls: 'TLS' };

function Settings({ sender }: { sender: Sender }) {
  const rows: [string, ReactNode][] = [
    ['From', sender.fromName ? `${sender.fromName} <${sender.fromEmail}>` : sender.fromEmail],
    ['Reply to', sender.replyTo ?? 'The from address'],
    ['Server', serverOf(sender)],
    ...(sender.transport === 'smtp'
      ? ([
          ['Encryption', securities[sender.smtp.security]],
          ['Log-in', sender.smtp.username === null ? 'None' : sender.smtp.username],
          ['Password', sender.smtp.hasPassword ? 'Stored, encrypted' : 'None'],
        ] as [string, ReactNode][])
      : ([['API key', 'Stored, encrypted']] as [string, ReactNode][])),
    ['Connections', `${sender.maxConnections} of each worker process`],
    ['Limits', limitsInWords(sender.limits)],
  ];
  return (
    <Section title="Settings">
      <FactsTable label="Settings" rows={rows.map(([name, value]) => ({ name, value }))} />
    </Section>
  );
}

function Dkim({ dkim }: { dkim: NonNullable<SmtpSender['dkim']> }) {
  return (
    <Section title="DKIM" description={`Mails are signed for ${dkim.domainName}. Publish this TXT record in its DNS.`}>
      {dkim.dnsRecord ? (
        <Stack gap="sm">
          <Copied label="Name" text={dkim.dnsRecord.name} />
          <Copied label="Value" text={dkim.dnsRecord.value} />
          <Text fz="xs" c="dimmed">
            A value of more than 255 characters is published as several strings of one record; most DNS providers do so
            by themselves.
          </Text>
        </Stack>
      ) : (
        <Text fz="sm">
          The stored key cannot be read: it was encrypted with another ONCEMAIL_SECRET_KEY. Store it again.
        </Text>
      )}
    </Section>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text fz="sm" fw={500}>
          {label}
        </Text>
        <CopyButton text={text} what={`the ${label.toLowerCase()}`} look="small" />
      </Group>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {text}
      </Code>
    </div>
  );
}

function Delete({ sender }: { sender: Sender }) {
  const navigate = useNavigate();
  return (
    <DeleteButton
      name={sender.name}
      deletion={{
        run: () => api.DELETE('/api/v1/senders/{id}', { params: { path: { id: sender.id } } }),
        consequence:
          'It cannot be brought back. A sender that a campaign, an automation or an unfinished run uses is not deleted; the answer names them.',
        done: `“${sender.name}” has been deleted. Past runs still name it.`,
        changes: senderChanges(),
        onDeleted: () => void navigate({ to: '/senders' }),
      }}
    />
  );
}
