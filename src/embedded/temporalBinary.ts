import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDirectory } from './cacheDir.js';
import { type LockHolder, withFileLock } from './fileLock.js';
import { PartError } from './partError.js';
import type { Progress, Step } from './progress.js';

/** The release of the Temporal CLI that Oncemail is tested with; its development server is Temporal 1.29. */
export const TEMPORAL_CLI_VERSION = '1.5.1';
/** The oldest release on PATH that is used: the first with --sqlite-pragma and these search attributes. */
const OLDEST_ON_PATH = [1, 1, 0] as const;
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
/** A download that has not grown for this long is given up. */
const DOWNLOAD_STALL_MS = 20_000;

const run = promisify(execFile);
const program = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/**
 * Finds the `temporal` program: on PATH, in the user's cache, downloaded by the SDK, or built with Go; the last two put
 * it into the cache. Several processes may ask at once: one works, the others wait for it.
 * @throws PartError that says what was tried and what to do.
 */
export async function temporalBinary(
  progress: Progress,
  options: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<string> {
  const { env = process.env, signal = new AbortController().signal } = options;
  const onPath = await usableOnPath(env);
  if (onPath) return onPath;
  const directory = join(cacheDirectory(env), `temporal-${TEMPORAL_CLI_VERSION}`);
  const cached = join(directory, program);
  if (existsSync(cached)) return cached;

  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new PartError(`The directory ${directory} cannot be made: ${(error as Error).message}`, [
      'Set XDG_CACHE_HOME to a directory that can be written to.',
    ]);
  }
  let waiting: Step | undefined;
  const onWait = (holder: LockHolder) => {
    signal.throwIfAborted();
    waiting ??= progress.step('Another process is getting the Temporal development server');
    waiting.update(`process ${holder.pid}`);
  };
  const get = async () => {
    waiting?.done();
    // Another process may have put it there while this one waited.
    if (existsSync(cached)) return cached;
    const tried: string[] = [];
    for (const [what, make] of [
      ['download', download],
      ['build with Go', build],
    ] as const) {
      const temporary = join(directory, `${what.split(' ')[0]}-${process.pid}`);
      try {
        const made = await make(temporary, progress, env, signal);
        signal.throwIfAborted();
        if (typeof made !== 'string') {
          tried.push(`${what}: ${made.failed}`);
          continue;
        }
        await version(made);
        chmodSync(made, 0o755);
        renameSync(made, cached);
        return cached;
      } catch (error) {
        signal.throwIfAborted();
        tried.push(`${what}: ${(error as Error).message.split('\n')[0]}`);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    }
    throw new PartError(
      [
        'The Temporal development server is not on this machine, and getting it failed:',
        ...tried.map((line) => `  - ${line}`),
        'Do one of these, then start again:',
      ].join('\n'),
      [
        `install the Temporal CLI so that "temporal" is on PATH (https://docs.temporal.io/cli), or copy its program to ${cached}`,
        'install Go 1.24 or later and have network access: it is built by itself then',
        'or use a Temporal server that runs elsewhere: TEMPORAL_ADDRESS=host:7233 npm start',
      ],
    );
  };
  return withFileLock(join(directory, 'lock'), get, onWait);
}

async function version(path: string): Promise<readonly [number, number, number] | undefined> {
  const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
  const found = /version (\d+)\.(\d+)\.(\d+)/.exec(stdout);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

async function usableOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(directory, program);
    if (!existsSync(candidate)) continue;
    try {
      const found = await version(candidate);
      if (!found) return undefined;
      const [major, minor] = found;
      // What `go install` builds calls itself 0.0.0-DEV.
      const fromSource = major === 0 && minor === 0;
      const newEnough = major > OLDEST_ON_PATH[0] || (major === OLDEST_ON_PATH[0] && minor >= OLDEST_ON_PATH[1]);
      return newEnough || fromSource ? candidate : undefined;
    } catch {
      // Not a program that runs here (another platform's, or something else of that name).
      return undefined;
    }
  }
  return undefined;
}

type Made = string | { failed: string };

/** The SDK knows where releases are; it runs in a process of its own so that a stalled download can be given up. */
async function download(
  directory: string,
  progress: Progress,
  _env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Made> {
  mkdirSync(directory, { recursive: true });
  const step = progress.step('Downloading the Temporal development server');
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./temporalDownload.js', import.meta.url)), directory, `v${TEMPORAL_CLI_VERSION}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  let size = -1;
  let grownAt = Date.now();
  const watch = setInterval(() => {
    const now = bytesIn(directory);
    if (now !== size) {
      size = now;
      grownAt = Date.now();
      if (size > 0) step.update(`${(size / 2 ** 20).toFixed(0)} MB`);
    } else if (Date.now() - grownAt > DOWNLOAD_STALL_MS) {
      said = `nothing arrived for ${DOWNLOAD_STALL_MS / 1000} s`;
      child.kill('SIGKILL');
    }
  }, 500);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  clearInterval(watch);
  signal.removeEventListener('abort', stop);
  const file = readdirSync(directory).find((name) => name.startsWith('temporal'));
  if (code === 0 && file) {
    step.done();
    return join(directory, file);
  }
  step.skipped('not reachable');
  return { failed: said.trim().split('\n').at(-1)?.slice(0, 300) || `ended with code ${code}` };
}

function bytesIn(directory: string): number {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce(
        (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
  } catch {
    // The directory changes while it is read.
    return -1;
  }
}

async function build(
  directory: string,
  progress: Progress,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Made> {
  try {
    await run('go', ['version'], { timeout: 20_000, env });
  } catch {
    return { failed: 'Go is not installed' };
  }
  mkdirSync(directory, { recursive: true });
  const step = progress.step('Building the Temporal development server with Go (about 4 minutes, only once)');
  const go = spawn('go', ['install', '-v', '-trimpath', GO_PACKAGE], {
    cwd: directory,
    env: { ...env, GOBIN: directory, GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const stop = () => {
    if (go.pid && go.exitCode === null && go.signalCode === null) process.kill(-go.pid, 'SIGKILL');
  };
  process.once('exit', stop);
  signal.addEventListener('abort', stop);
  const errors: string[] = [];
  let packages = 0;
  let rest = '';
  go.stderr.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      // -v names each package as it is compiled, one bare import path a line.
      if (/^[\w.-]+(\/[\w.@~-]+)*$/.test(line)) step.update(`${++packages} packages compiled`);
      else if (line.startsWith('go: downloading ')) step.update(`fetching ${line.slice(16).split(' ')[0]}`);
      else if (/^(go: |.*error|.*cannot)/.test(line)) errors.push(line);
    }
  });
  const code = await new Promise<number | null>((resolve) => {
    go.once('error', () => resolve(null));
    go.once('close', resolve);
  });
  process.removeListener('exit', stop);
  signal.removeEventListener('abort', stop);
  if (code === 0) {
    step.done();
    return join(directory, program);
  }
  step.failed();
  return { failed: errors.at(-1)?.slice(0, 300) ?? `go install ended with code ${code}` };
}
