import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { IconDeviceFloppy } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, ProblemError, type Schema } from '../../api.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { attachmentInput, type Attachment } from '../content/attachments.js';
import { ConflictDialog } from '../content/ConflictDialog.js';
import { ContentEditor } from '../content/ContentEditor.js';
import { DraftNote } from '../content/DraftNote.js';
import { useSaveKey } from '../content/useSaveKey.js';
import { ifMatch, versionOf, type Versioned } from '../content/versions.js';

interface Form {
  name: string;
  subject: string;
  html: string;
  text: string;
  attachments: Attachment[];
  etag: string | undefined;
}

const emptyForm: Form = {
  name: '',
  subject: '',
  html: `<p>Hello {{ contact.name | default: "there" }},</p>

<p></p>

<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>
`,
  text: '',
  attachments: [],
  etag: undefined,
};

function formOf({ data, etag }: Versioned<Schema<'Template'>>): Form {
  return {
    name: data.name,
    subject: data.subject,
    html: data.html,
    text: data.text ?? '',
    attachments: data.attachments,
    etag,
  };
}

const templateQuery = (id: string) => ({
  queryKey: ['template', id],
  queryFn: () => versionOf(api.GET('/api/v1/templates/{id}', { params: { path: { id } } })),
});

const labels: [keyof Form, string][] = [
  ['name', 'Name'],
  ['subject', 'Subject'],
  ['html', 'HTML'],
  ['text', 'Plain text'],
  ['attachments', 'Attachments'],
];

const back = { to: '/templates', label: 'Templates' };

/** Writes a template: a new one at /templates/new, one that exists at /templates/:id. Viewers read it. */
export default function TemplateEditorPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const may = useMay('operator');
  if (id !== undefined) return <Existing key={id} id={id} readOnly={!may} />;
  if (may) return <Editor key="new" initial={emptyForm} readOnly={false} />;
  return (
    <>
      <PageHeader title="New template" back={back} />
      <Alert color="gray">Your role may look at templates, but not write them.</Alert>
    </>
  );
}

function Existing({ id, readOnly }: { id: string; readOnly: boolean }) {
  const query = useQuery(templateQuery(id));
  if (query.data) return <Editor id={id} initial={formOf(query.data)} readOnly={readOnly} />;
  return <PendingPage title="Template" back={back} query={query} lines={14} />;
}

function Editor({ id, initial, readOnly }: { id?: string; initial: Form; readOnly: boolean }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const draft = useDraft<Form>(`template:${id ?? 'new'}`, initial);
  const form = draft.value;
  const [contact, setContact] = useState<Schema<'Contact'> | null>(null);
  const [theirs, setTheirs] = useState<Form | null>(null);
  const save = useMutationWithNotice({
    run: ({ anyway = false }: { anyway?: boolean }) => {
      const { name, subject, html, text, attachments } = form;
      const body = {
        name,
        subject,
        html,
        text: text.trim() === '' ? null : text,
        attachments: attachments.map(attachmentInput),
      };
      return id === undefined
        ? versionOf(api.POST('/api/v1/templates', { body }))
        : versionOf(
            api.PUT('/api/v1/templates/{id}', { params: { path: { id }, header: ifMatch(form.etag, anyway) }, body }),
          );
    },
    done: () => 'Saved.',
    changes: [['templates'], ['campaign-preview'], ['campaign-check']],
    showsProblems: true,
    onDone: (saved) => {
      draft.keepNothing();
      queries.setQueryData(templateQuery(saved.data.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ['template', saved.data.id, 'content'] });
      if (id === undefined) void navigate({ to: `/templates/${saved.data.id}`, replace: true });
    },
  });
  const conflict = save.error instanceof ProblemError && save.error.is('precondition-failed');
  const errors = useFieldErrors(conflict ? null : save.error);
  useEffect(() => {
    if (!conflict || id === undefined) return;
    void versionOf(api.GET('/api/v1/templates/{id}', { params: { path: { id } } })).then(
      (now) => setTheirs(formOf(now)),
      () => undefined,
    );
  }, [conflict, id]);
  useSaveKey(() => {
    if (!readOnly) save.mutate({});
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({});
      }}
    >
      <PageHeader
        title={id === undefined ? 'New template' : form.name || 'Template'}
        back={back}
        badge={
          draft.dirty && !readOnly ? (
            <Text fz="xs" c="dimmed">
              Not saved
            </Text>
          ) : undefined
        }
        actions={
          !readOnly && (
            <Button type="submit" loading={save.isPending} leftSection={<IconDeviceFloppy size={16} aria-hidden />}>
              {id === undefined ? 'Create template' : 'Save'}
            </Button>
          )
        }
      />
      <DraftNote restored={draft.restored && draft.dirty} onDiscard={() => (draft.reset(), save.reset())} />
      <FormProblem errors={errors} />
      <Stack gap="lg" mt={save.isError ? 'md' : 0}>
        <Section>
          <ContentEditor
            value={form}
            onChange={(change) => draft.set(change)}
            readOnly={readOnly}
            refused={(field) => errors.at(`/${field}`)}
            contact={contact}
            onContact={setContact}
          >
            <TextInput
              label="Name"
              required
              withAsterisk={false}
              readOnly={readOnly}
              maxLength={200}
              mb="md"
              value={form.name}
              onChange={(event) => draft.set({ name: event.currentTarget.value })}
              error={errors.at('/name')}
            />
          </ContentEditor>
        </Section>
      </Stack>
      <ConflictDialog
        what="template"
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
          if (id !== undefined) void queries.invalidateQueries({ queryKey: templateQuery(id).queryKey });
        }}
        onSaveMine={() => save.mutate({ anyway: true })}
        busy={save.isPending}
      />
    </form>
  );
}
