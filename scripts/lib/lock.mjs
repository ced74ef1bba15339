// Runs before anything is installed: Node's own modules only.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { task } from './task.mjs';

/** Breaking a stale lock takes microseconds; a breaker's mark that is older than this was left by a killed process. */
const breakingMs = 10_000;

/**
 * Runs `work` while holding the lock file `path`, so that scripts started at once take turns; `waiting` is shown when that lasts. The file names its
 * holder: one that a killed process left is taken over, by one process alone.
 */
export async function withLock(path, waiting, work) {
  if (take(path) !== undefined) {
    await task(waiting, async () => {
      while (take(path) !== undefined) await new Promise((resolve) => setTimeout(resolve, 200));
    });
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

/** Takes the lock; or answers who has it, `'breaker'` being somebody who removes a stale one at this moment. */
function take(path) {
  const ours = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(ours, JSON.stringify({ pid: process.pid, life: lifeOf(process.pid) }));
  try {
    // A link appears whole or not at all: nobody ever reads a half-written lock.
    while (!link(ours, path)) {
      const holder = holderOf(path);
      if (lives(holder)) return holder;
      const breaking = `${path}.breaking`;
      // Stale locks are removed by one process at a time, or the second would remove the first one's new lock.
      if (!link(ours, breaking)) {
        const mark = statSync(breaking, { throwIfNoEntry: false });
        if (mark && Date.now() - mark.ctimeMs > breakingMs) rmSync(breaking, { force: true });
        return 'breaker';
      }
      if (!lives(holderOf(path))) rmSync(path, { recursive: true, force: true });
      rmSync(breaking, { force: true });
    }
    return undefined;
  } finally {
    rmSync(ours, { force: true });
  }
}

function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Gone, or no lock of ours: both are as good as stale.
    return undefined;
  }
}

function lives(holder) {
  const life = holder && lifeOf(holder.pid);
  return life !== undefined && life === holder.life;
}

/** What tells one life of a process from another with the same pid, where that can be known; undefined when there is none. */
function lifeOf(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The name in parentheses may itself hold parentheses and spaces (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    }
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error.code === 'EPERM' ? 'alive' : undefined;
  }
}
