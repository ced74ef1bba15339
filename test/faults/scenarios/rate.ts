import type { MailRecord } from '../harness/mailServer.js';
import { killAndRestart } from '../harness/faultSchedule.js';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const limit = 50;
const connections = 5;
const workers = 4;
/** Heartbeats are missed for 30 s before Temporal gives the work to others, and a retry takes a moment. Seconds. */
const silencePerKill = 35;

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
      const { used, silentSeconds } = usedShare(begun.map((b) => b.by));
      return {
        note:
          `at most ${most} in a second (${mostRead(begun)} by when the server read them), ${(used * 100).toFixed(1)} % of what is allowed was used` +
          ` (without ${silentSeconds.toFixed(0)} s in which all that was left lay with a killed worker)`,
        breaches: [
          ...(most > limit ? [`${most} messages within a second, ${limit} are allowed`] : []),
          ...(used < 0.9 ? [`only ${(used * 100).toFixed(1)} % of what is allowed was used`] : []),
        ],
      };
    },
  );

/** The most messages that some window of a second has for certain: none of them arrived before it, all were read before its end. */
function mostInASecond(begun: MailRecord['begun']): number {
  let most = 0;
  const sorted = begun.map((b) => b).sort((a, b) => a.after - b.after);
  sorted.forEach(({ after }, i) => {
    let count = 0;
    for (let j = i; j < sorted.length && sorted[j]!.after < after + 1_000; j++)
      if (sorted[j]!.by < after + 1_000) count++;
    most = Math.max(most, count);
  });
  return most;
}

/** The most messages that were read within a second: a server that was held up reads at once what came in the meantime. */
function mostRead(begun: MailRecord['begun']): number {
  const times = begun.map((b) => b.by).sort((a, b) => a - b);
  return Math.max(...times.map((t, i) => times.slice(i).findIndex((u) => u >= t + 1_000)).map((n) => (n < 0 ? 0 : n)));
}

/**
 * Which share of what is allowed was used, of 95 % of the mails, as the last ones wait for each other. Seconds in which nothing was sent
 * at all are told, not counted: what is left then lies with a killed worker, until its heartbeats have been missed for 30 s. At most that
 * for each kill.
 */
function usedShare(times: number[]): { used: number; silentSeconds: number } {
  const sorted = [...times].sort((a, b) => a - b).slice(0, Math.floor(times.length * 0.95));
  const gaps = sorted.map((t, i) => (t - (sorted[i - 1] ?? t)) / 1_000).filter((gap) => gap > 2);
  const silentSeconds = gaps.reduce((sum, gap) => sum + Math.min(gap, silencePerKill), 0);
  const seconds = ((sorted.at(-1) as number) - (sorted[0] as number)) / 1_000 - silentSeconds;
  return { used: sorted.length / seconds / limit, silentSeconds };
}
