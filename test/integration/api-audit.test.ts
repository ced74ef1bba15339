import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { startApi, type TestApi } from '../support/api.js';
import { browserPage, signedInPage, testPassword } from '../support/browser.js';
import { givenCampaign } from '../support/ledgerFixtures.js';

let api: TestApi;
beforeAll(async () => {
  // One test makes the log complain.
  api = await startApi({ config: { logLevel: 'silent' } });
});
afterAll(() => api.close());

const entries = async (query: string) => (await api.get(`audit?${query}`)).body.items;

describe('the audit log', () => {
  test('says who did what, when, from where and in which request, for keys and users', async () => {
    const { body: key } = await api.post('api-keys', { name: 'nightly import', role: 'operator' });
    const list = await api.post(
      'lists',
      { name: 'Made by a key' },
      { key: key.key, headers: { 'x-request-id': 'req-1' } },
    );
    const page = await signedInPage(api, 'operator');
    await page.send('PATCH', `lists/${list.body.id}`, { name: 'Changed by a user' });
    await page.send('DELETE', `lists/${list.body.id}`);
    const found = await entries(`resourceId=${list.body.id}`);
    expect(found).toMatchObject([
      { action: 'DELETE /lists/:id', actor: { kind: 'user', id: page.userId, name: 'The operator' }, status: 204 },
      { action: 'PATCH /lists/:id', actor: { kind: 'user' }, status: 200, outcome: 'succeeded' },
      {
        action: 'POST /lists',
        actor: { kind: 'api-key', id: key.id, name: 'nightly import' },
        resourceType: 'lists',
        status: 201,
        clientAddress: '127.0.0.1',
        requestId: 'req-1',
      },
    ]);
    expect(await entries(`actorId=${key.id}`)).toHaveLength(1);
  });

  test('has neither reads nor what was refused for other reasons', async () => {
    const campaignId = await givenCampaign(api.database, { listIds: [], senderIds: [] });
    const before = (await entries('limit=500')).length;
    await api.get('lists');
    const schedule = { type: 'daily', time: '09:00', timeZone: 'UTC' };
    for (const [path, body] of [
      ['automations/preview-schedule', { schedule }],
      ['templates/preview', { subject: 'x', html: '<p>x</p>' }],
      [`campaigns/${campaignId}/preview`, {}],
      [`campaigns/${campaignId}/check`, undefined],
    ] as const) {
      expect((await api.post(path, body)).status, path).toBe(200);
    }
    await api.post('lists', { name: '' });
    await api.delete(`lists/${newId()}`);
    await api.post('lists', { name: 'x' }, { key: 'nonsense' });
    expect(await entries('limit=500')).toHaveLength(before);
  });

  test('has attempts to sign in: who got in, and which were refused', async () => {
    const page = await signedInPage(api, 'viewer');
    await browserPage(api).send('POST', 'session', { email: page.email, password: 'a wrong password' });
    await browserPage(api).send('POST', 'session', { email: 'nobody@example.org', password: 'a wrong password' });
    await page.send('POST', 'session/password', { currentPassword: 'wrong', newPassword: `${testPassword}!` });
    const about = await entries(`resourceId=${page.userId}`);
    expect(about).toMatchObject([
      { action: 'POST /session/password', outcome: 'refused', status: 422, actor: { kind: 'user', id: page.userId } },
      { action: 'POST /session', outcome: 'refused', status: 401, actor: { kind: 'anonymous', id: null } },
      { action: 'POST /session', outcome: 'succeeded', status: 200, actor: { kind: 'user', id: page.userId } },
      { action: 'POST /users', outcome: 'succeeded', actor: { kind: 'api-key' } },
    ]);
    expect((await entries('outcome=refused&actorKind=anonymous'))[0]).toMatchObject({ resourceId: null });
  });

  test('never has what somebody sent', async () => {
    const secret = 'a-secret-that-must-not-be-kept';
    await api.post('users', { email: 'secret@example.org', name: 'x', role: 'viewer', password: secret });
    await browserPage(api).send('POST', 'session', { email: `${secret}@example.org`, password: secret });
    await api.request('POST', `lists?x=${secret}`, { body: { name: secret } });
    const { rows } = await api.database.pool.query(`SELECT audit_events::text AS text FROM audit_events`);
    expect(rows.map((r) => r.text).join('\n')).not.toContain(secret);
    const attempts = await api.database.pool.query(`SELECT sign_in_attempts::text AS text FROM sign_in_attempts`);
    expect(attempts.rows.map((r) => r.text).join('\n')).not.toContain(secret);
  });

  test('is filtered by time and kind, and paged by cursor without gaps', async () => {
    const from = new Date(Date.now() - 1).toISOString();
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await api.post('templates', template(i))).body.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.get(
        `audit?resourceType=templates&from=${from}&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...body.items.map((e: { resourceId: string }) => e.resourceId));
      cursor = body.nextCursor;
      await api.post('lists', { name: 'meanwhile' });
    }
    expect(seen).toEqual([...made].reverse());
    expect(await entries(`resourceType=templates&to=${from}`)).toEqual([]);
  });

  test.each(['actorId=x', 'resourceType=a%20b', 'outcome=maybe', 'from=yesterday', 'to=', 'actorKind=king', 'x=1'])(
    'the filter %s is 400',
    async (query) => {
      expect((await api.get(`audit?${query}`)).status).toBe(400);
    },
  );

  test('is read by administrators alone', async () => {
    expect((await api.get('audit', { key: await api.keyFor('operator') })).status).toBe(403);
    expect((await (await signedInPage(api, 'admin')).send('GET', 'audit')).status).toBe(200);
  });

  test('that cannot be written does not fail a request', async () => {
    await api.database.pool.query(`ALTER TABLE audit_events RENAME TO audit_events_away`);
    try {
      expect((await api.post('lists', { name: 'Without an entry' })).status).toBe(201);
    } finally {
      await api.database.pool.query(`ALTER TABLE audit_events_away RENAME TO audit_events`);
    }
  });
});

const template = (i: number) => ({ name: `Template ${i}`, subject: 'Hello', html: '<p>Hello</p>' });
