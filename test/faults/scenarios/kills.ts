import { type FaultKind, killAndRestart, shuffledFaults } from '../harness/faultSchedule.js';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const connections = 10;
const kinds: FaultKind[] = ['worker', 'api', 'temporal', 'postgresql'];

/**
 * SIGKILL of every kind of process, spread over the run, each started again after a moment. A killed worker leaves what it held uncertain. A
 * killed database leaves at most what all workers held: their claims are on disk, their last settlements need not be (exchangeDeliveries).
 */
export const kills: Scenario = (settings) =>
  play(
    'kills',
    {
      recipients: settings.recipients,
      workers: settings.workers,
      connections,
      // Slow enough that the kills hit a run that works.
      mail: { seed: settings.seed, latencyMs: [5, 15] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      const faults = shuffledFaults(kinds, settings.kills, settings.seed);
      let done = 0;
      for (const [i, kind] of faults.entries()) {
        if (!(await scene.untilAccepted(((i + 0.5) / (faults.length + 1)) * settings.recipients, runId))) break;
        await killAndRestart(scene, kind, i);
        done++;
      }
      const held = connections * claimsPerConnection;
      return {
        faults: `${settings.kills} SIGKILL each of ${kinds.join(', ')}`,
        allowedUncertain: settings.kills * held + settings.kills * held * settings.workers,
        ...(done < faults.length ? { breaches: [`the run ended after ${done} of ${faults.length} kills`] } : {}),
      };
    },
  );
