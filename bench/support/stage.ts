import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Child } from '../../src/embedded/childProcess.js';
import { LogFile } from '../../src/embedded/logFile.js';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';
import type { Progress } from '../../src/embedded/progress.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { temporalBinary } from '../../src/embedded/temporalBinary.js';
import { restClient, type RestClient } from '../../test/support/restClient.js';

/** All parts of Oncemail as processes of their own, with empty state in a temporary directory. */
export interface Stage {
  postgres: EmbeddedPostgres;
  temporal: EmbeddedTemporal;
  api: Child;
  workers: Child[];
  client: RestClient;
  close(): Promise<void>;
}

/** A TypeScript file of the repository as a child process with an IPC channel. */
export function startScript(name: string, file: string, argument: unknown, directory: string): Child {
  return new Child({
    name,
    command: process.execPath,
    args: ['scripts/lib/runTs.mjs', file, JSON.stringify(argument)],
    log: new LogFile(join(directory, `${name}.log`)),
    ipc: true,
  });
}

/** A directory that PostgreSQL's own user may enter. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'oncemail-bench-'));
  chmodSync(directory, 0o755);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts PostgreSQL, a Temporal development server, the API and workers. PostgreSQL keeps its default durability. */
export async function startStage(options: {
  directory: string;
  workers: number;
  env?: NodeJS.ProcessEnv;
  progress: Progress;
}): Promise<Stage> {
  const { directory, progress } = options;
  const binary = await temporalBinary(progress);
  const step = progress.step('Starting PostgreSQL, Temporal, the API and the workers');
  const started: { stop(): Promise<unknown> }[] = [];
  try {
    const postgres = await startPostgres({
      dataDir: directory,
      logPath: join(directory, 'postgres.log'),
      port: 0,
      settings: { shared_preload_libraries: 'pg_stat_statements' },
      notify: (message) => progress.line(message),
    });
    started.push(postgres);
    const temporal = await startTemporal({
      binary,
      dbFile: join(directory, 'temporal.db'),
      logPath: join(directory, 'temporal.log'),
      port: 0,
      uiPort: 0,
    });
    started.push(temporal);
    const key = randomBytes(24).toString('hex');
    const env = {
      ...inherited(),
      DATABASE_URL: postgres.url(),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
      ONCEMAIL_SECRET_KEY: randomBytes(32).toString('hex'),
      ONCEMAIL_ADMIN_API_KEY: key,
      ONCEMAIL_DATA_DIR: directory,
      HOST: '127.0.0.1',
      PORT: '0',
      ...options.env,
    };
    const ours = (name: string, role: string) =>
      new Child({
        name,
        command: process.execPath,
        args: ['--enable-source-maps', join('dist', role, 'main.js')],
        env,
        log: new LogFile(join(directory, `${name}.log`)),
        ipc: true,
        stopTimeoutMs: 60_000,
      });
    const api = ours('api', 'api');
    started.push(api);
    const url = await api.message((m) => (m as { type: string; url?: string }).url, 60_000);
    const workers: Child[] = [];
    for (let n = 1; n <= options.workers; n++) {
      const worker = ours(`worker-${n}`, 'worker');
      started.push(worker);
      workers.push(worker);
      await worker.message((m) => ((m as { type: string }).type === 'ready' ? true : undefined), 60_000);
    }
    step.done();
    return { postgres, temporal, api, workers, client: restClient(url, key), close };
  } catch (error) {
    step.failed();
    await close();
    throw error;
  }

  async function close(): Promise<void> {
    for (const part of started.reverse()) await part.stop();
  }
}

/** The environment without what would point a process at the developer's own parts. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ONCEMAIL_|TEMPORAL_|DATABASE_URL$|PORT$|HOST$|NODE_OPTIONS$|PG)/.test(name),
    ),
  );
}
