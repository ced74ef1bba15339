import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashApiKey } from '../../src/api/auth/keys.js';
import { newId } from '../../src/api/common/ids.js';
import { startApi, type RawBody, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('state of the server', () => {
  test('healthz answers without a key', async () => {
    expect(await api.get('/healthz', { key: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  test('readyz says that both parts answer', async () => {
    const { status, body } = await api.get('/readyz', { key: null });
    expect([status, body.parts.postgres.ok, body.parts.temporal.ok]).toEqual([200, true, true]);
  });

  test('metrics count requests by route pattern', async () => {
    await api.get(`api-keys/${newId()}`);
    const { body } = await api.get('/metrics', { key: null });
    expect(body).toMatch(
      /oncemail_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/api-keys\/:id",status="404"\} 1/,
    );
  });

  test('the documentation works without any other server', async () => {
    const page = await api.get('/api/docs', { key: null });
    expect(page.status).toBe(200);
    for (const [, address] of (page.body as string).matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(address).toMatch(/^\//);
      expect((await api.get(address as string, { key: null })).status, address).toBe(200);
    }
  });

  test('every problem type is a page', async () => {
    const { body } = await api.get('api-keys', { key: null });
    const page = await api.get(body.type, { key: null });
    expect(page.status).toBe(200);
    expect(page.body).toContain(body.title);
  });
});

describe('authentication', () => {
  test.each([
    ['no header', null, {}],
    ['an unknown key', 'nonsense', {}],
    ['another scheme', null, { authorization: 'Basic YTpi' }],
    ['an empty key', null, { authorization: 'Bearer ' }],
  ])('%s is 401 with a challenge', async (_, key, headers) => {
    const answer = await api.get('api-keys', { key, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: '/problems/unauthenticated', status: 401, instance: '/api/v1/api-keys' });
  });

  test('an expired key is 401, and a body is not even read', async () => {
    const { body: created } = await api.post('api-keys', {
      name: 'short',
      role: 'admin',
      expiresAt: '2999-01-01T00:00:00Z',
    });
    await api.database.pool.query(`UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE id = $1`, [
      created.id,
    ]);
    const answer = await api.request('POST', 'api-keys', {
      key: created.key,
      raw: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(401);
    expect(answer.body.detail).toMatch(/expired/);
  });

  test('keys are stored as hashes, shown once, and their use is noted', async () => {
    const { status, headers, body: created } = await api.post('api-keys', { name: 'once', role: 'viewer' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/api-keys/${created.id}`);
    await api.get('api-keys', { key: created.key });
    const { body: read } = await api.get(`api-keys/${created.id}`);
    expect(read).not.toHaveProperty('key');
    expect(read.lastUsedAt).not.toBeNull();
    const { rows } = await api.database.pool.query(`SELECT * FROM api_keys WHERE id = $1`, [created.id]);
    expect(rows[0].key_hash).toEqual(hashApiKey(created.key));
    expect(JSON.stringify(rows[0])).not.toContain(created.key);
  });

  test('a revoked key stops working with the next request', async () => {
    const { body: created } = await api.post('api-keys', { name: 'gone', role: 'admin' });
    expect((await api.get('api-keys', { key: created.key })).status).toBe(200);
    expect((await api.delete(`api-keys/${created.id}`)).status).toBe(204);
    expect((await api.get('api-keys', { key: created.key })).status).toBe(401);
    expect((await api.delete(`api-keys/${created.id}`)).status).toBe(404);
  });

  test('the configured admin key cannot be revoked', async () => {
    const { rows } = await api.database.pool.query(`SELECT id FROM api_keys WHERE key_hash = $1`, [
      hashApiKey(api.adminKey),
    ]);
    expect((await api.delete(`api-keys/${rows[0].id}`)).status).toBe(409);
  });
});

describe('what cannot be read', () => {
  const json = { 'content-type': 'application/json' };
  const post = (raw: RawBody, headers: Record<string, string> = json) =>
    api.request('POST', 'api-keys', { raw, headers });

  test.each<[string, RawBody, number]>([
    ['broken JSON', '{"name": ', 400],
    ['a NUL character', '{"name": "a\\u0000b", "role": "viewer"}', 400],
    ['an unpaired surrogate', '{"name": "a\\ud800", "role": "viewer"}', 400],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a hundred thousand brackets', '['.repeat(100_000) + ']'.repeat(100_000), 400],
    ['__proto__', '{"__proto__": {"role": "admin"}, "name": "x", "role": "viewer"}', 422],
    ['an array', '[]', 422],
    ['a number', '7', 422],
    ['nothing', '', 422],
    ['a number where a name is', '{"name": 5, "role": "viewer"}', 422],
    ['a name of 100,000 characters', JSON.stringify({ name: 'x'.repeat(100_000), role: 'viewer' }), 422],
    ['a body over the limit', JSON.stringify({ name: 'x'.repeat(1_100_000), role: 'viewer' }), 413],
  ])('%s', async (_, raw, status) => {
    const answer = await post(raw);
    expect(answer.status).toBe(status);
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
  });

  test('fields are named by JSON pointers', async () => {
    const { status, body } = await post(JSON.stringify({ name: '', role: 'king', 'a/b~c': 1 }));
    expect(status).toBe(422);
    expect(body.errors.map((e: { pointer: string }) => e.pointer).sort()).toEqual(['/a~1b~0c', '/name', '/role']);
  });

  test('another type of body is 415', async () => {
    expect((await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await post('{}', { 'content-type': 'application/json; charset=utf-16' })).status).toBe(415);
  });

  test.each([
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=1e2',
    'limit=',
    'limit=5&limit=6',
    'page=2',
    'cursor=%00',
    'cursor=xyz',
    'limit=%ff',
  ])('the query %s is 400', async (query) => {
    expect((await api.get(`api-keys?${query}`)).status).toBe(400);
  });

  test.each(['x', '%00', '%ff', "'; DROP TABLE runs", newId(), '..%2f..', 'a'.repeat(400)])(
    'the ID %s names nothing',
    async (id) => {
      expect([400, 404, 414]).toContain((await api.get(`api-keys/${id}`)).status);
    },
  );

  test('an address nobody serves is 404, a method nobody serves 405', async () => {
    expect((await api.get('nothing')).body.type).toBe('/problems/not-found');
    const answer = await api.request('PATCH', 'api-keys');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    // What is no ID has its own methods alone.
    const fixed = await fetch(`${api.url}/api/v1/templates/preview`, { method: 'PUT' });
    expect([fixed.status, fixed.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('something that is not HTTP is answered 400', async () => {
    const { port } = new URL(api.url);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\x16\x03\x01 hello\r\n\r\n'));
      let received = '';
      socket
        .on('data', (d) => (received += d.toString()))
        .on('end', () => resolve(received))
        .on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a request ID is taken over and answered, unless it is not one', async () => {
    const given = await api.get('/healthz', { headers: { 'x-request-id': 'abc-123' } });
    expect(given.headers.get('x-request-id')).toBe('abc-123');
    const odd = await api.get('/healthz', { headers: { 'x-request-id': 'a b<script>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('pages of a list', () => {
  test('every key appears once, whatever is added meanwhile', async () => {
    const made: string[] = [];
    for (let i = 0; i < 7; i++) made.push((await api.post('api-keys', { name: `page ${i}`, role: 'viewer' })).body.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.get(`api-keys?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...body.items.map((k: { id: string }) => k.id));
      cursor = body.nextCursor;
      await api.post('api-keys', { name: 'meanwhile', role: 'viewer' });
    }
    for (const id of made) expect(seen.filter((s) => s === id)).toHaveLength(1);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('a cursor that was made up is 400', async () => {
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const value of [
      { l: 'senders?#-createdAt', v: [newId()] },
      { l: 'api-keys?#-createdAt', v: ["x'"] },
      { v: 1 },
      null,
      { l: 'api-keys?#-createdAt', v: [] },
    ]) {
      const { status, body } = await api.get(`api-keys?cursor=${forged(value)}`);
      expect([status, body.type]).toEqual([400, '/problems/invalid-cursor']);
    }
  });
});

test('the OpenAPI document is 3.1, and every operation says what it answers and who may call it', () => {
  expect(api.openApi.openapi).toBe('3.1.0');
  for (const [path, operations] of Object.entries(api.openApi.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      expect(
        Object.keys(operation.responses).some((s) => s.startsWith('2')),
        `${method} ${path}`,
      ).toBe(true);
      if (path.startsWith('/api/v1/')) expect(operation['x-required-role'], `${method} ${path}`).toBeDefined();
    }
  }
});

test('every reference of the OpenAPI document resolves, and every parameter has a schema', () => {
  const text = JSON.stringify(api.openApi);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(Object.keys(api.openApi.components.schemas)).toContain(name);
  }
  expect(text).not.toContain('#/$defs/');
  expect(
    new Set(Object.values(api.openApi.paths).flatMap((p) => Object.values(p).map((o) => o.operationId))).size,
  ).toBe(Object.values(api.openApi.paths).flatMap((p) => Object.values(p)).length);
  for (const [path, operations] of Object.entries(api.openApi.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      for (const p of operation.parameters ?? []) {
        expect(Object.keys(p.schema ?? {}), `${method} ${path} ${p.name}`).not.toEqual([]);
      }
    }
  }
});

test('examples of bodies are valid, and bodies of actions may be left out', () => {
  const { schemas } = api.openApi.components as { schemas: Record<string, { example?: unknown }> };
  const withExample = Object.entries(schemas).filter(([name, s]) => /Input$/.test(name) && s.example !== undefined);
  expect(withExample.map(([name]) => name)).toEqual(
    expect.arrayContaining(['AutomationInput', 'CampaignInput', 'SenderInput', 'BackfillInput']),
  );
  for (const [name, schema] of withExample) expect(api.schemaErrors(name, schema.example), name).toBeNull();
  expect(api.openApi.paths['/api/v1/campaigns/{id}/runs']?.post?.requestBody).toMatchObject({ required: false });
  expect(api.openApi.paths['/api/v1/campaigns']?.post?.requestBody).toMatchObject({ required: true });
});

describe('what is written in more than one way', () => {
  test('memberships of a contact, as answers have them', async () => {
    const list = (await api.post('lists', { name: 'A' })).body;
    const made = await api.post('contacts', { email: 'Ada@Example.com', lists: [list.id] });
    expect([made.status, made.body.lists]).toEqual([201, [{ id: list.id, name: 'A' }]]);
    const path = `contacts/${made.body.id}`;
    const { email, name, attributes, lists } = made.body;
    expect((await api.put(path, { email, name, attributes, lists })).body.lists).toEqual(lists);
    expect((await api.patch(path, { lists: [] })).body.lists).toEqual([]);
    const both = await api.patch(path, { lists: [], listIds: [] });
    expect([both.status, both.body.errors[0].pointer]).toEqual([422, '/lists']);
    expect((await api.get('contacts?email=ada@EXAMPLE.com')).body.items).toMatchObject([{ id: made.body.id }]);
    expect((await api.get('contacts?email=ada')).body.items).toEqual([]);
  });

  test('the overlap policy, as Temporal writes it', async () => {
    const listIds = [(await api.post('lists', { name: 'B' })).body.id];
    const senderIds = [
      (
        await api.post('senders', {
          name: 'Main',
          fromEmail: 'news@example.com',
          smtp: { host: '127.0.0.1', port: 2525, security: 'none' },
        })
      ).body.id,
    ];
    const content = { subject: 'Hello', html: '<p>Hello from {{ sender.fromName }}, {{ sender.fromEmail }}</p>' };
    const { body: campaign } = await api.post('campaigns', { name: 'News', listIds, senderIds, content });
    const automation = (overlap: string) => ({
      name: 'News',
      campaignId: campaign.id,
      schedule: { type: 'weekly', daysOfWeek: ['MO', 'fri'], time: '09:00' },
      policy: { overlap },
      enabled: false,
    });
    const made = await api.post('automations', automation('BUFFER_ONE'));
    expect([made.status, made.body.policy.overlap]).toEqual([201, 'bufferOne']);
    expect(made.body.schedule.daysOfWeek).toEqual(['monday', 'friday']);
    const path = `automations/${made.body.id}`;
    expect((await api.patch(path, { policy: { overlap: 'cancel-other' } })).body.policy.overlap).toBe('cancelOther');
    const wrong = await api.post('automations', automation('never'));
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/policy/overlap']);
  });

  test('several values of a filter', async () => {
    for (const query of ['status=failed,stopped', 'status=failed&status=stopped', 'status=duplicate']) {
      expect([query, (await api.get(`runs?${query}`)).body.items]).toEqual([query, []]);
    }
    expect((await api.get('runs?status=failed&status=no')).status).toBe(400);
  });
});
