import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../domain/searchAttributes.js';
import { Child } from './childProcess.js';
import { LogFile } from './logFile.js';
import { preferredPort } from './ports.js';

export interface TemporalOptions {
  /** Path of the `temporal` program (temporalBinary.ts finds it). */
  binary: string;
  /** SQLite file with the server's state. */
  dbFile: string;
  logPath: string;
  runDir?: string;
  /** Tried first; another free port is taken when it is in use. Default 7233. */
  port?: number;
  /** Tried first. Default 8233. */
  uiPort?: number;
  /** Made beside `default`. */
  namespaces?: readonly string[];
  /** Without the Web UI. */
  headless?: boolean;
  /** Settings of the server's dynamic configuration beside or instead of ours, as JSON values by key. */
  dynamicConfig?: Readonly<Record<string, string>>;
}

/** The server's dynamic configuration, as JSON values by key. */
const dynamicConfig: Readonly<Record<string, string>> = {
  'history.transferProcessorMaxPollRPS': '2000',
  'system.enableActivityEagerExecution': 'true',
  // Schedules of one namespace start 30 executions a second by default: many automations are due on the hour.
  'worker.schedulerNamespaceStartWorkflowRPS': '300',
  // Of Go's SDK: the server's own worker for Schedules has two pollers. When many are due at once, both may wait at the queue of tasks that know their
  // Schedule, while the rest lies where nobody looks for a minute. (A longer wait there, instead, makes questions about
  // Schedules hang for 30 s now and then.)
  'worker.perNamespaceWorkerOptions': JSON.stringify({ MaxConcurrentWorkflowTaskPollers: 60 }),
  // When even those all wait there, they come back after 10 s, not after a minute.
  'matching.longPollExpirationInterval': '"10s"',
};

/** A Temporal development server on loopback with its Web UI. */
export interface EmbeddedTemporal {
  readonly address: string;
  readonly uiUrl: string;
  readonly child: Child;
  /** Starts the server again after it ended, on the same ports and state. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts `temporal server start-dev` and waits until all its namespaces answer.
 * @throws ChildEndedError with the server's last lines when it cannot start.
 */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  mkdirSync(dirname(options.dbFile), { recursive: true });
  const log = new LogFile(options.logPath);
  const port = await preferredPort(options.port ?? 7233);
  const uiPort = options.headless ? 0 : await preferredPort(options.uiPort ?? 8233);
  const address = `127.0.0.1:${port}`;
  const namespaces = options.namespaces ?? [];
  const start = async (): Promise<Child> => {
    const child = new Child({
      name: 'temporal',
      command: options.binary,
      args: [
        ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
        options.headless ? ['--headless'] : ['--ui-port', String(uiPort)],
        ['--db-filename', options.dbFile, '--log-format', 'json'],
        // Measured: 12 sequential activities a second become 60 to 80, 90 concurrent ones 375 to 475. Write-ahead
        // logging with synchronous=normal lost no acknowledged start when the server was killed.
        ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
        ...Object.entries({ ...dynamicConfig, ...options.dynamicConfig }).map(([key, value]) => [
          '--dynamic-config-value',
          `${key}=${value}`,
        ]),
        ...Object.values(searchAttributes).map(({ name }) => ['--search-attribute', `${name}=Keyword`]),
        ...namespaces.map((name) => ['--namespace', name]),
      ].flat(),
      env: serverEnvironment(),
      cwd: dirname(options.dbFile),
      log,
      ...(options.runDir ? { runDir: options.runDir } : {}),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
    });
    try {
      await child.orEnded(answering(address, ['default', ...namespaces], child), 120_000);
      return child;
    } catch (error) {
      await child.stop();
      throw error;
    }
  };
  let child = await start();
  return {
    address,
    uiUrl: options.headless ? '' : `http://127.0.0.1:${uiPort}`,
    get child() {
      return child;
    },
    restart: async () => {
      await child.stop();
      child = await start();
    },
    stop: async () => {
      await child.stop();
      log.close();
    },
  };
}

/** Without the client settings of the `temporal` program, which could send it to another server or profile. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function answering(address: string, namespaces: readonly string[], child: Child): Promise<void> {
  while (child.running) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address, connectTimeout: 1000 });
      for (const namespace of namespaces) {
        await connection.withDeadline(Date.now() + 2000, () =>
          (connection as Connection).workflowService.describeNamespace({ namespace }),
        );
      }
      return;
    } catch {
      // Not there yet: asked again until the child ends or its time is up.
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await connection?.close();
    }
  }
  await new Promise(() => undefined);
}
