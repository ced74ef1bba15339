import { rmSync } from 'node:fs';
import { createTemporalClient } from '../../../src/temporal/connect.js';
import { until } from '../../support/restClient.js';
import type { RunAnswer, Scene } from '../harness/scene.js';
import { claimsPerConnection, play, type Scenario } from '../harness/scenario.js';

const connections = 10;

/**
 * The run's execution is deleted, then terminated by hand, then Temporal's whole database is wiped: a lost execution is continued by another one, a
 * terminated one stops its run until it is resumed; nobody is mailed twice, nobody is left out.
 */
export const temporalLost: Scenario = (settings) =>
  play(
    'temporal-lost',
    {
      recipients: Math.min(settings.recipients, 20_000),
      workers: settings.workers,
      connections,
      mail: { seed: settings.seed, latencyMs: [20, 60] },
      progress: settings.progress,
    },
    600_000,
    async (scene, runId) => {
      const n = scene.recipients;
      await scene.untilAccepted(n / 5, runId);
      await withExecution(scene, runId, async (client, run) => {
        await client.workflowService.deleteWorkflowExecution({
          namespace: 'default',
          workflowExecution: { workflowId: run.workflowId },
        });
      });
      await scene.untilAccepted((2 * n) / 5, runId);
      await withExecution(scene, runId, async (client, run) => {
        await client.workflow.getHandle(run.workflowId).terminate('by hand');
      });
      await until(
        () => scene.read(runId),
        (run) => run.status === 'stopped',
        180_000,
      );
      await scene.stage.client.ok('POST', `runs/${runId}/resume`);
      await scene.untilAccepted((3 * n) / 5, runId);
      const { temporal, temporalFile } = scene.stage;
      temporal.child.signal('SIGKILL');
      await temporal.child.exited;
      for (const end of ['', '-wal', '-shm']) rmSync(`${temporalFile}${end}`, { force: true });
      await temporal.restart();
      return {
        faults: 'execution deleted, terminated, database wiped',
        // Each time the attempts that worked for the old execution may still be at it when the new one looks.
        allowedUncertain: 3 * settings.workers * connections * claimsPerConnection,
      };
    },
  );

async function withExecution(
  scene: Scene,
  runId: string,
  act: (client: ReturnType<typeof createTemporalClient>, run: RunAnswer) => Promise<unknown>,
): Promise<void> {
  const client = createTemporalClient({
    connectionOptions: { address: scene.stage.temporal.address },
    namespace: 'default',
  });
  try {
    await act(client, await scene.read(runId));
  } finally {
    await client.connection.close();
  }
}
