import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';
import { browserPage, signedInPage, testPassword } from '../support/browser.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

let serial = 0;
const email = () => `user-${++serial}@example.org`;
const given = async (role: string, more: object = {}) =>
  (await api.post('users', { email: email(), name: 'Somebody', role, password: testPassword, ...more })).body;

describe('users', () => {
  test('are created, read, listed, changed and deleted, and no secret of theirs is answered or kept', async () => {
    const created = await api.post('users', {
      email: 'Ada@Example.org',
      name: 'Ada',
      role: 'operator',
      password: testPassword,
    });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/v1/users/${created.body.id}`);
    expect(created.body).toMatchObject({
      email: 'Ada@example.org',
      role: 'operator',
      invited: false,
      invitation: null,
    });
    const { id } = created.body;
    expect((await api.patch(`users/${id}`, { name: 'Ada L.', role: 'viewer' })).body).toMatchObject({
      name: 'Ada L.',
      role: 'viewer',
      email: 'Ada@example.org',
    });
    expect((await api.get('users?role=viewer')).body.items.map((u: { id: string }) => u.id)).toContain(id);
    expect((await api.get('users?role=admin')).body.items.map((u: { id: string }) => u.id)).not.toContain(id);
    const { rows } = await api.database.pool.query(`SELECT * FROM users WHERE id = $1`, [id]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify([rows[0], created.body])).not.toContain(testPassword);
    expect((await api.delete(`users/${id}`)).status).toBe(204);
    expect((await api.get(`users/${id}`)).status).toBe(404);
    expect((await api.delete(`users/${id}`)).status).toBe(404);
  });

  test('are changed by the one who has seen them as they are: another update is 412, signing in is none', async () => {
    const page = await signedInPage(api, 'viewer');
    const path = `users/${page.userId}`;
    const read = await api.get(path);
    const etag = (answer: { headers: Headers }) => answer.headers.get('etag') as string;
    const headers = { 'if-match': etag(read) };
    await page.send('POST', 'session', { email: page.email, password: testPassword });
    const tries = await Promise.all([1, 2, 3].map((i) => api.patch(path, { name: `Writer ${i}` }, { headers })));
    expect(tries.map((a) => a.status).sort()).toEqual([200, 412, 412]);
    expect((await api.delete(path, { headers })).status).toBe(412);
    const now = await api.get(path);
    expect((await api.get(path, { headers: { 'if-none-match': etag(now) } })).status).toBe(304);
    expect((await api.post(`${path}/invitation`)).status).toBe(200);
    expect((await api.patch(path, { name: 'x' }, { headers: { 'if-match': etag(now) } })).status).toBe(412);
    expect((await api.delete(path, { headers: { 'if-match': '*' } })).status).toBe(204);
  });

  test('have an address each, however it is written', async () => {
    const first = await given('viewer');
    const second = await given('viewer');
    expect((await api.post('users', { email: first.email.toUpperCase(), name: 'x', role: 'viewer' })).status).toBe(409);
    expect((await api.patch(`users/${second.id}`, { email: first.email })).status).toBe(409);
  });

  test('an invitation sets the password once, and a new one replaces it', async () => {
    const address = email();
    const { body: created } = await api.post('users', { email: address, name: 'Invited', role: 'viewer' });
    expect(created).toMatchObject({ invited: true, disabled: false });
    expect(created.invitation.url).toBe(`${api.config.publicUrl}/app/invitation#${created.invitation.token}`);
    const page = browserPage(api);
    expect((await page.send('POST', 'session', { email: address, password: testPassword })).status).toBe(401);
    const { body: again } = await api.post(`users/${created.id}/invitation`);
    const accept = (token: string) => page.send('POST', 'session/invitation', { token, password: testPassword });
    expect((await accept(created.invitation.token)).status).toBe(401);
    const both = await Promise.all([accept(again.token), accept(again.token)]);
    expect(both.map((a) => a.status).sort()).toEqual([200, 401]);
    expect((await page.send('POST', 'session', { email: address, password: testPassword })).status).toBe(200);
    const { rows } = await api.database.pool.query(`SELECT * FROM users WHERE id = $1`, [created.id]);
    expect(rows[0].invitation_hash).toBeNull();
  });

  test('an invitation that has expired, or of a disabled user, is refused', async () => {
    for (const spoil of [`invitation_expires_at = now()`, `disabled = true`]) {
      const { body } = await api.post('users', { email: email(), name: 'Late', role: 'viewer' });
      await api.database.pool.query(`UPDATE users SET ${spoil} WHERE id = $1`, [body.id]);
      const answer = await browserPage(api).send('POST', 'session/invitation', {
        token: body.invitation.token,
        password: testPassword,
      });
      expect(answer.status).toBe(401);
    }
  });

  test('a new password and disabling end all sessions; a new role counts at once', async () => {
    const page = await signedInPage(api, 'viewer');
    expect((await page.send('GET', 'users')).status).toBe(403);
    await api.patch(`users/${page.userId}`, { role: 'admin' });
    expect((await page.send('GET', 'users')).status).toBe(200);
    await given('admin');
    await api.patch(`users/${page.userId}`, { password: `${testPassword}!` });
    expect((await page.send('GET', 'session')).status).toBe(401);
    await page.send('POST', 'session', { email: page.email, password: `${testPassword}!` });
    expect((await page.send('GET', 'session')).status).toBe(200);
    await api.patch(`users/${page.userId}`, { disabled: true });
    expect((await page.send('GET', 'session')).status).toBe(401);
    expect((await page.send('POST', 'session', { email: page.email, password: `${testPassword}!` })).status).toBe(401);
    await api.patch(`users/${page.userId}`, { disabled: false });
    expect((await page.send('GET', 'session')).status).toBe(401);
  });
});

describe('the last administrator', () => {
  const only = async (count: number): Promise<string[]> => {
    await api.database.pool.query(`DELETE FROM users`);
    const made = [];
    for (let i = 0; i < count; i++) made.push((await given('admin')).id as string);
    await api.post('users', { email: email(), name: 'Only invited', role: 'admin' });
    await given('admin', { email: email() }).then((u) => api.patch(`users/${u.id}`, { disabled: true }));
    return made;
  };

  test.each<[string, (id: string) => Promise<{ status: number }>]>([
    ['deleted', (id) => api.delete(`users/${id}`)],
    ['disabled', (id) => api.patch(`users/${id}`, { disabled: true })],
    ['demoted', (id) => api.patch(`users/${id}`, { role: 'operator' })],
  ])('cannot be %s, though others are invited or disabled', async (_, remove) => {
    const [id] = (await only(1)) as [string];
    expect((await remove(id)).status).toBe(409);
    expect((await api.get(`users/${id}`)).body).toMatchObject({ role: 'admin', disabled: false });
  });

  test('stays when all are removed at once, in every way', async () => {
    for (let round = 0; round < 3; round++) {
      const ids = await only(4);
      const answers = await Promise.all(
        ids.map((id, i) =>
          i % 3 === 0
            ? api.delete(`users/${id}`)
            : api.patch(`users/${id}`, i % 3 === 1 ? { disabled: true } : { role: 'viewer' }),
        ),
      );
      expect(answers.filter((a) => a.status === 409)).toHaveLength(1);
      const { rows } = await api.database.pool.query(
        `SELECT FROM users WHERE role = 'admin' AND NOT disabled AND password_hash IS NOT NULL`,
      );
      expect(rows).toHaveLength(1);
    }
  });
});

describe('bad input', () => {
  test.each<[string, object, string]>([
    ['too short', { password: 'short' }, '/password'],
    ['too long', { password: 'abcdefgh'.repeat(30) }, '/password'],
    ['of one letter', { password: 'aaaaaaaaaaaaaaaa' }, '/password'],
    ['the address', { email: 'long.address@example.org', password: 'Long.Address@example.org' }, '/password'],
    ['no address', { email: 'nonsense' }, '/email'],
    ['an unknown role', { role: 'king' }, '/role'],
    ['an unknown field', { disabled: true }, '/disabled'],
  ])('%s is 422', async (_, wrong, pointer) => {
    const { status, body } = await api.post('users', { email: email(), name: 'x', role: 'viewer', ...wrong });
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  test('whatever is sent, the answer is no 5xx and says what is wrong', async () => {
    const { id } = await given('viewer');
    const field = fc.oneof(
      fc.constantFrom(null, '', ' ', 'admin', 'a@b.example', 'x'.repeat(2000), true, -1, 1e308),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.object({ maxDepth: 2 }),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const fields = fc.record(
      { email: field, name: field, role: field, password: field, disabled: field, token: field, totp: field },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fields, fc.jsonValue()),
        fc.constantFrom(
          ['POST', 'users'],
          ['PATCH', `users/${id}`],
          ['POST', 'session'],
          ['POST', 'session/setup'],
          ['POST', 'session/invitation'],
          ['POST', 'session/password'],
          ['POST', 'session/totp'],
          ['POST', 'session/totp/confirm'],
        ),
        async (body, [method, path]) => {
          const answer = await api.request(method as string, path as string, { body });
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 400) expect(answer.body.type).toMatch(/^\/problems\//);
        },
      ),
      { numRuns: 150 },
    );
  });
});
