import type { Writable } from 'node:stream';

/** Prints a value as JSON, indented for people when they look at it. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** What comes from elsewhere must not steer the terminal. */
export function plain(value: unknown): string {
  return String(value ?? '-').replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** Prints rows under their headings, in columns. */
export function printTable(headings: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  for (const row of cells) {
    process.stdout.write(
      `${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

/** Prints fields one a line. */
export function printFields(fields: Record<string, unknown>): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) process.stdout.write(`${name.padEnd(width)}  ${plain(value)}\n`);
  }
}

/** Says that a list goes on. */
export function printMore(nextCursor: string | null): void {
  if (nextCursor !== null) process.stderr.write('There are more; --limit shows them.\n');
}

/** A time as people of this place write it, to the second. */
export function time(text: string | null | undefined): string {
  return text ? new Date(text).toLocaleString('sv-SE') : '-';
}

/** A line that is written over on a terminal, and now and then anew in a log. */
export class StatusLine {
  private shown = '';
  private lastAt = 0;

  constructor(
    private readonly stream: Writable & { isTTY?: boolean; columns?: number },
    /** How often a log gets a line, in milliseconds. */
    private readonly everyMs = 2_000,
  ) {}

  /** `important`: a log gets it in any case. */
  show(text: string, important = false): void {
    if (this.stream.isTTY) {
      const fitting = text.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1));
      this.stream.write(`\r${fitting}${' '.repeat(Math.max(0, this.shown.length - fitting.length))}`);
      this.shown = fitting;
      return;
    }
    if (text === this.shown || (!important && Date.now() - this.lastAt < this.everyMs)) return;
    this.stream.write(`${text}\n`);
    this.shown = text;
    this.lastAt = Date.now();
  }

  /** Leaves what is shown, and goes to the next line. */
  end(): void {
    if (this.stream.isTTY && this.shown !== '') this.stream.write('\n');
    this.shown = '';
  }
}

/** A bar such as `[#####-----]`. */
export function bar(share: number, width = 24): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`;
}

/** A duration in seconds, as `1 h 05 min`, `2 min 10 s` or `8 s`. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${String(Math.floor((s % 3_600) / 60)).padStart(2, '0')} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}
