import { play, type Scenario } from '../harness/scenario.js';

/** Workers are told to end (SIGTERM) one after the other and started again, as in a deploy: nothing is uncertain. */
export const sigterm: Scenario = (settings) =>
  play(
    'sigterm',
    {
      recipients: settings.recipients,
      workers: settings.workers,
      connections: 10,
      mail: { seed: settings.seed, latencyMs: [5, 15] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      let done = 0;
      for (let i = 0; i < settings.kills; i++) {
        if (!(await scene.untilAccepted(((i + 0.5) / (settings.kills + 1)) * settings.recipients, runId))) break;
        await scene.stage.workers[i % scene.stage.workers.length]!.restart();
        done++;
      }
      return { faults: `${done} SIGTERM of a worker`, allowedUncertain: 0 };
    },
  );
