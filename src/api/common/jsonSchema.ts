import { z } from 'zod';

type Json = Record<string, unknown>;

/** Marks the schema of a body that may be left out, until its operation says so. */
export const optionalBody = 'x-optional-body';

/** A zod schema as JSON Schema 2020-12 (OpenAPI 3.1); schemas with an `id` in their meta become components. */
export function toOpenApiSchema(
  schema: unknown,
  schemaType: 'input' | 'output',
): { schema: unknown; components: Json } | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const converted = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const meta = z.globalRegistry.get(zodSchema as unknown as z.ZodType) as
        { openapi?: Json; description?: string; examples?: unknown[] } | undefined;
      // `openapi` in a schema's meta is what a client sees where the parsed text is not what it means (numbers in query strings).
      if (meta?.openapi) {
        const { description } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Json)[key];
        Object.assign(jsonSchema, meta.openapi, description ? { description } : {});
      }
      // zod drops examples of schemas that transform; ours are written as clients send them.
      if (meta?.examples && schemaType === 'input') jsonSchema.examples = meta.examples;
      delete (jsonSchema as Json).openapi;
      // zod's format patterns repeat what `format` says, in a dialect that not every reader of the document speaks.
      if (jsonSchema.format && ['uuid', 'date-time', 'email', 'uri'].includes(jsonSchema.format))
        delete jsonSchema.pattern;
    },
  }) as Json & { $defs?: Json };
  const { $schema: _dialect, $defs, ...root } = converted;
  const components: Json = {};
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = withoutId(definition as Json);
  if (schemaType === 'input' && schema instanceof z.ZodOptional)
    return { schema: { ...root, [optionalBody]: true }, components };
  const id = z.globalRegistry.get(schema)?.id;
  if (!id) return { schema: root, components };
  // zod answers a schema with an ID as a reference into $defs, or as itself.
  if (!('$ref' in root)) components[id] = withoutId(root);
  return { schema: { $ref: `#/components/schemas/${id}` }, components };
}

function withoutId(definition: Json): Json {
  const { id: _id, ...rest } = definition;
  return rest;
}
