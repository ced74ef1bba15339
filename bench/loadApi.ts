import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TerminalProgress } from '../src/embedded/progress.js';
import { openDatabase } from '../src/ledger/database.js';
import { createTemporalClient } from '../src/temporal/connect.js';
import { startSmtpServer } from '../test/support/smtpServer.js';
import { leaveNoChildren, startStage, temporaryDirectory } from '../test/support/stage.js';
import { disagreements } from '../test/support/agreement.js';
import { campaignToTwo, Clients, type OperationTimes } from '../test/support/loadClients.js';
import { spreadOf as spread } from './support/spread.js';

const usage = `npm run load-api -- [options]
  --seconds S       for how long (120)
  --clients N       how many at once (200)
  --automations N   that all of them work on (20)
  --workers W       worker processes (1)
  --seed S          of what the clients do (1)
  --json FILE       where the figures go`;

/**
 * Lets many clients create, read, change, pause, resume, run and delete the same few automations at once, then waits until everything has come to rest and
 * compares the answers, PostgreSQL, Temporal and the mail server. Answers the exit code: 1 when they disagree, a run was doubled or a 5xx was answered.
 */
export async function main(args: string[]): Promise<number> {
  const settings = readSettings(args);
  if (typeof settings === 'string') {
    process.stderr.write(`${settings}\n`);
    return 2;
  }
  leaveNoChildren();
  const progress = new TerminalProgress();
  const smtp = await startSmtpServer();
  const stage = await startStage({
    directory: temporaryDirectory('oncemail-load-'),
    workers: settings.workers,
    progress,
    env: { ONCEMAIL_REQUESTS_PER_MINUTE: '0', ONCEMAIL_LOG_LEVEL: 'warn' },
  });
  const database = openDatabase({ url: stage.postgres.url(), maxConnections: 4 });
  const temporal = createTemporalClient({
    connectionOptions: { address: stage.temporal.address },
    namespace: stage.temporal.namespace,
  });
  try {
    const clients = new Clients(
      stage.client,
      settings.automations,
      settings.seed,
      await campaignToTwo(stage.client, smtp.port),
    );
    const work = progress.step(
      `${settings.clients} clients, ${settings.automations} automations, ${settings.seconds} s`,
    );
    await clients.work(settings.clients, settings.seconds * 1000);
    work.done();
    const rest = progress.step('Waiting until everything has come to rest');
    const wrong = await disagreements({ database, temporal, smtp, clients, patienceMs: 300_000 });
    rest.done();

    const { times, statuses, refused } = clients;
    const figures = {
      settings,
      requests: Object.values(statuses).reduce((a, b) => a + b, 0),
      statuses,
      read: spread(durations(times, ['GET'])),
      write: spread(durations(times, ['POST', 'PATCH', 'DELETE'])),
      operations: Object.fromEntries(
        Object.entries(times).map(([name, ms]) => [name, { count: ms.length, ...spread(ms) }]),
      ),
      automations: clients.automations.size,
      runs: clients.runs.size,
      mails: smtp.received().length,
      wrong: [...refused, ...wrong],
    };
    process.stdout.write(`\n${lines(figures).join('\n')}\n`);
    if (settings.json) writeFileSync(settings.json, `${JSON.stringify(figures, null, 2)}\n`);
    return figures.wrong.length === 0 ? 0 : 1;
  } finally {
    await database.close();
    await temporal.connection.close();
    await stage.close();
    await smtp.close();
  }
}

interface Settings {
  seconds: number;
  clients: number;
  automations: number;
  workers: number;
  seed: number;
  json: string | undefined;
}

function readSettings(args: string[]): Settings | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '120' },
        clients: { type: 'string', default: '200' },
        automations: { type: 'string', default: '20' },
        workers: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        json: { type: 'string' },
      },
    });
    const { json, ...texts } = values;
    const numbers = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]));
    if (!Object.values(numbers).every((n) => Number.isInteger(n) && n > 0)) return usage;
    return { ...(numbers as unknown as Omit<Settings, 'json'>), json };
  } catch (error) {
    return `${(error as Error).message}\n\n${usage}`;
  }
}

function durations(times: OperationTimes, methods: readonly string[]): number[] {
  return Object.entries(times).flatMap(([name, ms]) => (methods.includes(name.split(' ')[0] as string) ? ms : []));
}

function lines(f: {
  requests: number;
  statuses: Record<string, number>;
  operations: Record<string, { count: number; p50: number; p95: number; max: number }>;
  read: { p50: number; p95: number; max: number };
  write: { p50: number; p95: number; max: number };
  automations: number;
  runs: number;
  mails: number;
  wrong: string[];
}): string[] {
  const ms = (s: { p50: number; p95: number; max: number }) =>
    [s.p50, s.p95, s.max].map((v) => `${Math.round(v)}`.padStart(7)).join('');
  return [
    `${f.requests} requests: ${Object.entries(f.statuses)
      .map(([status, n]) => `${n} × ${status}`)
      .join(', ')}`,
    `${f.automations} automations were made, ${f.runs} runs, ${f.mails} mails`,
    `${'milliseconds'.padEnd(40)}    p50    p95    max`,
    ...Object.entries({ ...f.operations }).map(([name, o]) => `  ${`${name} (${o.count})`.padEnd(38)}${ms(o)}`),
    `${'reads'.padEnd(40)}${ms(f.read)}`,
    `${'writes'.padEnd(40)}${ms(f.write)}`,
    ...(f.wrong.length === 0
      ? ['PostgreSQL, Temporal, the answers and the mail server agree about all of them.']
      : f.wrong.slice(0, 40).map((w) => `WRONG: ${w}`)),
  ];
}
