import { expect, it } from 'vitest';
import { countDeliveries } from '../../src/ledger/runs/countDeliveries.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { type Ground, untilRun } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
useGround((g, s) => ([ground, smtp] = [g, s]));

async function givenRun(senderId: string, recipients: number): Promise<string> {
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, recipients)],
    senderIds: [senderId],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  return runId;
}

it('a run of ten that begins during a run of thousands of the same sender is done long before it', async () => {
  // Five connections, 20 ms a mail: the large run takes at least 20 s.
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 20 } : undefined);
  const senderId = await givenSender(ground.database, { port: smtp.port, maxConnections: 5 });
  const large = await givenRun(senderId, 5_000);
  await smtp.waitForCount(300);
  const small = await givenRun(senderId, 10);
  await untilRun(ground.database, small, 'completed', 20_000);
  const counts = await countDeliveries(ground.database.pool, large);
  expect(counts.sent).toBeLessThan(4_000);
  await untilRun(ground.database, large, 'completed', 120_000);
  expect(smtp.count).toBe(5_010);
}, 180_000);

it('several senders of a campaign share its run, each with its own connections', async () => {
  const servers = [smtp.port, smtp.port];
  const senderIds = await Promise.all(
    servers.map((port) => givenSender(ground.database, { port, maxConnections: 2, perSecond: 100 })),
  );
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 600)],
    senderIds,
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  await untilRun(ground.database, runId, 'completed', 60_000);
  const { rows } = await ground.database.pool.query<{ sender_no: number; n: number }>(
    `SELECT sender_no, count(*)::int AS n FROM deliveries WHERE run_id = $1 AND state = 'sent' GROUP BY 1 ORDER BY 1`,
    [runId],
  );
  expect(rows.map((r) => r.sender_no)).toEqual([0, 1]);
  expect(rows.reduce((sum, r) => sum + r.n, 0)).toBe(600);
  // Twice the limit of one is what both are allowed; neither does nearly all of it.
  for (const { n } of rows) expect(n).toBeGreaterThan(150);
}, 90_000);

it('two workers share the chunks of a run to its end', async () => {
  await ground.processes.startWorker();
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 10 } : undefined);
  const senderId = await givenSender(ground.database, { port: smtp.port, maxConnections: 5 });
  const runId = await givenRun(senderId, 2_000);
  await untilRun(ground.database, runId, 'completed', 60_000);
  const { rows } = await ground.database.pool.query(`SELECT workflow_id FROM runs WHERE id = $1`, [runId]);
  const history = await ground.client.workflow.getHandle(rows[0].workflow_id as string).fetchHistory();
  const chunks = new Set(
    history.events
      ?.filter((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'deliverChunk')
      .map((e) => String(e.eventId)),
  );
  const workers = history.events
    ?.filter((e) => chunks.has(String(e.activityTaskStartedEventAttributes?.scheduledEventId)))
    .map((e) => e.activityTaskStartedEventAttributes?.identity);
  // Of those that were begun when another had ended; were they all the workflow's own worker's, the other would idle.
  const later = workers?.slice(16) ?? [];
  expect(later.length).toBeGreaterThanOrEqual(20);
  const byWorker = [...new Set(later)].map((identity) => later.filter((i) => i === identity).length);
  expect(byWorker).toHaveLength(2);
}, 90_000);
