import {
  Alert,
  Anchor,
  Button,
  FileButton,
  Group,
  Progress,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Tabs,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconCircleCheck, IconDownload, IconFileUpload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type DragEvent } from 'react';
import { UnreadableFile } from '../../../domain/csv/layout.js';
import { api, dataOf, type Schema } from '../../api.js';
import { PageHeader } from '../../components/PageHeader.js';
import { Figure, Section } from '../../components/Section.js';
import { StateBadge } from '../../components/StateBadge.js';
import { ErrorState, FormProblem, LoadingLines } from '../../components/states.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useFieldErrors } from '../../hooks/useFieldErrors.js';
import { useQueryState } from '../../hooks/useQueryState.js';
import { useMay } from '../../session.js';
import { formatCount } from '../../time.js';
import { newKey } from '../../idempotency.js';
import { Callout } from '../content/Callout.js';
import {
  encodingOf,
  ignoredOf,
  inUtf8,
  lookAt,
  mappingProblem,
  sampleOf,
  withHeader,
  type ColumnMapping,
  type Encoding,
  type FileLook,
  type Target,
} from './csvFile.js';
import classes from './ImportPage.module.css';
import { listChanges, listQuery } from './list.js';
import { uploadImport } from './upload.js';

type Import = Schema<'Import'>;

/** A file that was chosen, in UTF-8, and what its beginning says. */
interface Chosen {
  name: string;
  file: Blob;
  encoding: Encoding;
  look: FileLook;
  /** What `look` began with, for when the header is switched on or off. */
  sample: Awaited<ReturnType<typeof sampleOf>>;
  key: string;
}

/** Imports contacts into a list: choose or paste, look at what the columns become, watch, look at what was rejected. */
export default function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const [importId, setImportId] = useQueryState('import');
  const list = useQuery(listQuery(id));
  const may = useMay('operator');
  const name = list.data?.data.name;
  return (
    <>
      <PageHeader
        title={name === undefined ? 'Import' : `Import into “${name}”`}
        documentTitle="Import"
        back={{ to: `/lists/${id}`, label: name ?? 'List' }}
        description="Rows that cannot be used are left out and listed with their reasons; everything else goes in together, or nothing does."
      />
      {list.isError ? (
        <ErrorState error={list.error} retry={() => list.refetch()} retrying={list.isRefetching} />
      ) : importId ? (
        <Outcome importId={importId} listId={id} onAnother={() => setImportId(null)} />
      ) : may ? (
        <Chooser listId={id} onBegun={(begun) => setImportId(begun.id)} />
      ) : (
        <Alert color="gray">Your role may look at lists, but not import into them.</Alert>
      )}
    </>
  );
}

function Chooser({ listId, onBegun }: { listId: string; onBegun: (begun: Import) => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const pasted = useDraft(`import:${listId}`, { text: '' });

  async function choose(file: Blob, name: string): Promise<void> {
    setUnreadable(null);
    try {
      const encoding = await encodingOf(file);
      const utf8 = await inUtf8(file, encoding);
      const sample = await sampleOf(utf8);
      setChosen({ name, file: utf8, encoding, sample, look: lookAt(sample), key: newKey() });
    } catch (error) {
      setChosen(null);
      setUnreadable(
        error instanceof UnreadableFile ? error.message : `The file could not be read: ${(error as Error).message}`,
      );
    }
  }

  if (chosen) {
    return (
      <Confirm
        key={chosen.key}
        listId={listId}
        chosen={chosen}
        onBack={() => setChosen(null)}
        onBegun={(begun) => {
          pasted.set({ text: '' });
          pasted.keepNothing();
          onBegun(begun);
        }}
      />
    );
  }
  return (
    <Section>
      {unreadable !== null && (
        <div style={{ marginBottom: 16 }}>
          <Callout tone="bad">{unreadable}</Callout>
        </div>
      )}
      <Tabs defaultValue={pasted.value.text === '' ? 'file' : 'paste'} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="file">A file</Tabs.Tab>
          <Tabs.Tab value="paste">Paste</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="file">
          <DropArea onFile={(file) => void choose(file, file.name)} />
        </Tabs.Panel>
        <Tabs.Panel value="paste">
          <Textarea
            label="Addresses or CSV"
            description="One address a line, with or without a name, or rows of CSV with a first line that names the columns"
            minRows={10}
            maxRows={20}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            placeholder={'email,name,city\nada@example.org,Ada Lovelace,London'}
            value={pasted.value.text}
            onChange={(event) => pasted.set({ text: event.currentTarget.value })}
          />
          <Group justify="flex-end" mt="md">
            <Button
              disabled={pasted.value.text.trim() === ''}
              onClick={() => void choose(new Blob([pasted.value.text], { type: 'text/csv' }), '')}
            >
              Look at it
            </Button>
          </Group>
        </Tabs.Panel>
      </Tabs>
    </Section>
  );
}

function DropArea({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside);
  };
  return (
    // Dropping is for the mouse alone; the button in it does the same.
    <div
      role="presentation"
      className={classes.drop}
      data-over={over ? '' : undefined}
      onDragEnter={(event) => drag(event, true)}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      <IconFileUpload size={30} stroke={1.4} aria-hidden />
      <Text fw={500}>Drop a CSV or text file here</Text>
      <Text fz="sm" c="dimmed" maw={480}>
        With a first line that names the columns: one is called email. Or without one: one address a line. Commas,
        semicolons and tabs are told apart; up to 2 GB.
      </Text>
      <FileButton onChange={(file) => file && onFile(file)} accept=".csv,.txt,.tsv,text/csv,text/plain">
        {(props) => (
          <Button mt="sm" {...props}>
            Choose a file
          </Button>
        )}
      </FileButton>
    </div>
  );
}

const targets: { value: Target; label: string }[] = [
  { value: 'email', label: 'Email address' },
  { value: 'name', label: 'Name' },
  { value: 'firstName', label: 'First name' },
  { value: 'lastName', label: 'Last name' },
  { value: 'attribute', label: 'Attribute' },
  { value: 'ignored', label: 'Not imported' },
];

const encodingNames: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'windows-1252': 'Windows-1252 (Western European)',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
};

function Confirm({
  listId,
  chosen,
  onBack,
  onBegun,
}: {
  listId: string;
  chosen: Chosen;
  onBack: () => void;
  onBegun: (begun: Import) => void;
}) {
  const queries = useQueryClient();
  const [look, setLook] = useState(chosen.look);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ending = useRef<AbortController>(null);
  // Another choice of columns is another import.
  const key = useMemo(
    () => (look.kind === 'csv' ? `${chosen.key}-${digest(look.columns)}` : chosen.key),
    [look, chosen],
  );
  const errors = useFieldErrors(error);
  const problem = look.kind === 'csv' ? mappingProblem(look.columns, look.format) : null;
  const file = useMemo(() => (look.kind === 'csv' ? withHeader(chosen.file, look) : chosen.file), [look, chosen]);
  useEffect(() => () => ending.current?.abort(), []);

  async function send(): Promise<void> {
    setError(null);
    setSent(0);
    ending.current = new AbortController();
    try {
      const ignore = look.kind === 'csv' ? ignoredOf(look.columns) : [];
      const begun = await uploadImport(listId, file, chosen.name, key, ignore, setSent, ending.current.signal);
      queries.setQueryData(['import', begun.id], begun);
      onBegun(begun);
    } catch (refusal) {
      setSent(null);
      if ((refusal as Error).name !== 'AbortError') setError(refusal);
    }
  }

  function setColumn(index: number, change: Partial<ColumnMapping>): void {
    if (look.kind !== 'csv') return;
    const columns = look.columns.map((column, i) => {
      if (i === index) return { ...column, ...change };
      // A contact has one address and one name.
      if (change.target !== undefined && isOne(change.target) && column.target === change.target) {
        return { ...column, target: 'attribute' as const, attribute: freeName(column, i) };
      }
      return column;
    });
    setLook({ ...look, columns });
  }

  const busy = sent !== null;
  return (
    <Stack gap="lg">
      <Section
        title={chosen.name || 'What you pasted'}
        description={[
          size(chosen.file.size),
          chosen.encoding !== 'utf-8' && `converted from ${encodingNames[chosen.encoding]}`,
        ]
          .filter(Boolean)
          .join(', ')}
        actions={
          <Button size="xs" variant="default" onClick={onBack} disabled={busy}>
            Choose another
          </Button>
        }
      >
        {look.kind === 'lines' ? (
          <>
            <Text fz="sm">One address a line. It begins with:</Text>
            <Stack gap={2} mt={6}>
              {look.examples.map((line, index) => (
                <Text key={index} fz="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {line}
                </Text>
              ))}
            </Stack>
          </>
        ) : (
          <Stack gap="md">
            <Switch
              label="The first line names the columns"
              checked={look.hasHeader}
              disabled={busy}
              onChange={(event) => setLook(lookAt(chosen.sample, event.currentTarget.checked))}
            />
            <ul className={classes.columns} aria-label="What the columns become">
              {look.columns.map((column, index) => (
                <Column
                  key={index}
                  number={index + 1}
                  column={column}
                  disabled={busy}
                  onChange={(change) => setColumn(index, change)}
                />
              ))}
            </ul>
          </Stack>
        )}
        <div role="status">
          {problem !== null && (
            <Text fz="sm" c="var(--mantine-color-error)" mt="sm">
              {problem}
            </Text>
          )}
        </div>
      </Section>
      <FormProblem errors={errors} />
      {busy && (
        <div>
          <Progress.Root size="lg">
            <Progress.Section
              value={file.size === 0 ? 100 : Math.min(100, (sent / file.size) * 100)}
              aria-label="Sent"
              striped
              animated
            />
          </Progress.Root>
          <Text fz="sm" c="dimmed" mt={6} className="tabular" role="status">
            {sent < file.size
              ? `${size(Math.min(sent, file.size))} of ${size(file.size)} sent`
              : 'All of it has arrived; it is being read.'}
          </Text>
        </div>
      )}
      <Group justify="flex-end" gap="xs">
        {busy ? (
          <Button variant="default" onClick={() => ending.current?.abort()}>
            Stop
          </Button>
        ) : (
          <Button disabled={problem !== null} onClick={() => void send()}>
            Import
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Column({
  number,
  column,
  disabled,
  onChange,
}: {
  number: number;
  column: ColumnMapping;
  disabled: boolean;
  onChange: (change: Partial<ColumnMapping>) => void;
}) {
  const name = column.title || `Column ${number}`;
  return (
    <li className={classes.column}>
      <div style={{ minWidth: 0 }}>
        <Text
          fz="sm"
          fw={500}
          c={column.target === 'ignored' ? 'dimmed' : undefined}
          style={{ overflowWrap: 'anywhere' }}
        >
          {name}
        </Text>
        <Text fz="xs" c="dimmed" truncate>
          {column.examples.join(' · ') || 'empty in the first rows'}
        </Text>
      </div>
      <Select
        aria-label={`${name} becomes`}
        disabled={disabled}
        data={targets}
        value={column.target}
        onChange={(target) =>
          onChange({
            target: target as Target,
            ...(target === 'attribute' ? { attribute: freeName(column, number - 1) } : {}),
          })
        }
      />
      {column.target === 'attribute' ? (
        <TextInput
          aria-label={`Name of the attribute from ${name}`}
          disabled={disabled}
          value={column.attribute}
          onChange={(event) => onChange({ attribute: event.currentTarget.value })}
          leftSection={
            <Text fz="xs" c="dimmed">
              as
            </Text>
          }
        />
      ) : (
        <span />
      )}
    </li>
  );
}

/** Whether at most one column becomes this. */
function isOne(target: Target): boolean {
  return target !== 'attribute' && target !== 'ignored';
}

/** A name for a column that becomes an attribute: its own, unless that means the address or the name. */
function freeName(column: ColumnMapping, index: number): string {
  const own = column.attribute || column.title;
  return own === '' || ['email', 'name'].includes(own.toLowerCase().replace(/[\s_.\-:*]+/g, ''))
    ? `column${index + 1}`
    : own;
}

function digest(columns: readonly ColumnMapping[]): string {
  let hash = 0;
  for (const character of columns.map((c) => `${c.target}:${c.attribute}`).join('\n')) {
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  }
  return (hash >>> 0).toString(16);
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function Outcome({ importId, listId, onAnother }: { importId: string; listId: string; onAnother: () => void }) {
  const queries = useQueryClient();
  const may = useMay('operator');
  const query = useQuery({
    queryKey: ['import', importId],
    queryFn: () => dataOf(api.GET('/api/v1/imports/{id}', { params: { path: { id: importId } } })),
    refetchInterval: ({ state }) => (state.data === undefined || isFinal(state.data) ? false : 700),
  });
  const status = query.data?.status;
  useEffect(() => {
    if (status === undefined) return;
    for (const queryKey of [...listChanges(listId), ['imports'], ['campaign-check']]) {
      void queries.invalidateQueries({ queryKey: [...queryKey] });
    }
  }, [status, queries, listId]);
  if (query.isError && !query.data) return <ErrorState error={query.error} retry={() => query.refetch()} />;
  if (!query.data) return <LoadingLines lines={6} />;
  const done = query.data;
  const unchanged = Math.max(0, done.rows - done.added - done.updated - done.rejected);
  return (
    <Stack gap="lg">
      <Section title={done.fileName || 'Pasted rows'} actions={<StateBadge state={done.status} />}>
        <div role="status">
          {done.status === 'completed' ? (
            <Group gap={8} wrap="nowrap" align="flex-start">
              <IconCircleCheck size={20} color="var(--app-good)" aria-hidden style={{ flex: 'none' }} />
              <Text fz="sm">
                {formatCount(done.added)} {done.added === 1 ? 'contact' : 'contacts'} joined the list
                {done.updated > 0 && `, ${formatCount(done.updated)} changed`}
                {done.rejected > 0 && `, ${formatCount(done.rejected)} rows were rejected`}.
              </Text>
            </Group>
          ) : done.status === 'failed' ? (
            <Callout tone="bad" title="Nothing was imported">
              {done.error}
            </Callout>
          ) : (
            <>
              <Text fz="sm" mb={8}>
                {done.status === 'queued'
                  ? 'The rows wait to be applied.'
                  : 'The rows are being applied, all together.'}{' '}
                You may leave this page.
              </Text>
              <Progress value={100} striped animated aria-label="Being applied" />
            </>
          )}
        </div>
        <SimpleGrid cols={{ base: 2, sm: 5 }} mt="md">
          <Figure label="Rows read" value={formatCount(done.rows)} />
          <Figure label="Joined the list" value={formatCount(done.added)} />
          <Figure label="Changed" value={formatCount(done.updated)} />
          <Figure label="Same or repeated" value={isFinal(done) ? formatCount(unchanged) : '–'} />
          <Figure label="Rejected" value={formatCount(done.rejected)} />
        </SimpleGrid>
      </Section>
      {done.rejected > 0 && (
        <Section
          title="Rejected rows"
          description={
            done.rejected > done.errors.length
              ? `The first ${done.errors.length} of ${formatCount(done.rejected)}; the file has all of them.`
              : 'Put them right in the file and import it again: what is in already stays as it is.'
          }
          actions={
            <Button
              size="xs"
              variant="default"
              component="a"
              href={`/api/v1/imports/${done.id}/rejected.csv`}
              download
              leftSection={<IconDownload size={15} aria-hidden />}
            >
              Download all as CSV
            </Button>
          }
        >
          {/* What is wider than the window scrolls by keyboard too (WCAG 2.1.1). */}
          {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex */}
          <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Rejected rows">
            <table style={{ width: '100%', borderCollapse: 'collapse', fontSize: 13.5 }}>
              <thead>
                <tr>
                  {['Line', 'Reason', 'What stands there'].map((title) => (
                    <th
                      key={title}
                      scope="col"
                      style={{
                        textAlign: 'left',
                        padding: '4px 12px 8px 0',
                        fontWeight: 500,
                        color: 'var(--mantine-color-dimmed)',
                      }}
                    >
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {done.errors.map((row) => (
                  <tr key={row.line} style={{ borderTop: '1px solid var(--app-border)' }}>
                    <td className="tabular" style={{ padding: '6px 12px 6px 0' }}>
                      {formatCount(row.line)}
                    </td>
                    <td style={{ padding: '6px 12px 6px 0' }}>{row.reason}</td>
                    <td
                      style={{
                        padding: '6px 0',
                        overflowWrap: 'anywhere',
                        fontFamily: 'var(--mantine-font-family-monospace)',
                        fontSize: 12.5,
                      }}
                    >
                      {row.value}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
      <Group gap="md">
        <Anchor component={Link} to={`/lists/${listId}`} fz="sm">
          To the list
        </Anchor>
        {may && (
          <Button size="xs" variant="default" onClick={onAnother}>
            Import more
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function isFinal({ status }: Import): boolean {
  return status === 'completed' || status === 'failed';
}
