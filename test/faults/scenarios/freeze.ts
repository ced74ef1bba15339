import { setTimeout as delay } from 'node:timers/promises';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const connections = 10;
/** Longer than the heartbeat timeout of 30 s: Temporal has given the work to others. */
const frozenMs = 40_000;

/** A worker is stopped (SIGSTOP) for longer than its heartbeat timeout and wakes: it sends nothing that others have claimed. */
export const freeze: Scenario = (settings) =>
  play(
    'freeze',
    {
      recipients: Math.min(settings.recipients, 20_000),
      workers: settings.workers,
      connections,
      mail: { seed: settings.seed, latencyMs: [20, 60] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      await scene.untilAccepted(scene.recipients / 4, runId);
      const worker = scene.stage.workers[0]!;
      worker.child.signal('SIGSTOP');
      await delay(frozenMs);
      worker.child.signal('SIGCONT');
      // What it held is judged by others meanwhile, and settled truly by itself when it wakes; replies that came too late stay uncertain.
      return {
        faults: `SIGSTOP of a worker for ${frozenMs / 1000} s`,
        allowedUncertain: connections * claimsPerConnection,
      };
    },
  );
