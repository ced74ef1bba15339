import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tryFileLock } from './fileLock.js';
import { PartError } from './partError.js';
import { processCommand } from './processIdentity.js';

/** Where `npm start` keeps what must survive it. */
export interface DataDir {
  readonly path: string;
  /** Pid files and the lock of the running supervisor. */
  readonly run: string;
  readonly logs: string;
  readonly temporalDb: string;
  /** Gives the lock back. */
  release(): void;
}

/**
 * Makes the data directory if need be and takes it for this process.
 * @throws PartError when it cannot be written to, or another `npm start` uses it.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const root = resolve(path);
  const advice = ['Use another directory:  ONCEMAIL_DATA_DIR=/some/where npm start'];
  const run = join(root, 'run');
  const logs = join(root, 'logs');
  try {
    // PostgreSQL's own user has to pass through the data directory, and needs to see nothing of it.
    mkdirSync(root, { recursive: true, mode: 0o711 });
    for (const directory of [run, logs, join(root, 'temporal'), join(root, 'mail')]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
    for (const directory of [root, run, logs]) {
      const probe = join(directory, `.probe-${process.pid}`);
      writeFileSync(probe, '');
      rmSync(probe);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const blocked = statSync(root, { throwIfNoEntry: false });
    if ((code === 'EEXIST' || code === 'ENOTDIR') && blocked?.isFile()) {
      throw new PartError(`The data directory ${root} is a file.`, ['Move it away,', ...lower(advice)]);
    }
    if (code === 'ENOSPC') {
      throw new PartError(`The disk that holds ${root} is full.`, ['Make room,', ...lower(advice)]);
    }
    throw new PartError(`The data directory ${root} cannot be written to (${code ?? message}).`, [
      'Make it writable for this user,',
      ...lower(advice),
    ]);
  }
  const lock = join(run, 'supervisor.lock');
  const holder = await tryFileLock(lock);
  if (holder) {
    throw new PartError(`Oncemail already runs with the data directory ${root} (process ${holder.pid}).`, [
      `It is:                  ${processCommand(holder.pid)}`,
      `Stop it:                kill ${holder.pid}`,
      'or use another one:     ONCEMAIL_DATA_DIR=/some/where PORT=3001 npm start',
    ]);
  }
  return {
    path: root,
    run,
    logs,
    temporalDb: join(root, 'temporal', 'temporal.db'),
    release: () => rmSync(lock, { force: true }),
  };
}

function lower(lines: readonly string[]): string[] {
  return lines.map((line) => `or ${line.charAt(0).toLowerCase()}${line.slice(1)}`);
}
