import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { isSameProcess, processIdentity } from './processIdentity.js';

/** The process that holds a lock. */
export interface LockHolder {
  pid: number;
  identity: string;
}

/** Breaking a stale lock takes microseconds; a breaker's mark older than this was left by a killed process. */
const BREAKING_MS = 10_000;

/**
 * Takes a lock file that names its holder, so that one which a killed process left is recognised and taken over.
 * Returns `undefined` when taken, else the living process that holds it.
 */
export async function tryFileLock(path: string): Promise<LockHolder | undefined> {
  const ours = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const breaking = `${path}.breaking`;
  const holder: LockHolder = { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
  writeFileSync(ours, JSON.stringify(holder), { mode: 0o600 });
  try {
    // A link appears whole or not at all: nobody ever reads a half-written lock.
    while (!link(ours, path)) {
      const found = readHolder(path);
      if (found && isSameProcess(found.pid, found.identity)) return found;
      // Stale locks are removed by one process at a time, or the second would remove the first one's new lock.
      if (link(ours, breaking)) {
        const again = readHolder(path);
        if (!again || !isSameProcess(again.pid, again.identity)) rmSync(path, { force: true });
        rmSync(breaking, { force: true });
      } else {
        const mark = statSync(breaking, { throwIfNoEntry: false });
        if (mark && Date.now() - mark.ctimeMs > BREAKING_MS) rmSync(breaking, { force: true });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return undefined;
  } finally {
    rmSync(ours, { force: true });
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    // Gone, or not a lock of ours: both are as good as stale.
    return undefined;
  }
}

export function releaseFileLock(path: string): void {
  rmSync(path, { force: true });
}

/** Runs `work` while holding the lock, waiting as long as its holder lives; `onWait` is called again and again meanwhile. */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (holder: LockHolder) => void = () => undefined,
): Promise<T> {
  for (;;) {
    const holder = await tryFileLock(path);
    if (!holder) break;
    onWait(holder);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    releaseFileLock(path);
  }
}
