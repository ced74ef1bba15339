import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { endLeftovers } from '../../src/embedded/childProcess.js';
import { tryFileLock } from '../../src/embedded/fileLock.js';
import { type EmbeddedPostgres, startPostgres } from '../../src/embedded/postgres.js';
import { TerminalProgress } from '../../src/embedded/progress.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { temporalBinary } from '../../src/embedded/temporalBinary.js';
import type { SharedPlatform } from './platform.js';

/** Namespaces made at the start: making one later takes the server seconds to notice. */
const NAMESPACES = 80;

const PREFIX = 'oncemail-test-';

interface Running {
  directory: string;
  postgres: EmbeddedPostgres;
  temporal: EmbeddedTemporal;
  shared: SharedPlatform;
  users: number;
}

/** Each vitest project loads this file anew, in the same process: what runs is kept where all of them see it. */
const holder = globalThis as { oncemailTestPlatform?: Promise<Running> };

async function start(): Promise<Running> {
  build();
  await sweep();
  const progress = new TerminalProgress();
  const binary = await temporalBinary(progress);
  const directory = mkdtempSync(join(tmpdir(), PREFIX));
  await tryFileLock(join(directory, 'owner'));
  const runDir = join(directory, 'run');
  mkdirSync(runDir);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(directory, 0o755);
  const step = progress.step('Starting PostgreSQL and Temporal for the tests');
  const namespaces = Array.from({ length: NAMESPACES }, (_, i) => `test-${i + 1}`);
  const starting = [
    startPostgres({
      dataDir: directory,
      runDir,
      logPath: join(directory, 'postgres.log'),
      port: 0,
      // A test database need not survive a power cut. It survives kill -9 of any process all the same.
      settings: { fsync: 'off', full_page_writes: 'off', shared_buffers: '128MB' },
      notify: (message) => progress.line(message),
    }),
    startTemporal({
      binary,
      runDir,
      dbFile: join(directory, 'temporal.db'),
      logPath: join(directory, 'temporal.log'),
      port: 0,
      uiPort: 0,
      namespaces,
      // Each namespace has pollers of its own: of eighty they would ask a thousand times a second.
      dynamicConfig: { 'matching.longPollExpirationInterval': '"1m"' },
    }),
  ] as const;
  try {
    const [postgres, temporal] = await Promise.all(starting);
    mkdirSync(join(directory, 'taken'));
    step.done();
    return {
      directory,
      postgres,
      temporal,
      users: 0,
      shared: {
        databaseUrl: postgres.url('postgres'),
        temporalAddress: temporal.address,
        temporalUiUrl: temporal.uiUrl,
        temporalBinary: binary,
        namespaces,
        directory,
      },
    };
  } catch (error) {
    step.failed();
    for (const part of await Promise.allSettled(starting)) if (part.status === 'fulfilled') await part.value.stop();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Ends and removes what test runs left that were killed: their directories name an owner that no longer lives. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const directory = join(tmpdir(), name);
    const owner = join(directory, 'owner');
    if (!existsSync(owner) || (await tryFileLock(owner))) continue;
    await endLeftovers(join(directory, 'run'), () => undefined);
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tests start processes from dist/. `npm test` has built it; `npx vitest` alone may find it old. */
function build(): void {
  const result = spawnSync(process.execPath, ['scripts/build.mjs'], { encoding: 'utf8' });
  if (result.status === 0) return;
  if (!existsSync('dist/config.js')) throw new Error(`The build failed.\n${result.stdout}${result.stderr}`);
  const text = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-15).join('\n');
  process.stderr.write(`The build reported errors; what it could compile is tested:\n${text}\n`);
}

/** Starts one PostgreSQL and one Temporal server for the whole test run; they end with it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  holder.oncemailTestPlatform ??= start();
  const running = await holder.oncemailTestPlatform;
  running.users++;
  project.provide('platform', running.shared);
  return async () => {
    if (--running.users > 0) return;
    delete holder.oncemailTestPlatform;
    await Promise.all([running.temporal.stop(), running.postgres.stop()]);
    rmSync(running.directory, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    platform: SharedPlatform;
  }
}
