import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One `npm start` under test, and everything below it. */
export class NpmStart {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  /** Milliseconds since it was started, when each line came. */
  readonly lines: { at: number; text: string }[] = [];
  readonly #startedAt = Date.now();
  output = '';

  constructor(
    private readonly directory: string,
    env: NodeJS.ProcessEnv,
  ) {
    // A process group of its own, as a terminal gives to a command: Ctrl-C is a SIGINT to that group.
    this.#child = spawn('npm', ['start'], {
      cwd: directory,
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const read = (chunk: Buffer) => {
      this.output += chunk.toString();
      for (const text of chunk.toString().split('\n')) this.lines.push({ at: Date.now() - this.#startedAt, text });
    };
    this.#child.stdout?.on('data', read);
    this.#child.stderr?.on('data', read);
    // 'exit', not 'close': nothing that holds the pipe open may hide that npm has ended.
    this.#ended = once(this.#child, 'exit').then(([code]) => code as number | null);
  }

  /** Milliseconds from the start until the output first matched. Rejects with the output when it ends or time is up. */
  async printed(pattern: RegExp, timeoutMs: number): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    let ended = false;
    void this.#ended.then(() => (ended = true));
    while (!pattern.test(this.output)) {
      if (ended || Date.now() > deadline) {
        throw new Error(`npm start ${ended ? 'ended' : 'took too long'} before it printed ${pattern}:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.lines.find((line) => pattern.test(line.text))?.at ?? Date.now() - this.#startedAt;
  }

  /** What Ctrl-C does. */
  interrupt(): void {
    process.kill(-(this.#child.pid as number), 'SIGINT');
  }

  /** What a service manager does: a SIGTERM to npm alone. */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  async exitCode(timeoutMs = 60_000): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`npm start does not end:\n${this.output}`)), timeoutMs);
    });
    try {
      return await Promise.race([this.#ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** kill -9 of npm, the supervisor and everything they started, all at once. */
  async killAll(): Promise<void> {
    for (const pid of processesOf(this.directory, this.#child.pid)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await this.#ended;
  }
}

/** Copies what a clone of the work tree would hold. */
export function copyWorkTree(to: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(name))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(file, join(to, file));
  }
}

/**
 * The processes that belong to an installation: those that work in it or name it in their command line, and all below
 * `root`.
 */
export function processesOf(directory: string, root?: number): number[] {
  const found = new Set<number>();
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name);
    if (pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      parents.set(pid, Number(parent));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory)) found.add(pid);
    } catch (error) {
      // It ended while it was looked at.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    }
  }
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!found.has(pid) && (parent === root || found.has(parent) || pid === root)) grown = Boolean(found.add(pid));
    }
  }
  return [...found];
}

/** The environment of this test without what it or npm put into it. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(ONCEMAIL_|TEMPORAL_|DATABASE_URL$|PORT$|HOST$|VITEST|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$|TEST$)/.test(name) &&
        !/^npm_(lifecycle|package|command|execpath|config_local_prefix)/.test(name),
    ),
  );
}
