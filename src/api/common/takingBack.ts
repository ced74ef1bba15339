import { z } from 'zod';
import { toOpenApiSchema } from './jsonSchema.js';

type Json = Record<string, unknown>;

/** Fields that are answered and cannot be set, by name: what is documented of one, or the same of the fields below it. */
interface ReadOnlyFields {
  readonly [name: string]: { readonly schema: Json } | { readonly below: ReadOnlyFields };
}

/** A schema and those that it refers to by name. */
interface Documented {
  schema: Json;
  components: Json;
}

interface TakenBack {
  id: string;
  schemas(): { input: Documented; answered: Documented };
  readOnly(): ReadOnlyFields;
}

const registered = new WeakMap<z.ZodType, TakenBack>();

/**
 * The schema of a body that changes a resource, which takes what GET has answered: fields that are answered and cannot be set are let go, whatever they hold,
 * and documented as `readOnly`; so a client may read a resource, change a field and put it back. A field that is neither set nor answered stays an error.
 * Bodies that make a resource do not take them: nothing has been answered yet, and what would be ignored there was meant.
 * @param input the fields that can be set.
 * @param answer what GET answers.
 * @param id the name of the body in the OpenAPI document.
 */
export function takingBack<T extends z.ZodType>(
  input: T,
  answer: z.ZodType,
  id: string,
): z.ZodType<z.output<T>, z.input<T>> {
  let found: ReadOnlyFields | undefined;
  const schemas = () => ({ input: documentedAs(input, 'input'), answered: documentedAs(answer, 'output') });
  const readOnly = () => {
    if (!found) {
      const known = schemas();
      found = readOnlyFields(known.input, known.answered);
    }
    return found;
  };
  const schema = z.preprocess((body) => without(body, readOnly()), input) as unknown as z.ZodType<
    z.output<T>,
    z.input<T>
  >;
  registered.set(schema, { id, schemas, readOnly });
  return schema;
}

/** What `takingBack` has made a schema of; undefined for every other schema. */
export function takenBack(schema: unknown): TakenBack | undefined {
  return schema instanceof z.ZodType ? registered.get(schema) : undefined;
}

/** A documented body with the read-only fields in it, in every form that the body may have. `components` are those that it refers to. */
export function withReadOnly(schema: Json, readOnly: ReadOnlyFields, components: Json): Json {
  const at = resolved(schema, components);
  const documented: Json = { ...at };
  for (const forms of ['anyOf', 'oneOf'] as const) {
    const branches = at[forms] as Json[] | undefined;
    if (branches) documented[forms] = branches.map((branch) => withReadOnly(branch, readOnly, components));
  }
  const properties = at['properties'] as Record<string, Json> | undefined;
  if (!properties) return documented;
  const extended: Record<string, Json> = { ...properties };
  for (const [name, field] of Object.entries(readOnly)) {
    const own = properties[name];
    if ('schema' in field) extended[name] = { ...field.schema, readOnly: true };
    else if (own) extended[name] = withReadOnly(own, field.below, components);
  }
  return { ...documented, properties: extended };
}

function without(body: unknown, readOnly: ReadOnlyFields): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const kept: Json = {};
  for (const [name, value] of Object.entries(body)) {
    const field = Object.hasOwn(readOnly, name) ? readOnly[name] : undefined;
    if (!field) kept[name] = value;
    else if ('below' in field) kept[name] = without(value, field.below);
  }
  return kept;
}

function readOnlyFields(input: Documented, answer: Documented): ReadOnlyFields {
  const settable = fieldsOf(input);
  const found: Record<string, ReadOnlyFields[string]> = {};
  // A value that is read as a whole, or takes any name.
  if (settable.size === 0) return found;
  for (const [name, schema] of fieldsOf(answer)) {
    const own = settable.get(name);
    if (!own) {
      found[name] = { schema };
      continue;
    }
    const below = readOnlyFields({ ...input, schema: own }, { ...answer, schema });
    if (Object.keys(below).length > 0) found[name] = { below };
  }
  return found;
}

/** The fields of an object, of all its forms together. */
function fieldsOf({ schema, components }: Documented): Map<string, Json> {
  const at = resolved(schema, components);
  const fields = new Map(Object.entries((at['properties'] ?? {}) as Record<string, Json>));
  for (const branch of [...((at['anyOf'] ?? []) as Json[]), ...((at['oneOf'] ?? []) as Json[])]) {
    for (const [name, field] of fieldsOf({ schema: branch, components })) {
      if (!fields.has(name)) fields.set(name, field);
    }
  }
  return fields;
}

function documentedAs(schema: z.ZodType, schemaType: 'input' | 'output'): Documented {
  return toOpenApiSchema(schema, schemaType) as Documented;
}

/** What a reference stands for; any other schema as it is. */
function resolved(schema: Json, components: Json): Json {
  const { $ref: reference } = schema;
  if (typeof reference !== 'string') return schema;
  return resolved((components[reference.split('/').at(-1) as string] ?? {}) as Json, components);
}
