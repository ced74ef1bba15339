import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A log file that never grows beyond `maxBytes`: when full it becomes `<name>.1`, replacing the one before.
 * Keeps the last lines in memory, for messages that must say why a process ended.
 */
export class LogFile {
  #fd: number;
  #size: number;
  #pending = '';
  readonly #tail: string[] = [];
  /** Called with each complete line. */
  onLine: ((line: string) => void) | undefined;

  constructor(
    readonly path: string,
    private readonly maxBytes = 10 * 1024 * 1024,
    private readonly tailLines = 40,
  ) {
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, 'a', 0o600);
    this.#size = statSync(path).size;
  }

  /** Appends what a process printed. After `close` it is only remembered in the tail. */
  write(chunk: Buffer | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const lines = (this.#pending + bytes.toString('utf8')).split('\n');
    this.#pending = (lines.pop() ?? '').slice(-65_536);
    if (this.onLine) for (const line of lines) this.onLine(line);
    this.#tail.push(...lines.slice(-this.tailLines).map((line) => line.slice(0, 2000)));
    this.#tail.splice(0, Math.max(0, this.#tail.length - this.tailLines));
    if (this.#fd < 0) return;
    if (this.#size + bytes.length > this.maxBytes) this.#rotate();
    try {
      writeSync(this.#fd, bytes);
      this.#size += bytes.length;
    } catch (error) {
      // A full disk must not end the process that reports it.
      this.#tail.push(`(the log ${this.path} cannot be written: ${(error as Error).message})`);
    }
  }

  /** The last lines, oldest first. */
  tail(lines = this.tailLines): string[] {
    const all = this.#pending === '' ? this.#tail : [...this.#tail, this.#pending];
    return all.slice(-lines);
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #rotate(): void {
    closeSync(this.#fd);
    renameSync(this.path, `${this.path}.1`);
    this.#fd = openSync(this.path, 'a', 0o600);
    this.#size = 0;
  }
}
