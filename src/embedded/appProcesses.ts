import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './childProcess.js';
import type { DataDir } from './dataDir.js';
import { LogFile } from './logFile.js';
import type { Progress } from './progress.js';
import type { Service } from './supervisor.js';

/** At most one line per process and this time about errors in its log; the rest is in the log. */
const SURFACE_INTERVAL_MS = 30_000;
const PINO_ERROR = 50;

/** One of our own processes, as it is kept running. */
export interface AppService extends Service {
  /** What the API said when it started for the first time: the link that makes the first user. */
  setupUrl: string | undefined;
}

/** Starts one of our own processes, `dist/<role>/main.js`, and resolves when it says that it is ready. */
export async function startAppProcess(options: {
  /** `api`, `worker-1`, … */
  name: string;
  role: 'api' | 'worker';
  env: NodeJS.ProcessEnv;
  dataDir: DataDir;
  progress: Progress;
}): Promise<AppService> {
  const log = new LogFile(join(options.dataDir.logs, `${options.name}.log`));
  log.onLine = surfaceErrors(options.name, log.path, options.progress);
  let setupUrl: string | undefined;
  const start = async () => {
    const child = new Child({
      name: options.name,
      command: process.execPath,
      args: ['--enable-source-maps', fileURLToPath(new URL(`../${options.role}/main.js`, import.meta.url))],
      env: options.env,
      log,
      runDir: options.dataDir.run,
      ipc: true,
      // A worker finishes what it has claimed: up to the answer to the final dot of each mail in flight.
      stopTimeoutMs: options.role === 'worker' ? 60_000 : 20_000,
    });
    try {
      const ready = await child.message((m) => {
        const message = m as { type?: string; setupUrl?: string };
        return message.type === 'ready' ? message : undefined;
      }, 120_000);
      setupUrl ??= ready.setupUrl;
      return child;
    } catch (error) {
      await child.stop();
      throw error;
    }
  };
  let child = await start();
  return {
    get child() {
      return child;
    },
    setupUrl,
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

/** Passes on the message of errors in a log of JSON lines, seldom enough to keep the terminal calm. */
function surfaceErrors(name: string, path: string, progress: Progress): (line: string) => void {
  let shownAt = 0;
  return (line) => {
    if (!line.startsWith('{') || Date.now() - shownAt < SURFACE_INTERVAL_MS) return;
    let entry: { level?: number; msg?: string; err?: { message?: string } };
    try {
      entry = JSON.parse(line) as typeof entry;
    } catch {
      // Cut off by a rotation or a crash.
      return;
    }
    if (typeof entry.level !== 'number' || entry.level < PINO_ERROR) return;
    shownAt = Date.now();
    const why = entry.err?.message ? ` (${entry.err.message.split('\n')[0]})` : '';
    progress.line(`${name}: ${entry.msg ?? 'an error'}${why}. More in ${path}`);
  };
}
