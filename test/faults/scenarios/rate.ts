import { killAndRestart } from '../harness/faultSchedule.js';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const limit = 50;
const connections = 5;
const workers = 4;

/** A limit of 50 a second on four workers, with kills: no second holds more, and at least 90 % of what is allowed is used. */
export const rate: Scenario = (settings) =>
  play(
    'rate',
    {
      recipients: Math.min(settings.recipients, 3_000),
      workers,
      connections,
      perSecond: limit,
      mail: { seed: settings.seed },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      const kills = Math.min(settings.kills, 3);
      for (let i = 0; i < kills; i++) {
        if (!(await scene.untilAccepted(((i + 1) / (kills + 1)) * scene.recipients, runId))) break;
        await killAndRestart(scene, 'worker', i);
      }
      return {
        faults: `${limit} a second, ${kills} SIGKILL of a worker`,
        allowedUncertain: kills * connections * claimsPerConnection,
      };
    },
    async (scene) => {
      const { begun } = await scene.record();
      const most = mostInASecond(begun);
      const used = usedShare(begun);
      return {
        note: `at most ${most} in a second, ${(used * 100).toFixed(1)} % of what is allowed was used`,
        breaches: [
          ...(most > limit ? [`${most} messages within a second, ${limit} are allowed`] : []),
          ...(used < 0.9 ? [`only ${(used * 100).toFixed(1)} % of what is allowed was used`] : []),
        ],
      };
    },
  );

/** The most entries that any window of a second holds. */
function mostInASecond(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((t, i) => {
    while (t - (sorted[first] as number) >= 1_000) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

/** Of 95 % of the mails: the last ones wait until Temporal has noticed that their worker is dead. */
function usedShare(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const count = Math.floor(sorted.length * 0.95);
  const seconds = ((sorted[count - 1] as number) - (sorted[0] as number)) / 1_000;
  return count / seconds / limit;
}
