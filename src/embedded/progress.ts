/** One step that takes a while; it ends by exactly one of `done`, `skipped` and `failed`. */
export interface Step {
  /** What is going on within the step. */
  update(detail: string): void;
  /** How far it is, 0 to 1, drawn as a bar. */
  fraction(value: number, detail?: string): void;
  done(detail?: string): void;
  skipped(why: string): void;
  failed(): void;
}

/** Where steps are shown. */
export interface Progress {
  step(title: string): Step;
  /** A line that stays. */
  line(text: string): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Without a terminal a long step says that it lives this often. */
const PLAIN_INTERVAL_MS = 10_000;

interface ShownStep {
  title: string;
  detail: string;
  fraction: number | undefined;
  startedAt: number;
}

/**
 * Progress on a terminal: each running step is a line that is redrawn, a finished one stays with its time. Without a
 * terminal (or with CI set, or TERM=dumb) plain lines are printed: when a step has ended, and now and then while it lasts.
 */
export class TerminalProgress implements Progress {
  readonly #live: boolean;
  readonly #steps: ShownStep[] = [];
  #drawn = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {
    const ci = process.env['CI'];
    this.#live =
      Boolean(out.isTTY) && process.env['TERM'] !== 'dumb' && (ci === undefined || ci === '' || ci === 'false');
  }

  line(text: string): void {
    this.#erase();
    this.out.write(`${text}\n`);
    this.#draw();
  }

  step(title: string): Step {
    const shown: ShownStep = { title, detail: '', fraction: undefined, startedAt: Date.now() };
    this.#steps.push(shown);
    let announcedAt = Date.now();
    if (this.#live) {
      this.#timer ??= setInterval(() => this.#redraw(), 80);
      this.#timer.unref();
      this.#redraw();
    }
    const changed = () => {
      if (this.#live || Date.now() - announcedAt < PLAIN_INTERVAL_MS) return;
      announcedAt = Date.now();
      this.out.write(`  … ${describe(shown)} (${seconds(shown)})\n`);
    };
    const end = (mark: string, detail?: string) => {
      const at = this.#steps.indexOf(shown);
      if (at < 0) return;
      this.#erase();
      this.#steps.splice(at, 1);
      const what = detail ? `${title}: ${detail}` : title;
      this.out.write(`${mark} ${what}${Date.now() - shown.startedAt >= 500 ? ` (${seconds(shown)})` : ''}\n`);
      this.#draw();
      if (this.#steps.length === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    };
    return {
      update: (detail) => {
        shown.detail = detail;
        changed();
      },
      fraction: (value, detail = '') => {
        shown.fraction = Math.min(1, Math.max(0, value));
        shown.detail = detail;
        changed();
      },
      done: (detail) => end(this.#paint('32', '✔'), detail),
      skipped: (why) => end('–', why),
      failed: () => end(this.#paint('31', '✘'), 'failed'),
    };
  }

  #paint(colour: string, text: string): string {
    return this.#live && !process.env['NO_COLOR'] ? `\u001b[${colour}m${text}\u001b[39m` : text;
  }

  #redraw(): void {
    this.#frame = (this.#frame + 1) % FRAMES.length;
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (!this.#live) return;
    const width = Math.max(20, (this.out.columns || 80) - 1);
    for (const step of this.#steps) {
      this.out.write(`${`${FRAMES[this.#frame]} ${describe(step)} (${seconds(step)})`.slice(0, width)}\n`);
      this.#drawn++;
    }
  }
}

function describe(step: ShownStep): string {
  const bar =
    step.fraction === undefined
      ? ''
      : ` ${'█'.repeat(Math.round(step.fraction * 24)).padEnd(24, '░')} ${Math.floor(step.fraction * 100)}%`;
  return `${step.title}${bar}${step.detail === '' ? '' : `${bar === '' ? ':' : ''} ${step.detail}`}`;
}

function seconds(step: ShownStep): string {
  const passed = (Date.now() - step.startedAt) / 1000;
  return passed < 60 ? `${passed.toFixed(1)} s` : `${Math.floor(passed / 60)} min ${Math.round(passed % 60)} s`;
}
