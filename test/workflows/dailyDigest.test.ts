import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import type { ActivityDependencies } from '../../src/activities/dependencies.js';
import { digestActivities } from '../../src/activities/digest.js';
import { automationScheduleId, occurrenceWorkflowId } from '../../src/domain/ids.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { givenDigest, runsOf, untilRun, type Ground } from '../support/campaignFixtures.js';
import { readHistory, textsOf } from '../support/histories.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]));

const soon = () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_000);
const once = (at: Date) => ({ type: 'once', at: at.toISOString(), timeZone: 'Europe/Riga' });

it('mails the figures of the day before to each address once, whatever is repeated, and keeps addresses out of Temporal', async () => {
  // A campaign that ran yesterday, by the calendar of the digest's zone.
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 4)],
    senderIds: [await givenSender(ground.database, { port: smtp.port })],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  await untilRun(ground.database, runId, 'completed');
  await ground.database.pool.query(`UPDATE runs SET created_at = now() - interval '1 day' WHERE id = $1`, [runId]);
  smtp.clear();

  const at = soon();
  const id = await givenDigest(ground, once(at), {
    senderId: await givenSender(ground.database, { port: smtp.port }),
    to: ['ops@example.com', 'boss@example.com', 'Ops@example.com'],
  });
  await expect.poll(async () => (await runsOf(ground.database, id))[0]?.status, { timeout: 20_000 }).toBe('completed');
  const to = () => [...smtp.countByRecipient()].map(([email, n]) => `${n} ${email.toLowerCase()}`).sort();
  expect(to()).toEqual(['1 boss@example.com', '1 ops@example.com']);

  const workflowId = occurrenceWorkflowId(id, at);
  const [run] = await runsOf(ground.database, id);
  const figures = {
    day: new Date(at.getTime() - 86_400_000).toISOString().slice(0, 10),
    timeZone: 'UTC',
    runs: 1,
    completedRuns: 1,
    endedEarly: 0,
    sent: 4,
    failed: 0,
    uncertain: 0,
    notifications: 0,
  };
  expect(await ground.client.workflow.getHandle(workflowId).result()).toMatchObject({
    status: 'completed',
    runId: run!.id,
    counts: { total: 2, sent: 2 },
    result: figures,
  });
  const { rows } = await ground.database.pool.query<{ result: unknown }>(`SELECT result FROM runs WHERE id = $1`, [
    run!.id,
  ]);
  expect(rows[0]!.result).toEqual(figures);
  const message = smtp.received()[0]!.raw.toString();
  expect(message).toContain(`Subject: Oncemail: ${figures.day}`);
  expect(message).toMatch(/Mails sent<\/td><td[^>]*>4</);
  const history = await readHistory(ground.client, workflowId);
  expect(textsOf(history).filter((text) => /@|example\.com|<table/.test(text))).toEqual([]);

  // Temporal runs the same time again on request: the ledger knows that the digest of that day is out.
  const { runId: firstExecution } = await ground.client.workflow.getHandle(workflowId).describe();
  await ground.client.schedule.getHandle(automationScheduleId(id)).backfill({
    start: new Date(at.getTime() - 1_000),
    end: new Date(at.getTime() + 1_000),
    overlap: 'ALLOW_ALL',
  });
  const latest = () => ground.client.workflow.getHandle(workflowId).describe();
  await expect.poll(async () => (await latest()).runId, { timeout: 20_000 }).not.toBe(firstExecution);
  expect(await ground.client.workflow.getHandle(workflowId).result()).toEqual({
    status: 'duplicate',
    runId: run!.id,
    ownerWorkflowId: workflowId,
  });
  expect(await runsOf(ground.database, id)).toHaveLength(1);
  expect(smtp.received()).toHaveLength(2);
});

it('answers the figures that are mailed when its step is repeated after they have changed', async () => {
  const senderId = await givenSender(ground.database, { port: smtp.port });
  const id = await givenDigest(
    ground,
    { type: 'daily', time: '03:00', timeZone: 'UTC' },
    { senderId, to: ['ops@example.com'] },
  );
  const { runId } = await requestManualRun(ground.database, { automationId: id });
  const { prepareDigest } = digestActivities({ database: ground.database } as ActivityDependencies);
  const mailed = await new MockActivityEnvironment().run(prepareDigest, { runId });
  await ground.database.pool.query(
    `INSERT INTO notifications (id, kind, severity, message, created_at)
     VALUES (gen_random_uuid(), 'run-failed', 'error', 'told late', now() - interval '1 day')`,
  );
  expect(await new MockActivityEnvironment().run(prepareDigest, { runId })).toEqual(mailed);
});

it('fails, saying why, when the sender it names has been deleted', async () => {
  const senderId = await givenSender(ground.database, { port: smtp.port });
  await ground.database.pool.query(`UPDATE senders SET deleted_at = now() WHERE id = $1`, [senderId]);
  const id = await givenDigest(ground, once(soon()), { senderId, to: ['ops@example.com'] });
  await expect.poll(async () => (await runsOf(ground.database, id)).length, { timeout: 20_000 }).toBe(1);
  const run = await untilRun(ground.database, (await runsOf(ground.database, id))[0]!.id, 'failed');
  expect(run.status_reason).toContain('sender');
  expect(smtp.received()).toHaveLength(0);
});
