import { ScheduleNotFoundError } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { automationScheduleId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { parseScheduleSpec } from '../../src/domain/schedule/spec.js';
import { insertAutomation } from '../../src/ledger/automations/writeAutomation.js';
import { readAutomation } from '../../src/ledger/automations/readAutomation.js';
import { accountOccurrences } from '../../src/ledger/occurrences/accountOccurrences.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { reconcileScheduleId } from '../../src/temporal/systemSchedules.js';
import type { ReconcileSummary } from '../../src/workflows/reconcile.js';
import { pauseByHand } from '../support/byHand.js';
import { givenAutomation, runsOf, untilRun, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]));

const daily = { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' };

async function givenMailing(senderIds?: string[]): Promise<string> {
  return givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 5)],
    senderIds: senderIds ?? [await givenSender(ground.database, { port: smtp.port })],
  });
}

/** One reconciliation now, beside those that its Schedule starts. */
async function reconcile(): Promise<ReconcileSummary> {
  return ground.client.workflow.execute<() => Promise<ReconcileSummary>>('reconcile', {
    taskQueue: 'oncemail',
    workflowId: `${reconcileScheduleId}/by-hand/${uuidv7()}`,
    args: [],
  });
}

async function notificationsOf(automationId: string): Promise<{ kind: string; message: string }[]> {
  const { rows } = await ground.database.pool.query<{ kind: string; message: string }>(
    `SELECT n.kind, n.message FROM notifications n LEFT JOIN runs r ON r.id = n.run_id
      WHERE n.automation_id = $1 OR r.automation_id = $1 ORDER BY n.id`,
    [automationId],
  );
  return rows;
}

const scheduleOf = (automationId: string) => ground.client.schedule.getHandle(automationScheduleId(automationId));
const exists = (automationId: string) =>
  scheduleOf(automationId)
    .describe()
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      },
    );

it('starts a run that was requested and never started, by its own Schedule', async () => {
  const { runId } = await requestManualRun(ground.database, { campaignId: await givenMailing() });
  // As if the process that took the request had died a while ago.
  await ground.database.pool.query(`UPDATE runs SET created_at = now() - interval '1 minute' WHERE id = $1`, [runId]);
  await untilRun(ground.database, runId, 'completed', 90_000);
  expect(smtp.received()).toHaveLength(5);
  expect(smtp.duplicates()).toEqual([]);
}, 120_000);

it('leaves a run alone whose execution is just being started', async () => {
  const { runId } = await requestManualRun(ground.database, { campaignId: await givenMailing() });
  await reconcile();
  const { rows } = await ground.database.pool.query(`SELECT status, first_execution_run_id FROM runs WHERE id = $1`, [
    runId,
  ]);
  expect(rows).toEqual([{ status: 'preparing', first_execution_run_id: null }]);
  await ground.runs.start(runId);
  await untilRun(ground.database, runId, 'completed');
});

it('brings back a Schedule that was deleted by hand, and one that was edited', async () => {
  const id = await givenAutomation(ground, await givenMailing(), daily);
  await scheduleOf(id).delete();
  await expect.poll(() => exists(id), { timeout: 20_000 }).toBe(false);
  // The listing of Schedules may lag behind.
  await expect.poll(async () => (await reconcile(), exists(id)), { timeout: 40_000 }).toBe(true);
  await pauseByHand(scheduleOf(id));
  await expect
    .poll(
      async () => {
        await reconcile();
        return (await scheduleOf(id).describe()).state;
      },
      { timeout: 40_000 },
    )
    .toMatchObject({ paused: false, note: 'Oncemail: active, revision 1' });
});

it('follows a Schedule that paused itself because a run failed, tells of both, and does not resume it', async () => {
  const senderId = await givenSender(ground.database, { port: smtp.port });
  const campaignId = await givenMailing([senderId]);
  await ground.database.pool.query(`UPDATE senders SET deleted_at = now() WHERE id = $1`, [senderId]);
  const id = await givenAutomation(
    ground,
    campaignId,
    { ...daily, timeZone: 'UTC', time: new Date(Date.now() + 4_000).toISOString().slice(11, 19) },
    { pauseOnFailure: true },
  );
  await expect.poll(async () => (await runsOf(ground.database, id))[0]?.status, { timeout: 30_000 }).toBe('failed');
  await expect.poll(async () => (await scheduleOf(id).describe()).state.paused, { timeout: 20_000 }).toBe(true);

  await expect
    .poll(async () => (await reconcile(), readAutomation(ground.database.pool, id)), { timeout: 40_000 })
    .toMatchObject({ enabled: false, revision: 2, syncedRevision: 2 });
  await reconcile();
  await reconcile();
  expect((await scheduleOf(id).describe()).state).toMatchObject({ paused: true, note: 'Oncemail: paused, revision 2' });
  const told = await notificationsOf(id);
  expect(told.map((n) => n.kind).sort()).toEqual(['automation-paused', 'run-failed']);
  expect(told.find((n) => n.kind === 'automation-paused')!.message).toContain('paused because a run failed');
  expect(told.find((n) => n.kind === 'run-failed')!.message).toContain('no sender');
  expect(await runsOf(ground.database, id)).toHaveLength(1);
  expect(smtp.received()).toHaveLength(0);
});

it('raises an occurrence that was missed beyond catch-up once; a backfill of its time settles it', async () => {
  // An automation that has been in the ledger for two days and has no run, as after an outage that was longer than its catch-up window.
  const id = uuidv7();
  const campaignId = await givenMailing();
  await insertAutomation(ground.database, id, {
    name: 'Two days away',
    campaignId,
    workflowType: null,
    workflowInput: null,
    schedule: parseScheduleSpec({ ...daily, timeZone: 'UTC', time: timeOfDay(-30) }),
    policy: { ...defaultPolicy, catchUpSeconds: 600 },
    enabled: true,
  });
  await ground.database.pool.query(
    `UPDATE automation_revisions SET valid_from = now() - interval '26 hours' WHERE automation_id = $1`,
    [id],
  );
  const account = async () =>
    (await accountOccurrences(ground.database.pool, id, new Date(Date.now() - 26 * 3_600_000), new Date(), 10))!.map(
      ({ at, fate, reason }) => ({ at, fate, reason }),
    );
  const missed = await account();
  expect(missed.map((o) => o.fate)).toEqual(['missed', 'missed']);
  expect(missed[1]!.reason).toContain('catch-up window of 10 min');

  expect((await reconcile()).occurrences.missed).toBeGreaterThanOrEqual(2);
  await reconcile();
  const told = await notificationsOf(id);
  expect(told.map((n) => n.kind)).toEqual(['occurrence-missed']);
  expect(told[0]!.message).toContain('did not run 2 times, from ');
  expect(await runsOf(ground.database, id)).toHaveLength(0);

  const last = missed[1]!.at;
  expect(await exists(id)).toBe(true);
  await scheduleOf(id).backfill({
    start: new Date(last.getTime() - 1_000),
    end: new Date(last.getTime() + 1_000),
    overlap: 'ALLOW_ALL',
  });
  await expect.poll(async () => (await account()).map((o) => o.fate), { timeout: 30_000 }).toEqual(['missed', 'ran']);
  expect(smtp.received()).toHaveLength(5);
  expect(smtp.duplicates()).toEqual([]);
  await reconcile();
  expect(await notificationsOf(id)).toHaveLength(1);
});

/** The time of day in UTC, so many minutes from now. */
function timeOfDay(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
}
