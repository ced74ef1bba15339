import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import type { Progress } from '../src/embedded/progress.js';
import { until } from '../test/support/restClient.js';
import { type Stage, startScript, startStage, temporaryDirectory } from '../test/support/stage.js';
import type { CampaignSettings } from './settings.js';
import { flameGraphOf } from './support/cpuProfile.js';
import { flameGraphSvg } from './support/flameGraph.js';
import { contactsCsv, html, subject } from './support/mail.js';
import type { PoolResult } from './support/nodemailerPool.js';
import { inMiB, partsOf, PartsWatch } from './support/parts.js';
import { rateSvg } from './support/plot.js';
import type { ReadsResult } from './support/reads.js';
import { reportLines, type BenchResult, type MemorySample } from './support/report.js';
import { spreadOf } from './support/spread.js';
import { type Sink, startSink } from './support/startSink.js';
import { tenths } from './support/tenths.js';
import { eventsOfChain, snapshotMs } from './support/temporalFigures.js';

const readsPerSecond = 20;

/** Measures one campaign end to end, and nodemailer's pool alone before it; 1 when not every recipient got the mail once. */
export async function benchCampaign(settings: CampaignSettings, progress: Progress): Promise<number> {
  const directory = temporaryDirectory('oncemail-bench-');
  const children: { stop(): Promise<unknown> }[] = [];
  try {
    const sink = settings.smtp ? null : await startSink(settings, directory);
    if (sink) children.push(sink.child);
    const target = settings.smtp ?? sink!.target;

    const baseline = settings.pool === 0 ? null : await measurePool(settings, target, sink, directory, progress);
    sink?.clear();
    const profiles = join(directory, 'profiles');
    const stage = await startStage({
      directory,
      workers: settings.workers,
      env: { ...sink?.trust, ONCEMAIL_REQUESTS_PER_MINUTE: '0' },
      postgresSettings: { shared_preload_libraries: 'pg_stat_statements' },
      workerNodeOptions: settings.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
      progress,
    });
    children.push({ stop: () => stage.close() });
    const { result, window } = await measureRun(settings, target, stage, sink, baseline, directory, progress);

    for (const line of reportLines(result)) process.stdout.write(`${line}\n`);
    if (settings.json) writeFileSync(settings.json, `${JSON.stringify(result, null, 2)}\n`);
    if (settings.svg && result.quarters.length > 0) writeFileSync(settings.svg, rateSvg(result.quarters, 0.25));
    if (settings.profile !== undefined) {
      // A process writes its profile when it ends.
      for (const worker of stage.workers) await worker.child.stop();
      const mails = result.counts['sent'] ?? 0;
      writeFileSync(
        settings.profile,
        flameGraphSvg(flameGraphOf(profiles, window), `CPU of one worker, ${mails.toLocaleString('en')} mails`),
      );
    }
    return result.exact ? 0 : 1;
  } finally {
    for (const child of children.reverse()) await child.stop();
  }
}

/** nodemailer's pool alone, in one process. */
async function measurePool(
  settings: CampaignSettings,
  target: { host: string; port: number },
  sink: Sink | null,
  directory: string,
  progress: Progress,
): Promise<PoolResult> {
  const step = progress.step(`nodemailer's pool alone, ${settings.pool} mails`);
  const child = startScript(
    'nodemailer-pool',
    'bench/support/nodemailerPool.ts',
    {
      ...target,
      connections: settings.connections,
      mails: settings.pool,
      secure: settings.tls,
      auth: sink?.credentials,
    },
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

/** The same mail as a campaign, from the automation's due time to the run's end; `window` is that time on the clock of profiles, microseconds. */
async function measureRun(
  settings: CampaignSettings,
  target: { host: string; port: number },
  stage: Stage,
  sink: Sink | null,
  baseline: PoolResult | null,
  directory: string,
  progress: Progress,
): Promise<{ result: BenchResult; window: { from: number; to: number } }> {
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
        ...(sink?.credentials ? { username: sink.credentials.user, password: sink.credentials.pass } : {}),
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
  const watch = new PartsWatch(partsOf(stage));

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
  const windowFrom = monotonicMicros();
  const reads = settings.reads
    ? startReads(
        stage,
        { runId: run.id, listId: list.id, campaignId: campaign.id, automationId: automation.id },
        directory,
      )
    : null;
  const memory: MemorySample[] = [];
  let ended: RunAnswer = run;
  while (!['completed', 'failed', 'stopped'].includes(ended.status)) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    ended = await client.ok<RunAnswer>('GET', `runs/${run.id}`);
    step.fraction(ended.counts.sent / settings.recipients, `${ended.counts.sent} sent`);
    const mib = inMiB(watch.look());
    memory.push({ seconds: (Date.now() - due.getTime()) / 1000, sent: ended.counts.sent, mib });
  }
  const windowTo = monotonicMicros();
  step.done(ended.status);
  const readTimes = reads ? await reads.end() : null;

  const cpuMs = watch.cpuMs();
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
  const result: BenchResult = {
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
    pool: baseline && {
      perSecond: baseline.mails / baseline.seconds,
      cpuMsPerMail: baseline.cpuMsPerMail,
      peakMiB: baseline.peakRss / 2 ** 20,
    },
    oncemail: {
      perSecond: mails / ((lastAt - firstAt) / 1000),
      perSecondWithSnapshot: mails / ((lastAt - due.getTime()) / 1000),
      cpuMsPerMail: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / mails])),
      peakMiB: inMiB(watch.peak),
    },
    tenths: record ? tenths(record.quarters, 0.25) : null,
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
    reads: readTimes,
    quarters: record?.quarters ?? [],
    memory,
  };
  return { result, window: { from: windowFrom, to: windowTo } };
}

/** Reads the API, and changes something now and then, from a process of its own until `end`, which answers how long the answers took, in milliseconds. */
function startReads(
  stage: Stage,
  ids: { runId: string; listId: string; campaignId: string; automationId: string },
  directory: string,
) {
  const child = startScript(
    'reads',
    'bench/support/reads.ts',
    { url: stage.client.url, headers: stage.client.headers, ...ids, perSecond: readsPerSecond },
    directory,
  );
  return {
    end: async (): Promise<NonNullable<BenchResult['reads']>> => {
      child.send({ type: 'stop' });
      const { times, failed } = await child.message(
        (m) => ((m as ReadsResult).type === 'result' ? (m as ReadsResult) : undefined),
        60_000,
      );
      await child.stop();
      const of = (values: number[]) => ({ requests: values.length, ...spreadOf(values) });
      const routes = Object.entries(times);
      const all = (reading: boolean) =>
        of(routes.filter(([route]) => route.startsWith('GET ') === reading).flatMap(([, values]) => values));
      return {
        failed,
        reads: all(true),
        writes: all(false),
        routes: Object.fromEntries(routes.map(([route, values]) => [route, of(values)])),
      };
    },
  };
}

/** The clock of V8's profiles, which is that of the system since its start. */
function monotonicMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function dkimOf(type: 'rsa' | 'ed25519') {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  return {
    domainName: 'example.com',
    keySelector: 'bench',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

async function databaseFigures(database: pg.Client): Promise<{ statements: number; wal: number }> {
  const { rows } = await database.query<{ statements: string; wal: string }>(
    `SELECT (SELECT sum(calls) FROM pg_stat_statements) AS statements, pg_current_wal_insert_lsn() - '0/0' AS wal`,
  );
  return { statements: Number(rows[0]?.statements ?? 0), wal: Number(rows[0]?.wal ?? 0) };
}
