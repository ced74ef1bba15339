import type { Progress } from '../../../src/embedded/progress.js';
import { compareRecords } from './compare.js';
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

/** Sets the scene, lets `act` have its way with the run, waits for the run's end and compares the records. */
export async function play(
  name: string,
  options: SceneOptions,
  endWithinMs: number,
  act: (scene: Scene, runId: string) => Promise<Outcome>,
  atTheEnd: (scene: Scene, run: RunAnswer) => Promise<Partial<Outcome>> = () => Promise.resolve({}),
): Promise<Row> {
  const scene = await openScene(options);
  try {
    const step = options.progress.step(`${name}, ${options.recipients} recipients`);
    const started = Date.now();
    const hide = showProgress(step, scene);
    try {
      const runId = await scene.run();
      const outcome = await act(scene, runId);
      const run = await scene.untilEnded(runId, endWithinMs);
      const seconds = (Date.now() - started) / 1000;
      const more = await atTheEnd(scene, run);
      const comparison = await compareRecords(scene, run);
      const breaches = [...comparison.breaches, ...(outcome.breaches ?? []), ...(more.breaches ?? [])];
      if (run.status !== 'completed') breaches.push(`the run ended as ${run.status}: ${run.statusReason}`);
      if (comparison.uncertain > outcome.allowedUncertain)
        breaches.push(`${comparison.uncertain} deliveries are uncertain, ${outcome.allowedUncertain} are allowed`);
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
      throw error;
    }
  } finally {
    await scene.close();
  }
}
