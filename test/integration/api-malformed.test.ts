import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';

// Malice by hand, on every resource that it applies to. Each test ends with: nothing has changed.

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await givenSomeOfEverything();
});
afterAll(() => api?.close());

/** Of each resource that can be created: a body that is right, and the ID of one that exists. */
const good: Record<string, Record<string, unknown>> = {};
const ids: Record<string, string> = {};

async function givenSomeOfEverything(): Promise<void> {
  const make = async (resource: string, body: Record<string, unknown>) => {
    good[resource] = body;
    const { status, body: made } = await api.post(resource, body);
    expect(status, JSON.stringify(made)).toBe(201);
    ids[resource] = made.id;
    return made.id as string;
  };
  const senderId = await make('senders', {
    name: 'Sender',
    fromName: 'Us',
    fromEmail: 'us@example.com',
    smtp: { host: 'localhost', port: 25, security: 'none', username: 'u', password: 'p' },
  });
  const listId = await make('lists', { name: 'List', description: '', geography: 'LV', isp: '' });
  await make('contacts', { email: 'ada@example.com', name: 'Ada', attributes: { city: 'Riga' }, listIds: [listId] });
  await make('suppressions', { email: 'gone@example.com', reason: 'manual' });
  await make('templates', { name: 'Template', subject: 'Hello', html: '<p>Hi</p>', text: 'Hi' });
  const campaignId = await make('campaigns', {
    name: 'Campaign',
    listIds: [listId],
    senderIds: [senderId],
    content: { subject: 'Hello', html: '<p>Hi</p>' },
  });
  await make('automations', {
    name: 'Automation',
    campaignId,
    enabled: false,
    schedule: { type: 'cron', cron: '0 9 * * *', timeZone: 'Europe/Riga' },
  });
  await make('webhooks', { name: 'Webhook', url: 'http://localhost/hook', events: ['run.failed'] });
  await make('users', { name: 'User', email: 'user@example.com', role: 'viewer' });
  await make('api-keys', { name: 'Key', role: 'viewer' });
}

/** Everything that the API can change, but for what it notes of requests themselves. */
async function state(): Promise<string> {
  const tables = [
    'senders',
    'lists',
    'list_contacts',
    'contacts',
    'suppressions',
    'templates',
    'campaigns',
    'campaign_lists',
  ];
  tables.push('campaign_senders', 'automations', 'automation_revisions', 'users', 'runs', 'imports', 'webhooks');
  const digests = tables.map(
    (t) => `(SELECT md5(coalesce(string_agg(r::text, E'\\n' ORDER BY r::text), '')) FROM ${t} r)`,
  );
  const { rows } = await api.database.pool.query(
    `SELECT ${digests.join(`||' '||`)} || (SELECT string_agg(id::text || name || role, ' ' ORDER BY id) FROM api_keys) AS all_of_it`,
  );
  return rows[0].all_of_it as string;
}

async function unchanged(work: () => Promise<void>): Promise<void> {
  const before = await state();
  await work();
  expect(await state()).toBe(before);
}

/** All operations, as method, path template and whether a body is taken. */
function operations() {
  return Object.entries(api.openApi.paths).flatMap(([template, byMethod]) =>
    Object.entries(byMethod).map(([method, o]) => ({ method: method.toUpperCase(), template, operation: o })),
  );
}

/** Paths to the texts in a body, those in objects and arrays too. */
function texts(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([k, v]) => texts(v, [...path, Array.isArray(value) ? Number(k) : k]));
}

function withValue(body: unknown, [key, ...rest]: (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(body) ? [...(body as unknown[])] : { ...(body as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

test('a text of 100,000 characters, NUL, or a value of another type in any field is refused, and the field is named', async () => {
  await unchanged(async () => {
    for (const [resource, body] of Object.entries(good)) {
      for (const path of texts(body)) {
        // An HTML body of this length is a mail like any other; attributes and passwords are texts of any kind.
        const free = /html|^text$|attributes|password/.test(path.join('.'));
        const pointer = `/${path.join('/')}`;
        const cases: [unknown, number][] = [
          ['\0', 400],
          [{ $ne: 1 }, 422],
          [[[]], 422],
          [-1e308, 422],
        ];
        if (!free) cases.unshift(['x'.repeat(100_000), 422]);
        for (const [value, expected] of cases) {
          if (free && path[0] === 'attributes' && expected === 422) continue;
          const answer = await api.post(resource, withValue(body, path, value));
          const what = `POST ${resource} ${pointer} ${JSON.stringify(value).slice(0, 20)}: ${JSON.stringify(answer.body).slice(0, 300)}`;
          expect(answer.status, what).toBe(expected);
          expect(answer.body.errors.map((e: { pointer: string }) => e.pointer).join(' '), what).toContain(
            `/${path[0]}`,
          );
        }
      }
    }
  });
});

test('an unknown field is refused wherever fields are taken, and named', async () => {
  await unchanged(async () => {
    for (const [resource, body] of Object.entries(good)) {
      const answer = await api.post(resource, { ...body, isAdmin: true });
      expect([answer.status, answer.body.errors?.[0].pointer], resource).toEqual([422, '/isAdmin']);
      for (const method of ['PUT', 'PATCH']) {
        if (!api.openApi.paths[`/api/v1/${resource}/{id}`]?.[method.toLowerCase()]) continue;
        const change = await api.request(method, `${resource}/${ids[resource]}`, {
          body: method === 'PUT' ? { ...body, isAdmin: true } : { isAdmin: true },
        });
        expect([change.status, change.body.errors?.[0].pointer], `${method} ${resource}`).toEqual([422, '/isAdmin']);
      }
    }
  });
});

test('what GET has answered can be put back: fields that cannot be set are let go, whatever they hold, and documented so', async () => {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const dkim = { domainName: 'example.com', keySelector: 'mail', privateKey };
  const signing = (await api.post('senders', { ...good['senders'], dkim })).body.id as string;
  const resend = { apiKey: 're_1', baseUrl: 'http://localhost:9' };
  const { smtp: _smtp, ...identity } = good['senders'] as { smtp: object };
  const overHttp = (await api.post('senders', { ...identity, transport: 'resend', resend })).body.id as string;
  let changed = 0;
  for (const [resource, id] of [...Object.entries(ids), ['senders', signing], ['senders', overHttp]] as const) {
    for (const method of ['PUT', 'PATCH']) {
      const operation = api.openApi.paths[`/api/v1/${resource}/{id}`]?.[method.toLowerCase()];
      if (!operation) continue;
      changed++;
      const before = (await api.get(`${resource}/${id}`)).body as Record<string, unknown>;
      const body = operation.requestBody as { content: { 'application/json': { schema: { $ref: string } } } };
      const component = body.content['application/json'].schema.$ref.split('/').at(-1) as string;
      expect(api.schemaErrors(component, before), `${method} ${resource}`).toBeNull();
      const name = `Name by ${method}`;
      const answer = await api.request(method, `${resource}/${id}`, {
        body: { ...before, name, createdAt: 'long ago', updatedAt: null },
      });
      expect(answer.status, `${method} ${resource} ${JSON.stringify(answer.body)}`).toBe(200);
      const { revision: _r, updatedAt: _u, inSync: _i, ...same } = before;
      expect(answer.body).toMatchObject({ ...same, name });
    }
  }
  expect(changed).toBe(19);
  const deep = await api.patch(`senders/${signing}`, { smtp: { hasPassword: false, secret: 'x' } });
  expect([deep.status, deep.body.errors]).toEqual([422, [{ pointer: '/smtp/secret', message: 'Unknown field' }]]);
});

test('a contact that would have to be suppressed is not said to be changed', async () => {
  const contact = `contacts/${ids['contacts']}`;
  await unchanged(async () => {
    for (const [method, body] of [
      ['PUT', { ...good['contacts'], status: 'unsubscribed' }],
      ['PATCH', { status: 'suppressed' }],
    ] as const) {
      const answer = await api.request(method, contact, { body });
      expect([answer.status, answer.body.errors?.[0].pointer], method).toEqual([422, '/status']);
    }
  });
  await api.post('suppressions', { email: good['contacts']?.['email'], reason: 'unsubscribed' });
  for (const status of ['unsubscribed', 'subscribed']) {
    const answer = await api.patch(contact, { status });
    expect([answer.status, answer.body.status]).toEqual([200, 'unsubscribed']);
  }
});

test('the ID of another resource names nothing, in any address', async () => {
  await unchanged(async () => {
    for (const { method, template } of operations()) {
      if (!template.startsWith('/api/v1/') || !template.includes('{id}')) continue;
      const resource = template.split('/')[3] as string;
      const other = resource === 'lists' ? ids['senders'] : ids['lists'];
      const path = template.replace('{id}', other as string).replace(/\{[^}]+\}/g, ids['contacts'] as string);
      // Whatever body: that of the resource itself, so that it is not the body that is refused.
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: good[resource] ?? {} };
      const answer = await api.request(method, path, body);
      const what = `${method} ${template}: ${JSON.stringify(answer.body).slice(0, 200)}`;
      expect(answer.status, what).toBeGreaterThanOrEqual(400);
      expect(answer.status, what).toBeLessThan(500);
      if (method === 'GET' || method === 'DELETE') expect(answer.status, what).toBe(404);
    }
  });
});

test('a reference to something of another kind is refused, and named', async () => {
  await unchanged(async () => {
    const list = ids['lists'] as string;
    const sender = ids['senders'] as string;
    for (const [resource, body, pointer] of [
      ['campaigns', { ...good['campaigns'], listIds: [sender] }, '/listIds'],
      ['campaigns', { ...good['campaigns'], senderIds: [list] }, '/senderIds'],
      ['campaigns', { ...good['campaigns'], content: null, templateId: list }, '/templateId'],
      ['automations', { ...good['automations'], campaignId: list }, '/campaignId'],
      ['contacts', { ...good['contacts'], email: 'new@example.com', listIds: [sender] }, '/listIds'],
    ] as const) {
      const answer = await api.post(resource, body);
      expect(answer.status, `${resource} ${pointer} ${JSON.stringify(answer.body)}`).toBe(422);
      expect(answer.body.errors[0].pointer).toContain(pointer);
    }
  });
});

test('a cursor continues the list that gave it out, and no other; a limit below 1 is no limit', async () => {
  const lists = operations().filter(
    ({ method, operation, template }) =>
      method === 'GET' && !template.includes('{') && operation.parameters?.some((p) => p.name === 'cursor'),
  );
  expect(lists.length).toBeGreaterThan(10);
  await unchanged(async () => {
    const { body } = await api.get('api-keys?limit=1');
    expect(body.nextCursor).not.toBeNull();
    for (const { template } of lists) {
      const answer = await api.get(`${template}?cursor=${body.nextCursor}`);
      const own = template === '/api/v1/api-keys';
      expect([answer.status, answer.body.type], template).toEqual(
        own ? [200, undefined] : [400, '/problems/invalid-cursor'],
      );
      for (const limit of ['0', '-1', '-9007199254740993', '1.5', '', 'NaN', '1001']) {
        const wrong = await api.get(`${template}?limit=${limit}`);
        expect([wrong.status, wrong.body.errors?.[0].parameter], `${template} limit=${limit}`).toEqual([400, 'limit']);
      }
    }
  });
});

test('bodies that are no JSON, no UTF-8 or broken off are refused wherever a body is taken', async () => {
  const { port } = new URL(api.url);
  await unchanged(async () => {
    for (const { method, template, operation } of operations()) {
      const content = (operation.requestBody as { content?: object } | undefined)?.content;
      if (!template.startsWith('/api/v1/') || !content || !('application/json' in content)) continue;
      const resource = template.split('/')[3] as string;
      const path = template.replace('{id}', ids[resource] ?? (ids['lists'] as string)).replace(/\{[^}]+\}/g, 'x');
      const type = { 'content-type': 'application/json' };
      for (const raw of [
        '{"name": ',
        '{"name": "\ud800"',
        new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      ]) {
        const answer = await api.request(method, path, { raw, headers: type });
        expect([answer.status, answer.body.type], `${method} ${path}`).toEqual([400, '/problems/malformed-request']);
      }
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n${JSON.stringify(good[resource] ?? {})}`,
      );
      socket.end();
      socket.resume();
      await once(socket, 'close');
    }
  });
});
