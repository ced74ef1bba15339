import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Client } from '@temporalio/client';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { pino } from 'pino';
import { createApp } from '../../src/api/app.js';
import { bootstrapAdminKey } from '../../src/api/auth/bootstrapAdminKey.js';
import { loadConfig, type Config } from '../../src/config.js';
import { openDatabase, type Database } from '../../src/ledger/database.js';
import type { Role } from '../../src/ledger/schema.js';
import { createTemporalClient } from '../../src/temporal/connect.js';
import { startPlatform, type Platform } from './platform.js';

/** An answer; `body` is the parsed JSON, or the text of any other type. */
export interface ApiAnswer {
  status: number;
  headers: Headers;
  // Tests look into answers of every shape; the OpenAPI document is what checks the shapes.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

export type RawBody = NonNullable<RequestInit['body']>;

export interface RequestOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, with `headers`. */
  raw?: RawBody;
  headers?: Record<string, string>;
  /** `null`: no Authorization header. Default: the admin key. */
  key?: string | null;
}

/** The API in this process, listening on a free port, and a client that checks every answer against the OpenAPI document. */
export interface TestApi {
  url: string;
  app: NestFastifyApplication;
  config: Config;
  database: Database;
  temporal: Client;
  platform: Platform;
  openApi: OpenApi;
  adminKey: string;
  request(method: string, path: string, options?: RequestOptions): Promise<ApiAnswer>;
  get(path: string, options?: RequestOptions): Promise<ApiAnswer>;
  post(path: string, body?: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  put(path: string, body: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  patch(path: string, body: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  delete(path: string, options?: RequestOptions): Promise<ApiAnswer>;
  /** What the schema of a component finds wrong with a value; null when nothing. */
  schemaErrors(component: string, value: unknown): string | null;
  /** A new key of a role. */
  keyFor(role: Role): Promise<string>;
  close(): Promise<void>;
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
  requestBody?: object;
  operationId: string;
  parameters?: { name: string; in: string; schema?: object }[];
  'x-required-role'?: Role;
}

export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

export interface StartApiOptions {
  platform?: Platform;
  config?: Partial<Config>;
  /** Stays open when the API is closed. */
  temporal?: Client;
}

export async function startApi(options: StartApiOptions = {}): Promise<TestApi> {
  const platform = options.platform ?? (await startPlatform());
  const config: Config = { ...loadConfig(platform.env), logLevel: 'warn', ...options.config };
  const database = openDatabase({ url: config.databaseUrl, maxConnections: 10 });
  await bootstrapAdminKey(database, config.adminApiKey);
  const temporal =
    options.temporal ??
    createTemporalClient({ connectionOptions: { address: platform.temporalAddress }, namespace: platform.namespace });
  const app = await createApp({ config, database, temporal, logger: pino({ level: config.logLevel }) });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const adminKey = platform.adminApiKey;
  const openApi = (await (await fetch(`${url}/api/openapi.json`)).json()) as OpenApi;
  const ajv = validator(openApi);
  const check = answerChecker(openApi, ajv);

  async function request(method: string, path: string, o: RequestOptions = {}): Promise<ApiAnswer> {
    const key = o.key === undefined ? adminKey : o.key;
    const headers: Record<string, string> = {
      ...(o.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...o.headers,
    };
    const body = o.body === undefined ? o.raw : JSON.stringify(o.body);
    const init: RequestInit = { method, headers, redirect: 'manual' };
    if (body !== undefined) init.body = body;
    const response = await fetch(`${url}${path.startsWith('/') ? path : `/api/v1/${path}`}`, init);
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const answer: ApiAnswer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? (JSON.parse(text) as unknown) : text,
    };
    check(method, new URL(response.url).pathname, answer);
    return answer;
  }

  return {
    url,
    app,
    config,
    database,
    temporal,
    platform,
    openApi,
    adminKey,
    request,
    get: (path, o) => request('GET', path, o),
    post: (path, body, o) => request('POST', path, { ...o, ...(body === undefined ? {} : { body }) }),
    put: (path, body, o) => request('PUT', path, { ...o, body }),
    patch: (path, body, o) => request('PATCH', path, { ...o, body }),
    delete: (path, o) => request('DELETE', path, o),
    schemaErrors: (component, value) =>
      ajv.validate({ $ref: `openapi#/components/schemas/${component}` }, value) ? null : ajv.errorsText(),
    async keyFor(role) {
      const { body } = await request('POST', '/api/v1/api-keys', { body: { name: `test ${role}`, role } });
      return body.key as string;
    },
    async close() {
      await app.close();
      if (!options.temporal) await temporal.connection.close();
      await database.close();
      if (!options.platform) await platform.close();
    },
  };
}

function validator(document: OpenApi) {
  const ajv = new Ajv2020.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'openapi', components: document.components });
  return ajv;
}

/** Throws when an answer is not one the OpenAPI document describes: status, media type and body. */
function answerChecker(
  document: OpenApi,
  ajv: ReturnType<typeof validator>,
): (method: string, path: string, answer: ApiAnswer) => void {
  const compiled = new Map<object, ValidateFunction>();
  const paths = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    operations,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  // Fixed addresses before those with parameters, as the router has it.
  paths.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  return (method, path, answer) => {
    const found = paths.find((p) => p.pattern.test(path) && p.operations[method.toLowerCase()]);
    if (!found) return;
    const where = `${method} ${found.template} -> ${answer.status}`;
    const operation = found.operations[method.toLowerCase()] as Operation;
    const response = operation.responses[String(answer.status)];
    if (!response)
      throw new Error(`${where}: the status is not documented. ${JSON.stringify(answer.body).slice(0, 500)}`);
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] as string;
    if (!response.content) {
      if (answer.body !== '') throw new Error(`${where}: a body is answered where none is documented`);
      return;
    }
    const media = response.content[type] ?? response.content['*/*'];
    if (!media)
      throw new Error(`${where}: ${type || 'no type'} is not documented (${Object.keys(response.content).join(', ')})`);
    if (!media.schema || !/[/+]json$/.test(type)) return;
    let validate = compiled.get(media.schema);
    if (!validate) {
      validate = ajv.compile(
        JSON.parse(JSON.stringify(media.schema).replaceAll('"#/components', '"openapi#/components')) as object,
      );
      compiled.set(media.schema, validate);
    }
    if (!validate(answer.body)) {
      throw new Error(`${where}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(answer.body).slice(0, 2000)}`);
    }
  };
}
