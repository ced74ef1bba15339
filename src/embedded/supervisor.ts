import { Child, ChildEndedError, STOP_ORDER } from './childProcess.js';
import type { Progress } from './progress.js';

/** A part that is kept running: when its process ends by itself it is started again. */
export interface Service {
  readonly child: Child;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Thrown by whatever is under way when the supervisor is told to stop. */
export class StoppedError extends Error {
  override name = 'StoppedError';
  constructor() {
    super('Stopped while starting.');
  }
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long has recovered: its next failure starts with the shortest pause again. */
const STABLE_MS = 60_000;

/** Owns the children of `npm start`: keeps them running, and ends them in order. */
export class Supervisor {
  readonly #controller = new AbortController();
  readonly #keeping: Promise<void>[] = [];

  constructor(private readonly progress: Progress) {}

  /** Aborted when the stop begins. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @throws StoppedError once the stop has begun. */
  checkStopped(): void {
    if (this.signal.aborted) throw new StoppedError();
  }

  /** From now on `service` is started again whenever its process ends, with pauses from half a second to half a minute. */
  keep(name: string, service: Service): void {
    this.#keeping.push(this.#keep(name, service));
  }

  async #keep(name: string, service: Service): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.signal.aborted) {
      const startedAt = Date.now();
      const exit = await service.child.exited;
      if (this.signal.aborted) return;
      if (Date.now() - startedAt > STABLE_MS) pause = FIRST_PAUSE_MS;
      const { log } = service.child.options;
      const ended = new ChildEndedError(name, exit, log.tail(3), log.path);
      this.progress.line(`${ended.message}\nIt is started again; its log: ${log.path}`);
      for (;;) {
        await this.#sleep(pause);
        if (this.signal.aborted) return;
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        try {
          await service.restart();
          this.progress.line(`${name} runs again.`);
          break;
        } catch (error) {
          if (this.signal.aborted) return;
          const [first] = (error as Error).message.split('\n');
          this.progress.line(`${first} Trying again in ${Math.ceil(pause / 1000)} s.`);
        }
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const signal = this.signal;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      if (signal.aborted) done();
      else signal.addEventListener('abort', done);
    });
  }

  /**
   * Ends all children: API and workers (which finish what they have claimed), then the mail catcher, Temporal and
   * PostgreSQL. `starting` is what may still be bringing up parts; it is waited for, and what it started ends too.
   */
  async stop(starting: Promise<unknown>, onWait: (names: string[]) => void = () => undefined): Promise<void> {
    this.#controller.abort(new StoppedError());
    let settled = false;
    const startup = starting.then(
      () => (settled = true),
      () => (settled = true),
    );
    do {
      for (const names of STOP_ORDER) {
        const children = [...Child.running].filter((child) => names.some((n) => child.options.name.startsWith(n)));
        if (children.length === 0) continue;
        onWait(children.map((child) => child.options.name));
        await Promise.all(children.map((child) => child.stop()));
      }
      if (!settled) await Promise.race([startup, new Promise((resolve) => setTimeout(resolve, 100))]);
    } while (!settled || Child.running.size > 0);
    await Promise.all(this.#keeping);
  }

  /** Ends all children at once. What is in flight becomes `uncertain`; PostgreSQL recovers at its next start. */
  kill(): void {
    this.#controller.abort(new StoppedError());
    for (const child of Child.running) child.signal(child.options.killSignal ?? 'SIGKILL');
  }
}
