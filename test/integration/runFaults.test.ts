import { expect, it } from 'vitest';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import { countDeliveries } from '../../src/ledger/runs/countDeliveries.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { untilRun, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]), 0);

const connections = 5;

/** A run whose mails take 20 ms each at the server, begun. */
async function givenRun(count: number): Promise<string> {
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 20 } : undefined);
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, count)],
    senderIds: [await givenSender(ground.database, { port: smtp.port, maxConnections: connections })],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  return runId;
}

const received = (n: number) =>
  expect.poll(() => smtp.received().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(n);

it('a worker killed with -9 in the middle leaves nobody out, mails nobody twice, and as many uncertain as it held', async () => {
  const first = await ground.processes.startWorker();
  const runId = await givenRun(600);
  await received(150);
  await first.kill();
  const second = await ground.processes.startWorker();
  await untilRun(ground.database, runId, 'completed', 110_000);
  const counts = await countDeliveries(ground.database.pool, runId);
  expect(counts.sent + counts.uncertain).toBe(600);
  expect(counts.uncertain).toBeLessThanOrEqual(connections * 2);
  expect(smtp.duplicates()).toEqual([]);
  // Each one that the server has is sent, or uncertain and told of.
  expect(smtp.countByRecipient().size).toBeGreaterThanOrEqual(counts.sent);
  expect(smtp.countByRecipient().size).toBeLessThanOrEqual(600);

  // A person decides that they are to be sent again: the run goes on by a new execution and ends.
  if (counts.uncertain > 0) {
    expect(await resolveUncertain(ground.database.pool, { runId, resolution: 'resend', by: 'a test' })).toBe(
      counts.uncertain,
    );
    expect(await ground.runs.reopen(runId)).toBe(true);
    await untilRun(ground.database, runId, 'completed', 60_000);
    expect(await statesOf(ground.database, runId)).toEqual({ sent: 600 });
    expect(smtp.countByRecipient().size).toBe(600);
  }
  await second.terminate();
}, 240_000);

it('a worker told to end (SIGTERM) finishes what it holds: nothing is uncertain, nobody is mailed twice', async () => {
  const first = await ground.processes.startWorker();
  const runId = await givenRun(400);
  await received(100);
  await first.terminate();
  // It claims nothing more, rather than to go on with its chunk.
  expect(smtp.count).toBeLessThan(300);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: smtp.count, pending: 400 - smtp.count });
  const second = await ground.processes.startWorker();
  await untilRun(ground.database, runId, 'completed', 60_000);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: 400 });
  expect(smtp.duplicates()).toEqual([]);
  expect(smtp.received()).toHaveLength(400);
  await second.terminate();
}, 150_000);

it('an execution that is deleted is continued by a new one; one that is terminated stops its run, which can be resumed', async () => {
  const worker = await ground.processes.startWorker();
  const runId = await givenRun(300);
  await received(50);
  const { rows } = await ground.database.pool.query<{ workflow_id: string }>(
    `SELECT workflow_id FROM runs WHERE id = $1`,
    [runId],
  );
  const workflowId = rows[0]!.workflow_id;
  const execution = await ground.client.workflow.getHandle(workflowId).describe();
  await ground.client.workflow.workflowService.deleteWorkflowExecution({
    namespace: ground.platform.namespace,
    workflowExecution: { workflowId, runId: execution.runId },
  });
  await ground.database.pool.query(`UPDATE runs SET started_at = now() - interval '1 minute' WHERE id = $1`, [runId]);
  await expect.poll(async () => (await ground.runs.reconcile()).continued, { timeout: 30_000 }).toBe(1);
  await expect
    .poll(() => countDeliveries(ground.database.pool, runId).then((c) => c.sent), { timeout: 60_000 })
    .toBeGreaterThan(100);

  await ground.client.workflow.getHandle(workflowId).terminate('by hand');
  await expect.poll(async () => (await ground.runs.reconcile()).ended, { timeout: 30_000 }).toBe(1);
  const stopped = await untilRun(ground.database, runId, 'stopped');
  expect(stopped.status_reason).toContain('terminated');
  expect(await ground.runs.reopen(runId)).toBe(true);
  await untilRun(ground.database, runId, 'completed', 100_000);
  const counts = await countDeliveries(ground.database.pool, runId);
  expect(counts).toMatchObject({ total: 300, sent: 300 });
  expect(smtp.duplicates()).toEqual([]);
  await worker.terminate();
}, 240_000);

it('a frozen worker that wakes after its activities were retried elsewhere sends nothing that others have', async () => {
  const first = await ground.processes.startWorker();
  const runId = await givenRun(500);
  await received(100);
  first.freeze();
  const second = await ground.processes.startWorker();
  await untilRun(ground.database, runId, 'completed', 110_000);
  first.resume();
  // The late settles turn uncertain into what happened.
  await expect
    .poll(() => countDeliveries(ground.database.pool, runId).then((c) => c.sent + c.uncertain + c.pending), {
      timeout: 30_000,
    })
    .toBe(500);
  await first.terminate();
  await second.terminate();
  expect(smtp.duplicates()).toEqual([]);
  const counts = await countDeliveries(ground.database.pool, runId);
  expect(counts.uncertain).toBeLessThanOrEqual(connections * 2);
  expect(counts.sent).toBeLessThanOrEqual(smtp.countByRecipient().size);
}, 240_000);
