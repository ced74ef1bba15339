import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Comparison } from '../harness/compare.js';
import { finalStatuses, type RunAnswer, type Scene } from '../harness/scene.js';
import { play, type Scenario } from '../harness/scenario.js';

/**
 * A mail server that defers 5 % of recipients, refuses 1 %, keeps the 250 of 0.5 % of the messages it accepts to itself, takes 0 to 500 ms and
 * closes connections at random: every recipient ends in one true state, and what is uncertain is not sent again.
 */
export const badServer: Scenario = (settings) =>
  play(
    'bad-server',
    {
      recipients: settings.recipients,
      workers: settings.workers,
      connections: 100,
      mail: {
        seed: settings.seed,
        latencyMs: [0, 500],
        deferred: 0.05,
        refused: 0.01,
        silent: 0.005,
        dropped: 0.01,
      },
      progress: settings.progress,
    },
    900_000,
    async (scene, runId) => {
      await passTime(scene, runId);
      const silent = Object.values((await scene.record()).recipients).filter((r) => r.accepted > r.confirmed).length;
      return {
        faults: '5 % 451, 1 % 550, 0.5 % without 250, 1 % closed, 0 to 500 ms',
        allowedUncertain: silent,
        note: `${silent} messages were accepted without a 250`,
      };
    },
    async (scene, run, comparison) => ({ breaches: await untrueOutcomes(scene, run, comparison) }),
  );

/**
 * Deferred deliveries wait 10 s, then four times longer each time. When nothing else is left to do, time passes by hand: the ledger's due times are
 * moved to now, and pausing and resuming the run makes its workflow look.
 */
async function passTime(scene: Scene, runId: string): Promise<void> {
  const database = new pg.Client({ connectionString: scene.stage.postgres.url() });
  await database.connect();
  try {
    for (;;) {
      const run = await scene.read(runId);
      if (finalStatuses.includes(run.status)) return;
      if (run.status === 'waiting' && run.counts['sending'] === 0) {
        await database.query(`UPDATE deliveries SET due_at = now() WHERE run_id = $1 AND due_at > now()`, [runId]);
        await database.query(`UPDATE chunks SET due_at = NULL WHERE run_id = $1 AND due_at > now()`, [runId]);
        await scene.stage.client.request('POST', `runs/${runId}/pause`);
        await scene.stage.client.request('POST', `runs/${runId}/resume`);
      }
      await delay(1_000);
    }
  } finally {
    await database.end();
  }
}

/** As no process is killed, every state follows from what the server did: failed is who was refused for good, uncertain whose 250 never came. */
async function untrueOutcomes(scene: Scene, run: RunAnswer, comparison: Comparison): Promise<string[]> {
  const refused = Object.values((await scene.record()).recipients).filter((r) => r.refused).length;
  const { uncertainThoughConfirmed } = comparison;
  return [
    ...(run.counts['failed'] === refused ? [] : [`${run.counts['failed']} failed, and the server refused ${refused}`]),
    ...(uncertainThoughConfirmed === 0 ? [] : [`${uncertainThoughConfirmed} are uncertain, and the server sent a 250`]),
  ];
}
