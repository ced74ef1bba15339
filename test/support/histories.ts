import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type * as Proto from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

const folder = join('test', 'workflows', 'histories');

type History = Proto.temporal.api.history.v1.IHistory;

// The SDK's own historyToJSON and historyFromJSON fail where @temporalio/common and @temporalio/proto have each a copy of protobufjs
// ("type must be a Type"): here both sides use the copy of @temporalio/proto.
const require = createRequire(import.meta.url);
const proto = require('@temporalio/proto') as typeof Proto;
const { toJson, fromJson } = createRequire(require.resolve('@temporalio/proto'))('protobufjs/ext/protojson') as {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown, options: { ignoreUnknownFields: boolean }): History;
};
const historyType = (patchProtobufRoot(proto) as unknown as { lookupType(name: string): unknown }).lookupType(
  'temporal.api.history.v1.History',
);

/** A history of one execution in the JSON of Temporal's protocol buffers, as the Web UI downloads it. */
export interface StoredHistory {
  name: string;
  history: { events: { eventType: string; [attributes: string]: unknown }[] };
}

/** Reads the history of an execution from the server. */
export async function readHistory(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<StoredHistory['history']> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return toJson(historyType, proto.temporal.api.history.v1.History.fromObject(history)) as StoredHistory['history'];
}

/** The name a process gives itself and its own queue (`pid@host`), and the build of its SDK. */
const processName = /^(\d+@\S+|@temporalio\/\S+)$/;

/** Stores a history. Names of processes and stack traces are replaced: they tell of a machine, and nothing of the workflow. */
export function storeHistory(name: string, history: StoredHistory['history']): void {
  const neutral = (key: string, value: unknown) => {
    if (key === 'stackTrace') return '';
    return typeof value === 'string' && processName.test(value) ? 'a process' : value;
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(history, neutral, 1)}\n`);
}

/** Every stored history, by name. */
export function storedHistories(): StoredHistory[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      history: JSON.parse(readFileSync(join(folder, file), 'utf8')) as StoredHistory['history'],
    }));
}

/**
 * Replays a history against the workflow bundle that workers run.
 * @throws DeterminismViolationError when the present code would do something else than what the history says.
 */
export async function replay({ name, history }: StoredHistory): Promise<void> {
  if (!Runtime._instance) Runtime.install({ logger: new DefaultLogger('ERROR') });
  const parsed = fromJson(historyType, history, { ignoreUnknownFields: true });
  await Worker.runReplayHistory({ workflowBundle: { codePath: join('dist', 'workflow-bundle.js') } }, parsed, name);
}

/**
 * Everything a history says in words: payloads decoded (arguments, results, signals, search attributes, summaries), and all other texts
 * but the names of processes.
 */
export function textsOf(history: unknown): string[] {
  const texts: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (key === 'data') texts.push(Buffer.from(value, 'base64').toString('utf8'));
      else if (!processName.test(value)) texts.push(value);
    } else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) visit(inner, Array.isArray(value) ? key : name);
    }
  };
  visit(history, '');
  return texts;
}
