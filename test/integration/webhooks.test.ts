import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/policy.js';
import { createSecretBox } from '../../src/mail/secrets.js';
import { parseScheduleSpec } from '../../src/domain/schedule/spec.js';
import { insertAutomation } from '../../src/ledger/automations/writeAutomation.js';
import { recordMissed } from '../../src/ledger/occurrences/recordMissed.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { webhookWorkflowId } from '../../src/temporal/webhookDelivery.js';
import { startApi, type TestApi } from '../support/api.js';
import { untilRun, type Ground } from '../support/campaignFixtures.js';
import { textsOf, readHistory } from '../support/histories.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { ServerProcess } from '../support/processes.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhookReceiver.js';

let ground: Ground;
let smtp: SmtpTestServer;
let api: TestApi;
let receiver: WebhookReceiver;
let worker: ServerProcess;
useGround((g, s) => ([ground, smtp] = [g, s]), 0);
beforeAll(async () => {
  api = await startApi({ platform: ground.platform });
  receiver = await startWebhookReceiver();
  worker = await ground.processes.startWorker();
});
afterAll(async () => {
  await api?.close();
  await receiver?.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = undefined;
});

const everything = [
  'run.started',
  'run.finished',
  'run.failed',
  'delivery.failed',
  'contact.unsubscribed',
  'occurrence.missed',
];

async function givenWebhook(events = everything): Promise<{ id: string; secret: string }> {
  const { status, body } = await api.post('webhooks', { name: 'CRM', url: receiver.url, events });
  expect(status).toBe(201);
  return body as { id: string; secret: string };
}

const enabled = (id: string, value: boolean) => api.patch(`webhooks/${id}`, { enabled: value });
const deliveriesOf = async (id: string) => (await api.get(`webhooks/${id}/deliveries?limit=500`)).body.items;
const untilReceived = (n: number, timeout = 20_000) =>
  expect.poll(() => receiver.received.length, { timeout, interval: 50 }).toBeGreaterThanOrEqual(n);

it('tells of each event once, signed, as the OpenAPI document has it, and keeps secrets and addresses to itself', async () => {
  const { id, secret } = await givenWebhook();
  const silent = await givenWebhook(['run.failed']);
  await enabled(silent.id, false);

  smtp.script = ({ stage, to }) =>
    stage === 'rcpt' && /-[37]@/.test(to.at(-1) ?? '') ? '550 5.7.1 not accepted' : undefined;
  const listId = await givenList(ground.database, 10);
  const senderId = await givenSender(ground.database, { port: smtp.port });
  const campaignId = await givenCampaign(ground.database, { listIds: [listId], senderIds: [senderId] });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  await untilRun(ground.database, runId, 'completed');

  const empty = await givenCampaign(ground.database, { listIds: [listId], senderIds: [] });
  const { runId: failedId } = await requestManualRun(ground.database, { campaignId: empty });
  await ground.runs.start(failedId);
  await untilRun(ground.database, failedId, 'failed');

  const { rows } = await ground.database.pool.query<{ id: string; email: string }>(
    `SELECT id, email FROM contacts ORDER BY id LIMIT 1`,
  );
  const contact = rows[0]!;
  for (let again = 0; again < 2; again++) {
    await api.post('suppressions', { email: contact.email, reason: 'unsubscribed' });
  }
  await api.post('suppressions', { email: 'bounced@example.com', reason: 'bounced' });
  const automationId = uuidv7();
  await insertAutomation(ground.database, automationId, {
    name: 'Weekly',
    campaignId,
    workflowType: null,
    workflowInput: null,
    schedule: parseScheduleSpec({ type: 'daily', time: '09:00', timeZone: 'UTC' }),
    policy: defaultPolicy,
    enabled: false,
  });
  const missed = { key: '2026-03-01T09:00', at: new Date('2026-03-01T07:00:00Z'), localTime: '', reason: 'an outage' };
  await recordMissed(ground.database, { id: automationId, name: 'Weekly' }, [missed]);
  await recordMissed(ground.database, { id: automationId, name: 'Weekly' }, [missed]);

  // run.started twice, run.finished, run.failed, delivery.failed twice, contact.unsubscribed, occurrence.missed.
  await expect
    .poll(async () => (await deliveriesOf(id)).map((d: { state: string }) => d.state), { timeout: 20_000 })
    .toEqual(Array(8).fill('delivered'));
  expect(receiver.received).toHaveLength(8);
  expect(new Set(receiver.received.map((r) => r.id)).size).toBe(8);
  for (const { event } of receiver.received) {
    const component = `${event.type.replace(/(^|\.)(.)/g, (_, _dot, c: string) => c.toUpperCase())}Event`;
    expect(api.schemaErrors(component, event), component).toBeNull();
  }
  const dataOf = (type: string) => receiver.verified(type, secret).map((r) => r.event.data);
  expect(new Set(dataOf('run.started').map((d) => d['runId']))).toEqual(new Set([runId, failedId]));
  // They may arrive in any order; their timestamps tell which was first.
  const timeOf = (type: string) => receiver.verified(type, secret).find((r) => r.event.data['runId'] === runId)!.event;
  expect(timeOf('run.started').timestamp < timeOf('delivery.failed').timestamp).toBe(true);
  expect(timeOf('delivery.failed').timestamp < timeOf('run.finished').timestamp).toBe(true);
  expect(dataOf('run.finished')).toEqual([
    expect.objectContaining({
      runId,
      campaignId,
      status: 'completed',
      counts: expect.objectContaining({ total: 10, sent: 8, failed: 2 }),
    }),
  ]);
  expect(dataOf('run.failed')).toEqual([
    expect.objectContaining({ runId: failedId, reason: expect.stringContaining('no sender') }),
  ]);
  const failed = await ground.database.pool.query<{ contact_id: string }>(
    `SELECT contact_id FROM deliveries WHERE run_id = $1 AND state = 'failed' ORDER BY contact_id`,
    [runId],
  );
  expect(dataOf('delivery.failed').sort((a, b) => (String(a['contactId']) < String(b['contactId']) ? -1 : 1))).toEqual(
    failed.rows.map(({ contact_id }) => ({
      runId,
      contactId: contact_id,
      automationId: null,
      campaignId,
      smtpCode: 550,
      attempts: 1,
    })),
  );
  expect(dataOf('contact.unsubscribed')).toEqual([
    { suppressionId: expect.any(String), contactId: contact.id, runId: null },
  ]);
  expect(dataOf('occurrence.missed')).toEqual([
    { automationId, occurrenceKey: missed.key, scheduledFor: '2026-03-01T07:00:00.000Z', reason: 'an outage' },
  ]);
  // Nothing was kept for a webhook that was disabled.
  expect(await deliveriesOf(silent.id)).toEqual([]);

  const answers = [
    await api.get('webhooks'),
    await api.get(`webhooks/${id}`),
    await api.get(`webhooks/${id}/deliveries`),
    await api.get(`webhooks/${id}/deliveries/${(await deliveriesOf(id))[0].id}`),
  ];
  const history = textsOf(await readHistory(ground.client, webhookWorkflowId(id)));
  const everywhere = JSON.stringify(answers.map((a) => a.body)) + history.join('\n') + ground.processes.logs();
  for (const hidden of [secret, secret.slice(6), Buffer.from(secret).toString('base64').slice(0, 30)]) {
    expect(everywhere).not.toContain(hidden);
  }
  expect(history.length).toBeGreaterThan(5);
  expect(history.join('\n') + ground.processes.logs()).not.toMatch(/in-the-url|example\.com/);
  await enabled(id, false);
}, 90_000);

it('sends again what was not accepted, and what a killed worker had under way, under the same webhook-id', async () => {
  const { id, secret } = await givenWebhook();
  receiver.answer = (_, n) => (n === 1 ? 500 : n === 2 ? 'hang' : 200);
  const key = { headers: { 'idempotency-key': 'a-test' } };
  const { status, body: test } = await api.post(`webhooks/${id}/test`, undefined, key);
  expect(status).toBe(202);
  expect((await api.post(`webhooks/${id}/test`, undefined, key)).body.id).toBe(test.id);

  await untilReceived(1);
  const log = async () => (await api.get(`webhooks/${id}/deliveries/${test.id}`)).body;
  await expect.poll(log).toMatchObject({
    state: 'pending',
    attempts: 1,
    lastStatus: 500,
    lastError: 'answered 500',
    data: { webhookId: id },
  });
  const { nextAttemptAt, lastAttemptAt } = await log();
  const waitMs = Date.parse(nextAttemptAt) - Date.parse(lastAttemptAt);
  expect(waitMs).toBeGreaterThanOrEqual(5_000);
  expect(waitMs).toBeLessThan(6_000);

  await untilReceived(2);
  await worker.kill();
  worker = await ground.processes.startWorker();
  // What it had taken is taken by others when its 40 seconds are over.
  await ground.database.pool.query(`UPDATE webhook_deliveries SET due_at = now() WHERE id = $1`, [test.id]);
  await untilReceived(3, 60_000);
  await expect.poll(log).toMatchObject({ state: 'delivered', attempts: 2, lastStatus: 200, nextAttemptAt: null });
  const sent = receiver.verified('webhook.test', secret);
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map((r) => r.id)).size).toBe(1);
  expect(new Set(sent.map((r) => r.body)).size).toBe(1);

  // By hand, as often as wanted.
  const again = await api.post(`webhooks/${id}/deliveries/${test.id}/redeliver`);
  expect([again.status, again.body.state]).toEqual([202, 'pending']);
  await untilReceived(4);
  expect(receiver.received[3]!.id).toBe(sent[0]!.id);
  await expect.poll(log).toMatchObject({ state: 'delivered', attempts: 3 });
}, 120_000);

it('signs with the old and the new secret after a rotation, and waits as long as it is asked to', async () => {
  const { id, secret } = await givenWebhook();
  const { status, body: rotated } = await api.post(`webhooks/${id}/rotate-secret`);
  expect(status).toBe(200);
  expect(Date.parse(rotated.previousSecretUntil) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  receiver.answer = (_, n) => (n === 1 ? { status: 429, headers: { 'retry-after': '1800' } } : 204);
  await api.post(`webhooks/${id}/test`);
  await untilReceived(1);
  expect(receiver.received[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
  expect(receiver.verified('webhook.test', secret)).toHaveLength(1);
  expect(receiver.verified('webhook.test', rotated.secret)).toHaveLength(1);

  // Nothing else is sent before its time either.
  await expect.poll(async () => (await api.get(`webhooks/${id}`)).body.failingSince).not.toBeNull();
  const [first] = await deliveriesOf(id);
  expect(Date.parse(first.nextAttemptAt) - Date.now()).toBeGreaterThan(1_700_000);
  await api.post(`webhooks/${id}/test`);
  const held = await ground.database.pool.query(`SELECT FROM webhooks WHERE id = $1 AND hold_until > now()`, [id]);
  expect(held.rowCount).toBe(1);
  // Whoever says that it works again is believed.
  await enabled(id, true);
  await untilReceived(2);
  expect(receiver.received[1]!.id).not.toBe(receiver.received[0]!.id);
  await expect.poll(async () => (await api.get(`webhooks/${id}`)).body.failingSince).toBeNull();
});

it('sends nothing while its secret cannot be read, blames nobody for it, and goes on with a new one', async () => {
  const { id } = await givenWebhook();
  const { pool } = ground.database;
  await pool.query(`UPDATE webhooks SET secret_encrypted = $2 WHERE id = $1`, [
    id,
    createSecretBox('another secret key').encrypt('whsec_AAAA', `webhook/${id}`),
  ]);
  // Who asks for an event hears of it at once.
  const refused = await api.post(`webhooks/${id}/test`);
  expect([refused.status, refused.body.type]).toEqual([409, '/problems/secret-unreadable']);
  expect(refused.body.detail).toContain(`POST /api/v1/webhooks/${id}/rotate-secret`);
  await pool.query(
    `INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, data) VALUES (uuid_v7(), $1, uuid_v7(), 'webhook.test', '{}')`,
    [id],
  );
  const read = async () => (await api.get(`webhooks/${id}`)).body;
  await expect.poll(async () => (await read()).secretUnreadableSince, { timeout: 20_000 }).not.toBeNull();
  expect(await read()).toMatchObject({ enabled: true, failingSince: null });
  expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'pending', attempts: 0, lastError: null });
  const told = await pool.query(`SELECT message FROM notifications WHERE dedupe_key LIKE $1`, [
    `webhook-secret-unreadable/${id}/%`,
  ]);
  expect(told.rows.map((r) => r.message)).toEqual([expect.stringContaining('"CRM": its signing secret')]);
  expect(receiver.received).toEqual([]);

  const { body: rotated } = await api.post(`webhooks/${id}/rotate-secret`);
  expect(rotated.secretUnreadableSince).toBeNull();
  await untilReceived(1);
  // The one before cannot sign any more; the new one does, alone.
  expect(receiver.verified('webhook.test', rotated.secret)).toHaveLength(1);
  expect(receiver.received[0]!.headers['webhook-signature']!.split(' ')).toHaveLength(1);
  await expect.poll(async () => (await deliveriesOf(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 });
  await enabled(id, false);
});

it('disables an endpoint that is gone, tells operators, and keeps what it has not accepted', async () => {
  const { id } = await givenWebhook();
  receiver.answer = () => 410;
  const { body: test } = await api.post(`webhooks/${id}/test`);
  await expect
    .poll(async () => (await api.get(`webhooks/${id}`)).body, { timeout: 20_000 })
    .toMatchObject({ enabled: false, disabledReason: 'the endpoint answered 410 Gone', revision: 2 });
  const { rows } = await ground.database.pool.query(
    `SELECT message FROM notifications WHERE kind = 'webhook-disabled' AND dedupe_key = $1`,
    [`webhook-disabled/${id}/2`],
  );
  expect(rows).toHaveLength(1);
  expect((await api.post(`webhooks/${id}/deliveries/${test.id}/redeliver`)).status).toBe(409);
  expect((await api.post(`webhooks/${id}/test`)).status).toBe(409);
  receiver.answer = undefined;
  await enabled(id, true);
  await expect.poll(async () => (await deliveriesOf(id))[0].state, { timeout: 20_000 }).toBe('delivered');
  expect(receiver.received.map((r) => r.id)).toEqual([receiver.received[0]!.id, receiver.received[0]!.id]);
});
