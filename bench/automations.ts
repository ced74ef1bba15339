import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { Progress } from '../src/embedded/progress.js';
import { createTemporalClient } from '../src/temporal/connect.js';
import { type RestClient, until } from '../test/support/restClient.js';
import { type Stage, startStage, startStageAt, type TemporalPlace, temporaryDirectory } from '../test/support/stage.js';
import type { AutomationsSettings } from './settings.js';
import { contactOf, html, subject } from './support/mail.js';
import { inMiB, partsOf, PartsWatch } from './support/parts.js';
import { latenessSvg } from './support/plot.js';
import type { SinkRecord } from './support/sink.js';
import { ascending, type Spread, spreadOf } from './support/spread.js';
import { type Sink, startSink } from './support/startSink.js';

/** Requests at once while things are made. */
const makers = 8;
/** A run that has sent nothing for so long is given up. */
const patienceMs = 120_000;

/** What one Temporal server gave; written as it is by `--json`. Times are milliseconds after the due time. */
interface AutomationsResult {
  /** As people read it: what kind of server, and its version. */
  server: string;
  automations: number;
  contacts: number;
  workers: number;
  connections: number;
  latencyMs: number;
  due: string;
  /** Making all automations, each with its Schedule. */
  makingSeconds: number;
  /** How long before the due time Temporal had the last Schedule. */
  readyBeforeMs: number;
  /** When Temporal started the executions, when their runs were in the ledger, when the first and the last mail of each was at the sink. */
  started: Spread;
  opened: Spread;
  firstMail: Spread;
  lastMail: Spread;
  /** The last mail of all. */
  allOutMs: number;
  mails: number;
  /** What did not come out as it should; empty when each recipient of each automation got the mail once, in one run. */
  faults: string[];
  cpuMsPerRun: Record<string, number>;
  peakMiB: Record<string, number>;
  /** Of each automation, ascending. */
  firstMailMs: number[];
  lastMailMs: number[];
}

/** Many automations due in the same second, with the development server and, if one is named, with another; 1 when a mail is missing or twice. */
export async function benchAutomations(settings: AutomationsSettings, progress: Progress): Promise<number> {
  const directory = temporaryDirectory('oncemail-bench-');
  const sink = await startSink(settings, directory);
  const results: AutomationsResult[] = [];
  try {
    if (settings.developmentServer) {
      results.push(
        await onStage(settings, sink, join(directory, 'development'), progress, 'development server', (options) =>
          startStage(options),
        ),
      );
    }
    if (settings.temporalServer !== undefined) {
      const place = await makeNamespace(settings.temporalServer);
      try {
        const own = join(directory, 'server');
        results.push(await onStage(settings, sink, own, progress, 'server', (options) => startStageAt(options, place)));
      } finally {
        await dropNamespace(place);
      }
    }
  } finally {
    await sink.child.stop();
  }
  for (const line of reportLines(results)) process.stdout.write(`${line}\n`);
  if (settings.json) writeFileSync(settings.json, `${JSON.stringify(results, null, 2)}\n`);
  if (settings.svg) {
    const named = results.map((r) => ({ name: r.server, firstMail: r.firstMailMs, lastMail: r.lastMailMs }));
    writeFileSync(settings.svg, latenessSvg(named));
  }
  return results.every((r) => r.faults.length === 0) ? 0 : 1;
}

async function onStage(
  settings: AutomationsSettings,
  sink: Sink,
  directory: string,
  progress: Progress,
  kind: string,
  start: (options: Parameters<typeof startStage>[0]) => Promise<Stage<TemporalPlace>>,
): Promise<AutomationsResult> {
  mkdirSync(directory, { mode: 0o755 });
  sink.clear();
  const stage = await start({
    directory,
    workers: settings.workers,
    env: { ...sink.trust, ONCEMAIL_REQUESTS_PER_MINUTE: '0' },
    progress,
  });
  try {
    return await measure(settings, sink, stage, progress, kind);
  } finally {
    await stage.close();
  }
}

interface RunAnswer {
  id: string;
  automationId: string;
  kind: string;
  status: string;
  scheduledFor: string;
  startedAt: string | null;
  counts: { total: number; sent: number };
}

async function measure(
  settings: AutomationsSettings,
  sink: Sink,
  stage: Stage<TemporalPlace>,
  progress: Progress,
  kind: string,
): Promise<AutomationsResult> {
  const { client } = stage;
  const { automations, contacts } = settings;
  const sender = await client.ok<{ id: string }>('POST', 'senders', {
    body: {
      name: 'bench',
      fromName: 'News',
      fromEmail: 'news@example.com',
      smtp: {
        ...sink.target,
        security: settings.tls ? 'tls' : 'none',
        ...(sink.credentials ? { username: sink.credentials.user, password: sink.credentials.pass } : {}),
      },
      maxConnections: Math.max(1, Math.round(settings.connections / settings.workers)),
    },
  });

  const preparing = progress.step(`${automations} campaigns, each with a list of ${contacts} contacts`);
  const campaigns: string[] = [];
  await forEach(automations, async (n) => {
    campaigns[n] = await makeCampaign(client, sender.id, n, contacts);
    preparing.fraction(campaigns.filter(Boolean).length / automations);
  });
  preparing.done();

  const making = progress.step(`${automations} automations`);
  const began = Date.now();
  // At a full minute, when the reconciler runs, too: that is when people have their mail sent.
  const due = new Date(Math.ceil((began + settings.lead * 1000) / 60_000) * 60_000);
  const ids: string[] = [];
  await forEach(automations, async (n) => {
    const { id } = await client.ok<{ id: string }>('POST', 'automations', {
      body: {
        name: `Bench ${n}`,
        campaignId: campaigns[n],
        schedule: { type: 'once', at: due.toISOString(), timeZone: 'UTC' },
      },
    });
    ids[n] = id;
    making.fraction(ids.filter(Boolean).length / automations);
  });
  await until(
    () => pages<{ inSync: boolean }>(client, 'automations?limit=500'),
    (all) => all.every((a) => a.inSync),
    600_000,
  );
  const ready = Date.now();
  const readyBeforeMs = due.getTime() - ready;
  making.done(`${((ready - began) / 1000).toFixed(1)} s`);
  if (readyBeforeMs < 1_000) {
    throw new Error(
      `The automations were not all there when they were due. Give more time: --lead ${settings.lead * 2}`,
    );
  }

  const waiting = progress.step(`Until they are due, ${due.toISOString()}`);
  await delay(Math.max(0, due.getTime() - Date.now()));
  waiting.done();
  const watch = new PartsWatch(partsOf(stage));
  const mails = automations * contacts;
  const sending = progress.step(`${mails} mails`);
  const record = await untilQuiet(sink, mails, (accepted) => {
    sending.fraction(accepted / mails, `${accepted} sent`);
    watch.look();
  });
  const runs = await until(
    () => pages<RunAnswer>(client, 'runs?limit=500'),
    (all) => all.length >= automations && all.every((r) => r.status !== 'preparing' && r.status !== 'sending') && all,
    patienceMs,
  );
  const cpuMs = watch.cpuMs();
  sending.done();

  const after = (at: number | string) => new Date(at).getTime() - due.getTime();
  const domains = ids.map((_, n) => record.domains[domainOf(n)]);
  const seen = domains.filter((d) => d !== undefined);
  const firstMailMs = ascending(seen.map((d) => after(d.firstAt)));
  const lastMailMs = ascending(seen.map((d) => after(d.lastAt)));
  const temporal = await startsOf(stage.temporal);
  return {
    server: `${kind} ${temporal.version}`,
    automations,
    contacts,
    workers: settings.workers,
    connections: settings.connections,
    latencyMs: settings.latency,
    due: due.toISOString(),
    makingSeconds: (ready - began) / 1000,
    readyBeforeMs,
    started: spreadOf(temporal.startedAt.map(after)),
    opened: spreadOf(runs.map((r) => after(r.startedAt ?? Number.NaN))),
    firstMail: spreadOf(firstMailMs),
    lastMail: spreadOf(lastMailMs),
    allOutMs: record.lastAt === null ? Number.NaN : after(record.lastAt),
    mails: record.accepted,
    faults: faultsOf(settings, due, ids, runs, domains),
    cpuMsPerRun: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / automations])),
    peakMiB: inMiB(watch.peak),
    firstMailMs,
    lastMailMs,
  };
}

/** The recipients of an automation have a domain of their own, by which the sink tells them apart. */
function domainOf(n: number): string {
  return `list-${n}.example.com`;
}

async function makeCampaign(client: RestClient, senderId: string, n: number, contacts: number): Promise<string> {
  const list = await client.ok<{ id: string }>('POST', 'lists', { body: { name: `Bench ${n}` } });
  const rows = Array.from({ length: contacts }, (_, i) => {
    const { email, name, city } = contactOf(i + 1);
    return `${email.slice(0, email.indexOf('@'))}@${domainOf(n)},${name},${city}`;
  });
  const { id } = await client.ok<{ id: string }>('POST', `lists/${list.id}/import`, {
    raw: ['email,name,city', ...rows, ''].join('\r\n'),
    headers: { 'content-type': 'text/csv' },
  });
  await until(
    () => client.ok<{ status: string }>('GET', `imports/${id}`),
    (i) => i.status === 'completed',
    60_000,
  );
  const campaign = await client.ok<{ id: string }>('POST', 'campaigns', {
    body: { name: `Bench ${n}`, listIds: [list.id], senderIds: [senderId], content: { subject, html } },
  });
  return campaign.id;
}

/** Calls `work` with 0 to `count` − 1, some at once. */
async function forEach(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(makers, count) }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/** Every item of a list of the API. */
async function pages<T>(client: RestClient, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: T[]; nextCursor: string | null } = await client.ok(
      'GET',
      cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return items;
  }
}

/** The sink's record once it has all mails, or when none has come for too long. */
async function untilQuiet(sink: Sink, mails: number, onProgress: (accepted: number) => void): Promise<SinkRecord> {
  let last = { accepted: -1, at: Date.now() };
  for (;;) {
    const record = await sink.record();
    if (record.accepted !== last.accepted) last = { accepted: record.accepted, at: Date.now() };
    onProgress(record.accepted);
    if (record.accepted >= mails || Date.now() - last.at > patienceMs) return record;
    await delay(250);
  }
}

function faultsOf(
  settings: AutomationsSettings,
  due: Date,
  ids: readonly string[],
  runs: readonly RunAnswer[],
  domains: readonly (SinkRecord['domains'][string] | undefined)[],
): string[] {
  const { contacts } = settings;
  return ids.flatMap((id, n) => {
    const own = runs.filter((r) => r.automationId === id);
    const [run] = own;
    const mailed = domains[n];
    if (own.length !== 1 || !run) return [`automation ${n}: ${own.length} runs`];
    const faults: string[] = [];
    if (run.status !== 'completed' || run.counts.sent !== contacts || run.counts.total !== contacts) {
      faults.push(`automation ${n}: its run is ${run.status}, ${run.counts.sent} of ${run.counts.total} sent`);
    }
    if (run.kind !== 'scheduled' || new Date(run.scheduledFor).getTime() !== due.getTime()) {
      faults.push(`automation ${n}: its run is ${run.kind}, for ${run.scheduledFor}`);
    }
    if (mailed?.accepted !== contacts || mailed.distinct !== contacts) {
      faults.push(
        `automation ${n}: ${mailed?.accepted ?? 0} mails to ${mailed?.distinct ?? 0} of ${contacts} recipients`,
      );
    }
    return faults;
  });
}

/** When the executions that Schedules started began, by the server's list of them, and which version it is. */
async function startsOf(place: TemporalPlace): Promise<{ version: string; startedAt: number[] }> {
  const client = temporalClient(place);
  try {
    const { serverVersion } = await client.workflowService.getSystemInfo({});
    const startedAt: number[] = [];
    for await (const execution of client.workflow.list({ query: `WorkflowType = 'campaignRun'` })) {
      startedAt.push(execution.startTime.getTime());
    }
    return { version: serverVersion, startedAt };
  } finally {
    await client.connection.close();
  }
}

async function makeNamespace(address: string): Promise<TemporalPlace> {
  const place = { address, namespace: `oncemail-bench-${randomBytes(4).toString('hex')}` };
  const client = temporalClient(place);
  try {
    await client.workflowService.registerNamespace({
      namespace: place.namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    // The parts of a server learn of a namespace some seconds later: Schedules are the last.
    await until(
      async () => {
        try {
          await client.schedule.list()[Symbol.asyncIterator]().next();
          await client.workflow.count();
          return true;
        } catch (error) {
          return (error as Error).message;
        }
      },
      (answer) => answer === true,
      60_000,
    );
    return place;
  } finally {
    await client.connection.close();
  }
}

async function dropNamespace(place: TemporalPlace): Promise<void> {
  const client = temporalClient(place);
  try {
    await client.connection.operatorService.deleteNamespace({ namespace: place.namespace });
  } finally {
    await client.connection.close();
  }
}

function temporalClient({ address, namespace }: TemporalPlace) {
  return createTemporalClient({ connectionOptions: { address }, namespace });
}

function reportLines(results: readonly AutomationsResult[]): string[] {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`.padStart(10);
  return results.flatMap((r) => {
    const line = (name: string, spread: Spread) =>
      `  ${name.padEnd(34)}${seconds(spread.p50)}${seconds(spread.p95)}${seconds(spread.max)}`;
    const parts = (values: Record<string, number>, unit: string, digits: number) =>
      Object.entries(values)
        .map(([name, value]) => `${name} ${value.toFixed(digits)}${unit}`)
        .join(', ');
    return [
      '',
      `  Temporal: ${r.server}. ${r.automations} automations due at ${r.due}, ${r.contacts} contacts each`,
      '',
      `  ${'after they were due'.padEnd(34)}${'p50'.padStart(10)}${'p95'.padStart(10)}${'slowest'.padStart(10)}`,
      line('execution started by its Schedule', r.started),
      line('run in the ledger', r.opened),
      line('first mail at the sink', r.firstMail),
      line('last mail at the sink', r.lastMail),
      '',
      `  All ${r.mails} mails were out after ${(r.allOutMs / 1000).toFixed(2)} s; no automation waited longer for its first mail than ${(r.firstMail.max / 1000).toFixed(2)} s`,
      `  Making the automations: ${r.makingSeconds.toFixed(1)} s, ready ${(r.readyBeforeMs / 1000).toFixed(0)} s before they were due`,
      `  CPU a run: ${parts(r.cpuMsPerRun, ' ms', 1)}`,
      `  Peak memory: ${parts(r.peakMiB, ' MiB', 0)}`,
      ...(r.faults.length === 0
        ? [`  Every recipient of every automation got one mail, in one run of it.`]
        : [`  NOT EXACT:`, ...r.faults.slice(0, 20).map((fault) => `    ${fault}`)]),
      '',
    ];
  });
}
