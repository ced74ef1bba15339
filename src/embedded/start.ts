import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './apiClient.js';
import { startAppProcess } from './appProcesses.js';
import { ChildEndedError, endLeftovers } from './childProcess.js';
import { storedSecret, StoredSecretError } from '../storedSecret.js';
import { type DataDir, openDataDir } from './dataDir.js';
import { ensureDemo, watchRun } from './demo.js';
import { requireDatabase, requireTemporal } from './externalParts.js';
import { type MailCatcher, startMailCatcher } from './mailCatcher.js';
import { PartError } from './partError.js';
import { requirePort } from './ports.js';
import { startPostgres } from './postgres.js';
import { type Step, TerminalProgress } from './progress.js';
import { readStartSettings, type StartSettings } from './settings.js';
import { placeLines, proofLines, proveRun } from './summary.js';
import { StoppedError, Supervisor } from './supervisor.js';
import { startTemporal } from './temporal.js';
import { temporalBinary } from './temporalBinary.js';

/**
 * `npm start`: brings up what is not configured, then API and workers, shows the demo, and keeps all of it running until
 * SIGINT, SIGTERM or SIGHUP. Resolves with the exit code once nothing that it started is left.
 */
export async function start(): Promise<number> {
  const progress = new TerminalProgress();
  // A closed terminal must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  let dataDir: DataDir | undefined;
  let code = 0;
  let told: () => void = () => undefined;
  const stopRequested = new Promise<void>((resolve) => (told = resolve));
  let supervisor: Supervisor | undefined;
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      signals++;
      if (signals === 1) told();
      else if (signals > 1 && signal === 'SIGINT') {
        progress.line('Stopping at once.');
        supervisor?.kill();
      }
    });
  }

  try {
    const settings = readStartSettings();
    dataDir = await openDataDir(settings.dataDir);
    let ending: Step | undefined;
    await endLeftovers(dataDir.run, (names) => {
      ending = progress.step(`Ending what a killed start had left running (${names.join(', ')})`);
    });
    ending?.done();
    await requirePort(settings.port, settings.host);

    supervisor = new Supervisor(progress);
    const starting = bringUp(settings, dataDir, supervisor, progress);
    await Promise.race([stopRequested, starting.then(() => stopRequested)]).catch((error: unknown) => {
      code = report(error);
    });
    const step = progress.step('Stopping');
    await supervisor.stop(starting, (names) => step.update(names.join(', ')));
    step.done();
  } catch (error) {
    code = report(error);
  } finally {
    dataDir?.release();
  }
  return code;
}

function report(error: unknown): number {
  if (error instanceof StoppedError) return 0;
  process.stderr.write(`\n${describe(error)}\n\n`);
  return 1;
}

function describe(error: unknown): string {
  if (error instanceof PartError) return error.text;
  if (error instanceof ChildEndedError) return `${error.message}\nIts whole log: ${error.logPath}`;
  if (error instanceof StoredSecretError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function bringUp(
  settings: StartSettings,
  dataDir: DataDir,
  supervisor: Supervisor,
  progress: TerminalProgress,
): Promise<void> {
  const secretKey = process.env['ONCEMAIL_SECRET_KEY'] || storedSecret(join(dataDir.path, 'secret.key'));
  const adminKey = process.env['ONCEMAIL_ADMIN_API_KEY']
    ? { value: process.env['ONCEMAIL_ADMIN_API_KEY'], stored: false }
    : { value: storedSecret(join(dataDir.path, 'admin-api-key'), { prefix: 'om_' }), stored: true };
  // A first start that failed before it could show the key leaves that to the next one.
  const keyShown = join(dataDir.path, 'admin-api-key.shown');
  const showKey = adminKey.stored && !existsSync(keyShown);

  // All parts start side by side; when one fails, the others are waited for, so that none is left half started.
  const [database, temporal, catcher] = await allOrNone([
    bringUpDatabase(settings, dataDir, supervisor, progress),
    bringUpTemporal(settings, dataDir, supervisor, progress),
    bringUpCatcher(dataDir, supervisor, progress),
  ] as const);
  supervisor.checkStopped();

  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...temporal.env,
    DATABASE_URL: database,
    ONCEMAIL_SECRET_KEY: secretKey,
    ONCEMAIL_ADMIN_API_KEY: adminKey.value,
    ONCEMAIL_DATA_DIR: dataDir.path,
    HOST: settings.host,
    PORT: String(settings.port),
    ...(process.env['ONCEMAIL_PUBLIC_URL'] ? {} : { ONCEMAIL_PUBLIC_URL: settings.url }),
  };
  let setupUrl: string | undefined;
  await shown(progress, `Starting the API and ${count(settings.workers, 'worker')}`, async () => {
    const names = ['api', ...Array.from({ length: settings.workers }, (_, i) => `worker-${i + 1}`)];
    await allOrNone(
      names.map(async (name) => {
        const role = name === 'api' ? 'api' : 'worker';
        const service = await startAppProcess({ name, role, env, dataDir, progress });
        supervisor.keep(name, service);
        setupUrl ??= service.setupUrl;
      }),
    );
  });
  supervisor.checkStopped();
  progress.line(`\nOncemail serves at ${settings.url}`);

  const api = new Api(settings.url, adminKey.value, supervisor.signal);
  const proof = settings.demo ? await showDemo(api, dataDir, catcher, supervisor, progress) : undefined;
  supervisor.checkStopped();
  const lines = [
    '',
    ...(proof?.lines ?? []),
    ...(proof ? [''] : []),
    ...placeLines({
      web: settings.url,
      apiDocs: `${settings.url}/api/docs`,
      run: proof?.run,
      temporalUi: temporal.uiUrl,
      mails: catcher.webUrl,
      smtp: `127.0.0.1:${catcher.smtpPort} (a sender without TLS; it catches everything)`,
      temporal: settings.externalTemporal ? undefined : `${temporal.env['TEMPORAL_ADDRESS']}, namespace default`,
      database: settings.databaseUrl
        ? undefined
        : `${withoutPassword(database)} (password in ${join(dataDir.path, 'postgres.password')})`,
      logs: dataDir.logs,
    }),
    ...(showKey
      ? [
          '',
          `  Admin API key (shown this once, kept in ${join(dataDir.path, 'admin-api-key')}):`,
          `  ${adminKey.value}`,
        ]
      : []),
    ...(setupUrl
      ? [
          '',
          '  There is no user yet. This link makes the first one, once and within a day',
          '  (or POST /api/v1/session/setup with the token behind the #):',
          `  ${setupUrl}`,
        ]
      : []),
    '',
  ];
  progress.line(lines.join('\n'));
  if (showKey) writeFileSync(keyShown, '');
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = '';
  return url.href;
}

async function bringUpDatabase(
  settings: StartSettings,
  dataDir: DataDir,
  supervisor: Supervisor,
  progress: TerminalProgress,
): Promise<string> {
  const external = settings.databaseUrl;
  if (external) {
    await shown(progress, 'Connecting to PostgreSQL', () => requireDatabase(external));
    return external;
  }
  return shown(progress, 'Starting PostgreSQL', async () => {
    const postgres = await startPostgres({
      dataDir: dataDir.path,
      runDir: dataDir.run,
      logPath: join(dataDir.logs, 'postgres.log'),
      // Each process of ours has a pool; the rest is for people.
      settings: { max_connections: String(Math.max(200, 60 + settings.workers * 14)) },
      notify: (message) => progress.line(message),
    });
    supervisor.keep('postgres', postgres);
    return postgres.url();
  });
}

async function bringUpTemporal(
  settings: StartSettings,
  dataDir: DataDir,
  supervisor: Supervisor,
  progress: TerminalProgress,
): Promise<{ env: NodeJS.ProcessEnv; uiUrl: string | undefined }> {
  if (settings.externalTemporal) {
    await shown(progress, 'Connecting to Temporal', () => requireTemporal());
    return { env: {}, uiUrl: process.env['TEMPORAL_UI_URL'] };
  }
  // Keys and certificates that are meant for another server would turn on TLS.
  const absent = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('TEMPORAL_'))
      .map((name) => [name, undefined]),
  );
  const binary = await temporalBinary(progress, { signal: supervisor.signal });
  return shown(progress, 'Starting Temporal', async () => {
    const temporal = await startTemporal({
      binary,
      dbFile: dataDir.temporalDb,
      runDir: dataDir.run,
      logPath: join(dataDir.logs, 'temporal.log'),
    });
    supervisor.keep('temporal', temporal);
    return {
      env: {
        ...absent,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: 'default',
        TEMPORAL_UI_URL: temporal.uiUrl,
        // A profile of the user's is meant for another server: a file that does not exist keeps it out.
        TEMPORAL_CONFIG_FILE: join(dataDir.run, 'no-profile.toml'),
      },
      uiUrl: temporal.uiUrl,
    };
  });
}

function bringUpCatcher(dataDir: DataDir, supervisor: Supervisor, progress: TerminalProgress): Promise<MailCatcher> {
  return shown(progress, 'Starting the mail catcher', async () => {
    const catcher = await startMailCatcher({
      dataDir: dataDir.path,
      runDir: dataDir.run,
      logPath: join(dataDir.logs, 'mail-catcher.log'),
    });
    supervisor.keep('mail-catcher', catcher);
    return catcher;
  });
}

/** A demo that cannot be shown is said so; everything else keeps serving. */
async function showDemo(
  api: Api,
  dataDir: DataDir,
  catcher: MailCatcher,
  supervisor: Supervisor,
  progress: TerminalProgress,
): Promise<{ lines: string[]; run: string | undefined } | undefined> {
  try {
    const demo = await ensureDemo(api, dataDir.path, catcher.smtpPort, progress);
    if (!demo) return undefined;
    const run = await watchRun(api, demo.automationId, progress, supervisor.signal);
    if (!run) return undefined;
    const proof = await proveRun(api, run, dataDir.path);
    return { lines: proofLines(run, proof), run: run.temporalUrl ?? undefined };
  } catch (error) {
    supervisor.checkStopped();
    progress.line(`The demo could not be shown: ${(error as Error).message}`);
    return undefined;
  }
}

/** Like Promise.all, but waits for all to settle before it rejects, so that nothing is left half started. */
async function allOrNone<T extends readonly unknown[]>(work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const failures = (await Promise.allSettled(work)).flatMap((s) =>
    s.status === 'rejected' ? [s.reason as unknown] : [],
  );
  if (failures.length > 0) throw failures.find((f) => f instanceof PartError) ?? failures[0];
  return Promise.all(work);
}

async function shown<T>(progress: TerminalProgress, title: string, work: (step: Step) => Promise<T>): Promise<T> {
  const step = progress.step(title);
  try {
    const result = await work(step);
    step.done();
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
