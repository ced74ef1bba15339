import {
  Alert,
  Anchor,
  Button,
  Grid,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { api, dataOf, ProblemError } from '../../api.js';
import { RemoteSelect } from '../../components/RemoteSelect.js';
import { SchemaForm, schemaDefaults, type JsonSchema } from '../../components/SchemaForm.js';
import { Section } from '../../components/Section.js';
import { FormProblem } from '../../components/states.js';
import type { Draft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { scheduleOf, type AutomationForm } from './automationForm.js';
import { PolicyFields } from './PolicyFields.js';
import { ScheduleFields } from './ScheduleFields.js';
import { SchedulePreview } from './SchedulePreview.js';

interface AutomationEditorProps {
  draft: Draft<AutomationForm>;
  /** The last refusal of saving it. */
  error: unknown;
  saving: boolean;
  /** The verb of the button. */
  save: string;
  onSave: () => void;
  cancelTo: string;
}

/** The form of an automation beside the live preview of its schedule. */
export function AutomationEditor({ draft, error, saving, save, onSave, cancelTo }: AutomationEditorProps) {
  const { value: form, set } = draft;
  const schedule = scheduleOf(form);
  const [asked] = useDebouncedValue(JSON.stringify(schedule), 250);
  const preview = useQuery({
    queryKey: ['preview-schedule', asked],
    queryFn: () =>
      dataOf(
        api.POST('/api/v1/automations/preview-schedule', { body: { schedule: JSON.parse(asked) as never, count: 10 } }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const check = useQuery({
    queryKey: ['campaign-check', form.campaignId],
    queryFn: () =>
      dataOf(api.POST('/api/v1/campaigns/{id}/check', { params: { path: { id: form.campaignId as string } } })),
    enabled: form.kind === 'campaign' && form.campaignId !== null,
    retry: false,
  });
  const workflowTypes = useQuery({
    queryKey: ['workflow-types'],
    queryFn: () => dataOf(api.GET('/api/v1/workflow-types')),
    staleTime: Infinity,
  });
  const workflow = workflowTypes.data?.items.find((t) => t.name === form.workflowType);

  const saved = useFieldErrors(error instanceof ProblemError && error.is('precondition-failed') ? null : error);
  const previewed = useFieldErrors(preview.error);
  // What the preview refuses shows at once; what saving refused, until the field is right in the preview.
  const scheduleError = (field: string) => previewed.at(`/schedule/${field}`) ?? saved.at(`/schedule/${field}`);
  const shown = {
    name: saved.at('/name'),
    campaignId: saved.at('/campaignId'),
    workflowType: saved.at('/workflow/type'),
  };
  const policyError = (field: string) => saved.at(`/policy/${field}`);
  const schedulePart = (
    <ScheduleFields key={draft.restored ? 'restored' : 'fresh'} form={form} set={set} error={scheduleError} />
  );
  const policyPart = (
    <PolicyFields
      policy={form.policy}
      set={(change) => set({ policy: { ...form.policy, ...change } })}
      error={policyError}
    />
  );

  function submit(event: FormEvent): void {
    event.preventDefault();
    onSave();
  }

  return (
    <form onSubmit={submit}>
      {draft.restored && (
        <Alert color="gray" variant="light" mb="md" p="xs" role="status">
          <Group gap="xs" justify="space-between">
            <Text fz="sm" c="var(--mantine-color-text)">
              This is what you had typed before.
            </Text>
            <Button size="xs" variant="default" onClick={draft.reset}>
              Begin anew
            </Button>
          </Group>
        </Alert>
      )}
      <Grid gap="md" align="flex-start">
        <Grid.Col span={{ base: 12, lg: 7.5 }}>
          <Stack gap="md">
            <Section title="What">
              <Stack>
                <TextInput
                  label="Name"
                  required
                  withAsterisk={false}
                  maxLength={200}
                  placeholder="Monday newsletter"
                  value={form.name}
                  onChange={(e) => set({ name: e.currentTarget.value })}
                  error={shown.name}
                />
                <SegmentedControl
                  aria-label="What it runs"
                  value={form.kind}
                  onChange={(kind) => set({ kind: kind as AutomationForm['kind'] })}
                  data={[
                    { value: 'campaign', label: 'A campaign' },
                    { value: 'workflow', label: 'A workflow' },
                  ]}
                  style={{ alignSelf: 'flex-start' }}
                />
                {form.kind === 'campaign' ? (
                  <>
                    <CampaignSelect
                      value={form.campaignId}
                      onChange={(campaignId) => set({ campaignId })}
                      error={shown.campaignId}
                    />
                    {check.data && <CampaignNote check={check.data} />}
                  </>
                ) : (
                  <>
                    <Select
                      label="Workflow type"
                      required
                      withAsterisk={false}
                      description={workflow?.description}
                      inputWrapperOrder={['label', 'input', 'description', 'error']}
                      value={form.workflowType}
                      onChange={(workflowType) => {
                        const chosen = workflowTypes.data?.items.find((t) => t.name === workflowType);
                        set({
                          workflowType,
                          workflowInput: chosen ? schemaDefaults(chosen.inputSchema as JsonSchema) : {},
                        });
                      }}
                      data={(workflowTypes.data?.items ?? []).map((t) => ({ value: t.name, label: t.title }))}
                      error={shown.workflowType}
                    />
                    {workflow && (
                      <SchemaForm
                        key={workflow.name}
                        schema={workflow.inputSchema as JsonSchema}
                        value={form.workflowInput}
                        onChange={(workflowInput) => set({ workflowInput })}
                        errorAt={(pointer) => saved.at(`/workflow/input${pointer}`)}
                      />
                    )}
                  </>
                )}
              </Stack>
            </Section>
            <Section title="When">{schedulePart}</Section>
            <Section title="If things go another way">{policyPart}</Section>
            <FormProblem errors={saved} />
            <Group justify="space-between">
              <Switch
                label="Active"
                description={form.enabled ? 'It runs by its schedule.' : 'It is paused: nothing runs by itself.'}
                checked={form.enabled}
                onChange={(e) => set({ enabled: e.currentTarget.checked })}
              />
              <Group gap="xs">
                <Button component={Link} to={cancelTo} variant="default">
                  Cancel
                </Button>
                <Button type="submit" loading={saving}>
                  {save}
                </Button>
              </Group>
            </Group>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4.5 }} style={{ position: 'sticky', top: 16 }}>
          <Section title="What this means">
            <SchedulePreview
              preview={preview.data}
              refused={preview.isError}
              loading={preview.isFetching}
              leastSeconds={form.kind === 'campaign' ? (check.data?.leastSeconds ?? null) : null}
            />
          </Section>
        </Grid.Col>
      </Grid>
    </form>
  );
}

function CampaignNote({ check }: { check: { recipients: number; errors: string[]; warnings: string[] } }) {
  return (
    <Stack gap={4} role="status">
      <Text fz="sm" c="dimmed">
        A run now would mail {check.recipients.toLocaleString('en')} {check.recipients === 1 ? 'person' : 'people'}.
      </Text>
      {check.errors.map((message) => (
        <Text key={message} fz="sm" c="var(--app-bad)">
          {message}
        </Text>
      ))}
      {check.warnings.map((message) => (
        <Text key={message} fz="sm" c="var(--app-warn)">
          {message}
        </Text>
      ))}
    </Stack>
  );
}

function CampaignSelect({
  value,
  onChange,
  error,
}: {
  value: string | null;
  onChange: (id: string | null) => void;
  error: string | undefined;
}) {
  return (
    <RemoteSelect
      name="campaigns"
      label="Campaign"
      required
      withAsterisk={false}
      placeholder="Choose a campaign"
      value={value}
      onChange={onChange}
      error={error}
      find={async (search) =>
        (
          await dataOf(
            api.GET('/api/v1/campaigns', { params: { query: { limit: 50, ...(search ? { search } : {}) } } }),
          )
        ).items.map((c) => ({ value: c.id, label: c.name }))
      }
      read={async (id) => {
        const c = await dataOf(api.GET('/api/v1/campaigns/{id}', { params: { path: { id } } }));
        return { value: c.id, label: c.name };
      }}
    />
  );
}

/** When somebody else saved meanwhile: keep theirs or write over it. */
export function ChangedMeanwhile({
  error,
  overwrite,
  reload,
}: {
  error: unknown;
  overwrite: () => void;
  reload: () => void;
}) {
  if (!(error instanceof ProblemError) || !error.is('precondition-failed')) return null;
  return (
    <Alert color="yellow" variant="light" mb="md" title="Somebody has changed it meanwhile" role="alert">
      <Text fz="sm" c="var(--mantine-color-text)">
        What you typed is still here.{' '}
        <Anchor component="button" type="button" fz="sm" onClick={reload}>
          Show theirs instead
        </Anchor>
        , or{' '}
        <Anchor component="button" type="button" fz="sm" onClick={overwrite}>
          save yours over it
        </Anchor>
        .
      </Text>
    </Alert>
  );
}
