import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../src/embedded/cacheDir.js';
import { withFileLock } from '../../src/embedded/fileLock.js';

/** The release of schemathesis that the API is tested with. */
export const SCHEMATHESIS_VERSION = '4.32.5';

const run = promisify(execFile);

/** Why schemathesis cannot be used on this machine. */
export class NoSchemathesis extends Error {
  override name = 'NoSchemathesis';
}

/**
 * The schemathesis program, in a virtual environment of its own in the user's cache; installed there with pip when it is not. Several processes may ask
 * at once.
 * @throws NoSchemathesis when there is no Python 3.10 or later, or the package cannot be installed.
 */
export async function schemathesisProgram(): Promise<string> {
  const directory = join(cacheDirectory(), `schemathesis-${SCHEMATHESIS_VERSION}`);
  const environment = join(directory, 'venv');
  const bin = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');
  const program = join(bin, 'schemathesis');
  const done = join(directory, 'installed');
  if (existsSync(done)) return program;
  mkdirSync(directory, { recursive: true });
  return withFileLock(
    join(directory, 'lock'),
    async () => {
      if (existsSync(done)) return program;
      const python = await findPython();
      try {
        rmSync(environment, { recursive: true, force: true });
        await run(python, ['-m', 'venv', environment]);
        await run(
          join(bin, 'python'),
          ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${SCHEMATHESIS_VERSION}`],
          {
            timeout: 300_000,
          },
        );
        const { stdout } = await run(program, ['--version']);
        writeFileSync(`${done}.new`, stdout);
        renameSync(`${done}.new`, done);
        return program;
      } catch (error) {
        const { stderr, message } = error as Error & { stderr?: string };
        throw new NoSchemathesis(
          `schemathesis ${SCHEMATHESIS_VERSION} could not be installed: ${(stderr || message).trim().split('\n').at(-1)}`,
        );
      }
    },
    () => undefined,
  );
}

async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    try {
      await run(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']);
      return name;
    } catch {
      // Not there, too old, or without what makes virtual environments.
    }
  }
  throw new NoSchemathesis('There is no Python 3.10 or later with venv on PATH.');
}

/** One run of schemathesis. */
export interface FuzzRun {
  /** Address of the API. */
  url: string;
  /** The API key it sends. */
  key: string;
  /** Most requests that are made up for each operation in each of the phases that make up any. */
  examples: number;
  seed: number;
  phases?: readonly ('examples' | 'coverage' | 'fuzzing' | 'stateful')[];
  /** Only these operations. */
  operations?: readonly string[];
  /** Ends it after so many seconds, whatever is left. */
  seconds?: number;
  onOutput?: (text: string) => void;
}

/** Runs schemathesis with all checks (schemathesis.toml beside this file says which are excluded where, and why). */
export async function fuzz(program: string, options: FuzzRun): Promise<{ passed: boolean; output: string }> {
  const args = [
    ...['--config-file', 'test/contract/schemathesis.toml', '--no-color', 'run', `${options.url}/api/openapi.json`],
    ...['--url', options.url, '--header', `Authorization: Bearer ${options.key}`, '--checks', 'all'],
    ...['--phases', (options.phases ?? ['examples', 'coverage', 'fuzzing', 'stateful']).join(',')],
    ...['--max-examples', String(options.examples), '--seed', String(options.seed), '--continue-on-failure'],
    ...(options.seconds === undefined ? [] : ['--max-time', String(options.seconds)]),
    ...(options.operations ?? []).flatMap((name) => ['--include-operation-id', name]),
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' },
  });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  let output = '';
  const hear = (data: Buffer) => {
    output += data.toString();
    options.onOutput?.(data.toString());
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  process.off('exit', stop);
  return { passed: code === 0, output };
}
