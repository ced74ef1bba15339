import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

const content = { subject: 'Hello', html: '<p>Hello</p>' };
let counter = 0;

async function given(resource: string, body: object): Promise<string> {
  const { status, body: made } = await api.post(resource, body);
  expect(status).toBe(201);
  return made.id as string;
}
const list = () => ({ name: 'List' });
const sender = () => ({
  name: 'Sender',
  fromEmail: 'news@example.com',
  smtp: { host: '127.0.0.1', port: 2525, security: 'none' },
});
async function campaign() {
  return {
    name: 'Campaign',
    content,
    listIds: [await given('lists', list())],
    senderIds: [await given('senders', sender())],
  };
}
const resources: [string, () => object | Promise<object>][] = [
  ['senders', sender],
  ['lists', list],
  ['contacts', () => ({ email: `person${++counter}@example.com`, name: 'Person' })],
  ['templates', () => ({ name: 'Template', ...content })],
  ['campaigns', campaign],
  [
    'automations',
    async () => ({
      name: 'Automation',
      campaignId: await given('campaigns', await campaign()),
      schedule: { type: 'daily', time: '09:00', timeZone: 'UTC' },
      enabled: false,
    }),
  ],
];
const tagOf = (answer: { headers: Headers }) => answer.headers.get('etag') as string;

describe.each(resources)('%s', (resource, make) => {
  test('every answer has a strong tag; a change makes another one, and the old one is refused', async () => {
    const body = await make();
    const created = await api.post(resource, body);
    expect(tagOf(created)).toMatch(/^"\d+\.[\w-]{22}"$/);
    const path = `${resource}/${created.body.id}`;
    const read = await api.get(path);
    expect(tagOf(read).split('.')[0]).toBe(tagOf(created).split('.')[0]);

    const same = await api.get(path, { headers: { 'if-none-match': `"other", W/${tagOf(read)}` } });
    expect([same.status, same.body, tagOf(same)]).toEqual([304, '', tagOf(read)]);

    const changed = await api.patch(path, { name: 'Second' }, { headers: { 'if-match': tagOf(read) } });
    expect([changed.status, changed.body.name]).toEqual([200, 'Second']);
    expect(tagOf(changed).split('.')[0]).not.toBe(tagOf(read).split('.')[0]);
    expect((await api.get(path, { headers: { 'if-none-match': tagOf(read) } })).status).toBe(200);

    for (const answer of [
      await api.patch(path, { name: 'Third' }, { headers: { 'if-match': tagOf(read) } }),
      await api.put(path, body, { headers: { 'if-match': tagOf(read) } }),
      await api.delete(path, { headers: { 'if-match': tagOf(read) } }),
      await api.delete(path, { headers: { 'if-match': `W/${tagOf(changed)}` } }),
    ]) {
      expect([answer.status, answer.body.type]).toEqual([412, '/problems/precondition-failed']);
    }
    expect((await api.get(path)).body.name).toBe('Second');
    const malformed = await api.patch(path, { name: 'Third' }, { headers: { 'if-match': 'unquoted' } });
    expect([malformed.status, malformed.body.errors[0].parameter]).toEqual([400, 'If-Match']);

    const replaced = await api.put(path, body, { headers: { 'if-match': `"x", ${tagOf(changed)}` } });
    expect(replaced.status).toBe(200);
    expect((await api.patch(path, { name: 'Any' }, { headers: { 'if-match': '*' } })).status).toBe(200);
    const last = await api.get(path);
    expect((await api.delete(path, { headers: { 'if-match': tagOf(last) } })).status).toBe(204);
    expect((await api.get(path, { headers: { 'if-none-match': tagOf(last) } })).status).toBe(404);
  });

  test('of writers that hold the same tag, one wins', async () => {
    const path = `${resource}/${await given(resource, await make())}`;
    const tag = tagOf(await api.get(path));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => api.patch(path, { name: `Writer ${i}` }, { headers: { 'if-match': tag } })),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
    const winner = answers.find((a) => a.status === 200);
    expect((await api.get(path)).body.name).toBe(winner?.body.name);
  });
});

test('what is derived changes the tag for caches, and is no reason to refuse an update', async () => {
  const path = `lists/${await given('lists', list())}`;
  const before = tagOf(await api.get(path));
  await api.post(`${path}/contacts`, { email: 'member@example.com' });
  const after = await api.get(path, { headers: { 'if-none-match': before } });
  expect([after.status, after.body.contacts]).toEqual([200, 1]);
  expect((await api.patch(path, { name: 'Renamed' }, { headers: { 'if-match': before } })).status).toBe(200);
});

test('the OpenAPI document has the tags and what is asked with them', () => {
  for (const [resource] of resources) {
    const item = api.openApi.paths[`/api/v1/${resource}/{id}`]!;
    const names = (method: string) => item[method]!.parameters!.filter((p) => p.in === 'header').map((p) => p.name);
    expect(names('get')).toEqual(['If-None-Match']);
    expect(item.get!.responses['304']).toBeDefined();
    for (const method of ['put', 'patch', 'delete']) {
      expect(names(method)).toEqual(['If-Match']);
      expect(item[method]!.responses['412']).toBeDefined();
    }
    expect(item.put!.responses['200']).toHaveProperty('headers.ETag');
    expect(api.openApi.paths[`/api/v1/${resource}`]!.post!.responses['201']).toHaveProperty('headers.ETag');
    expect(api.openApi.paths[`/api/v1/${resource}`]!.post!.responses['201']).toHaveProperty('headers.Location');
  }
});
