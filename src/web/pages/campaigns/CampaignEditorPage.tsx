import {
  Alert,
  Button,
  Group,
  Modal,
  MultiSelect,
  Radio,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconDeviceFloppy, IconListCheck, IconSend } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, dataOf, ProblemError, type Schema } from '../../api.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { ErrorState, FormProblem } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import { attachmentInput, type Attachment } from '../content/attachments.js';
import { useAllLists, useAllSenders, useAllTemplates } from '../content/choices.js';
import { ConflictDialog } from '../content/ConflictDialog.js';
import { ContentEditor } from '../content/ContentEditor.js';
import { DraftNote } from '../content/DraftNote.js';
import { useSaveKey } from '../content/useSaveKey.js';
import { ifMatch, versionOf, type Versioned } from '../content/versions.js';
import { audiences, campaignChanges, campaignQuery, type Audience, type Campaign } from './campaign.js';
import { CheckDialog } from './CheckDialog.js';
import { TestSendDialog } from './TestSendDialog.js';

/** The form of a campaign. `etag` is the version that it began with. */
interface Form {
  name: string;
  listIds: string[];
  senderIds: string[];
  audience: Audience;
  source: 'own' | 'template';
  templateId: string | null;
  subject: string;
  html: string;
  text: string;
  attachments: Attachment[];
  etag: string | undefined;
}

const firstHtml = `<p>Hello {{ contact.name | default: "there" }},</p>

<p></p>

<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>
`;

const emptyForm: Form = {
  name: '',
  listIds: [],
  senderIds: [],
  audience: 'everyone',
  source: 'own',
  templateId: null,
  subject: '',
  html: firstHtml,
  text: '',
  attachments: [],
  etag: undefined,
};

function formOf({ data, etag }: Versioned<Campaign>): Form {
  return {
    name: data.name,
    listIds: data.listIds,
    senderIds: data.senderIds,
    audience: data.audience,
    source: data.templateId ? 'template' : 'own',
    templateId: data.templateId,
    subject: data.content?.subject ?? '',
    html: data.content?.html ?? '',
    text: data.content?.text ?? '',
    attachments: data.content?.attachments ?? [],
    etag,
  };
}

function inputOf(form: Form): Schema<'CampaignInput'> {
  const { name, listIds, senderIds, audience, source, templateId, subject, html, text, attachments } = form;
  return {
    name,
    listIds,
    senderIds,
    audience,
    ...(source === 'template'
      ? { templateId: templateId ?? '' }
      : {
          content: {
            subject,
            html,
            text: text.trim() === '' ? null : text,
            attachments: attachments.map(attachmentInput),
          },
        }),
  };
}

const labels: [keyof Form, string][] = [
  ['name', 'Name'],
  ['listIds', 'Lists'],
  ['senderIds', 'Senders'],
  ['audience', 'Goes to'],
  ['templateId', 'Template'],
  ['subject', 'Subject'],
  ['html', 'HTML'],
  ['text', 'Plain text'],
  ['attachments', 'Attachments'],
];

/** Writes a campaign: a new one at /campaigns/new, one that exists at /campaigns/:id/edit. */
export default function CampaignEditorPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const may = useMay('operator');
  if (!may) {
    return (
      <>
        <PageHeader title="Campaign" back={{ to: '/campaigns', label: 'Campaigns' }} />
        <Alert color="gray">Your role may look at campaigns, but not write them.</Alert>
      </>
    );
  }
  return id === undefined ? <Editor key="new" initial={emptyForm} /> : <Existing key={id} id={id} />;
}

function Existing({ id }: { id: string }) {
  const query = useQuery(campaignQuery(id));
  const back = { to: `/campaigns/${id}`, label: 'Campaign' };
  if (query.data) return <Editor id={id} initial={formOf(query.data)} />;
  return <PendingPage title="Edit campaign" back={back} query={query} lines={14} />;
}

function Editor({ id, initial }: { id?: string; initial: Form }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const draft = useDraft<Form>(`campaign:${id ?? 'new'}`, initial);
  const form = draft.value;
  const [contact, setContact] = useState<Schema<'Contact'> | null>(null);
  const [theirs, setTheirs] = useState<Form | null>(null);
  const [testing, test] = useDisclosure(false);
  const [checking, check] = useDisclosure(false);
  const lists = useAllLists();
  const senders = useAllSenders();

  const save = useMutationWithNotice({
    run: async ({ anyway = false }: { anyway?: boolean; quietly?: boolean }) => {
      const body = inputOf(form);
      if (id === undefined) return versionOf(api.POST('/api/v1/campaigns', { body }));
      return versionOf(
        api.PUT('/api/v1/campaigns/{id}', {
          params: { path: { id }, header: ifMatch(form.etag, anyway) },
          body,
        }),
      );
    },
    done: (_, { quietly }) => (quietly ? null : 'Saved.'),
    changes: [['campaigns'], ...campaignChanges(id).slice(2)],
    showsProblems: true,
    onDone: (saved) => {
      draft.keepNothing();
      queries.setQueryData(campaignQuery(saved.data.id).queryKey, saved);
      if (id === undefined) void navigate({ to: `/campaigns/${saved.data.id}/edit`, replace: true });
    },
  });
  const conflict = save.error instanceof ProblemError && save.error.is('precondition-failed');
  const errors = useFieldErrors(conflict ? null : save.error);

  useEffect(() => {
    if (!conflict || id === undefined) return;
    // What to choose between: what is saved now.
    void versionOf(api.GET('/api/v1/campaigns/{id}', { params: { path: { id } } })).then(
      (now) => setTheirs(formOf(now)),
      () => undefined,
    );
  }, [conflict, id]);

  const saveNow = () => save.mutate({});
  useSaveKey(saveNow);

  /** Tests and checks are of what is saved. */
  async function saved(then: () => void): Promise<void> {
    if (draft.dirty || id === undefined) {
      try {
        await save.mutateAsync({ quietly: true });
      } catch {
        // The form shows what was refused, at its fields.
        return;
      }
    }
    then();
  }

  const sender = senders.data?.find((s) => s.id === form.senderIds[0]);
  const title = id === undefined ? 'New campaign' : form.name || 'Campaign';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saveNow();
      }}
    >
      <PageHeader
        title={title}
        back={
          id === undefined ? { to: '/campaigns', label: 'Campaigns' } : { to: `/campaigns/${id}`, label: 'Campaign' }
        }
        badge={
          draft.dirty ? (
            <Text fz="xs" c="dimmed">
              Not saved
            </Text>
          ) : undefined
        }
        actions={
          <>
            {id !== undefined && (
              <>
                <Button
                  variant="default"
                  leftSection={<IconListCheck size={16} aria-hidden />}
                  onClick={() => void saved(check.open)}
                >
                  Check
                </Button>
                <Button
                  variant="default"
                  leftSection={<IconSend size={16} aria-hidden />}
                  onClick={() => void saved(test.open)}
                >
                  Send a test
                </Button>
              </>
            )}
            <Button type="submit" loading={save.isPending} leftSection={<IconDeviceFloppy size={16} aria-hidden />}>
              {id === undefined ? 'Create campaign' : 'Save'}
            </Button>
          </>
        }
      />
      <DraftNote restored={draft.restored && draft.dirty} onDiscard={() => (draft.reset(), save.reset())} />
      <FormProblem errors={errors} />
      <Stack gap="lg" mt={save.isError ? 'md' : 0}>
        <Section title="To whom, from whom">
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <Stack gap="md">
              <TextInput
                label="Name"
                description="For you; recipients see it only where the mail says so"
                required
                withAsterisk={false}
                value={form.name}
                onChange={(event) => draft.set({ name: event.currentTarget.value })}
                error={errors.at('/name')}
                maxLength={200}
              />
              <Radio.Group
                label="Goes to"
                value={form.audience}
                onChange={(value) => draft.set({ audience: value as Audience })}
                error={errors.at('/audience')}
              >
                <Stack gap={8} mt={6}>
                  {(Object.keys(audiences) as Audience[]).map((value) => (
                    <Radio
                      key={value}
                      size="sm"
                      value={value}
                      label={audiences[value].label}
                      description={audiences[value].description}
                    />
                  ))}
                </Stack>
              </Radio.Group>
            </Stack>
            <Stack gap="md">
              <MultiSelect
                label="Lists"
                styles={{ inputField: { minWidth: 60 } }}
                description="Each address gets it once, in however many of them it is"
                searchable
                clearable
                clearButtonProps={{ 'aria-label': 'Take all lists away' }}
                data={(lists.data ?? []).map((l) => ({ value: l.id, label: `${l.name} (${formatCount(l.contacts)})` }))}
                value={form.listIds}
                onChange={(listIds) => draft.set({ listIds })}
                error={errors.at('/listIds')}
                nothingFoundMessage={lists.data?.length === 0 ? 'There are no lists yet' : 'No list is called so'}
                placeholder={form.listIds.length === 0 ? 'Choose' : ''}
              />
              <MultiSelect
                label="Senders"
                styles={{ inputField: { minWidth: 60 } }}
                description="Several share the work; tests use the first"
                searchable
                data={(senders.data ?? []).map((s) => ({ value: s.id, label: `${s.name} <${s.fromEmail}>` }))}
                value={form.senderIds}
                onChange={(senderIds) => draft.set({ senderIds })}
                error={errors.at('/senderIds')}
                nothingFoundMessage={senders.data?.length === 0 ? 'There are no senders yet' : 'No sender is called so'}
                placeholder={form.senderIds.length === 0 ? 'Choose' : ''}
              />
            </Stack>
          </SimpleGrid>
        </Section>
        <Section
          title="The mail"
          actions={
            <SegmentedControl
              size="xs"
              aria-label="Content"
              value={form.source}
              onChange={(source) => draft.set({ source: source as Form['source'] })}
              data={[
                { value: 'own', label: 'Written here' },
                { value: 'template', label: 'A template' },
              ]}
            />
          }
        >
          {form.source === 'own' ? (
            <ContentEditor
              value={{ subject: form.subject, html: form.html, text: form.text, attachments: form.attachments }}
              onChange={(change) => draft.set(change)}
              refused={(field) => errors.at(`/content/${field}`)}
              from={sender && { name: sender.fromName, email: sender.fromEmail }}
              senderId={sender?.id}
              campaignName={form.name}
              listId={form.listIds[0]}
              contact={contact}
              onContact={setContact}
            >
              <StartFromTemplate
                touched={form.html !== firstHtml && form.html !== ''}
                onCopy={({ subject, html, text, attachments }) =>
                  draft.set({ subject, html, text: text ?? '', attachments })
                }
              />
            </ContentEditor>
          ) : (
            <TemplateContent
              form={form}
              error={errors.at('/templateId')}
              sender={sender}
              contact={contact}
              onContact={setContact}
              onChoose={(templateId) => draft.set({ templateId })}
              onCopy={({ subject, html, text, attachments }) =>
                draft.set({ source: 'own', subject, html, text: text ?? '', attachments })
              }
            />
          )}
        </Section>
      </Stack>
      {id !== undefined && (
        <>
          <CheckDialog campaignId={id} opened={checking} onClose={check.close} />
          <TestSendDialog campaign={{ id, name: form.name }} contact={contact} opened={testing} onClose={test.close} />
        </>
      )}
      <ConflictDialog
        what="campaign"
        opened={conflict && theirs !== null}
        differences={theirs ? differences(form, theirs) : []}
        onKeepEditing={() => save.reset()}
        onTakeTheirs={() => {
          draft.keepNothing();
          save.reset();
          void queries.invalidateQueries({ queryKey: campaignQuery(id ?? '').queryKey });
          if (theirs) draft.set(theirs);
          draft.keepNothing();
        }}
        onSaveMine={() => save.mutate({ anyway: true })}
        busy={save.isPending}
      />
    </form>
  );
}

function differences(mine: Form, theirs: Form): string[] {
  return labels.filter(([key]) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key])).map(([, label]) => label);
}

type Template = Schema<'Template'>;

function useTemplate(id: string | null) {
  return useQuery({
    queryKey: ['template', id, 'content'],
    queryFn: () => dataOf(api.GET('/api/v1/templates/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: id !== null,
  });
}

/** Copies a template's content into the campaign; asks first where that would drop something. */
function StartFromTemplate({ touched, onCopy }: { touched: boolean; onCopy: (template: Template) => void }) {
  const [opened, dialog] = useDisclosure(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const templates = useAllTemplates();
  const template = useTemplate(opened ? chosen : null);
  if (templates.data?.length === 0) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        mb="xs"
        ml={-8}
        leftSection={<IconCopy size={15} aria-hidden />}
        onClick={dialog.open}
      >
        Start from a template
      </Button>
      <Modal opened={opened} onClose={dialog.close} title="Start from a template">
        <Stack>
          <TemplateSelect value={chosen} onChange={setChosen} />
          <Text fz="sm" c="dimmed">
            Its subject, HTML and plain text are copied here{touched ? ' in place of what is written' : ''}. Later
            changes of the template do not reach the campaign.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={dialog.close}>
              Cancel
            </Button>
            <Button
              disabled={!template.data}
              onClick={() => {
                if (template.data) onCopy(template.data);
                dialog.close();
              }}
            >
              Copy it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function TemplateSelect({
  value,
  onChange,
  error,
}: {
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
}) {
  const templates = useAllTemplates();
  return (
    <Select
      label="Template"
      searchable
      data={(templates.data ?? []).map((t) => ({ value: t.id, label: t.name }))}
      value={value}
      onChange={onChange}
      error={error}
      placeholder="Choose"
      nothingFoundMessage={templates.data?.length === 0 ? 'There are no templates yet' : 'No template is called so'}
    />
  );
}

function TemplateContent({
  form,
  error,
  sender,
  contact,
  onContact,
  onChoose,
  onCopy,
}: {
  form: Form;
  error: string | undefined;
  sender: Schema<'Sender'> | undefined;
  contact: Schema<'Contact'> | null;
  onContact: (contact: Schema<'Contact'> | null) => void;
  onChoose: (id: string | null) => void;
  onCopy: (template: Template) => void;
}) {
  const template = useTemplate(form.templateId);
  return (
    <Stack>
      <Group align="flex-end">
        <TemplateSelect value={form.templateId} onChange={onChoose} error={error} />
        {template.data && (
          <>
            <Button variant="default" component={Link} to={`/templates/${template.data.id}`}>
              Open the template
            </Button>
            <Button variant="default" onClick={() => onCopy(template.data)}>
              Copy it here to change it
            </Button>
          </>
        )}
      </Group>
      {template.isError && <ErrorState error={template.error} retry={() => template.refetch()} />}
      {template.data && (
        <ContentEditor
          readOnly
          value={{ ...template.data, text: template.data.text ?? '' }}
          onChange={() => undefined}
          from={sender && { name: sender.fromName, email: sender.fromEmail }}
          senderId={sender?.id}
          campaignName={form.name}
          listId={form.listIds[0]}
          contact={contact}
          onContact={onContact}
        />
      )}
    </Stack>
  );
}
