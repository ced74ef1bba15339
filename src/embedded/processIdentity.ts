import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A token that names one life of a process: two processes never share both pid and token, even after the pid was
 * reused or the machine was restarted. `undefined` when no such process exists (or it is a zombie).
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The name in parentheses may itself hold parentheses and spaces (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
      return `${boot}:${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return started === '' ? undefined : started;
  } catch {
    return undefined;
  }
}

/** The command line of a process, arguments separated by spaces; empty when there is no such process. */
export function processCommand(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/** Whether the very process that `identity` was taken from still runs. */
export function isSameProcess(pid: number, identity: string): boolean {
  return processIdentity(pid) === identity;
}

/** Resolves with true once that process has ended, or false after `timeoutMs`. */
export async function processEnded(pid: number, identity: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isSameProcess(pid, identity)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

/**
 * Ends one process that is not a child of ours: politely with `signal`, by force after `timeoutMs`. Does nothing when
 * the pid belongs to another process by now.
 */
export async function endProcess(
  pid: number,
  identity: string,
  signal: NodeJS.Signals = 'SIGTERM',
  timeoutMs = 10_000,
  force: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  for (const [kind, patience] of [
    [signal, timeoutMs],
    [force, 5_000],
  ] as const) {
    if (!isSameProcess(pid, identity)) return;
    try {
      process.kill(pid, kind);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await processEnded(pid, identity, patience)) return;
  }
  throw new Error(`Process ${pid} (${processCommand(pid)}) does not end. Stop it by hand: kill -9 ${pid}`);
}
