import {
  Button,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Pending } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { EmptyState, FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { ifMatch, versionOf, type Versioned } from '../content/versions.js';
import { periods, senderChanges, type Sender } from './sender.js';
import { emptyForm, formOf, inputOf, noSecrets, usualPorts, type SenderForm } from './senderForm.js';

/** Makes a sender, or changes one. */
export default function SenderEditorPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const may = useMay('operator');
  const query = useQuery({
    queryKey: ['sender', id, 'version'],
    queryFn: () => versionOf<Sender>(api.GET('/api/v1/senders/{id}', { params: { path: { id: id as string } } })),
    enabled: id !== undefined,
    refetchOnWindowFocus: false,
  });
  const title = id === undefined ? 'New sender' : query.data ? `Edit “${query.data.data.name}”` : 'Edit sender';
  return (
    <>
      <PageHeader
        title={title}
        description="Who mails are from, and the server that takes them."
        back={
          id === undefined
            ? { to: '/senders', label: 'Senders' }
            : { to: `/senders/${id}`, label: query.data?.data.name ?? 'Sender' }
        }
      />
      {!may ? (
        <EmptyState title="For operators">Senders are changed by those with the role operator or admin.</EmptyState>
      ) : id !== undefined && !query.data ? (
        <Pending query={query} lines={10} />
      ) : (
        <Form id={id} stored={query.data} />
      )}
    </>
  );
}

const securities: Record<SenderForm['security'], { label: string; meaning: string }> = {
  starttls: { label: 'STARTTLS', meaning: 'Upgraded before the log-in, or nothing is sent. Usually port 587.' },
  tls: { label: 'TLS', meaning: 'Encrypted from the first byte. Usually port 465.' },
  none: { label: 'None', meaning: 'Plain text: for a server on the same machine or network.' },
};

function Form({ id, stored }: { id: string | undefined; stored: Versioned<Sender> | undefined }) {
  const navigate = useNavigate();
  const draft = useDraft<SenderForm>(`sender:${id ?? 'new'}`, stored ? formOf(stored.data) : emptyForm);
  const [secrets, setSecrets] = useState(noSecrets);
  const { value, set } = draft;
  const save = useMutationWithNotice({
    run: () => {
      const body = inputOf(value, secrets);
      return id === undefined
        ? dataOf(api.POST('/api/v1/senders', { body }))
        : dataOf(api.PUT('/api/v1/senders/{id}', { params: { path: { id }, header: ifMatch(stored?.etag) }, body }));
    },
    done: (sender) => (id === undefined ? `“${sender.name}” has been made: now send a test mail.` : 'Saved.'),
    changes: senderChanges(id),
    showsProblems: true,
    onDone: (sender) => {
      draft.keepNothing();
      void navigate({ to: `/senders/${sender.id}` });
    },
  });
  const errors = useFieldErrors(save.error);
  const smtp = stored?.data.transport === 'smtp' ? stored.data : undefined;
  const text = (field: 'name' | 'fromName' | 'fromEmail' | 'replyTo', pointer = `/${field}`) => ({
    value: value[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
    error: errors.at(pointer),
  });
  const secret = (name: keyof typeof secrets) => ({
    value: secrets[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      setSecrets({ ...secrets, [name]: event.currentTarget.value }),
    autoComplete: 'off',
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack maw={860}>
        <Section title="From">
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label="Name of the sender" description="In this app only." {...text('name')} data-autofocus />
            <TextInput label="From name" description="What readers see." {...text('fromName')} />
            <TextInput label="From address" type="email" {...text('fromEmail')} />
            <TextInput
              label="Reply to"
              type="email"
              description="Absent: replies go to the from address."
              {...text('replyTo')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
            />
          </SimpleGrid>
        </Section>
        <Section
          title="Server"
          actions={
            <SegmentedControl
              aria-label="Transport"
              value={value.transport}
              onChange={(transport) => set({ transport: transport as SenderForm['transport'] })}
              data={[
                { value: 'smtp', label: 'SMTP' },
                { value: 'resend', label: 'Resend’s API' },
              ]}
            />
          }
        >
          {value.transport === 'smtp' ? (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <Select
                label="Encryption"
                description={securities[value.security].meaning}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                allowDeselect={false}
                data={Object.entries(securities).map(([v, { label }]) => ({ value: v, label }))}
                value={value.security}
                onChange={(v) => {
                  const security = v as SenderForm['security'];
                  // A port that was not chosen by hand goes along.
                  const follows = Number(value.port) === usualPorts[value.security];
                  set({ security, ...(follows ? { port: usualPorts[security] } : {}) });
                }}
                error={errors.at('/smtp/security')}
              />
              <Group gap="sm" align="flex-start" wrap="nowrap">
                <TextInput
                  label="Host"
                  placeholder="smtp.example.com"
                  style={{ flex: 1 }}
                  value={value.host}
                  onChange={(event) => set({ host: event.currentTarget.value })}
                  error={errors.at('/smtp/host')}
                />
                <NumberInput
                  label="Port"
                  w={90}
                  min={1}
                  max={65535}
                  hideControls
                  value={value.port}
                  onChange={(port) => set({ port })}
                  error={errors.at('/smtp/port')}
                />
              </Group>
              <TextInput
                label="Username"
                autoComplete="off"
                value={value.username}
                onChange={(event) => set({ username: event.currentTarget.value })}
                error={errors.at('/smtp/username')}
              />
              <PasswordInput
                label="Password"
                placeholder={smtp?.smtp.hasPassword ? 'stored; type to replace it' : ''}
                {...secret('password')}
                error={errors.at('/smtp/password')}
              />
            </SimpleGrid>
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput
                label="Base URL"
                value={value.baseUrl}
                onChange={(event) => set({ baseUrl: event.currentTarget.value })}
                error={errors.at('/resend/baseUrl')}
              />
              <PasswordInput
                label="API key"
                placeholder={stored?.data.transport === 'resend' ? 'stored; type to replace it' : ''}
                {...secret('apiKey')}
                error={errors.at('/resend/apiKey')}
              />
              <Text fz="sm" c="dimmed" style={{ gridColumn: '1 / -1' }}>
                Mails are handed over with idempotency keys: a lost answer leaves nothing uncertain. The provider signs
                them (DKIM).
              </Text>
            </SimpleGrid>
          )}
        </Section>
        <Section title="Pace" description="Kept over all workers and restarts. Empty: no limit.">
          <SimpleGrid cols={{ base: 2, sm: 5 }}>
            {periods.map(({ key, label }) => (
              <NumberInput
                key={key}
                label={`Mails ${label}`}
                min={1}
                hideControls
                thousandSeparator=","
                value={value.limits[key]}
                onChange={(limit) => set((present) => ({ ...present, limits: { ...present.limits, [key]: limit } }))}
                error={errors.at(`/limits/${key}`)}
              />
            ))}
            <NumberInput
              label="Connections"
              min={1}
              max={500}
              hideControls
              value={value.maxConnections}
              onChange={(maxConnections) => set({ maxConnections })}
              error={errors.at('/maxConnections')}
            />
          </SimpleGrid>
          <Text fz="xs" c="dimmed" mt="xs">
            Connections are of each worker process. At most two mails a connection are under way.
          </Text>
        </Section>
        {value.transport === 'smtp' && (
          <Section
            title="DKIM"
            description="Signs every mail here. Leave it off when the server signs."
            actions={
              <Switch
                label="Sign mails"
                checked={value.dkim}
                onChange={(event) => {
                  const dkim = event.currentTarget.checked;
                  const domain = value.fromEmail.split('@')[1] ?? '';
                  set({ dkim, ...(dkim && value.domainName === '' ? { domainName: domain } : {}) });
                }}
              />
            }
          >
            {value.dkim && (
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <TextInput
                  label="Domain"
                  value={value.domainName}
                  onChange={(event) => set({ domainName: event.currentTarget.value })}
                  error={errors.at('/dkim/domainName')}
                />
                <TextInput
                  label="Selector"
                  placeholder="mail2026"
                  value={value.keySelector}
                  onChange={(event) => set({ keySelector: event.currentTarget.value })}
                  error={errors.at('/dkim/keySelector')}
                />
                <Textarea
                  label="Private key"
                  description="PEM, RSA or Ed25519. The DNS record to publish is shown when it is saved."
                  placeholder={smtp?.dkim ? 'stored; paste another one to replace it' : '-----BEGIN PRIVATE KEY-----'}
                  minRows={4}
                  autosize
                  maxRows={8}
                  styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
                  style={{ gridColumn: '1 / -1' }}
                  {...secret('privateKey')}
                  error={errors.at('/dkim/privateKey')}
                />
              </SimpleGrid>
            )}
          </Section>
        )}
        <FormProblem errors={errors} />
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            onClick={() => {
              draft.keepNothing();
              void navigate({ to: id === undefined ? '/senders' : `/senders/${id}` });
            }}
          >
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {id === undefined ? 'Create sender' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
