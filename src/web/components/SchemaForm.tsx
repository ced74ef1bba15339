import { JsonInput, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, dataOf } from '../api.js';
import { RemoteSelect } from './RemoteSelect.js';
import { ZoneSelect } from './ZoneSelect.js';

/** The parts of JSON Schema 2020-12 that a form is made from. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

interface SchemaFormProps {
  schema: JsonSchema;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>) => void;
  /** The message for the field at a JSON pointer relative to the value. */
  errorAt: (pointer: string) => string | undefined;
  /** Prefix of the pointers. */
  pointer?: string;
}

/** `senderId` → "Sender", `timeZone` → "Time zone". */
function labelOf(name: string, schema: JsonSchema): string {
  if (schema.title) return schema.title;
  const words = name
    .replace(/Id$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The values that a schema begins with. */
export function schemaDefaults(schema: JsonSchema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([, property]) => property.default !== undefined)
      .map(([name, property]) => [name, property.default]),
  );
}

/**
 * A form for the input of a workflow type, made from its JSON Schema: texts, numbers, switches, choices, lists of texts and objects in
 * objects; `senderId` and `timeZone` are chosen by name. What is of another shape is written as JSON.
 */
export function SchemaForm({ schema, value, onChange, errorAt, pointer = '' }: SchemaFormProps) {
  return (
    <Stack gap="sm">
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <Field
          key={name}
          name={name}
          schema={property}
          required={schema.required?.includes(name) ?? false}
          value={value[name]}
          pointer={`${pointer}/${name}`}
          errorAt={errorAt}
          onChange={(next) => {
            const { [name]: _, ...others } = value;
            onChange(next === undefined || next === '' ? others : { ...others, [name]: next });
          }}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  name: string;
  schema: JsonSchema;
  required: boolean;
  value: unknown;
  pointer: string;
  errorAt: (pointer: string) => string | undefined;
  onChange: (value: unknown) => void;
}

function Field({ name, schema, required, value, pointer, errorAt, onChange }: FieldProps) {
  const label = labelOf(name, schema);
  const common = { label, description: schema.description, error: errorAt(pointer), required };
  const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type;
  if (schema.enum) {
    return (
      <Select
        {...common}
        data={schema.enum.map(String)}
        value={value === undefined ? null : String(value)}
        onChange={(text) => onChange(schema.enum?.find((v) => String(v) === text))}
      />
    );
  }
  if (type === 'string' && name === 'timeZone') {
    return (
      <ZoneSelect
        {...common}
        value={typeof value === 'string' ? value : null}
        onChange={(v) => onChange(v ?? undefined)}
      />
    );
  }
  if (type === 'string' && name === 'senderId') {
    return (
      <SenderSelect
        {...common}
        value={typeof value === 'string' ? value : null}
        onChange={(v) => onChange(v ?? undefined)}
      />
    );
  }
  if (type === 'string') {
    const shown = typeof value === 'string' ? value : '';
    const long = (schema.maxLength ?? 0) > 300;
    return long ? (
      <Textarea {...common} minRows={3} value={shown} onChange={(e) => onChange(e.currentTarget.value)} />
    ) : (
      <TextInput
        {...common}
        type={schema.format === 'email' ? 'email' : 'text'}
        value={shown}
        onChange={(e) => onChange(e.currentTarget.value)}
      />
    );
  }
  if (type === 'integer' || type === 'number') {
    return (
      <NumberInput
        {...common}
        allowDecimal={type === 'number'}
        value={typeof value === 'number' ? value : ''}
        onChange={(n) => onChange(typeof n === 'number' ? n : undefined)}
      />
    );
  }
  if (type === 'boolean') {
    return (
      <Switch
        label={label}
        description={schema.description}
        error={common.error}
        checked={value === true}
        onChange={(e) => onChange(e.currentTarget.checked)}
      />
    );
  }
  if (type === 'array' && (schema.items?.type === 'string' || schema.items?.type === undefined)) {
    return (
      <TagsInput
        {...common}
        placeholder="Type one and press Enter"
        acceptValueOnBlur
        splitChars={[',', ';', ' ']}
        {...(schema.maxItems === undefined ? {} : { maxTags: schema.maxItems })}
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={onChange}
      />
    );
  }
  if (type === 'object' && schema.properties) {
    return (
      <fieldset style={{ border: '1px solid var(--app-border)', borderRadius: 6, padding: 12, margin: 0 }}>
        <legend style={{ fontSize: 14, fontWeight: 500 }}>{label}</legend>
        <SchemaForm
          schema={schema}
          value={(value as Record<string, unknown>) ?? {}}
          onChange={onChange}
          errorAt={errorAt}
          pointer={pointer}
        />
      </fieldset>
    );
  }
  return <JsonField {...common} value={value} onChange={onChange} />;
}

function JsonField({
  value,
  onChange,
  ...common
}: {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  return (
    <JsonInput
      {...common}
      minRows={3}
      autosize
      formatOnBlur
      validationError="This is not JSON"
      value={text}
      onChange={(next) => {
        setText(next);
        try {
          onChange(next.trim() === '' ? undefined : (JSON.parse(next) as unknown));
        } catch (error) {
          // Half-typed: the field says so when it is left.
          if (!(error instanceof SyntaxError)) throw error;
        }
      }}
    />
  );
}

function SenderSelect(props: {
  label: string;
  description?: string | undefined;
  error?: string | undefined;
  required: boolean;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <RemoteSelect
      {...props}
      name="senders"
      find={async (search) =>
        (
          await dataOf(api.GET('/api/v1/senders', { params: { query: { limit: 50, ...(search ? { search } : {}) } } }))
        ).items.map((s) => ({
          value: s.id,
          label: s.name,
        }))
      }
      read={async (id) => {
        const s = await dataOf(api.GET('/api/v1/senders/{id}', { params: { path: { id } } }));
        return { value: s.id, label: s.name };
      }}
    />
  );
}
