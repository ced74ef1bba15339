import { Anchor, Button, Group, MultiSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconDeviceFloppy } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, ProblemError } from '../../api.js';
import { Allowed } from '../../components/Allowed.js';
import { ConfirmButton } from '../../components/ConfirmButton.js';
import { DeleteButton } from '../../components/DeleteDialog.js';
import { Instant } from '../../components/Instant.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { useAllLists } from '../content/choices.js';
import { ConflictDialog } from '../content/ConflictDialog.js';
import { DraftNote } from '../content/DraftNote.js';
import { useSaveKey } from '../content/useSaveKey.js';
import { ifMatch, versionOf, type Versioned } from '../content/versions.js';
import { AttributeFields, attributesOf, problemOfRow, rowsOf, type AttributeRow } from './AttributeFields.js';
import { contactChanges, contactQuery, endingConsequence, statusMeaning, type Contact } from './contact.js';
import { ContactDeliveries } from './ContactDeliveries.js';
import { useKnownAttributes } from './useKnownAttributes.js';

interface Form {
  email: string;
  name: string;
  attributes: AttributeRow[];
  listIds: string[];
  etag: string | undefined;
}

function formOf({ data, etag }: Versioned<Contact>): Form {
  return {
    email: data.email,
    name: data.name,
    attributes: rowsOf(data.attributes),
    listIds: data.lists.map((l) => l.id),
    etag,
  };
}

const labels: [keyof Form, string][] = [
  ['email', 'Email address'],
  ['name', 'Name'],
  ['attributes', 'Attributes'],
  ['listIds', 'Lists'],
];

const back = { to: '/contacts', label: 'Contacts' };

/** A contact: what is known about it, its lists, whether it gets mail. */
export default function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(contactQuery(id));
  if (query.data) return <Shown key={id} version={query.data} />;
  return <PendingPage title="Contact" back={back} query={query} lines={10} />;
}

function Shown({ version }: { version: Versioned<Contact> }) {
  const contact = version.data;
  const navigate = useNavigate();
  return (
    <>
      <PageHeader
        title={contact.name || contact.email}
        back={back}
        badge={<StateBadge state={contact.status} />}
        description={contact.name ? contact.email : undefined}
        actions={
          <Allowed role="operator">
            <DeleteButton
              name={contact.email}
              deletion={{
                run: () => api.DELETE('/api/v1/contacts/{id}', { params: { path: { id: contact.id } } }),
                consequence:
                  'The contact leaves all its lists and cannot be brought back. What was delivered to it stays on record, and if the address is suppressed it stays suppressed.',
                done: `${contact.email} is no longer a contact.`,
                changes: contactChanges(),
                onDeleted: () => void navigate({ to: '/contacts' }),
              }}
            />
          </Allowed>
        }
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" mb="lg">
        <Details version={version} />
        <Stack gap="lg">
          <Mailing contact={contact} />
          <Section title="On record">
            <Text fz="sm">
              Added <Instant at={contact.createdAt} inline relative />
            </Text>
            <Text fz="sm" mt={6}>
              Changed <Instant at={contact.updatedAt} inline relative />
            </Text>
          </Section>
        </Stack>
      </SimpleGrid>
      <ContactDeliveries contact={contact} />
    </>
  );
}

function Details({ version }: { version: Versioned<Contact> }) {
  const may = useMay('operator');
  const queries = useQueryClient();
  const { id } = version.data;
  const draft = useDraft<Form>(`contact:${id}`, formOf(version));
  const form = draft.value;
  const lists = useAllLists();
  const known = useKnownAttributes();
  const [theirs, setTheirs] = useState<Form | null>(null);
  const save = useMutationWithNotice({
    run: ({ anyway = false }: { anyway?: boolean }) =>
      versionOf(
        api.PUT('/api/v1/contacts/{id}', {
          params: { path: { id }, header: ifMatch(form.etag, anyway) },
          body: {
            email: form.email,
            name: form.name,
            attributes: attributesOf(form.attributes),
            listIds: form.listIds,
          },
        }),
      ),
    done: () => 'Saved.',
    changes: contactChanges(),
    showsProblems: true,
    onDone: (saved) => {
      draft.keepNothing();
      queries.setQueryData(contactQuery(id).queryKey, saved);
    },
  });
  const conflict = save.error instanceof ProblemError && save.error.is('precondition-failed');
  const errors = useFieldErrors(conflict ? null : save.error);
  const twin = save.error instanceof ProblemError ? save.error.extensions['contactId'] : undefined;
  const wrong = form.attributes.some((row) => problemOfRow(row, form.attributes) !== null);
  useEffect(() => {
    if (!conflict) return;
    void versionOf(api.GET('/api/v1/contacts/{id}', { params: { path: { id } } })).then(
      (now) => setTheirs(formOf(now)),
      () => undefined,
    );
  }, [conflict, id]);
  const submit = () => {
    if (may && !wrong) save.mutate({});
  };
  useSaveKey(submit);
  return (
    <Section title="Details">
      <DraftNote restored={draft.restored && draft.dirty} onDiscard={() => (draft.reset(), save.reset())} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack>
          <div>
            <TextInput
              label="Email address"
              type="email"
              required
              withAsterisk={false}
              readOnly={!may}
              value={form.email}
              onChange={(event) => draft.set({ email: event.currentTarget.value })}
              error={errors.at('/email')}
            />
            {typeof twin === 'string' && (
              <Anchor component={Link} to={`/contacts/${twin}`} fz="sm">
                Open that contact
              </Anchor>
            )}
          </div>
          <TextInput
            label="Name"
            readOnly={!may}
            maxLength={200}
            value={form.name}
            onChange={(event) => draft.set({ name: event.currentTarget.value })}
            error={errors.at('/name')}
          />
          <MultiSelect
            label="Lists"
            searchable
            readOnly={!may}
            data={(lists.data ?? version.data.lists).map((l) => ({ value: l.id, label: l.name }))}
            value={form.listIds}
            onChange={(listIds) => draft.set({ listIds })}
            error={errors.at('/listIds')}
            placeholder={form.listIds.length === 0 ? 'On no list' : ''}
          />
          <AttributeFields
            rows={form.attributes}
            onChange={(attributes) => draft.set({ attributes })}
            known={known}
            readOnly={!may}
            error={errors.at('/attributes')}
          />
          <FormProblem errors={errors} />
          <Allowed role="operator">
            <Group justify="flex-end">
              <Button
                type="submit"
                disabled={!draft.dirty || wrong}
                loading={save.isPending}
                leftSection={<IconDeviceFloppy size={16} aria-hidden />}
              >
                Save
              </Button>
            </Group>
          </Allowed>
        </Stack>
      </form>
      <ConflictDialog
        what="contact"
        opened={conflict && theirs !== null}
        differences={
          theirs
            ? labels
                .filter(([key]) => JSON.stringify(form[key]) !== JSON.stringify(theirs[key]))
                .map(([, label]) => label)
            : []
        }
        onKeepEditing={() => save.reset()}
        onTakeTheirs={() => {
          if (theirs) draft.set(theirs);
          draft.keepNothing();
          save.reset();
          void queries.invalidateQueries({ queryKey: contactQuery(id).queryKey });
        }}
        onSaveMine={() => save.mutate({ anyway: true })}
        busy={save.isPending}
      />
    </Section>
  );
}

/** Whether the contact gets mail, why not, and how to change it. */
function Mailing({ contact }: { contact: Contact }) {
  const suppressed = contact.status !== 'subscribed';
  const path = { email: contact.email };
  const suppression = useQuery({
    queryKey: ['suppression', contact.email],
    queryFn: async () => (await api.GET('/api/v1/suppressions/{email}', { params: { path } })).data ?? null,
    enabled: suppressed,
  });
  const changes = [...contactChanges(contact.id), ['suppressions'], ['suppression', contact.email]];
  const end = useMutationWithNotice({
    run: () => api.DELETE('/api/v1/suppressions/{email}', { params: { path } }),
    done: () => `${contact.email} may be mailed again.`,
    changes,
  });
  const suppress = useMutationWithNotice({
    run: () => api.POST('/api/v1/suppressions', { body: { email: contact.email, reason: 'manual' } }),
    done: () => `${contact.email} gets no more mail.`,
    undo: () => ({
      run: () => api.DELETE('/api/v1/suppressions/{email}', { params: { path } }),
      done: `${contact.email} may be mailed again.`,
    }),
    changes,
  });
  return (
    <Section title="Mail to this address">
      <Group gap="xs" mb={6}>
        <StateBadge state={contact.status} />
        <Text fz="sm">{statusMeaning[contact.status]}</Text>
      </Group>
      {suppression.data && (
        <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          Since <Instant at={suppression.data.since} inline />
          {suppression.data.detail && <>: {suppression.data.detail}</>}
          {suppression.data.runId && (
            <>
              {' '}
              (
              <Anchor component={Link} to={`/runs/${suppression.data.runId}`} inherit>
                the run
              </Anchor>
              )
            </>
          )}
        </Text>
      )}
      <Allowed role="operator">
        <Group mt="md">
          {suppressed ? (
            <ConfirmButton
              title={`Mail ${contact.email} again?`}
              consequence={endingConsequence(contact.status)}
              confirm="Mail it again"
              onConfirm={() => end.mutateAsync()}
              busy={end.isPending}
            >
              End the suppression
            </ConfirmButton>
          ) : (
            <Button variant="default" loading={suppress.isPending} onClick={() => suppress.mutate()}>
              Suppress the address
            </Button>
          )}
        </Group>
      </Allowed>
    </Section>
  );
}
