import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU time and memory of a process with its children. */
export interface ProcessUse {
  /** User and system time since the start, children that have ended included where the system tells; milliseconds. */
  cpuMs: number;
  /** Resident memory, bytes. PostgreSQL's shared memory counts once, as each of its processes maps it. */
  rss: number;
}

/** Linux counts CPU time in hundredths of a second for programs that ask (USER_HZ), whatever the kernel's own tick. */
const tickMs = 10;

/** What a process and all below it use now; zeros when it is gone. Reads /proc on Linux, asks `ps` elsewhere. */
export function processUse(pid: number): ProcessUse {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(root: number): ProcessUse {
  const children = new Map<number, number[]>();
  const stats = new Map<number, string[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name of the program stands in parentheses and may hold anything.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      stats.set(Number(name), fields);
      const parent = Number(fields[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const use: ProcessUse = { cpuMs: 0, rss: 0 };
  const walk = (pid: number) => {
    const fields = stats.get(pid);
    if (!fields) return;
    // utime, stime, and those of children that were waited for.
    for (const index of [11, 12, 13, 14]) use.cpuMs += Number(fields[index]) * tickMs;
    use.rss += residentOf(pid, pid === root);
    for (const child of children.get(pid) ?? []) walk(child);
  };
  walk(root);
  return use;
}

/** Shared memory is counted at the root alone. */
function residentOf(pid: number, isRoot: boolean): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return (isRoot ? kib('VmRSS') : kib('RssAnon')) * 1024;
  } catch {
    return 0;
  }
}

function fromPs(root: number): ProcessUse {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,time='], { encoding: 'utf8' }).split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter((fields) => fields.length === 4);
  const use: ProcessUse = { cpuMs: 0, rss: 0 };
  const walk = (pid: number) => {
    for (const [id, parent, rss, time] of rows as [string, string, string, string][]) {
      if (Number(id) === pid) {
        use.rss += Number(rss) * 1024;
        use.cpuMs += time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
      } else if (Number(parent) === pid) walk(Number(id));
    }
  };
  walk(root);
  return use;
}
