import { setTimeout as delay } from 'node:timers/promises';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const connections = 10;

/** PostgreSQL is away for a while, then Temporal: the run waits, and ends right afterwards. */
export const outage: Scenario = (settings) =>
  play(
    'outage',
    {
      recipients: Math.min(settings.recipients, 20_000),
      workers: settings.workers,
      connections,
      mail: { seed: settings.seed, latencyMs: [10, 40] },
      progress: settings.progress,
    },
    300_000,
    async (scene, runId) => {
      for (const [i, part] of [scene.stage.postgres, scene.stage.temporal].entries()) {
        await scene.untilAccepted(((i + 1) / 3) * scene.recipients, runId);
        part.child.signal('SIGKILL');
        await part.child.exited;
        await delay(settings.away * 1_000);
        await part.restart();
      }
      return {
        faults: `PostgreSQL away for ${settings.away} s, Temporal away for ${settings.away} s`,
        allowedUncertain: settings.workers * connections * claimsPerConnection,
      };
    },
  );
