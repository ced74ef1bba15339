import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../src/embedded/childProcess.js';
import { LogFile } from '../../src/embedded/logFile.js';
import { freePort } from '../../src/embedded/ports.js';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';
import type { Progress } from '../../src/embedded/progress.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { temporalBinary } from '../../src/embedded/temporalBinary.js';
import { restClient, type RestClient } from './restClient.js';

/** One process of the stage that can be ended and started again. */
export interface StageProcess {
  readonly name: string;
  readonly child: Child;
  /** Starts it anew, on the same ports and state; resolves when it is ready. */
  restart(): Promise<void>;
}

/** Where a Temporal server is that runs already. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

/** All parts of Oncemail as processes of their own, with empty state in a temporary directory. */
export interface Stage<Temporal = EmbeddedTemporal & TemporalPlace> {
  readonly directory: string;
  readonly postgres: EmbeddedPostgres;
  readonly temporal: Temporal;
  /** SQLite file of the Temporal server. */
  readonly temporalFile: string;
  readonly api: StageProcess;
  readonly workers: StageProcess[];
  readonly client: RestClient;
  close(): Promise<void>;
}

export interface StageOptions {
  directory: string;
  workers: number;
  /** For the API and the workers. */
  env?: NodeJS.ProcessEnv;
  postgresSettings?: Readonly<Record<string, string>>;
  /** Options of Node for the workers. */
  workerNodeOptions?: readonly string[];
  progress: Progress;
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

/** However this process ends, Ctrl-C and SIGTERM included, no child outlives it. What they were doing is thrown away, so they are not asked. */
export function leaveNoChildren(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => process.exit(code));
  process.once('exit', () => {
    for (const child of Child.running) child.signal('SIGKILL');
  });
}

/** A directory that PostgreSQL's own user may enter; it goes when this process ends. */
export function temporaryDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(directory, 0o755);
  if (temporaryDirectories.size === 0) process.once('exit', removeTemporaryDirectories);
  temporaryDirectories.add(directory);
  return directory;
}

const temporaryDirectories = new Set<string>();

function removeTemporaryDirectories(): void {
  for (const directory of temporaryDirectories) rmSync(directory, { recursive: true, force: true });
}

/** Starts PostgreSQL (with its default durability), a Temporal development server, the API and workers. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const binary = await temporalBinary(options.progress);
  return assemble(options, async (temporalFile) => {
    const temporal = await startTemporal({
      binary,
      dbFile: temporalFile,
      logPath: join(options.directory, 'temporal.log'),
      port: 0,
      uiPort: 0,
    });
    return Object.assign(temporal, { namespace: 'default' });
  });
}

/** The same with a Temporal server that runs already and a namespace of it. */
export function startStageAt(options: StageOptions, temporal: TemporalPlace): Promise<Stage<TemporalPlace>> {
  return assemble(options, async () => ({ ...temporal, stop: async () => undefined }));
}

async function assemble<Temporal extends TemporalPlace & { stop(): Promise<unknown> }>(
  options: StageOptions,
  temporalOf: (temporalFile: string) => Promise<Temporal>,
): Promise<Stage<Temporal>> {
  const { directory, progress } = options;
  const step = progress.step('Starting PostgreSQL, Temporal, the API and the workers');
  const started: { stop(): Promise<unknown> }[] = [];
  const close = async () => {
    for (const part of started.reverse()) await part.stop();
  };
  try {
    const postgres = await startPostgres({
      dataDir: directory,
      logPath: join(directory, 'postgres.log'),
      port: 0,
      settings: { ...options.postgresSettings },
      notify: (message) => progress.line(message),
    });
    started.push(postgres);
    const temporalFile = join(directory, 'temporal.db');
    const temporal = await temporalOf(temporalFile);
    started.push(temporal);
    const key = randomBytes(24).toString('hex');
    const port = await freePort();
    const env = {
      ...inherited(),
      DATABASE_URL: postgres.url(),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      ONCEMAIL_SECRET_KEY: randomBytes(32).toString('hex'),
      ONCEMAIL_ADMIN_API_KEY: key,
      ONCEMAIL_DATA_DIR: directory,
      HOST: '127.0.0.1',
      PORT: String(port),
      ...options.env,
    };
    const begin = async (name: string, role: 'api' | 'worker') => {
      const process = new StartedProcess(
        name,
        role,
        env,
        directory,
        role === 'worker' ? (options.workerNodeOptions ?? []) : [],
      );
      started.push(process);
      await process.ready();
      return process;
    };
    const api = await begin('api', 'api');
    const workers: StageProcess[] = [];
    for (let n = 1; n <= options.workers; n++) workers.push(await begin(`worker-${n}`, 'worker'));
    step.done();
    const client = restClient(`http://127.0.0.1:${port}`, key);
    return { directory, postgres, temporal, temporalFile, api, workers, client, close };
  } catch (error) {
    step.failed();
    await close();
    throw error;
  }
}

/** `node dist/<role>/main.js`. */
class StartedProcess implements StageProcess {
  child: Child;
  private readonly log: LogFile;

  constructor(
    readonly name: string,
    private readonly role: 'api' | 'worker',
    private readonly env: NodeJS.ProcessEnv,
    directory: string,
    private readonly nodeOptions: readonly string[],
  ) {
    this.log = new LogFile(join(directory, `${name}.log`));
    this.child = this.begin();
  }

  ready(): Promise<true> {
    return this.child.message((m) => ((m as { type: string }).type === 'ready' ? true : undefined), 120_000);
  }

  async restart(): Promise<void> {
    await this.child.stop();
    this.child = this.begin();
    await this.ready();
  }

  stop(): Promise<unknown> {
    this.child.signal('SIGCONT');
    return this.child.stop();
  }

  private begin(): Child {
    return new Child({
      name: this.name,
      command: process.execPath,
      args: ['--enable-source-maps', ...this.nodeOptions, join('dist', this.role, 'main.js')],
      env: this.env,
      log: this.log,
      ipc: true,
      stopTimeoutMs: 60_000,
    });
  }
}

/** The environment without what would point a process at the developer's own parts. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(ONCEMAIL_|TEMPORAL_|DATABASE_URL$|PORT$|HOST$|NODE_OPTIONS$|PG|VITEST)/.test(name),
    ),
  );
}
