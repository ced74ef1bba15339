import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneIdempotencyKeys } from '../../src/ledger/idempotencyKeys.js';
import { startApi, type RawBody, type TestApi } from '../support/api.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

let api: TestApi;
let smtp: SmtpTestServer;
beforeAll(async () => {
  [api, smtp] = await Promise.all([startApi(), startSmtpServer()]);
});
afterAll(async () => {
  await Promise.all([api?.close(), smtp?.close()]);
});

const content = { subject: 'Hello', html: '<p>Hello</p>' };
let counter = 0;
const newKey = () => `key-${++counter}`;
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const count = async (table: string): Promise<number> =>
  (await api.database.pool.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n;
const rowOf = async (key: string) =>
  (await api.database.pool.query(`SELECT * FROM idempotency_keys WHERE key = $1`, [key])).rows[0];

const list = () => ({ name: `List ${++counter}` });
const sender = () => ({
  name: 'Sender',
  fromEmail: 'news@example.com',
  smtp: { host: '127.0.0.1', port: 2525, security: 'none', username: 'news', password: 'guessable' },
});
const campaign = async () => ({
  name: 'Campaign',
  content,
  listIds: [(await api.post('lists', list())).body.id],
  senderIds: [(await api.post('senders', sender())).body.id],
});
const automation = async () => ({
  name: 'Automation',
  campaignId: (await api.post('campaigns', await campaign())).body.id,
  schedule: { type: 'daily', time: '09:00', timeZone: 'UTC' },
  enabled: false,
});
const resources: [string, string, () => Promise<{ path: string; body: object }>][] = [
  ['senders', 'senders', async () => ({ path: 'senders', body: sender() })],
  ['lists', 'lists', async () => ({ path: 'lists', body: list() })],
  ['contacts', 'contacts', async () => ({ path: 'contacts', body: { email: `c${++counter}@example.com` } })],
  ['templates', 'templates', async () => ({ path: 'templates', body: { name: 'Template', ...content } })],
  ['campaigns', 'campaigns', async () => ({ path: 'campaigns', body: await campaign() })],
  ['automations', 'automations', async () => ({ path: 'automations', body: await automation() })],
  [
    'copies of campaigns',
    'campaigns',
    async () => ({ path: `campaigns/${(await api.post('campaigns', await campaign())).body.id}/duplicate`, body: {} }),
  ],
  [
    'copies of automations',
    'automations',
    async () => ({
      path: `automations/${(await api.post('automations', await automation())).body.id}/duplicate`,
      body: {},
    }),
  ],
];

describe.each(resources)('%s', (_name, table, given) => {
  test('are made once: asked again, one after the other and at once, and after a crash', async () => {
    const { path, body } = await given();
    const before = await count(table);
    const key = newKey();
    const first = await api.post(path, body, keyed(key));
    expect(first.status).toBe(201);
    const again = await api.post(path, body, keyed(key));
    expect([again.status, again.body]).toEqual([201, first.body]);
    for (const name of ['location', 'etag']) expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(await count(table)).toBe(before + 1);

    // The process was killed after it had made the resource and before it could keep the answer.
    await api.database.pool.query(
      `UPDATE idempotency_keys SET body = NULL, etag = NULL, locked_until = now() - interval '1 second' WHERE key = $1`,
      [key],
    );
    const recovered = await api.post(path, body, keyed(key));
    expect([recovered.status, recovered.body.id]).toEqual([201, first.body.id]);
    expect(await count(table)).toBe(before + 1);
    expect((await rowOf(key)).body).not.toBeNull();
  });
});

test('of requests at once one makes it; the others get its answer or are told to wait', async () => {
  const key = newKey();
  const body = list();
  const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('lists', body, keyed(key))));
  const made = answers.filter((a) => a.status === 201);
  expect(new Set(made.map((a) => a.body.id)).size).toBe(1);
  for (const busy of answers.filter((a) => a.status !== 201)) {
    expect([busy.status, busy.body.type]).toEqual([409, '/problems/idempotency-key-busy']);
    expect(busy.headers.get('retry-after')).toBe('1');
  }
  expect((await api.post('lists', body, keyed(key))).body.id).toBe(made[0]?.body.id);
});

test('a crash before anything was made leaves a key with which it is made', async () => {
  const key = newKey();
  const body = list();
  const { id } = (await api.post('lists', body, keyed(key))).body;
  await api.database.pool.query(`DELETE FROM lists WHERE id = $1`, [id]);
  await api.database.pool.query(`UPDATE idempotency_keys SET body = NULL WHERE key = $1`, [key]);
  const waiting = await api.post('lists', body, keyed(key));
  expect([waiting.status, waiting.body.type]).toEqual([409, '/problems/idempotency-key-busy']);
  await api.database.pool.query(`UPDATE idempotency_keys SET locked_until = now() WHERE key = $1`, [key]);
  expect((await api.post('lists', body, keyed(key))).body.id).toBe(id);
});

test('a key belongs to one request of one caller', async () => {
  const key = newKey();
  const body = list();
  const first = await api.post('lists', body, keyed(key));
  for (const [path, other] of [
    ['lists', list()],
    ['templates', { name: 'Template', ...content }],
  ] as const) {
    const refused = await api.post(path, other, keyed(key));
    expect([refused.status, refused.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
  }
  const operator = await api.keyFor('operator');
  const own = await api.post('lists', body, { ...keyed(key), key: operator });
  expect([own.status, own.body.id === first.body.id]).toEqual([201, false]);
  expect((await api.post('lists', body, keyed('two words'))).status).toBe(400);
});

test('a refusal keeps no key, and secrets are not kept at all', async () => {
  const key = newKey();
  expect((await api.post('lists', { name: '' }, keyed(key))).status).toBe(422);
  expect(await rowOf(key)).toBeUndefined();
  expect((await api.post('senders', sender(), keyed(key))).status).toBe(201);
  const row = await rowOf(key);
  expect(JSON.stringify(row)).not.toContain('guessable');
  const issued = newKey();
  await api.post('api-keys', { name: 'Key', role: 'viewer' }, keyed(issued));
  expect(await rowOf(issued)).toBeUndefined();
});

test('after 24 hours a key is new, and is pruned', async () => {
  const key = newKey();
  const first = await api.post('lists', list(), keyed(key));
  const age = () =>
    api.database.pool.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = $1`, [
      key,
    ]);
  await age();
  const second = await api.post('lists', list(), keyed(key));
  expect([second.status, second.body.id === first.body.id]).toEqual([201, false]);
  await age();
  await pruneIdempotencyKeys(api.database.pool);
  expect(await rowOf(key)).toBeUndefined();
});

const crashed = (key: string) =>
  api.database.pool.query(`UPDATE idempotency_keys SET body = NULL, locked_until = now() WHERE key = $1`, [key]);
const audited = async (action: string) =>
  (await api.get(`audit?limit=500`)).body.items.filter((e: { action: string }) => e.action === action).length;

describe('what starts something', () => {
  const csv = (key: string, more: Record<string, string> = {}) => ({
    headers: { 'idempotency-key': key, 'content-type': 'text/csv', ...more },
  });
  const rows = 'email,name\nada@example.com,Ada\nbob@example.com,Bob\n';
  const imports = async (listId: string) => (await api.get(`imports?listId=${listId}`)).body.items;

  test('an import is made once; its repetition answers without reading the file', async () => {
    const listId = (await api.post('lists', list())).body.id;
    const path = `lists/${listId}/import`;
    const key = newKey();
    const first = await api.request('POST', path, { raw: rows, ...csv(key) });
    expect([first.status, first.body.added]).toEqual([202, 2]);
    // The same length, other bytes: nobody looks at them.
    const again = await api.request('POST', path, { raw: rows.replace('bob', 'eve'), ...csv(key) });
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect((await api.get(`lists/${listId}/contacts`)).body.items).toHaveLength(2);
    expect(await imports(listId)).toHaveLength(1);

    for (const other of [
      { path, raw: `${rows}x@example.com\n`, ...csv(key) },
      { path, raw: rows, ...csv(key, { 'content-type': 'text/plain' }) },
      { path, raw: rows, ...csv(key, { 'content-digest': 'sha-256=:AAAA:' }) },
      { path: `lists/${(await api.post('lists', list())).body.id}/import`, raw: rows, ...csv(key) },
    ]) {
      const refused = await api.request('POST', other.path, other);
      expect([refused.status, refused.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
    }
  });

  test('an import whose answer was lost is found; one that broke off is made by the next attempt', async () => {
    const listId = (await api.post('lists', list())).body.id;
    const path = `lists/${listId}/import`;
    const key = newKey();
    const first = await api.request('POST', path, { raw: rows, ...csv(key) });
    await crashed(key);
    expect((await api.request('POST', path, { raw: rows, ...csv(key) })).body).toEqual(first.body);

    await crashed(key);
    await api.database.pool.query(`UPDATE imports SET status = 'receiving' WHERE id = $1`, [first.body.id]);
    const second = await api.request('POST', path, { raw: rows, ...csv(key) });
    expect([second.status, second.body.status, second.body.id === first.body.id]).toEqual([202, 'completed', false]);
    expect((await api.get(`imports/${first.body.id}`)).body).toMatchObject({ status: 'failed' });
    expect((await rowOf(key)).resource_id).toBe(second.body.id);
  });

  test('of imports at once under a key one is made, also while its file is still on its way', async () => {
    const listId = (await api.post('lists', list())).body.id;
    const key = newKey();
    let finish: (() => void) | undefined;
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('email\nada@example.com\n'));
        finish = () => controller.close();
      },
    });
    const send = (body: RawBody) =>
      fetch(`${api.url}/api/v1/lists/${listId}/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': 'text/csv', 'idempotency-key': key },
        body,
        duplex: 'half',
      } as RequestInit);
    const first = send(slow);
    await expect.poll(() => rowOf(key)).toBeDefined();
    const meanwhile = await api.request('POST', `lists/${listId}/import`, { raw: rows, ...csv(key) });
    expect([meanwhile.status, meanwhile.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('email\nbob@example.com\n'));
        controller.close();
      },
    });
    expect((await send(chunked)).status).toBe(409);
    finish?.();
    expect((await first).status).toBe(202);
    expect(await imports(listId)).toHaveLength(1);
  });

  test('a test of a campaign or a sender mails once, and after a crash with the same Message-ID', async () => {
    const mine = { ...sender(), smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' } };
    const senderId = (await api.post('senders', mine)).body.id;
    const campaignId = (await api.post('campaigns', { ...(await campaign()), senderIds: [senderId] })).body.id;
    for (const [path, to, mails] of [
      [`senders/${senderId}/test`, 'me@example.com', 1],
      [`campaigns/${campaignId}/test-send`, ['me@example.com', 'you@example.com'], 2],
    ] as const) {
      smtp.clear();
      const key = newKey();
      const first = await api.post(path, { to }, keyed(key));
      expect([first.status, first.body.ok]).toEqual([200, true]);
      expect((await api.post(path, { to }, keyed(key))).body).toEqual(first.body);
      expect(smtp.received()).toHaveLength(mails);
      await crashed(key);
      const again = await api.post(path, { to }, keyed(key));
      const ids = (body: { messageId?: string; results?: { messageId: string }[] }) =>
        body.results?.map((r) => r.messageId) ?? body.messageId;
      expect(ids(again.body)).toEqual(ids(first.body));
      expect((await api.post(path, { to }, keyed(newKey()))).body).not.toEqual(first.body);
    }
  });

  test('a backfill answers the same, and its runs name the request', async () => {
    const automationId = (await api.post('automations', await automation())).body.id;
    await api.database.pool.query(`UPDATE automation_revisions SET valid_from = now() - interval '1 year'`);
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
    const window = { from: day(2), to: day(0) };
    const key = newKey();
    const options = { headers: { 'idempotency-key': key, 'x-request-id': `req-${key}` } };
    const path = `automations/${automationId}/backfill`;
    const first = await api.post(path, window, options);
    expect(first.body.items).toMatchObject([{ created: true }, { created: true }]);
    expect((await api.post(path, window, options)).body).toEqual(first.body);
    expect((await api.post(path, window)).body.items).toMatchObject([{ created: false }, { created: false }]);
    const { runId } = first.body.items[0];
    const run = (await api.get(`runs/${runId}`)).body;
    expect(run.requestId).toBe(`req-${key}`);
    await expect
      .poll(async () => (await api.temporal.workflow.getHandle(run.workflowId).describe()).memo)
      .toEqual({ requestId: `req-${key}` });
  });

  test('a time before the automation was made is backfilled once, whatever its schedule has become, and accounted for', async () => {
    const { id } = (await api.post('automations', await automation())).body;
    const at = (ago: number) => `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}T09:00:00.000Z`;
    const window = { from: at(3), to: at(2) };
    const backfill = async () => (await api.post(`automations/${id}/backfill`, window)).body.items;
    const first = await backfill();
    expect(first).toMatchObject([
      { at: at(3), created: true },
      { at: at(2), created: true },
    ]);
    const keys = (items: { key: string }[]) => items.map((i) => i.key);
    // The same moments, by other names: Karachi is always five hours ahead.
    for (const schedule of [
      { type: 'daily', time: '14:00', timeZone: 'Asia/Karachi' },
      { type: 'interval', everyMinutes: 1440, startAt: at(3), timeZone: 'UTC' },
      { type: 'cron', cron: '0 9 * * *', timeZone: 'UTC' },
    ]) {
      expect((await api.put(`automations/${id}`, { ...(await automation()), schedule })).status).toBe(200);
      const again = await backfill();
      expect(again.map((i: { created: boolean }) => i.created)).toEqual([false, false]);
      expect(keys(again)).toEqual(keys(first));
    }
    const { items } = (await api.get(`automations/${id}/occurrences?from=${window.from}&to=${window.to}`)).body;
    expect(items.map((o: { at: string; key: string; runId: string }) => [o.at, o.key, o.runId])).toEqual(
      first.map((i: { at: string; key: string; runId: string }) => [i.at, i.key, i.runId]),
    );
    // A time that the first schedule did not have is its instant, for every later schedule.
    await api.put(`automations/${id}`, {
      ...(await automation()),
      schedule: { type: 'daily', time: '10:00', timeZone: 'UTC' },
    });
    const hour = { from: at(3), to: at(2).replace('09:00', '08:00') };
    const other = (await api.post(`automations/${id}/backfill`, hour)).body.items;
    expect(other).toMatchObject([{ key: at(3).replace('09:00:00.000', '10:00:00'), created: true }]);
    expect(
      keys((await api.get(`automations/${id}/occurrences?from=${window.from}&to=${window.to}`)).body.items),
    ).toEqual([keys(first)[0], keys(other)[0], keys(first)[1]]);
  });

  test('the audit log has a repeated request once', async () => {
    const automationId = (await api.post('automations', await automation())).body.id;
    const path = `automations/${automationId}/runs`;
    const before = [await audited('POST /automations/:id/runs'), await audited('POST /lists')];
    const [run, made] = [newKey(), newKey()];
    const body = list();
    const options = { headers: { 'idempotency-key': run, 'x-request-id': 'first' } };
    const first = await api.post(path, undefined, options);
    const second = await api.post(path, undefined, { headers: { 'idempotency-key': run, 'x-request-id': 'second' } });
    expect(second.body.id).toBe(first.body.id);
    expect((await api.get(`runs/${first.body.id}`)).body.requestId).toBe('first');
    for (let i = 0; i < 3; i++) await api.post('lists', body, keyed(made));
    const after = [await audited('POST /automations/:id/runs'), await audited('POST /lists')];
    expect(after.map((n, i) => n - before[i]!)).toEqual([1, 1]);
  });
});
