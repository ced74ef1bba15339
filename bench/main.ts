import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { Child } from '../src/embedded/childProcess.js';
import { TerminalProgress } from '../src/embedded/progress.js';
import { until } from '../test/support/restClient.js';
import {
  type Stage,
  type StageProcess,
  startScript,
  startStage,
  leaveNoChildren,
  temporaryDirectory,
} from '../test/support/stage.js';
import { contactsCsv, html, subject } from './support/mail.js';
import type { PoolResult } from './support/nodemailerPool.js';
import { rateSvg } from './support/plot.js';
import { processUse, type ProcessUse } from './support/processUse.js';
import { reportLines, type BenchResult } from './support/report.js';
import type { SinkRecord } from './support/sink.js';
import { eventsOfChain, snapshotMs } from './support/temporalFigures.js';

const usage = `npm run bench -- [options]
  --recipients N     how many contacts get the campaign (20000)
  --workers W        worker processes (2)
  --connections C    SMTP connections of the sender, divided over the workers; of the pool alone, too (20)
  --smtp HOST:PORT   a server that takes everything; without it, a sink of our own is started
  --latency MS       of our sink: each packet arrives so much later (0)
  --tls, --auth      of our sink: TLS from the first byte, a login
  --dkim TYPE        rsa or ed25519: Oncemail signs every mail (not at all)
  --pool N           mails of the baseline (a quarter of the recipients, 1000 to 20000)
  --json FILE, --svg FILE   where the figures and the curve of mails a second go`;

interface Settings {
  recipients: number;
  workers: number;
  connections: number;
  smtp: { host: string; port: number } | null;
  latency: number;
  tls: boolean;
  auth: boolean;
  dkim: 'rsa' | 'ed25519' | null;
  pool: number;
  json: string | undefined;
  svg: string | undefined;
}

/** Measures; answers the exit code: 1 when not every recipient got the mail once. */
export async function main(args: string[]): Promise<number> {
  const settings = readSettings(args);
  if (typeof settings === 'string') {
    process.stderr.write(`${settings}\n\n${usage}\n`);
    return 2;
  }
  leaveNoChildren();
  const progress = new TerminalProgress();
  const directory = temporaryDirectory('oncemail-bench-');
  const credentials = settings.auth ? { user: 'bench', pass: 'a-password' } : undefined;
  const children: { stop(): Promise<unknown> }[] = [];
  try {
    const sink = settings.smtp ? null : await startSink(settings, credentials, directory);
    if (sink) children.push(sink.child);
    const target = settings.smtp ?? { host: settings.tls ? 'localhost' : '127.0.0.1', port: sink!.port };
    const trust = sink?.certificate ? { NODE_EXTRA_CA_CERTS: writeCertificate(directory, sink.certificate) } : {};
    Object.assign(process.env, trust);

    const baseline = await measurePool(settings, target, credentials, directory, progress);
    await sink?.clear();
    const stage = await startStage({
      directory,
      workers: settings.workers,
      env: trust,
      postgresSettings: { shared_preload_libraries: 'pg_stat_statements' },
      progress,
    });
    children.push({ stop: () => stage.close() });
    const result = await measureRun(settings, target, credentials, stage, sink, baseline, progress);

    for (const line of reportLines(result)) process.stdout.write(`${line}\n`);
    if (settings.json) writeFileSync(settings.json, `${JSON.stringify(result, null, 2)}\n`);
    if (settings.svg && result.quarters.length > 0) writeFileSync(settings.svg, rateSvg(result.quarters, 0.25));
    return result.exact ? 0 : 1;
  } finally {
    for (const child of children.reverse()) await child.stop();
  }
}

function readSettings(args: string[]): Settings | string {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        recipients: { type: 'string', default: '20000' },
        workers: { type: 'string', default: '2' },
        connections: { type: 'string', default: '20' },
        smtp: { type: 'string' },
        latency: { type: 'string', default: '0' },
        tls: { type: 'boolean', default: false },
        auth: { type: 'boolean', default: false },
        dkim: { type: 'string' },
        pool: { type: 'string' },
        json: { type: 'string' },
        svg: { type: 'string' },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  const numbers = { recipients: 1, workers: 1, connections: 1, latency: 0, pool: 1 };
  for (const [name, least] of Object.entries(numbers)) {
    const given = values[name as keyof typeof numbers];
    if (given !== undefined && !(Number.isInteger(Number(given)) && Number(given) >= least)) {
      return `--${name} is to be a whole number of at least ${least}, not "${given}".`;
    }
  }
  const [, host, port] = /^(.+):(\d+)$/.exec(values.smtp ?? '') ?? [];
  if (values.smtp !== undefined && !host) return `--smtp is to be HOST:PORT, not "${values.smtp}".`;
  if (values.dkim !== undefined && values.dkim !== 'rsa' && values.dkim !== 'ed25519') {
    return `--dkim is to be rsa or ed25519, not "${values.dkim}".`;
  }
  const recipients = Number(values.recipients);
  return {
    recipients,
    workers: Number(values.workers),
    connections: Number(values.connections),
    smtp: host ? { host, port: Number(port) } : null,
    latency: Number(values.latency),
    tls: values.tls,
    auth: values.auth,
    dkim: values.dkim ?? null,
    pool: values.pool ? Number(values.pool) : Math.min(20_000, Math.max(1_000, Math.floor(recipients / 4))),
    json: values.json,
    svg: values.svg,
  };
}

interface Sink {
  child: Child;
  port: number;
  certificate: string | undefined;
  clear(): Promise<void>;
  record(): Promise<SinkRecord>;
}

async function startSink(
  settings: Settings,
  auth: { user: string; pass: string } | undefined,
  directory: string,
): Promise<Sink> {
  const options = { latencyMs: settings.latency, security: settings.tls ? 'tls' : 'none', ...(auth ? { auth } : {}) };
  const child = startScript('sink', 'bench/support/sink.ts', options, directory);
  const ready = await child.message(
    (m) => ((m as { type: string }).type === 'ready' ? (m as { port: number; certificate?: string }) : undefined),
    60_000,
  );
  let answer: (record: SinkRecord) => void = () => undefined;
  child.onMessage((m) => {
    if ((m as SinkRecord).type === 'record') answer(m as SinkRecord);
  });
  return {
    child,
    port: ready.port,
    certificate: ready.certificate,
    clear: async () => child.send({ type: 'clear' }),
    record: () =>
      new Promise((resolve) => {
        answer = resolve;
        child.send({ type: 'record' });
      }),
  };
}

function writeCertificate(directory: string, certificate: string): string {
  const path = join(directory, 'sink.pem');
  writeFileSync(path, certificate);
  return path;
}

/** nodemailer's pool alone, in one process. */
async function measurePool(
  settings: Settings,
  target: { host: string; port: number },
  auth: { user: string; pass: string } | undefined,
  directory: string,
  progress: TerminalProgress,
): Promise<PoolResult> {
  const step = progress.step(`nodemailer's pool alone, ${settings.pool} mails`);
  const child = startScript(
    'nodemailer-pool',
    'bench/support/nodemailerPool.ts',
    { ...target, connections: settings.connections, mails: settings.pool, secure: settings.tls, auth },
    directory,
  );
  try {
    const result = await child.message(
      (m) => ((m as PoolResult).type === 'result' ? (m as PoolResult) : undefined),
      3_600_000,
    );
    step.done(`${Math.round(result.mails / result.seconds)} a second`);
    return result;
  } finally {
    await child.stop();
  }
}

interface RunAnswer {
  id: string;
  status: string;
  workflowId: string;
  scheduledFor: string;
  counts: { total: number; sent: number; [state: string]: number };
}

/** The same mail as a campaign, from the automation's due time to the run's end. */
async function measureRun(
  settings: Settings,
  target: { host: string; port: number },
  auth: { user: string; pass: string } | undefined,
  stage: Stage,
  sink: Sink | null,
  baseline: PoolResult,
  progress: TerminalProgress,
): Promise<BenchResult> {
  const { client, postgres } = stage;
  const preparing = progress.step(`Importing ${settings.recipients} contacts`);
  const sender = await client.ok<{ id: string }>('POST', 'senders', {
    body: {
      name: 'bench',
      fromName: 'News',
      fromEmail: 'news@example.com',
      smtp: {
        ...target,
        security: settings.tls ? 'tls' : 'none',
        ...(auth ? { username: auth.user, password: auth.pass } : {}),
      },
      // A sender's connections are counted in each worker process.
      maxConnections: Math.max(1, Math.round(settings.connections / settings.workers)),
      ...(settings.dkim ? { dkim: dkimOf(settings.dkim) } : {}),
    },
  });
  const list = await client.ok<{ id: string }>('POST', 'lists', { body: { name: 'bench' } });
  const importing = Date.now();
  const response = await fetch(`${client.url}/api/v1/lists/${list.id}/import`, {
    method: 'POST',
    headers: { ...client.headers, 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(contactsCsv(settings.recipients))) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  const { id: importId } = (await response.json()) as { id: string };
  await until(
    () => client.ok<{ status: string }>('GET', `imports/${importId}`),
    (i) => i.status === 'completed',
    1_800_000,
  );
  const importSeconds = (Date.now() - importing) / 1000;
  preparing.done();
  const campaign = await client.ok<{ id: string }>('POST', 'campaigns', {
    body: { name: 'bench', listIds: [list.id], senderIds: [sender.id], content: { subject, html } },
  });

  const database = new pg.Client({ connectionString: postgres.url() });
  await database.connect();
  await database.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await database.query('CHECKPOINT');
  const before = await databaseFigures(database);
  const parts: Record<string, Child[]> = {
    worker: stage.workers.map((w: StageProcess) => w.child),
    api: [stage.api.child],
    temporal: [stage.temporal.child],
    postgresql: [postgres.child],
  };
  const useOf = (pids: Child[]): ProcessUse =>
    pids
      .map((c) => processUse(c.pid))
      .reduce((a, b) => ({ cpuMs: a.cpuMs + b.cpuMs, rss: a.rss + b.rss }), { cpuMs: 0, rss: 0 });
  const cpuBefore = Object.fromEntries(Object.entries(parts).map(([name, c]) => [name, useOf(c).cpuMs]));
  const peak: Record<string, number> = {};

  const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_000);
  const automation = await client.ok<{ id: string }>('POST', 'automations', {
    body: {
      name: 'bench',
      campaignId: campaign.id,
      schedule: { type: 'once', at: due.toISOString(), timeZone: 'UTC' },
    },
  });
  const step = progress.step(`Oncemail, ${settings.recipients} mails`);
  const run = await until(
    () => client.ok<{ items: RunAnswer[] }>('GET', `runs?automationId=${automation.id}`),
    (page) => page.items[0],
    60_000,
  );
  let ended: RunAnswer = run;
  while (!['completed', 'failed', 'stopped'].includes(ended.status)) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    ended = await client.ok<RunAnswer>('GET', `runs/${run.id}`);
    step.fraction(ended.counts.sent / settings.recipients, `${ended.counts.sent} sent`);
    for (const [name, c] of Object.entries(parts)) peak[name] = Math.max(peak[name] ?? 0, useOf(c).rss);
  }
  step.done(ended.status);

  const cpuMs = Object.fromEntries(
    Object.entries(parts).map(([name, c]) => [name, useOf(c).cpuMs - (cpuBefore[name] as number)]),
  );
  const after = await databaseFigures(database);
  const bytes = await database.query<{ per_delivery: number }>(
    `SELECT (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('deliveries') WHERE isleaf)::float8 / $1::int AS per_delivery`,
    [settings.recipients],
  );
  await database.end();
  const record = await sink?.record();
  const chain = await eventsOfChain(stage.temporal.address, ended.workflowId);
  const times = await client.ok<{ startedAt: string; finishedAt: string }>('GET', `runs/${run.id}`);
  const firstAt = record?.firstAt ?? new Date(times.startedAt).getTime();
  const lastAt = record?.lastAt ?? new Date(times.finishedAt).getTime();
  const mails = ended.counts.sent;
  return {
    settings: {
      recipients: settings.recipients,
      workers: settings.workers,
      connections: settings.connections,
      latencyMs: settings.latency,
      tls: settings.tls,
      auth: settings.auth,
      dkim: settings.dkim,
      smtp: settings.smtp ? `${settings.smtp.host}:${settings.smtp.port}` : 'own sink',
      node: process.version,
    },
    exact: record
      ? record.accepted === settings.recipients && record.distinct === settings.recipients && mails === record.accepted
      : mails === settings.recipients,
    counts: ended.counts,
    accepted: record?.accepted ?? null,
    distinct: record?.distinct ?? null,
    pool: {
      perSecond: baseline.mails / baseline.seconds,
      cpuMsPerMail: baseline.cpuMsPerMail,
      peakMiB: baseline.peakRss / 2 ** 20,
    },
    oncemail: {
      perSecond: mails / ((lastAt - firstAt) / 1000),
      perSecondWithSnapshot: mails / ((lastAt - due.getTime()) / 1000),
      cpuMsPerMail: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / mails])),
      peakMiB: Object.fromEntries(Object.entries(peak).map(([name, b]) => [name, b / 2 ** 20])),
    },
    sinkCpuMsPerMail: record ? record.cpuMs / Math.max(1, record.accepted) : null,
    importSeconds,
    snapshotMs: await snapshotMs(stage.temporal.address, chain.first),
    dueToFirstMailMs: firstAt - due.getTime(),
    temporalEvents: chain.events,
    temporalExecutions: chain.executions,
    longestHistory: chain.longest,
    statementsPerMail: (after.statements - before.statements) / mails,
    walBytesPerMail: (after.wal - before.wal) / mails,
    bytesPerDelivery: bytes.rows[0]!.per_delivery,
    quarters: record?.quarters ?? [],
  };
}

function dkimOf(type: 'rsa' | 'ed25519') {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  return {
    domain: 'example.com',
    selector: 'bench',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

async function databaseFigures(database: pg.Client): Promise<{ statements: number; wal: number }> {
  const { rows } = await database.query<{ statements: string; wal: string }>(
    `SELECT (SELECT sum(calls) FROM pg_stat_statements) AS statements, pg_current_wal_insert_lsn() - '0/0' AS wal`,
  );
  return { statements: Number(rows[0]?.statements ?? 0), wal: Number(rows[0]?.wal ?? 0) };
}
