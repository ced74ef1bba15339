import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from './logFile.js';
import { endProcess, isSameProcess, processIdentity } from './processIdentity.js';

export interface ChildOptions {
  /** Short and unique among the children of a data directory; names its pid file and its log. */
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number | undefined;
  gid?: number | undefined;
  log: LogFile;
  /** Where the pid file goes; without it none is written. */
  runDir?: string | undefined;
  /** Opens an IPC channel: `messages` arrive, and the child sees 'disconnect' when this process dies. */
  ipc?: boolean;
  stopSignal?: NodeJS.Signals;
  /** How long a stop may take before `killSignal`. Default 10 s. */
  stopTimeoutMs?: number;
  killSignal?: NodeJS.Signals;
}

/** How a process ended: its exit code, or the signal, or the error that kept it from starting. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** A process that ended when it should not have; the message holds its last lines. */
export class ChildEndedError extends Error {
  override name = 'ChildEndedError';
  constructor(
    readonly child: string,
    readonly exit: ChildExit,
    readonly lines: string[],
    readonly logPath: string,
  ) {
    const how = exit.error
      ? `could not be started (${exit.error.message})`
      : exit.signal
        ? `was ended by ${exit.signal}`
        : `ended with exit code ${exit.code}`;
    super(`${child} ${how}.${lines.length > 0 ? `\nIts last lines:\n${lines.map((l) => `  ${l}`).join('\n')}` : ''}`);
  }
}

interface PidFile {
  pid: number;
  identity: string;
  name: string;
}

/**
 * One running child. It leads a process group of its own, so that Ctrl-C in a terminal reaches the supervisor alone,
 * which then stops its children in order.
 */
export class Child {
  /** All children of this process that have not ended. */
  static readonly running: ReadonlySet<Child> = new Set<Child>();
  readonly pid: number;
  readonly identity: string;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<ChildExit>;
  #exit: ChildExit | undefined;
  readonly #process: ChildProcess;
  readonly #listeners = new Set<(message: unknown) => void>();
  readonly #received: unknown[] = [];

  constructor(readonly options: ChildOptions) {
    const child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
      detached: true,
      stdio: options.ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    child.stdout?.on('data', (chunk: Buffer) => options.log.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => options.log.write(chunk));
    child.on('message', (message) => {
      if (this.#received.length < 100) this.#received.push(message);
      for (const listener of this.#listeners) listener(message);
    });
    this.exited = new Promise((resolve) => {
      const end = (exit: ChildExit) => {
        if (this.#exit) return;
        this.#exit = exit;
        (Child.running as Set<Child>).delete(this);
        if (options.runDir) rmSync(pidFilePath(options.runDir, options.name), { force: true });
        resolve(exit);
      };
      child.once('error', (error) => {
        // An error may also be a failed kill or send: only a process without a pid has not started.
        if (child.pid === undefined) end({ code: null, signal: null, error });
      });
      // 'close' comes after the last output was read; a grandchild that holds the pipe must not delay us for ever.
      child.once('exit', (code, signal) => {
        const timer = setTimeout(() => end({ code, signal }), 1000);
        child.once('close', () => {
          clearTimeout(timer);
          end({ code, signal });
        });
      });
    });
    if (child.pid !== undefined) (Child.running as Set<Child>).add(this);
    this.pid = child.pid ?? -1;
    this.identity = child.pid === undefined ? '' : (processIdentity(child.pid) ?? '');
    if (options.runDir && child.pid !== undefined) {
      mkdirSync(options.runDir, { recursive: true });
      const file: PidFile = { pid: this.pid, identity: this.identity, name: options.name };
      writeFileSync(pidFilePath(options.runDir, options.name), JSON.stringify(file));
    }
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Calls `listener` with every message, including those that came before. */
  onMessage(listener: (message: unknown) => void): void {
    for (const message of this.#received) listener(message);
    this.#listeners.add(listener);
  }

  /** Resolves with the first message that `accept` turns into a value. Rejects when the child ends first or time is up. */
  async message<T>(accept: (message: unknown) => T | undefined, timeoutMs: number): Promise<T> {
    const arrived = new Promise<T>((resolve) => {
      this.onMessage((message) => {
        const value = accept(message);
        if (value !== undefined) resolve(value);
      });
    });
    return this.orEnded(arrived, timeoutMs);
  }

  /** Awaits `ready`, but rejects with the child's last lines when it ends first or `timeoutMs` have passed. */
  async orEnded<T>(ready: Promise<T>, timeoutMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        ready,
        this.exited.then((exit) => {
          throw new ChildEndedError(this.options.name, exit, this.options.log.tail(12), this.options.log.path);
        }),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            const lines = this.options.log.tail(12).map((l) => `  ${l}`);
            const seconds = Math.round(timeoutMs / 1000);
            reject(new Error(`${this.options.name} was not ready after ${seconds} s.\n${lines.join('\n')}`));
          }, timeoutMs);
        }),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a message over the IPC channel; nothing happens when the child has ended. */
  send(message: object): void {
    if (this.running && this.#process.connected) this.#process.send(message);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running && this.pid > 0) this.#process.kill(signal);
  }

  /** Ends the process politely, by force when it takes too long. Safe to call twice, or after it has ended. */
  async stop(): Promise<ChildExit> {
    const { stopSignal = 'SIGTERM', stopTimeoutMs = 10_000, killSignal = 'SIGKILL' } = this.options;
    for (const [signal, patience] of [
      [stopSignal, stopTimeoutMs],
      [killSignal, 5_000],
      ['SIGKILL', 5_000],
    ] as const) {
      if (!this.running) break;
      this.signal(signal);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([this.exited, new Promise((resolve) => (timer = setTimeout(resolve, patience)))]);
      clearTimeout(timer);
    }
    if (this.running) throw new Error(`${this.options.name} (process ${this.pid}) does not end.`);
    return this.exited;
  }
}

function pidFilePath(runDir: string, name: string): string {
  return join(runDir, `${name}.pid`);
}

/** The order in which parts end: what uses something ends before it. A name stands for all that begin with it. */
export const STOP_ORDER: readonly (readonly string[])[] = [
  ['api', 'worker'],
  ['mail-catcher'],
  ['temporal'],
  ['postgres'],
];

// Whatever ends this process (an uncaught exception, say), its children do not outlive it.
process.on('exit', () => {
  for (const child of Child.running) child.signal(child.options.killSignal ?? 'SIGKILL');
});

/**
 * Ends what an earlier supervisor left running (it was killed, or the machine's memory ran out): workers and API first,
 * so that they can settle what is in flight. A pid that another process has by now is left alone. `onFound` hears the
 * names of what is being ended.
 */
export async function endLeftovers(runDir: string, onFound: (names: string[]) => void): Promise<void> {
  const left = readdirSync(runDir)
    .filter((name) => name.endsWith('.pid'))
    .flatMap((name) => {
      const path = join(runDir, name);
      try {
        return [{ path, ...(JSON.parse(readFileSync(path, 'utf8')) as PidFile) }];
      } catch {
        // Torn by the kill: its process, if any, ends by its closed IPC channel or through postmaster.pid.
        rmSync(path, { force: true });
        return [];
      }
    });
  const alive = left.filter(({ pid, identity }) => pid > 1 && isSameProcess(pid, identity));
  if (alive.length > 0) onFound(alive.map(({ name }) => name));
  for (const names of STOP_ORDER) {
    const now = alive.filter(({ name }) => names.some((n) => name.startsWith(n)));
    await Promise.all(
      now.map(({ pid, identity, name }) =>
        name === 'postgres'
          ? endProcess(pid, identity, 'SIGINT', 30_000, 'SIGQUIT')
          : endProcess(pid, identity, 'SIGTERM', 30_000),
      ),
    );
  }
  for (const { path } of left) rmSync(path, { force: true });
}
