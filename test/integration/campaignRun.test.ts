import { generateKeyPairSync } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { automationScheduleId, occurrenceWorkflowId } from '../../src/domain/ids.js';
import { requestManualRun, requestOccurrence } from '../../src/ledger/runs/requestRun.js';
import { runToStart } from '../../src/ledger/runs/unfinishedRuns.js';
import { countDeliveries } from '../../src/ledger/runs/countDeliveries.js';
import { createSecretBox } from '../../src/mail/secrets.js';
import { taskQueue } from '../../src/temporal/connect.js';
import { startRun } from '../../src/temporal/startRun.js';
import { givenAutomation, runsOf, untilRun, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]));

async function givenMailing(
  count: number,
  sender: Parameters<typeof givenSender>[1] = { port: smtp.port },
): Promise<string> {
  return givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, count)],
    senderIds: [await givenSender(ground.database, sender)],
  });
}

function soon(seconds: number): Date {
  return new Date(Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000);
}

const once = (at: Date) => ({ type: 'once', at: at.toISOString(), timeZone: 'Europe/Riga' });

it('mails a scheduled campaign once each; API counts, rows, the result of the workflow and the mail server agree', async () => {
  const at = soon(3);
  const id = await givenAutomation(ground, await givenMailing(700), once(at));
  await expect.poll(async () => (await runsOf(ground.database, id)).length, { timeout: 20_000 }).toBe(1);
  const [run] = await runsOf(ground.database, id);
  await untilRun(ground.database, run!.id, 'completed');

  expect(run!.workflow_id).toBe(occurrenceWorkflowId(id, at));
  const result = await ground.client.workflow.getHandle(run!.workflow_id).result();
  const counts = await countDeliveries(ground.database.pool, run!.id);
  expect(counts).toEqual({
    total: 700,
    sent: 700,
    pending: 0,
    sending: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
    uncertain: 0,
  });
  expect(result).toEqual({ status: 'completed', runId: run!.id, counts });
  expect(await statesOf(ground.database, run!.id)).toEqual({ sent: 700 });
  expect(smtp.countByRecipient().size).toBe(700);
  expect(smtp.duplicates()).toEqual([]);

  const message = smtp.received()[0]!;
  expect(message.raw.toString()).toContain(`Message-ID: <${run!.id}.`);
  expect(message.raw.toString()).toMatch(/List-Unsubscribe: <http/);
});

it('a backfill, a backfill again, and one after the execution was deleted mail nobody twice', async () => {
  const at = soon(2);
  const id = await givenAutomation(ground, await givenMailing(20), once(at));
  await expect.poll(async () => (await runsOf(ground.database, id))[0]?.status, { timeout: 20_000 }).toBe('completed');
  const workflowId = occurrenceWorkflowId(id, at);
  // A backfill that finds the same Workflow ID still running starts nothing: each must find the one before closed.
  const closed = () =>
    expect
      .poll(async () => (await ground.client.workflow.getHandle(workflowId).describe()).status.name, {
        timeout: 20_000,
      })
      .toBe('COMPLETED');
  const schedule = ground.client.schedule.getHandle(automationScheduleId(id));
  const window = {
    start: new Date(at.getTime() - 5_000),
    end: new Date(at.getTime() + 1_000),
    overlap: 'ALLOW_ALL' as const,
  };
  const duplicates = async () =>
    (
      await ground.database.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM run_duplicates d JOIN runs r ON r.id = d.run_id WHERE r.automation_id = $1`,
        [id],
      )
    ).rows[0]!.n;

  // The server drops a backfill now and then without a word, so one that shows no effect is sent again.
  const backfill = async () => {
    const before = await duplicates();
    for (let attempt = 0; attempt < 4; attempt++) {
      await schedule.backfill(window);
      const seen = await expect
        .poll(duplicates, { timeout: 8_000 })
        .toBeGreaterThan(before)
        .then(
          () => true,
          () => false,
        );
      if (seen) return;
    }
    throw new Error('four backfills started no execution');
  };

  await closed();
  await backfill();
  await closed();
  await backfill();

  await closed();
  // Every execution of this Workflow ID goes, as if retention had passed.
  await expect
    .poll(
      async () => {
        try {
          const execution = await ground.client.workflow.getHandle(workflowId).describe();
          await ground.client.workflow.workflowService.deleteWorkflowExecution({
            namespace: ground.platform.namespace,
            workflowExecution: { workflowId, runId: execution.runId },
          });
          return 'there';
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return 'gone';
          throw error;
        }
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe('gone');
  await backfill();
  const result = await ground.client.workflow.getHandle(workflowId).result();
  const runs = await runsOf(ground.database, id);
  expect(result).toMatchObject({ status: 'duplicate', runId: runs[0]!.id });
  expect(runs).toHaveLength(1);
  expect(smtp.received()).toHaveLength(20);
}, 150_000);

it('an occurrence asked for before its Schedule fires is not run again by the Schedule', async () => {
  const at = soon(4);
  const id = await givenAutomation(ground, await givenMailing(10), once(at));
  const asked = await requestOccurrence(ground.database, id, at, 'backfill');
  await ground.runs.start(asked.runId);
  await untilRun(ground.database, asked.runId, 'completed');
  // The Schedule has passed the time: nothing is left to come. Its own start was refused or ended as a duplicate.
  const schedule = ground.client.schedule.getHandle(automationScheduleId(id));
  await expect.poll(async () => (await schedule.describe()).info.nextActionTimes.length, { timeout: 20_000 }).toBe(0);
  await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(at.getTime() + 2_000);
  expect(await runsOf(ground.database, id)).toHaveLength(1);
  expect(smtp.received()).toHaveLength(10);
});

it('a step that cannot be taken at once in the workflow task is taken as an activity, and nobody is mailed twice', async () => {
  const campaignId = await givenMailing(5);
  const { runId } = await requestManualRun(ground.database, { campaignId });
  const [requested] = await runsOf(ground.database, campaignId);
  const steps = async () => {
    const { events } = await ground.client.workflow.getHandle(requested!.workflow_id).fetchHistory();
    return (events ?? []).flatMap((e) => e.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  };
  const client = await ground.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM runs WHERE id = $1 FOR UPDATE', [runId]);
    await ground.runs.start(runId);
    await expect.poll(steps).toEqual(['openRun']);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
  await untilRun(ground.database, runId, 'completed');
  expect(await steps()).toEqual(['openRun', 'snapshotAudience', 'deliverChunk']);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: 5 });
  const sent = smtp.received().filter((mail) => mail.raw.toString().includes(`Message-ID: <${runId}.`));
  expect(sent).toHaveLength(5);
});

it('a run that is started again, by somebody slower than itself, has one execution', async () => {
  const campaignId = await givenMailing(1);
  const { runId } = await requestManualRun(ground.database, { campaignId });
  const starts = Array.from({ length: 8 }, async (_, n) => {
    if (n % 2 === 1) await untilRun(ground.database, runId, 'completed');
    await ground.runs.start(runId);
  });
  await Promise.all(starts);
  const [run] = await runsOf(ground.database, campaignId);
  const late = (await runToStart(ground.database.pool, runId))!;
  expect(await startRun(ground.client, taskQueue(), late, { neverBefore: true })).toBe(false);
  const executions = async () => (await ground.client.workflow.count(`WorkflowId = '${run!.workflow_id}'`)).count;
  await expect.poll(executions).toBe(1);
  const { rows } = await ground.database.pool.query(`SELECT 1 FROM run_duplicates WHERE run_id = $1`, [runId]);
  expect(rows).toEqual([]);
});

it('twenty requests with one key are one run, without a key each is one', async () => {
  const campaignId = await givenMailing(5);
  const asked = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const r = await requestManualRun(ground.database, { campaignId }, { idempotencyKey: 'a key' });
      await ground.runs.start(r.runId);
      return r;
    }),
  );
  expect(new Set(asked.map((r) => r.runId)).size).toBe(1);
  expect(asked.filter((r) => r.created)).toHaveLength(1);
  await untilRun(ground.database, asked[0]!.runId, 'completed');
  const more = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(more.runId);
  await untilRun(ground.database, more.runId, 'completed');
  expect(smtp.received()).toHaveLength(10);
});

it('sends again only what the server deferred, and suppresses what it does not know', async () => {
  const seen = new Map<string, number>();
  smtp.script = ({ stage, to }) => {
    if (stage !== 'rcpt') return undefined;
    const recipient = to[to.length - 1]!;
    const n = Number(/-(\d+)@/.exec(recipient)![1]);
    seen.set(recipient, (seen.get(recipient) ?? 0) + 1);
    if (n % 10 === 0 && seen.get(recipient) === 1) return '451 4.7.1 try again later';
    if (n % 10 === 1) return '550 5.1.1 no such user';
    return undefined;
  };
  const campaignId = await givenMailing(40);
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  await untilRun(ground.database, runId, 'waiting', 20_000);
  await untilRun(ground.database, runId, 'completed', 60_000);
  expect(await statesOf(ground.database, runId)).toEqual({ failed: 4, sent: 36 });
  expect(smtp.received()).toHaveLength(36);
  expect(smtp.duplicates()).toEqual([]);
  const { rows } = await ground.database.pool.query(
    `SELECT s.reason, count(*)::int AS n FROM suppressions s JOIN deliveries d ON d.email = s.email WHERE d.run_id = $1 GROUP BY 1`,
    [runId],
  );
  expect(rows).toEqual([{ reason: 'bounced', n: 4 }]);
});

it('waits while the sender cannot log in or be reached, spends nothing, and goes on by itself', async () => {
  let refuse = true;
  smtp.script = ({ stage }) => (refuse && stage === 'mail' ? '530 5.7.0 authentication required' : undefined);
  const { runId } = await requestManualRun(ground.database, { campaignId: await givenMailing(30) });
  await ground.runs.start(runId);
  const waiting = await untilRun(ground.database, runId, 'waiting', 20_000);
  expect(waiting.status_reason).toContain('authentication required');
  const { rows } = await ground.database.pool.query(`SELECT kind FROM notifications WHERE run_id = $1`, [runId]);
  expect(rows).toEqual([{ kind: 'sender-fault' }]);
  refuse = false;
  await untilRun(ground.database, runId, 'completed', 50_000);
  const { rows: attempts } = await ground.database.pool.query(
    `SELECT DISTINCT attempts FROM deliveries WHERE run_id = $1`,
    [runId],
  );
  expect(attempts).toEqual([{ attempts: 1 }]);
  expect(smtp.received()).toHaveLength(30);
}, 90_000);

it('pauses, resumes and stops within one claim batch', async () => {
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 40 } : undefined);
  const { runId } = await requestManualRun(ground.database, {
    campaignId: await givenMailing(400, { port: smtp.port, maxConnections: 4 }),
  });
  await ground.runs.start(runId);
  await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBeGreaterThan(20);
  expect(await ground.runs.control(runId, 'pause')).toBe(true);
  await expect.poll(() => countDeliveries(ground.database.pool, runId).then((c) => c.sending)).toBe(0);
  const atPause = smtp.received().length;
  await untilRun(ground.database, runId, 'paused');
  expect(await ground.runs.control(runId, 'run')).toBe(true);
  await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBeGreaterThan(atPause + 20);
  expect(await ground.runs.control(runId, 'stop')).toBe(true);
  await untilRun(ground.database, runId, 'stopped');
  const counts = await countDeliveries(ground.database.pool, runId);
  expect(counts.sent + counts.cancelled).toBe(400);
  expect(counts.sent).toBe(smtp.received().length);
  expect(smtp.duplicates()).toEqual([]);
});

it("a DKIM key that cannot be read is the sender's fault: nobody is given up, and everybody is mailed when it can", async () => {
  const senderId = await givenSender(ground.database, { port: smtp.port });
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const store = (secretKey: string) =>
    ground.database.pool.query(
      `UPDATE senders SET dkim = $2, dkim_private_key_encrypted = $3, revision = revision + 1 WHERE id = $1`,
      [
        senderId,
        JSON.stringify({ domainName: 'sender.example', keySelector: 's1' }),
        createSecretBox(secretKey).encrypt(privateKey, `${senderId}/dkim`),
      ],
    );
  await store('of another installation');
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 20)],
    senderIds: [senderId],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  expect((await untilRun(ground.database, runId, 'waiting')).status_reason).toContain('DKIM');
  expect(await statesOf(ground.database, runId)).toEqual({ pending: 20 });
  await store(ground.platform.env['ONCEMAIL_SECRET_KEY'] as string);
  await untilRun(ground.database, runId, 'completed', 60_000);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: 20 });
  expect(smtp.received()[0]!.raw.toString()).toContain('a=ed25519-sha256');
});
