import { setTimeout as delay } from 'node:timers/promises';
import { Runtime } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { ConfigError, loadConfig } from '../config.js';
import { openDatabase } from '../ledger/database.js';
import { createLog } from '../logging.js';
import { createSecretBox } from '../mail/secrets.js';
import { connectWorker, createTemporalClient, taskQueue, temporalTarget } from '../temporal/connect.js';
import { ensureSearchAttributes } from '../temporal/searchAttributeSetup.js';
import { ensureSystemSchedules } from '../temporal/systemSchedules.js';
import { WebhookWatch } from '../temporal/webhookDelivery.js';
import { createWorker } from '../temporal/worker.js';

/** How often a running worker makes sure that the reconciler's Schedule still exists. */
const systemCheckMs = 60_000;

/**
 * A worker process: runs workflows and activities until SIGTERM, SIGINT or the end of its parent. It then stops claiming at once, finishes what it
 * has claimed, and closes SMTP and the database last. Temporal or PostgreSQL may be away at its start: it waits for them.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config, 'worker');
  // One owner of shutdown: this file. The SDK's own signal handling would close connections under running activities.
  Runtime.install({ shutdownSignals: [] });

  const drain = { draining: false };
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping: finishing what is claimed');
      drain.draining = true;
      stop();
    });
  }
  process.on('disconnect', () => {
    drain.draining = true;
    stop();
  });

  const database = openDatabase(
    { url: config.databaseUrl, maxConnections: 12, applicationName: 'oncemail worker' },
    (err) => log.warn({ err }, 'an idle database connection ended'),
  );
  const target = temporalTarget();
  const queue = taskQueue();
  const client = createTemporalClient(target);
  const connection = await untilStopped(
    'Temporal',
    async () => {
      await client.connection.workflowService.describeNamespace({ namespace: target.namespace });
      return connectWorker(target);
    },
    drain,
    log,
  );
  if (!connection) return;
  await untilStopped('Temporal', () => ensureSearchAttributes(client), drain, log);
  await untilStopped('PostgreSQL', () => database.pool.query('SELECT 1 FROM runs LIMIT 1'), drain, log);

  const { activities, close } = createActivities({
    database,
    secretBox: createSecretBox(config.secretKey),
    temporal: client,
    taskQueue: queue,
    drain,
    log,
    publicUrl: config.publicUrl,
    secretKey: config.secretKey,
    allowPrivateHosts: config.allowPrivateHosts,
  });
  const worker = await createWorker({ connection, namespace: target.namespace, taskQueue: queue, activities });
  const ran = worker.run();
  const systemCheck = setInterval(() => void ensure(), systemCheckMs);
  const ensure = () =>
    ensureSystemSchedules(client, queue).catch((err: unknown) =>
      log.warn({ err }, 'cannot check the system Schedules'),
    );
  await ensure();
  const webhooks = new WebhookWatch(database, client, queue, (err) =>
    log.warn({ err }, 'cannot look for webhooks that have something due'),
  );
  webhooks.begin();
  log.info({ taskQueue: queue, namespace: target.namespace }, 'worker ready');
  process.send?.({ type: 'ready' });

  // A worker that fails by itself ends the process with an error: whoever runs it starts a new one.
  await Promise.race([stopped, ran]);
  clearInterval(systemCheck);
  await webhooks.end();
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await ran;
  await close();
  await database.close();
  await client.connection.close();
  await connection.close();
  log.info({}, 'worker stopped');
}

/** Tries until it works or the process is told to stop (null then); says so once and again every half minute. */
async function untilStopped<T>(
  what: string,
  attempt: () => Promise<T>,
  drain: { draining: boolean },
  log: { warn(fields: object, message: string): void },
): Promise<T | null> {
  let told = 0;
  while (!drain.draining) {
    try {
      return await attempt();
    } catch (err) {
      if (err instanceof Error && err.name === 'SearchAttributesMissing') throw err;
      if (Date.now() - told > 30_000) {
        told = Date.now();
        log.warn({ err }, `${what} is not ready yet, waiting for it`);
      }
      await delay(500);
    }
  }
  return null;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      error instanceof ConfigError ? `${error.message}\n` : `${String((error as Error).stack ?? error)}\n`,
    );
    process.exit(1);
  },
);
