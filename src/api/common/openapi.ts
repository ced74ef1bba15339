import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import type { Config } from '../../config.js';
import { sessionCookieName } from '../auth/sessionCookie.js';
import { optionalBody, toOpenApiSchema } from './jsonSchema.js';
import { addLinks } from './openapiLinks.js';
import { webhookEvents, webhookOperation } from '../webhooks/events.js';
import { problemTypes, type ProblemType } from './problems.js';
import { takenBack, withReadOnly } from './takingBack.js';
import { CONFIG } from './tokens.js';

const title = 'Oncemail API';
const description = `Durable email automation: every occurrence of an automation runs exactly once, and each delivery can be looked up.

- **Errors** are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem details. \`type\` never changes; \`errors\` points at fields.
  400: the request cannot be read; 422: fields are not acceptable; 503 (with \`Retry-After\`): PostgreSQL or Temporal is not available.
- **Lists** answer \`{items, nextCursor}\`. Pass \`nextCursor\` on as \`cursor\` until it is null; rows that change meanwhile make no item
  appear twice or go missing.
- **Updates**: what can be changed has an \`ETag\`. With \`If-Match\` a change or deletion is refused with 412 when somebody has changed it since (counts
  and other derived fields do not matter); without it the last writer wins. \`If-None-Match\` on a GET answers 304 when nothing has changed.
- **Limits**: \`RateLimit\` tells how many requests the caller has left in this minute (draft-ietf-httpapi-ratelimit-headers); beyond it the answer is 429 with
  \`Retry-After\`.
- **Times** are RFC 3339 in UTC; **IDs** are UUIDv7.
- **Runs** are started with 202. With an \`Idempotency-Key\`, the same request sent twice starts one run.
- **Creating** takes an \`Idempotency-Key\` too (draft-ietf-httpapi-idempotency-key-header) for 24 hours: the same request gets the same answer, another
  one with the key 422, and one whose first attempt goes on 409. Refusals are not kept. Answers that hold a secret (API keys, invitations) are not
  either: those routes take no key.
- **Roles**: viewer reads, operator also changes and runs, admin also manages access. \`x-required-role\` names the lowest one of each operation; public needs none.
- **Access**: programs send an API key (\`Authorization: Bearer …\`), the web app signs in and has a session cookie. An Authorization header counts before a cookie.`;

/** The problem document, as every error answers it. */
const problem = z
  .object({
    type: z.string().meta({ format: 'uri-reference', examples: ['/problems/validation'] }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().meta({ description: 'JSON pointer (RFC 6901) into the body' }),
          parameter: z.string().optional().meta({ description: 'Query parameter or header' }),
          message: z.string(),
          line: z.number().int().optional().meta({ description: 'Line of the mistake in a template, from 1' }),
          column: z.number().int().optional(),
        }),
      )
      .optional(),
  })
  .loose()
  .meta({ id: 'Problem' });

type Json = Record<string, unknown>;

/** In the schema of a body that is sent as it is or in a form: the schema of the form. */
export const formSchema = 'x-form';

/** The schema of a body, parameter or answer as the document has it: `toOpenApiSchema`, and bodies that take back what was answered with their read-only fields. */
function documented(
  schema: unknown,
  schemaType: 'input' | 'output',
): { schema: unknown; components: Json } | undefined {
  const body = takenBack(schema);
  if (!body) return toOpenApiSchema(schema, schemaType);
  const { input, answered } = body.schemas();
  const components = { ...answered.components, ...input.components };
  const extended = withReadOnly(input.schema, body.readOnly(), components);
  return { schema: { $ref: `#/components/schemas/${body.id}` }, components: { ...components, [body.id]: extended } };
}

const tags: Record<string, string> = {
  Overview: 'The figures of the dashboard',
  Automations: 'What happens when: one Temporal Schedule each',
  Runs: 'The one execution of an occurrence or request, and its deliveries, recipient by recipient',
  Statistics: 'What became of deliveries, for charts',
  Campaigns: 'Content, audience and senders',
  Templates: 'Content to use again',
  Attachments: 'Files that mails carry, and the pictures within them',
  Senders: "Identities that mails come from, over SMTP or a provider's HTTP API, with limits",
  Lists: 'Groups of contacts',
  Contacts: 'People, by address',
  Imports: 'Contacts in bulk',
  Suppressions: 'Addresses that are never mailed',
  Notifications: 'What needs attention',
  Webhooks: 'Events sent to other systems, and what became of each',
  Users: 'People who sign in',
  Session: 'Signing in and out, and what a user sets for themselves',
  'API keys': 'Access of programs',
  Audit: 'Who did what',
  System: 'State of the server',
};

const commonProblems = (operation: {
  secured: boolean;
  hasBody: boolean;
  hasPathParameter: boolean;
}): ProblemType[] => [
  'malformed-request',
  ...(operation.secured ? (['unauthenticated', 'forbidden', 'rate-limited'] as const) : []),
  ...(operation.hasPathParameter ? (['not-found'] as const) : []),
  ...(operation.hasBody ? (['request-timeout', 'too-large', 'unsupported-media-type', 'validation'] as const) : []),
  'unavailable',
];

/** The OpenAPI 3.1 document of the whole API, made from the schemas that validate it. */
export function buildOpenApi(app: INestApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(title)
    .setDescription(description)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' }, 'apiKey')
    .addCookieAuth(
      sessionCookieName(app.get<Config>(CONFIG).publicUrl),
      {
        type: 'apiKey',
        in: 'cookie',
        description:
          'The session of a signed-in user. Unsafe requests with it must say that they come from this server: `Sec-Fetch-Site: same-origin`, or an `Origin` of this server.',
      },
      'session',
    );
  for (const [name, text] of Object.entries(tags)) builder.addTag(name, text);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => {
      const resource = controller.replace(/Controller$/, '');
      return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}_${method}`;
    },
    standardSchemaConverter: (schema, { schemaType }) => documented(schema, schemaType) as never,
  });

  const components = (document.components ??= {});
  const converted = toOpenApiSchema(problem, 'output');
  components.schemas = { ...components.schemas, ...(converted?.components as typeof components.schemas) };
  const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

  for (const path of Object.values(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = path?.[method];
      if (!operation) continue;
      operation.parameters = operation.parameters?.filter(
        (p) => !('in' in p) || p.in !== ('header' as string) || p.name !== undefined,
      );
      const body = operation.requestBody as
        { required?: boolean; content: Record<string, { schema?: Json }> } | undefined;
      for (const [type, media] of Object.entries(body?.content ?? {})) {
        if (media.schema?.[formSchema]) {
          const { [formSchema]: form, ...plain } = media.schema;
          media.schema = type === 'multipart/form-data' ? (form as Json) : plain;
        }
        if (!body || !media.schema?.[optionalBody]) continue;
        body.required = false;
        delete media.schema[optionalBody];
      }
      const responses = operation.responses as unknown as Record<string, Json>;
      for (const [status, response] of Object.entries(responses)) {
        if (Number(status) >= 400 && !response.content) response.content = problemContent;
      }
      const needed = commonProblems({
        secured: (operation.security?.length ?? 0) > 0,
        // A body is looked at where none is taken too.
        hasBody: method !== 'get',
        hasPathParameter: (operation.parameters ?? []).some((p) => 'in' in p && p.in === 'path'),
      });
      responses['431'] ??= {
        description: 'The address and the headers are larger than 16 KiB',
        content: problemContent,
      };
      for (const type of needed) {
        const { status, title: problemTitle } = problemTypes[type];
        responses[status] ??= {
          description: problemTitle,
          ...(status === 503 || status === 429
            ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } }
            : {}),
          content: problemContent,
        };
      }
    }
  }
  addLinks(document);
  for (const [type, { schema, description: text }] of Object.entries(webhookEvents)) {
    const event = toOpenApiSchema(schema, 'output');
    components.schemas = { ...components.schemas, ...(event?.components as typeof components.schemas) };
    document.webhooks = { ...document.webhooks, [type]: webhookOperation(type, text, event?.schema) as never };
  }
  return document;
}
