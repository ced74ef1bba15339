import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { AutomationView } from '../../src/api/automations/schemas.js';
import type { RunView } from '../../src/api/runs/schemas.js';
import { automationScheduleId, occurrenceWorkflowId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { parseScheduleSpec } from '../../src/domain/schedule/spec.js';
import { startTemporal, type EmbeddedTemporal } from '../../src/embedded/temporal.js';
import { insertAutomation, updateAutomation } from '../../src/ledger/automations/writeAutomation.js';
import { reconcileScheduleId } from '../../src/temporal/systemSchedules.js';
import type { ReconcileSummary } from '../../src/workflows/reconcile.js';
import { pauseByHand } from '../support/byHand.js';
import { givenAutomation, startGround, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { ApiProcess } from '../support/processes.js';
import { until } from '../support/restClient.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

/** Occurrences that should have run and did not, on a Temporal server that can be taken away. */
let temporal: EmbeddedTemporal;
let directory: string;
let ground: Ground;
let smtp: SmtpTestServer;
let api: ApiProcess;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'oncemail-missed-'));
  temporal = await startTemporal({
    binary: inject('platform').temporalBinary,
    dbFile: join(directory, 'temporal.db'),
    logPath: join(directory, 'temporal.log'),
    port: 0,
    headless: true,
  });
  ground = await startGround({ address: temporal.address, namespace: 'default' });
  smtp = await startSmtpServer();
  await ground.processes.startWorker();
  api = await ground.processes.startApi({ TEMPORAL_UI_URL: '' });
});
afterAll(async () => {
  await ground?.close();
  await smtp?.close();
  await temporal?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const recipients = 5;
/** The shortest that Temporal takes, so that a test need not wait long until nothing can come any more. */
const catchUpSeconds = 10;

interface Mailing {
  campaignId: string;
  /** The mails of it that the server has, by address. */
  received: () => Map<string, number>;
}

async function givenMailing(): Promise<Mailing> {
  const prefix = `m${randomUUID().slice(0, 8)}-`;
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, recipients, prefix)],
    senderIds: [await givenSender(ground.database, { port: smtp.port })],
  });
  const received = () => new Map([...smtp.countByRecipient()].filter(([address]) => address.startsWith(prefix)));
  return { campaignId, received };
}

/** An automation whose one occurrence comes soon. */
async function givenSoon(schedule: object): Promise<{ id: string; mailing: Mailing }> {
  const mailing = await givenMailing();
  return { id: await givenAutomation(ground, mailing.campaignId, schedule, { catchUpSeconds }), mailing };
}

/** A time in so many seconds, and the schedule that has it alone; the reconciler's own minute is not in between, nor still at work. */
async function soon(seconds: number): Promise<{ at: Date; schedule: object }> {
  const clear = () => new Date().getSeconds() >= 5 && new Date().getSeconds() < 55 - seconds;
  await expect.poll(clear, { timeout: 60_000 }).toBe(true);
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000);
  return { at, schedule: { type: 'once', at: at.toISOString(), timeZone: 'UTC' } };
}

const scheduleOf = (id: string) => ground.client.schedule.getHandle(automationScheduleId(id));
const passed = (at: Date) =>
  expect.poll(() => Date.now(), { timeout: 60_000, interval: 250 }).toBeGreaterThan(at.getTime() + 1_000);
const reconcile = () =>
  ground.client.workflow.execute<() => Promise<ReconcileSummary>>('reconcile', {
    taskQueue: 'oncemail',
    workflowId: `${reconcileScheduleId}/by-hand/${uuidv7()}`,
    args: [],
  });

interface Occurrence {
  at: string;
  fate: string;
  reason: string | null;
  runId: string | null;
}
const occurrences = async (id: string) =>
  (await api.client.ok<{ items: Occurrence[] }>('GET', `automations/${id}/occurrences`)).items;
const automation = (id: string) => api.client.ok<AutomationView>('GET', `automations/${id}`);
const told = async (id: string) =>
  (
    await api.client.ok<{ items: { automationId: string; kind: string; message: string }[] }>('GET', 'notifications')
  ).items.filter((n) => n.automationId === id);

/** Waits until the occurrence shows as missed and has been told of, and checks that it is told once, however often the reconciler looks. */
async function missedOnce(id: string, at: Date, reason: string): Promise<void> {
  const missed = await until(
    () => occurrences(id),
    ([o]) => o?.fate === 'missed' && o,
    60_000,
  );
  expect(missed).toMatchObject({ at: at.toISOString(), runId: null });
  await until(
    async () => (await reconcile(), told(id)),
    (list) => list.some((n) => n.kind === 'occurrence-missed'),
    30_000,
  );
  expect((await occurrences(id))[0]!.reason).toContain(reason);
  await reconcile();
  const messages = (await told(id)).filter((n) => n.kind === 'occurrence-missed').map((n) => n.message);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain(reason);
  expect((await automation(id)).missed).toBe(1);
}

/** Runs it with one call, which may be repeated, and checks that everybody has one mail. */
async function repaired(id: string, at: Date, mailing: Mailing): Promise<void> {
  expect(mailing.received().size).toBe(0);
  const path = `automations/${id}/occurrences/${at.toISOString()}/run`;
  const answers = await Promise.all(Array.from({ length: 4 }, () => api.client.request<RunView>('POST', path)));
  expect(answers.map((a) => a.status)).toEqual([202, 202, 202, 202]);
  const { id: runId } = answers[0]!.body;
  expect(new Set(answers.map((a) => a.body.id))).toEqual(new Set([runId]));
  expect(answers[0]!.headers.get('location')).toBe(`/api/v1/runs/${runId}`);
  const run = await until(
    () => api.client.ok<RunView>('GET', `runs/${runId}`),
    (r) => r.status === 'completed' && r,
  );
  expect(run).toMatchObject({
    kind: 'backfill',
    scheduledFor: at.toISOString(),
    workflowId: occurrenceWorkflowId(id, at),
  });
  expect((await occurrences(id))[0]).toMatchObject({ fate: 'ran', runId, reason: null });
  expect(await automation(id)).toMatchObject({ missed: 0, totalRuns: 1 });
  expect((await api.client.request<RunView>('POST', path)).body.id).toBe(runId);
  expect([...mailing.received().values()]).toEqual(Array(recipients).fill(1));
}

it('are found when Temporal was away for longer than the catch-up window', async () => {
  const { at, schedule } = await soon(6);
  const { id, mailing } = await givenSoon(schedule);
  await temporal.child.stop();
  // Beyond the window: the server will not start it any more.
  await expect
    .poll(() => Date.now(), { timeout: 60_000, interval: 250 })
    .toBeGreaterThan(at.getTime() + catchUpSeconds * 1000 + 3_000);
  await temporal.restart();
  await missedOnce(id, at, `it was not run within the catch-up window of ${catchUpSeconds} s`);
  await repaired(id, at, mailing);
}, 180_000);

const repairTold = (id: string) =>
  until(
    async () => (await reconcile(), told(id)),
    (list) => list.find((n) => n.kind === 'schedule-repaired')?.message,
    40_000,
  );

it.concurrent(
  'are found when the Schedule was paused by hand in Temporal, and the Schedule is brought back',
  async ({ expect }) => {
    const { at, schedule } = await soon(8);
    const { id, mailing } = await givenSoon(schedule);
    await pauseByHand(scheduleOf(id));
    await passed(at);
    expect(await repairTold(id)).toContain('was paused in Temporal');
    expect((await scheduleOf(id).describe()).state.paused).toBe(false);
    await missedOnce(id, at, 'its Schedule was paused in Temporal; it was repaired at');
    expect((await told(id)).map((n) => n.kind).sort()).toEqual(['occurrence-missed', 'schedule-repaired']);
    await repaired(id, at, mailing);
  },
  180_000,
);

it.concurrent(
  'are found when the Schedule was deleted in Temporal',
  async () => {
    const { at, schedule } = await soon(8);
    const { id, mailing } = await givenSoon(schedule);
    await scheduleOf(id).delete();
    await passed(at);
    await repairTold(id);
    await missedOnce(id, at, 'its Schedule was missing in Temporal; it was repaired at');
    await repaired(id, at, mailing);
  },
  180_000,
);

it.concurrent(
  "are found when the Schedule has stalled, as the server's workflow for it is gone",
  async () => {
    const { at, schedule } = await soon(8);
    const { id, mailing } = await givenSoon(schedule);
    await ground.client.workflow
      .getHandle(`temporal-sys-scheduler:${automationScheduleId(id)}`)
      .terminate('as if it had been lost');
    await passed(at);
    await repairTold(id);
    await missedOnce(id, at, 'its Schedule was missing in Temporal; it was repaired at');
    await repaired(id, at, mailing);
  },
  180_000,
);

it.concurrent(
  'are found when the command to make the Schedule was lost',
  async ({ expect }) => {
    const { at, schedule } = await soon(8);
    const id = uuidv7();
    const mailing = await givenMailing();
    // Written when the time has passed, so that no reconciler is in time.
    await passed(at);
    await insertAutomation(ground.database, id, {
      name: 'Never made',
      campaignId: mailing.campaignId,
      workflowType: null,
      workflowInput: null,
      schedule: parseScheduleSpec(schedule),
      policy: { ...defaultPolicy, catchUpSeconds },
      enabled: true,
    });
    await ground.database.pool.query(
      `UPDATE automation_revisions SET valid_from = $2::timestamptz - interval '1 minute' WHERE automation_id = $1`,
      [id, at],
    );
    await until(
      async () => (await reconcile(), automation(id)),
      (a) => a.inSync,
    );
    await missedOnce(id, at, 'its Schedule did not exist in Temporal yet; it was repaired at');
    expect((await told(id)).map((n) => n.kind)).toEqual(['occurrence-missed']);
    await repaired(id, at, mailing);
  },
  180_000,
);

it.concurrent(
  'are not told of while their execution is there and no worker has begun it',
  async ({ expect }) => {
    const { at, schedule } = await soon(8);
    const { id } = await givenSoon(schedule);
    await updateAutomation(ground.database, id, (a) => ({ ...a, enabled: false }));
    await ground.schedules.sync(id);
    await ground.client.workflow.start('campaignRun', {
      taskQueue: 'nobody-listens',
      workflowId: occurrenceWorkflowId(id, at),
      args: [{ automationId: id }],
    });
    // As if it had been enabled all the time.
    await ground.database.pool.query(`UPDATE automation_revisions SET enabled = true WHERE automation_id = $1`, [id]);
    await until(
      () => occurrences(id),
      ([o]) => o?.fate === 'missed',
      60_000,
    );
    await reconcile();
    expect(await told(id)).toEqual([]);
    await ground.client.workflow.getHandle(occurrenceWorkflowId(id, at)).terminate();
    await missedOnce(id, at, 'its execution was terminated in Temporal before it had begun');
  },
  180_000,
);

it('and others without a run are run with one call; those to come, those that ran, and times that are none are refused', async () => {
  const { campaignId } = await givenMailing();
  smtp.clear();
  const { at, schedule } = await soon(2);
  const ranId = await givenAutomation(ground, campaignId, schedule);
  await until(
    () => occurrences(ranId),
    ([o]) => o?.fate === 'ran',
  );
  const asked = (id: string, time: string | Date) =>
    api.client.request<{ detail: string; runId: string }>(
      'POST',
      `automations/${id}/occurrences/${typeof time === 'string' ? time : time.toISOString()}/run`,
    );
  const ran = await asked(ranId, at);
  expect([ran.status, ran.body.runId]).toEqual([409, (await occurrences(ranId))[0]!.runId]);
  expect((await asked(ranId, new Date(at.getTime() + 1_000))).status).toBe(404);
  expect((await asked(uuidv7(), at)).status).toBe(404);
  expect((await asked(ranId, 'yesterday')).status).toBe(404);
  expect(smtp.received()).toHaveLength(recipients);
  smtp.clear();

  // Hourly for half a day, paused in the last two hours.
  const hourly = await givenAutomation(ground, campaignId, { type: 'interval', everyMinutes: 60 });
  await ground.database.pool.query(
    `UPDATE automation_revisions SET valid_from = now() - interval '12 hours' WHERE automation_id = $1`,
    [hourly],
  );
  await updateAutomation(ground.database, hourly, (a) => ({ ...a, enabled: false }));
  await ground.database.pool.query(
    `UPDATE automation_revisions SET valid_from = now() - interval '2 hours' WHERE automation_id = $1 AND revision = 2`,
    [hourly],
  );
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const all = await occurrences(hourly);
  const paused = all.filter((o) => o.fate === 'paused' && Date.parse(o.at) <= Date.now()).at(-1)!;
  expect(paused.at).toBe(new Date(hour).toISOString());
  const first = await asked(hourly, paused.at);
  expect(first.status).toBe(202);
  await until(
    () => occurrences(hourly),
    (items) => items.find((o) => o.at === paused.at)?.fate === 'ran',
  );
  expect(smtp.received()).toHaveLength(recipients);
  // An edit of the zone does not make another occurrence of the same moment.
  await api.client.ok('PATCH', `automations/${hourly}`, { body: { schedule: { type: 'daily', time: '09:00' } } });
  const again = await asked(hourly, paused.at);
  expect([again.status, smtp.received().length]).toEqual([202, recipients]);
  await api.client.ok('POST', `automations/${hourly}/resume`);
  const coming = (await occurrences(hourly)).find((o) => o.fate === 'coming')!;
  const early = await asked(hourly, coming.at);
  expect([early.status, early.body.detail]).toEqual([409, expect.stringContaining('still to come')]);

  await api.client.ok('DELETE', `automations/${hourly}`);
  expect((await asked(hourly, paused.at)).status).toBe(404);
}, 120_000);
