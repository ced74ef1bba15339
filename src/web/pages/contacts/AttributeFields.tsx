import { ActionIcon, Autocomplete, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { attributeNameProblem } from '../../../domain/contact.js';

/** An attribute in a form: its value as it is typed. `plain` values are texts; others were given by the API as JSON and stay JSON. */
export interface AttributeRow {
  name: string;
  value: string;
  plain: boolean;
}

/** Attributes as rows of a form, in the order of their names. */
export function rowsOf(attributes: Record<string, unknown>): AttributeRow[] {
  return Object.entries(attributes)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) =>
      typeof value === 'string'
        ? { name, value, plain: true }
        : { name, value: JSON.stringify(value) ?? 'null', plain: false },
    );
}

/** What is wrong with a row; null when nothing is. */
export function problemOfRow(row: AttributeRow, rows: readonly AttributeRow[]): string | null {
  if (row.name === '' && row.value === '') return null;
  const problem = attributeNameProblem(row.name);
  if (problem) return problem.charAt(0).toUpperCase() + problem.slice(1);
  if (rows.some((other) => other !== row && other.name === row.name)) return 'There are two of this name';
  if (!row.plain && !isJson(row.value)) return 'Must be JSON, such as 3, true or ["a"]';
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The attributes that rows say; empty rows say nothing. */
export function attributesOf(rows: readonly AttributeRow[]): Record<string, never> {
  const filled = rows.filter((row) => row.name !== '' || row.value !== '');
  return Object.fromEntries(
    filled.map((row): [string, unknown] => [row.name, row.plain ? row.value : (JSON.parse(row.value) as unknown)]),
  ) as Record<string, never>;
}

/** Attributes as pairs of name and value. */
export function AttributeFields({
  rows,
  onChange,
  known,
  readOnly = false,
  error,
}: {
  rows: AttributeRow[];
  onChange: (rows: AttributeRow[]) => void;
  /** Names that other contacts have. */
  known: readonly string[];
  readOnly?: boolean;
  error?: string | undefined;
}) {
  const set = (index: number, change: Partial<AttributeRow>) =>
    onChange(rows.map((row, i) => (i === index ? { ...row, ...change } : row)));
  return (
    <div role="group" aria-label="Attributes">
      <Text fz="sm" fw="var(--mantine-font-weight-medium)">
        Attributes
      </Text>
      <Text fz="xs" c="dimmed" mb={6}>
        What else is known; mails use it as{' '}
        <span style={{ whiteSpace: 'nowrap' }}>{'{{ contact.attributes.name }}'}</span>
      </Text>
      <Stack gap={8}>
        {rows.map((row, index) => (
          <Group key={index} gap={8} align="flex-start" wrap="nowrap">
            <Autocomplete
              aria-label={`Name of attribute ${index + 1}`}
              placeholder="city"
              size="sm"
              readOnly={readOnly}
              data={known.filter((name) => !rows.some((r) => r.name === name))}
              value={row.name}
              onChange={(name) => set(index, { name })}
              error={problemOfRow(row, rows)}
              style={{ flex: '1 1 35%', minWidth: 0 }}
            />
            <TextInput
              aria-label={`Value of ${row.name || `attribute ${index + 1}`}`}
              readOnly={readOnly}
              value={row.value}
              onChange={(event) => set(index, { value: event.currentTarget.value })}
              rightSection={
                row.plain ? undefined : (
                  <Text fz={10} c="dimmed" mr={8}>
                    JSON
                  </Text>
                )
              }
              style={{ flex: '1 1 55%', minWidth: 0 }}
            />
            {!readOnly && (
              <ActionIcon
                size={36}
                aria-label={`Take ${row.name || `attribute ${index + 1}`} away`}
                onClick={() => onChange(rows.filter((_, i) => i !== index))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
        {rows.length === 0 && readOnly && (
          <Text fz="sm" c="dimmed">
            None
          </Text>
        )}
      </Stack>
      {error && (
        <Text fz="xs" c="var(--mantine-color-error)" mt={4}>
          {error}
        </Text>
      )}
      {!readOnly && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          mt={6}
          ml={-8}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...rows, { name: '', value: '', plain: true }])}
        >
          Add an attribute
        </Button>
      )}
    </div>
  );
}
