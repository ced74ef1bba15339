import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startTemporal } from '../../src/embedded/temporal.js';
import { automationScheduleId, occurrenceWorkflowId } from '../../src/domain/ids.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { reconcileScheduleId } from '../../src/temporal/systemSchedules.js';
import { startWebhookDelivery, webhookWorkflowId } from '../../src/temporal/webhookDelivery.js';
import {
  givenAutomation,
  givenDigest,
  runsOf,
  startGround,
  untilRun,
  type Ground,
} from '../support/campaignFixtures.js';
import { readHistory, storeHistory } from '../support/histories.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';
import { givenWebhook, startWebhookReceiver } from '../support/webhookReceiver.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]));

async function givenRun(on: Ground, count: number, maxConnections = 5): Promise<{ runId: string; workflowId: string }> {
  const campaignId = await givenCampaign(on.database, {
    listIds: [await givenList(on.database, count)],
    senderIds: [await givenSender(on.database, { port: smtp.port, maxConnections })],
  });
  const { runId } = await requestManualRun(on.database, { campaignId });
  await on.runs.start(runId);
  const [run] = await runsOf(on.database, campaignId);
  return { runId, workflowId: run!.workflow_id };
}

/** Records an execution that has closed. */
async function record(name: string, on: Ground, workflowId: string, runId?: string): Promise<void> {
  // A run that failed is a history, too.
  await on.client.workflow
    .getHandle(workflowId, runId)
    .result()
    .catch(() => undefined);
  storeHistory(name, await readHistory(on.client, workflowId, runId));
}

const received = (n: number) =>
  expect.poll(() => smtp.received().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(n);

it('completed, after a timer for deferred deliveries', async () => {
  const seen = new Set<string>();
  smtp.script = ({ stage, to }) => {
    const recipient = to[to.length - 1];
    if (stage !== 'rcpt' || !recipient || !/-[05]@/.test(recipient) || seen.has(recipient)) return undefined;
    seen.add(recipient);
    return '451 4.7.1 try again later';
  };
  const { runId, workflowId } = await givenRun(ground, 120);
  await untilRun(ground.database, runId, 'completed', 60_000);
  await record('campaignRun-completed-after-deferral', ground, workflowId);
});

it('waiting for a sender that names an address in its refusal', async () => {
  let refuse = true;
  smtp.script = ({ stage, from }) =>
    refuse && stage === 'mail' ? `530 5.7.0 authentication required for <${from}>` : undefined;
  const { runId, workflowId } = await givenRun(ground, 10);
  await untilRun(ground.database, runId, 'waiting');
  refuse = false;
  await untilRun(ground.database, runId, 'completed', 60_000);
  await record('campaignRun-sender-fault', ground, workflowId);
});

it('paused and resumed', async () => {
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 40 } : undefined);
  const { runId, workflowId } = await givenRun(ground, 150);
  await received(20);
  expect(await ground.runs.control(runId, 'pause')).toBe(true);
  await untilRun(ground.database, runId, 'paused');
  await expect
    .poll(async () => (await ground.client.workflow.getHandle(workflowId).query<{ status: string }>('progress')).status)
    .toBe('paused');
  expect(await ground.runs.control(runId, 'run')).toBe(true);
  await untilRun(ground.database, runId, 'completed', 60_000);
  await record('campaignRun-paused-resumed', ground, workflowId);
});

it('stopped by a signal sent by hand', async () => {
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 40 } : undefined);
  const { runId, workflowId } = await givenRun(ground, 400, 4);
  await received(20);
  await ground.client.workflow.getHandle(workflowId).signal('stop');
  await untilRun(ground.database, runId, 'stopped');
  await record('campaignRun-stopped', ground, workflowId);
});

it('failed, as its campaign has no sender left', async () => {
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 3)],
    senderIds: [],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  const { workflow_id: workflowId } = await untilRun(ground.database, runId, 'failed');
  await record('campaignRun-failed', ground, workflowId);
});

it('duplicate, by a backfill of an occurrence that ran; and the digest itself', async () => {
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_000);
  const schedule = { type: 'once', at: at.toISOString(), timeZone: 'Europe/Riga' };
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 3)],
    senderIds: [await givenSender(ground.database, { port: smtp.port })],
  });
  const ids = {
    'campaignRun-duplicate': await givenAutomation(ground, campaignId, schedule),
    'dailyDigest-completed': await givenDigest(ground, schedule, {
      senderId: await givenSender(ground.database, { port: smtp.port }),
      to: ['ops@example.com', 'boss@example.com'],
    }),
  };
  for (const id of Object.values(ids)) {
    await expect
      .poll(async () => (await runsOf(ground.database, id))[0]?.status, { timeout: 20_000 })
      .toBe('completed');
  }
  const digest = occurrenceWorkflowId(ids['dailyDigest-completed'], at);
  await record('dailyDigest-completed', ground, digest);

  const id = ids['campaignRun-duplicate'];
  const workflowId = occurrenceWorkflowId(id, at);
  const { runId: first } = await ground.client.workflow.getHandle(workflowId).describe();
  await ground.client.schedule.getHandle(automationScheduleId(id)).backfill({
    start: new Date(at.getTime() - 1_000),
    end: new Date(at.getTime() + 1_000),
    overlap: 'ALLOW_ALL',
  });
  await expect
    .poll(async () => (await ground.client.workflow.getHandle(workflowId).describe()).runId, { timeout: 20_000 })
    .not.toBe(first);
  await record('campaignRun-duplicate', ground, workflowId);
});

it('a reconciliation', async () => {
  const handle = await ground.client.workflow.start('reconcile', {
    taskQueue: 'oncemail',
    workflowId: reconcileScheduleId,
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  await handle.result();
  storeHistory('reconcile', await readHistory(ground.client, handle.workflowId, handle.firstExecutionRunId));
});

it('continued as new, on a server that suggests it early', async () => {
  const { platform } = ground;
  const directory = platform.env['ONCEMAIL_DATA_DIR'] as string;
  const temporal = await startTemporal({
    binary: platform.temporalBinary,
    dbFile: join(directory, 'short-histories.db'),
    logPath: join(directory, 'short-histories.log'),
    port: 0,
    headless: true,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '30' },
  });
  const short = await startGround({ address: temporal.address, namespace: 'default' });
  try {
    await short.processes.startWorker();
    smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 20 } : undefined);
    const { runId, workflowId } = await givenRun(short, 300);
    await untilRun(short.database, runId, 'completed', 60_000);
    expect(smtp.countByRecipient().size).toBe(300);
    expect(smtp.duplicates()).toEqual([]);
    const { rows } = await short.database.pool.query<{ owner: string }>(
      `SELECT first_execution_run_id AS owner FROM runs WHERE id = $1`,
      [runId],
    );
    const last = await short.client.workflow.getHandle(workflowId).describe();
    expect(last.runId).not.toBe(rows[0]!.owner);
    storeHistory('campaignRun-continued-1-first', await readHistory(short.client, workflowId, rows[0]!.owner));
    await record('campaignRun-continued-2-last', short, workflowId);
  } finally {
    await short.close();
    await temporal.stop();
  }
});

it('webhook events, one of them refused', async () => {
  const receiver = await startWebhookReceiver();
  try {
    receiver.answer = (_, n) => (n === 2 ? 500 : 204);
    const { id } = await givenWebhook(ground.database, ground.platform.env['ONCEMAIL_SECRET_KEY'] as string, {
      url: receiver.url,
      events: ['run.started'],
    });
    await ground.database.pool.query(
      `INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, data)
       SELECT uuid_v7(), $1, uuid_v7(), 'run.started', '{}' FROM generate_series(1, 3)`,
      [id],
    );
    await startWebhookDelivery(ground.client, 'oncemail', id);
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    await record('webhookDelivery-one-refused', ground, webhookWorkflowId(id));
  } finally {
    await receiver.close();
  }
});
