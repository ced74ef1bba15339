import { cpSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../../../src/embedded/progress.js';
import { type Comparison, compareRecords } from './compare.js';
import { openScene, type RunAnswer, type Scene, type SceneOptions, showProgress } from './scene.js';
import type { Row } from './table.js';

/** What the command line asks for; each scenario takes of it what concerns it. */
export interface FaultSettings {
  recipients: number;
  workers: number;
  /** Faults of each kind. */
  kills: number;
  /** How long a part is away, seconds. */
  away: number;
  seed: number;
  progress: Progress;
}

export type Scenario = (settings: FaultSettings) => Promise<Row>;

/** What a scenario did to the run, beyond the comparison that every scenario gets. */
export interface Outcome {
  faults: string;
  allowedUncertain: number;
  note?: string;
  breaches?: string[];
}

/** Two deliveries a connection are claimed and unsettled in a process at most: one on the wire, one ready behind it. */
export const claimsPerConnection = 2;

/**
 * Sets the scene, lets `act` have its way with the run, waits for the run's end and compares the records. What is not over `endWithinMs` after `act` began
 * to wait for it is a breach, too. When the promise is broken, the logs of all parts are kept.
 */
export async function play(
  name: string,
  options: SceneOptions,
  endWithinMs: number,
  act: (scene: Scene, runId: string) => Promise<Outcome>,
  atTheEnd: (scene: Scene, run: RunAnswer, comparison: Comparison) => Promise<Partial<Outcome>> = () =>
    Promise.resolve({}),
): Promise<Row> {
  const scene = await openScene(options);
  const step = options.progress.step(`${name}, ${options.recipients} recipients`);
  const started = Date.now();
  const hide = showProgress(step, scene);
  try {
    const runId = await scene.run();
    let outcome: Outcome = { faults: 'cut short', allowedUncertain: 0 };
    const breaches: string[] = [];
    try {
      outcome = await within(endWithinMs * 2, 'The scenario', act(scene, runId));
      await scene.untilEnded(runId, endWithinMs);
    } catch (error) {
      breaches.push(`it could not be played to its end: ${(error as Error).message}`);
    }
    const run = await scene.read(runId);
    const seconds = (Date.now() - started) / 1000;
    const comparison = await compareRecords(scene, run);
    const more = await atTheEnd(scene, run, comparison);
    breaches.push(...comparison.breaches, ...(outcome.breaches ?? []), ...(more.breaches ?? []), ...endedParts(scene));
    if (run.status !== 'completed') breaches.push(`the run is ${run.status} (${run.statusReason})`);
    if (comparison.uncertain > outcome.allowedUncertain)
      breaches.push(`${comparison.uncertain} deliveries are uncertain, ${outcome.allowedUncertain} are allowed`);
    if (breaches.length > 0) breaches.push(`the logs are in ${keepLogs(name, scene)}`);
    hide();
    step.done(breaches.length === 0 ? 'held' : 'BROKEN');
    const note = [outcome.note, more.note].filter(Boolean).join('; ');
    return {
      ...comparison,
      scenario: name,
      recipients: options.recipients,
      faults: outcome.faults,
      allowedUncertain: outcome.allowedUncertain,
      seconds,
      breaches,
      ...(note ? { note } : {}),
    };
  } catch (error) {
    hide();
    step.failed();
    options.progress.line(`The logs are in ${keepLogs(name, scene)}`);
    throw error;
  } finally {
    await scene.close();
  }
}

/** Whoever was killed was started again: a process that is not there now has ended by itself. */
function endedParts({ stage }: Scene): string[] {
  const parts = { PostgreSQL: stage.postgres, Temporal: stage.temporal, 'the API': stage.api };
  stage.workers.forEach((worker) => Object.assign(parts, { [worker.name]: worker }));
  return Object.entries(parts).flatMap(([name, { child }]) => (child.running ? [] : [`${name} ended by itself`]));
}

function keepLogs(name: string, { stage }: Scene): string {
  const kept = join(tmpdir(), `oncemail-faults-${name}-${Date.now()}`);
  for (const file of readdirSync(stage.directory).filter((f) => f.endsWith('.log') || f === 'mail-record.json')) {
    cpSync(join(stage.directory, file), join(kept, file));
  }
  return kept;
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} is not over after ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
