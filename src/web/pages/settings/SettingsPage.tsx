import { Anchor, Code, SegmentedControl, SimpleGrid, Stack, Text, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../api.js';
import { FactsTable } from '../../components/FactsTable.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Pending } from '../../components/Pending.js';
import { Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { ErrorState, LoadingLines } from '../../components/states.js';

/** What this installation is made of, how it does, and how the app looks here. Its settings are environment variables. */
export default function SettingsPage() {
  return (
    <>
      <PageHeader
        title="Settings"
        description="An installation is configured by environment variables, which the README lists. What can be set here is how the app looks to you."
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Health />
        <Appearance />
        <Interfaces />
        <WorkflowTypes />
      </SimpleGrid>
    </>
  );
}

/** Not through the typed client: that PostgreSQL is away is an answer here, not an error. */
async function readiness(): Promise<Schema<'Readiness'>> {
  const response = await fetch('/readyz');
  return (await response.json()) as Schema<'Readiness'>;
}

function Health() {
  const query = useQuery({ queryKey: ['readiness'], queryFn: readiness, refetchInterval: 10_000 });
  const parts = query.data && [
    { name: 'PostgreSQL', ...query.data.parts.postgres },
    { name: 'Temporal', ...query.data.parts.temporal },
  ];
  return (
    <Section title="Health" description="What the API needs, as it sees it, looked at every ten seconds.">
      {query.isError ? (
        <ErrorState error={query.error} retry={() => query.refetch()} retrying={query.isRefetching} />
      ) : parts ? (
        <FactsTable
          label="Health"
          rows={parts.map((part) => ({
            name: part.name,
            value: (
              <>
                <StateBadge state={part.ok ? 'answers' : 'does not answer'} tone={part.ok ? 'good' : 'bad'} />{' '}
                <Text span fz="sm" c="dimmed">
                  {part.ok ? `in ${part.milliseconds} ms` : part.reason}
                </Text>
              </>
            ),
          }))}
        />
      ) : (
        <LoadingLines lines={2} />
      )}
    </Section>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title="Appearance" description="In this browser only.">
      <Stack gap="sm" align="flex-start">
        <SegmentedControl
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <Text fz="sm">
          The whole app works by keyboard: press <Code>?</Code> to see how.
        </Text>
      </Stack>
    </Section>
  );
}

function Interfaces() {
  const link = (href: string) => (
    <Anchor href={href} target="_blank" rel="noreferrer" fz="sm">
      {href}
    </Anchor>
  );
  return (
    <Section title="For programs" description="Everything that this app does goes through the REST API.">
      <FactsTable
        label="Interfaces"
        rows={[
          { name: 'API reference', value: link('/api/docs') },
          { name: 'OpenAPI document', value: link('/api/openapi.json') },
          { name: 'Metrics (Prometheus)', value: link('/metrics') },
          { name: 'Readiness', value: link('/readyz') },
        ]}
      />
    </Section>
  );
}

function WorkflowTypes() {
  const query = useQuery({
    queryKey: ['workflow-types'],
    queryFn: () => dataOf(api.GET('/api/v1/workflow-types')),
  });
  return (
    <Section
      title="Workflow types"
      description="What an automation can run instead of a campaign. Engineers add their own: docs/writing-workflows.md."
    >
      {query.data ? (
        <FactsTable
          label="Workflow types"
          rows={query.data.items.map((type) => ({
            name: type.title,
            value: <Code>{type.name}</Code>,
          }))}
        />
      ) : (
        <Pending query={query} lines={2} />
      )}
    </Section>
  );
}
