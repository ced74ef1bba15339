import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';
import { Child } from '../../src/embedded/childProcess.js';
import { LogFile } from '../../src/embedded/logFile.js';
import type { Platform } from './platform.js';
import { restClient, type RestClient } from './restClient.js';

/** A process of ours under test. */
export interface ServerProcess {
  readonly child: Child;
  /** kill -9: no goodbye of any kind. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for its orderly end (two minutes at most). */
  terminate(): Promise<void>;
  /** SIGSTOP: alive, but nothing moves until `resume`. */
  freeze(): void;
  resume(): void;
  /** Its last lines. */
  log(): string;
}

export interface ApiProcess extends ServerProcess {
  readonly url: string;
  readonly client: RestClient;
}

/** Starts and ends the processes of one test file; create it in the file and call `stopAll` in `afterAll`. */
export class Processes {
  readonly #all: ServerProcess[] = [];
  #count = 0;

  constructor(private readonly platform: Platform) {}

  /** `node dist/api/main.js` on a free port. Resolves when it serves. */
  async startApi(env: NodeJS.ProcessEnv = {}): Promise<ApiProcess> {
    const process = await this.#start('api', env);
    const url = await process.child.message((message) => {
      const m = message as { type?: string; url?: string };
      return m.type === 'ready' ? m.url : undefined;
    }, 60_000);
    return { ...process, url, client: restClient(url, env['ONCEMAIL_ADMIN_API_KEY'] ?? this.platform.adminApiKey) };
  }

  /** `node dist/worker/main.js`. Resolves when it polls. */
  async startWorker(env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const process = await this.#start('worker', env);
    await process.child.message((m) => ((m as { type?: string }).type === 'ready' ? true : undefined), 60_000);
    return process;
  }

  /** What all processes printed last; for failure messages. */
  logs(): string {
    return this.#all.map((p) => `--- ${p.child.options.name} (pid ${p.child.pid})\n${p.log()}`).join('\n');
  }

  /** Call in a test: when it fails, the processes' last lines are printed. A concurrent test gives the `onTestFailed` of its context. */
  printLogsOnFailure(onFailed: (handler: () => void) => void = onTestFailed): void {
    onFailed(() => void process.stderr.write(`${this.logs()}\n`));
  }

  /** Ends every process, frozen ones too. */
  async stopAll(): Promise<void> {
    await Promise.all(
      this.#all.map(async (process) => {
        process.resume();
        await process.child.stop();
      }),
    );
  }

  async #start(role: 'api' | 'worker', env: NodeJS.ProcessEnv): Promise<ServerProcess> {
    const name = `${role}-${++this.#count}`;
    const log = new LogFile(join(this.platform.env['ONCEMAIL_DATA_DIR'] as string, `${name}.log`), 50 * 2 ** 20, 200);
    const child = new Child({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', join('dist', role, 'main.js')],
      env: { ...this.platform.env, ...env },
      log,
      ipc: true,
      stopTimeoutMs: 30_000,
    });
    const handle: ServerProcess = {
      child,
      kill: async () => {
        child.signal('SIGKILL');
        await child.exited;
      },
      terminate: async () => {
        child.signal('SIGCONT');
        child.signal('SIGTERM');
        const timeout = AbortSignal.timeout(120_000);
        await Promise.race([child.exited, once(timeout, 'abort')]);
        if (child.running)
          throw new Error(`${name} did not end within two minutes of SIGTERM.\n${log.tail(40).join('\n')}`);
      },
      freeze: () => child.signal('SIGSTOP'),
      resume: () => child.signal('SIGCONT'),
      log: () => log.tail(60).join('\n'),
    };
    this.#all.push(handle);
    return handle;
  }
}
