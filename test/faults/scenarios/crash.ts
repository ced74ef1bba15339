import { setTimeout as delay } from 'node:timers/promises';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';
import type { Scene } from '../harness/scene.js';

const connections = 10;

/**
 * Everything is killed in the same moment, as when a machine fails, and started again in whatever order: what was on its way at all workers is uncertain,
 * and nothing else.
 */
export const crash: Scenario = (settings) =>
  play(
    'crash',
    {
      recipients: settings.recipients,
      workers: settings.workers,
      connections,
      mail: { seed: settings.seed, latencyMs: [5, 15] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      let done = 0;
      for (; done < settings.kills; done++) {
        if (!(await scene.untilAccepted(((done + 0.5) / settings.kills) * settings.recipients, runId))) break;
        await killEverything(scene, done);
      }
      return {
        faults: `${done} SIGKILL of everything at once`,
        allowedUncertain: done * settings.workers * connections * claimsPerConnection,
        ...(done < settings.kills ? { breaches: [`the run ended after ${done} of ${settings.kills} crashes`] } : {}),
      };
    },
  );

async function killEverything({ stage }: Scene, no: number): Promise<void> {
  const parts = [...stage.workers, stage.api, stage.temporal, stage.postgres];
  for (const { child } of parts) child.signal('SIGKILL');
  await Promise.all(parts.map(({ child }) => child.exited));
  const deadline = Date.now() + 120_000;
  await Promise.all(
    parts.map(async (part, i) => {
      await delay(200 + ((no * 317 + i * 571) % 1_900));
      // A process that needs another one which is not up yet may end: a service manager tries again.
      for (;;) {
        try {
          return await part.restart();
        } catch (error) {
          if (Date.now() > deadline) throw error;
          await delay(500);
        }
      }
    }),
  );
}
