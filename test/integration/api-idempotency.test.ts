import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneIdempotencyKeys } from '../../src/ledger/idempotencyKeys.js';
import { startApi, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

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
