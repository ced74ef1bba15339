import { afterAll, beforeAll, expect, it } from 'vitest';
import { exchangeDeliveries } from '../../src/ledger/deliveries/exchangeDeliveries.js';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { claimDueEvents, dueWebhooks, readWebhookTarget, settleEvents } from '../../src/ledger/webhooks/drain.js';
import { pruneWebhooks } from '../../src/ledger/webhooks/prune.js';
import { unsubscribeToken } from '../../src/mail/unsubscribe.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenOpenRun, givenSender } from '../support/ledgerFixtures.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const input = { name: 'CRM', url: 'https://hooks.example.com/in?token=t', events: ['run.finished', 'run.failed'] };
const create = async (changes: object = {}) => (await api.post('webhooks', { ...input, ...changes })).body;
const rows = async (sql: string, values: unknown[] = []) => (await api.database.pool.query(sql, values)).rows;
const rowOf = async (id: string) => (await rows(`SELECT * FROM webhooks WHERE id = $1`, [id]))[0];

it('creates, shows the secret once, changes under If-Match, pages and deletes', async () => {
  const key = { headers: { 'idempotency-key': 'one-webhook' } };
  const created = await api.post('webhooks', input, key);
  expect([created.status, created.body.enabled]).toEqual([201, true]);
  const { id, secret } = created.body;
  expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
  const repeated = await api.post('webhooks', input, key);
  expect([repeated.status, repeated.body.id, repeated.body.secret]).toEqual([201, id, undefined]);
  expect(JSON.stringify(await rows(`SELECT * FROM idempotency_keys`))).not.toContain(secret);
  expect((await rowOf(id)).secret_encrypted.toString('latin1')).not.toContain(secret);

  const read = await api.get(`webhooks/${id}`);
  expect(read.body).toEqual({ ...input, ...read.body });
  expect(read.body).not.toHaveProperty('secret');
  const tag = read.headers.get('etag')!;
  const changed = await api.patch(`webhooks/${id}`, { events: ['run.failed'] }, { headers: { 'if-match': tag } });
  expect([changed.status, changed.body.events]).toEqual([200, ['run.failed']]);
  expect((await api.put(`webhooks/${id}`, input, { headers: { 'if-match': tag } })).status).toBe(412);
  const rotated = await api.post(`webhooks/${id}/rotate-secret`, undefined, { headers: { 'if-match': tag } });
  expect(rotated.status).toBe(412);
  const rotate = (key: string) =>
    api.post(`webhooks/${id}/rotate-secret`, undefined, { headers: { 'idempotency-key': key } });
  const second = (await rotate('second')).body;
  expect(second.secret).not.toBe(secret);
  expect((await rotate('second')).body).toEqual({ ...second, secret: undefined });
  // Each secret that was replaced signs for a day, however often it is rotated; not more than a few of them.
  for (let n = 3; n <= 6; n++) await rotate(`${n}`);
  const target = await readWebhookTarget(api.database.pool, id);
  expect(target.state === 'open' && target.target.secretsEncrypted).toHaveLength(5);
  await rows(
    `UPDATE webhooks SET previous_until = ARRAY[now(), now(), now(), now() + interval '1 hour'] WHERE id = $1`,
    [id],
  );
  const later = await readWebhookTarget(api.database.pool, id);
  expect(later.state === 'open' && later.target.secretsEncrypted).toHaveLength(2);

  for (let n = 0; n < 3; n++) await create({ name: `page ${n}` });
  const first = (await api.get('webhooks?limit=2&sort=name')).body;
  const next = (await api.get(`webhooks?limit=2&sort=name&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...next.items].map((w) => w.name)).toEqual(['CRM', 'page 0', 'page 1', 'page 2']);
  expect(next.nextCursor).toBeNull();

  const audit = (await api.get('audit?limit=10')).body.items.map((e: { action: string }) => e.action);
  expect(audit).toContain('POST /webhooks/:id/rotate-secret');
  expect((await api.delete(`webhooks/${id}`)).status).toBe(204);
  for (const path of [`webhooks/${id}`, `webhooks/${id}/deliveries`]) expect((await api.get(path)).status).toBe(404);
  expect((await api.post(`webhooks/${id}/test`)).status).toBe(404);
});

it('refuses what cannot be a webhook, and lets operators look and send again, but not change', async () => {
  const errors = async (changes: object) => {
    const { status, body } = await api.post('webhooks', { ...input, ...changes });
    return [status, body.errors?.[0].pointer];
  };
  expect(await errors({ url: 'ftp://example.com' })).toEqual([422, '/url']);
  expect(await errors({ url: 'https://user:secret@example.com/' })).toEqual([422, '/url']);
  expect(await errors({ events: [] })).toEqual([422, '/events']);
  expect(await errors({ events: ['run.exploded'] })).toEqual([422, '/events/0']);
  expect(await errors({ secret: 'whsec_AAAA' })).toEqual([422, '/secret']);

  const { id } = await create();
  const operator = { key: await api.keyFor('operator') };
  const viewer = { key: await api.keyFor('viewer') };
  expect((await api.get(`webhooks/${id}`, viewer)).status).toBe(403);
  expect((await api.get(`webhooks/${id}`, operator)).status).toBe(200);
  expect((await api.patch(`webhooks/${id}`, { enabled: false }, operator)).status).toBe(403);
  expect((await api.post(`webhooks/${id}/rotate-secret`, undefined, operator)).status).toBe(403);
  const test = await api.post(`webhooks/${id}/test`, undefined, operator);
  expect(test.status).toBe(202);
  const other = await create();
  expect((await api.get(`webhooks/${other.id}/deliveries/${test.body.id}`, operator)).status).toBe(404);
  expect((await api.post(`webhooks/${other.id}/deliveries/${test.body.id}/redeliver`)).status).toBe(404);
  const redelivered = await api.post(`webhooks/${id}/deliveries/${test.body.id}/redeliver`, undefined, operator);
  expect([redelivered.status, redelivered.body.eventId]).toEqual([202, test.body.eventId]);
  const list = async (query: string) => (await api.get(`webhooks/${id}/deliveries?${query}`)).body.items.length;
  expect(await list('state=pending&type=webhook.test')).toBe(1);
  expect(await list('state=delivered,failed')).toBe(0);
  expect(await list('type=run.failed')).toBe(0);
});

it('refuses private hosts where they are not allowed', async () => {
  const strict = await startApi({ platform: api.platform, config: { allowPrivateHosts: false } });
  try {
    for (const url of ['https://127.0.0.1/', 'https://localhost/', 'https://[::1]/', 'http://8.8.8.8/']) {
      const { status, body } = await strict.post('webhooks', { ...input, url });
      expect([status, body.errors?.[0].pointer], url).toEqual([422, '/url']);
    }
    expect((await strict.post('webhooks', { ...input, url: 'https://8.8.8.8/' })).status).toBe(201);
  } finally {
    await strict.close();
  }
});

it('leaves an endpoint in trouble alone for a while, one that is dead for good, and believes who enables it again', async () => {
  const { id } = await create();
  const pool = api.database.pool;
  await api.post(`webhooks/${id}/test`);
  const due = () => pool.query(`UPDATE webhook_deliveries SET due_at = now() WHERE webhook_id = $1`, [id]);
  const attempt = async (status: number, n = 1) => {
    const target = await readWebhookTarget(pool, id);
    if (target.state === 'closed') return 'closed';
    const events = await claimDueEvents(pool, id, 10, 30_000);
    expect(events).toHaveLength(1);
    expect(await claimDueEvents(pool, id, 10, 30_000)).toEqual([]);
    const results = Array.from({ length: n }, () => ({
      id: events[0]!.id,
      delivered: status < 300,
      status,
      error: status < 300 ? null : `answered ${status}`,
      answeredInMs: 1,
      retryInMs: status < 300 ? null : 5_000,
    }));
    await settleEvents(api.database, target.target, results, { gone: status === 410, askedToWaitMs: null });
    await due();
    return target.target.troubled ? 'troubled' : 'healthy';
  };
  await due();
  for (let n = 0; n < 5; n++) expect(await attempt(500)).toBe('healthy');
  expect(await attempt(500)).toBe('closed');
  expect((await dueWebhooks(pool)).due).not.toContain(id);
  await pool.query(`UPDATE webhooks SET hold_until = now() WHERE id = $1`, [id]);
  expect((await dueWebhooks(pool)).due).toContain(id);
  // An hour of failures is followed by the longest pause.
  await pool.query(`UPDATE webhooks SET failing_since = now() - interval '1 hour' WHERE id = $1`, [id]);
  expect(await attempt(500)).toBe('troubled');
  expect((await rowOf(id)).hold_until - Date.now()).toBeGreaterThan(290_000);

  await pool.query(`UPDATE webhooks SET failing_since = now() - interval '73 hours', hold_until = NULL WHERE id = $1`, [
    id,
  ]);
  expect(await attempt(500)).toBe('troubled');
  expect((await api.get(`webhooks/${id}`)).body).toMatchObject({
    enabled: false,
    disabledReason: expect.stringContaining('has accepted nothing since 20'),
  });
  expect((await dueWebhooks(pool)).due).not.toContain(id);
  const told = (await api.get('notifications')).body.items.filter(
    (n: { kind: string }) => n.kind === 'webhook-disabled',
  );
  expect(told).toHaveLength(1);

  const enabled = (await api.patch(`webhooks/${id}`, { enabled: true })).body;
  expect(enabled).toMatchObject({ enabled: true, disabledReason: null, failingSince: null });
  expect((await dueWebhooks(pool)).due).toContain(id);
  // An attempt that was made with other settings does not disable what somebody has mended since.
  const before = await readWebhookTarget(pool, id);
  await api.patch(`webhooks/${id}`, { url: 'https://other.example.com/' });
  if (before.state === 'open') await settleEvents(api.database, before.target, [], { gone: true, askedToWaitMs: null });
  expect((await rowOf(id)).enabled).toBe(true);
});

it('tells of failed deliveries in the statement that makes them fail, and only where somebody subscribes', async () => {
  const pool = api.database.pool;
  const { id } = await create({ events: ['delivery.failed'] });
  await create({ events: ['delivery.failed'], enabled: false });
  const senderId = await givenSender(api.database, { port: 1 });
  const campaignId = await givenCampaign(api.database, {
    listIds: [await givenList(api.database, 6)],
    senderIds: [senderId],
  });
  const owner = 'an-execution';
  const runId = await givenOpenRun(api.database, campaignId, owner);
  await snapshotAudience(api.database, runId);
  const claimToken = '01958f3e-1c00-7000-8000-000000000001';
  const claim = { runId, chunkNo: 0, owner, claimToken, senderNo: 0, limit: 10 };
  const [{ no }] = (await rows(`SELECT no FROM chunks WHERE run_id = $1`, [runId])) as [{ no: number }];
  const { claimed } = await exchangeDeliveries(pool, runId, [], { ...claim, chunkNo: no });
  expect(claimed).toHaveLength(6);
  const settled = claimed.map(({ contactId }, n) => ({
    contactId,
    claimToken,
    state: (['failed', 'failed', 'sent', 'pending', 'uncertain', 'uncertain'] as const)[n]!,
    spent: true,
    smtpCode: n < 2 ? 550 : null,
  }));
  const events = async () =>
    (await rows(`SELECT data FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY id`, [id])).map((r) => r.data);
  expect((await exchangeDeliveries(pool, runId, settled, { ...claim, chunkNo: no })).settled).toBe(6);
  const failed = (n: number, smtpCode: number | null) => ({
    runId,
    contactId: claimed[n]!.contactId,
    automationId: null,
    campaignId,
    smtpCode,
    attempts: 1,
  });
  const byContact = (list: { contactId: string }[]) => [...list].sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
  expect(byContact(await events())).toEqual(byContact([failed(0, 550), failed(1, 550)]));
  // Again changes nothing, so it tells nothing.
  expect((await exchangeDeliveries(pool, runId, settled, null)).settled).toBeLessThan(6);
  expect(await events()).toHaveLength(2);
  const decided = await resolveUncertain(pool, { runId, resolution: 'assume-failed', by: 'a test' });
  expect(decided).toBe(2);
  expect(await events()).toHaveLength(4);
  expect(await rows(`SELECT DISTINCT webhook_id FROM webhook_deliveries WHERE type = 'delivery.failed'`)).toEqual([
    { webhook_id: id },
  ]);
  const ids = (await rows(`SELECT id, event_id FROM webhook_deliveries`)).flatMap(
    (r) => [r.id, r.event_id] as string[],
  );
  expect(ids.every((v) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(v))).toBe(true);
});

it('tells once of somebody who unsubscribes by the link of a mail', async () => {
  const { id } = await create({ events: ['contact.unsubscribed'] });
  const [run] = await rows(`SELECT run_id, contact_id FROM deliveries LIMIT 1`);
  const token = unsubscribeToken(api.config.secretKey, { contactId: run.contact_id, runId: run.run_id });
  for (let again = 0; again < 2; again++) {
    await fetch(`${api.url}/u/${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
  }
  const events = await rows(`SELECT data FROM webhook_deliveries WHERE webhook_id = $1`, [id]);
  expect(events.map((e) => e.data)).toEqual([
    { suppressionId: expect.any(String), contactId: run.contact_id, runId: run.run_id },
  ]);
});

it('forgets events after thirty days, and deleted webhooks with all their events', async () => {
  const { id } = await create();
  await api.post(`webhooks/${id}/test`);
  await rows(
    `INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, data)
     VALUES ('01800000-0000-7000-8000-000000000000', $1, uuid_v7(), 'webhook.test', '{}')`,
    [id],
  );
  const count = async () => (await rows(`SELECT FROM webhook_deliveries WHERE webhook_id = $1`, [id])).length;
  await pruneWebhooks(api.database.pool);
  expect(await count()).toBe(1);
  await api.delete(`webhooks/${id}`);
  await pruneWebhooks(api.database.pool);
  expect(await count()).toBe(0);
  expect(await rowOf(id)).toBeDefined();
  await rows(`UPDATE webhooks SET deleted_at = now() - interval '2 hours' WHERE id = $1`, [id]);
  await pruneWebhooks(api.database.pool);
  expect(await rowOf(id)).toBeUndefined();
});
