import 'reflect-metadata';
import type { Logger } from 'pino';
import { ConfigError, loadConfig, type Config } from '../config.js';
import { openDatabase, type Database } from '../ledger/database.js';
import { migrate } from '../ledger/migrate.js';
import { createLog } from '../logging.js';
import { createTemporalClient, temporalTarget } from '../temporal/connect.js';
import { createApp } from './app.js';
import { bootstrapAdminKey } from './auth/bootstrapAdminKey.js';
import { setupLink } from './auth/setupLink.js';
import { Preparation } from './common/preparation.js';

/** How long requests in flight may still take once the process has been asked to stop, in milliseconds. */
const shutdownPatienceMs = 15_000;

/** Four may be held by Schedules that are being brought to their rows (src/temporal/scheduleSync.ts), some by requests that wait for one another's rows. */
const maxConnections = 20;

async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLog(config, 'api');
  const database = openDatabase({ url: config.databaseUrl, maxConnections, applicationName: 'oncemail-api' }, (error) =>
    logger.warn({ err: error }, 'an idle connection to PostgreSQL broke'),
  );
  const temporal = createTemporalClient(temporalTarget());
  const preparation = new Preparation();
  const app = await createApp({ config, database, temporal, logger, preparation });
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  logger.info({ url }, 'the API is listening');

  const stopping = new AbortController();
  const stop = async (reason: string) => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    logger.info({ reason }, 'stopping: requests in flight are finished');
    const timer = setTimeout(() => {
      logger.error('requests in flight did not finish in time');
      process.exit(1);
    }, shutdownPatienceMs);
    timer.unref();
    await app.close();
    await database.close();
    // Last: a call that is still being retried would fail at a closed connection.
    await temporal.connection.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  process.on('disconnect', () => void stop('the parent process has gone'));

  const prepared = await preparation.complete(() => prepare(config, database, logger), logger, stopping.signal);
  if (prepared) process.send?.({ type: 'ready', url, setupUrl: prepared.setupUrl });
}

/** Brings the schema up to date and makes sure that somebody can get in. Safe to repeat, and with any number of processes that start together. */
async function prepare(config: Config, database: Database, logger: Logger): Promise<{ setupUrl: string | undefined }> {
  const applied = await migrate(database);
  if (applied.length > 0) logger.info({ migrations: applied }, 'the schema is up to date');
  const generated = await bootstrapAdminKey(database, config.adminApiKey);
  if (generated) {
    process.stdout.write(
      `\nAn admin API key was made for the first start. It is shown this once, keep it safe:\n\n    ${generated}\n\n`,
    );
  }
  const setupUrl = await setupLink(database, config.publicUrl);
  // A parent process shows it itself: the token then stands in no log.
  if (setupUrl && !process.send) {
    process.stdout.write(
      `\nThere is no user yet. This link makes the first one, once and within a day (or POST /api/v1/session/setup with the token behind the #):\n\n    ${setupUrl}\n\n`,
    );
  }
  return { setupUrl };
}

function readConfig(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The API could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
});
