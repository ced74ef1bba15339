import { TOTP, Secret } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setupLink } from '../../src/api/auth/setupLink.js';
import { hashToken } from '../../src/api/auth/tokens.js';
import { startApi, type TestApi } from '../support/api.js';
import { browserPage, signedInPage, testPassword } from '../support/browser.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => api.database.pool.query(`DELETE FROM sign_in_attempts`));

const tokenOf = (cookie: string) => cookie.split('=')[1] as string;

describe('the first user', () => {
  const newToken = async () => (await setupLink(api.database, api.config.publicUrl))?.split('#')[1] as string;
  const input = (token: string) => ({ token, email: 'first@example.org', name: 'First', password: testPassword });
  beforeEach(() => api.database.pool.query(`DELETE FROM users; DELETE FROM setup_tokens`));

  test('is made with the link that the start prints, by one of several at once, and is signed in as an administrator', async () => {
    const tokens = [await newToken(), await newToken()];
    expect((await api.get('session/setup', { key: null })).body).toEqual({ needed: true });
    const { rows } = await api.database.pool.query(`SELECT token_hash FROM setup_tokens`);
    expect(rows.map((r) => r.token_hash)).toEqual(expect.arrayContaining(tokens.map(hashToken)));
    const pages = [...tokens, ...tokens].map((token) => ({ token, page: browserPage(api) }));
    const answers = await Promise.all(pages.map(({ token, page }) => page.send('POST', 'session/setup', input(token))));
    expect(answers.map((a) => a.status).sort()).toEqual([200, 401, 401, 401]);
    const { page } = pages[answers.findIndex((a) => a.status === 200)] as (typeof pages)[number];
    expect((await page.send('GET', 'users')).body.items).toHaveLength(1);
    expect((await api.get('session/setup', { key: null })).body).toEqual({ needed: false });
    expect(await setupLink(api.database, api.config.publicUrl)).toBeUndefined();
  });

  test('is not made with a made-up or expired token, or when there is a user', async () => {
    const token = await newToken();
    const page = browserPage(api);
    expect((await page.send('POST', 'session/setup', input('x'.repeat(43)))).status).toBe(401);
    await api.database.pool.query(`UPDATE setup_tokens SET expires_at = now()`);
    expect((await page.send('POST', 'session/setup', input(token))).status).toBe(401);
    const fresh = await newToken();
    await api.post('users', { email: 'other@example.org', name: 'Other', role: 'viewer' });
    expect((await page.send('POST', 'session/setup', input(fresh))).status).toBe(401);
  });

  test('a weak password does not use the link up', async () => {
    const token = await newToken();
    const page = browserPage(api);
    const weak = await page.send('POST', 'session/setup', { ...input(token), password: 'aaaaaaaaaaaaaaaa' });
    expect([weak.status, weak.body.errors[0].pointer]).toEqual([422, '/password']);
    expect((await page.send('POST', 'session/setup', input(token))).status).toBe(200);
  });
});

describe('a session', () => {
  test('has a cookie that scripts cannot read, whose token is kept as a hash', async () => {
    const { email, userId } = await signedInPage(api, 'operator');
    const page = browserPage(api);
    const answer = await page.send('POST', 'session', { email: email.toUpperCase(), password: testPassword });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^oncemail_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600$/,
    );
    expect(answer.body.user).toMatchObject({ id: userId, role: 'operator' });
    expect(JSON.stringify(answer.body)).not.toContain(tokenOf(page.cookie));
    const { rows } = await api.database.pool.query(`SELECT token_hash FROM sessions WHERE user_id = $1`, [userId]);
    expect(rows.map((r) => r.token_hash)).toContainEqual(hashToken(tokenOf(page.cookie)));
    expect((await page.send('GET', 'session')).body).toMatchObject({ kind: 'user', id: userId, role: 'operator' });
    expect((await page.send('GET', 'lists')).status).toBe(200);
    expect((await page.send('GET', 'users')).status).toBe(403);
  });

  test('of an API served over https is Secure and bound to the host', async () => {
    const secure = await startApi({ platform: api.platform, config: { publicUrl: 'https://mail.example.org' } });
    try {
      const { email } = await signedInPage(api, 'viewer');
      const page = browserPage(secure);
      const answer = await page.send('POST', 'session', { email, password: testPassword });
      expect(answer.headers.get('set-cookie')).toMatch(/^__Host-oncemail_session=.*; Path=\/; .*; Secure$/);
      expect((await page.send('GET', 'session')).status).toBe(200);
    } finally {
      await secure.app.close();
      await secure.database.close();
      await secure.temporal.connection.close();
    }
  });

  test('ends by signing out, and the others of the user go on', async () => {
    const page = await signedInPage(api, 'viewer');
    const other = browserPage(api);
    await other.send('POST', 'session', { email: page.email, password: testPassword });
    const before = page.cookie;
    expect((await page.send('DELETE', 'session')).status).toBe(204);
    expect(page.cookie).toBe('');
    expect((await browserPage(api, before).send('GET', 'session')).status).toBe(401);
    expect((await other.send('GET', 'session')).status).toBe(200);
  });

  test.each([
    ['a day without use', `last_used_at = now() - interval '24 hours'`],
    ['two weeks', `expires_at = now()`],
  ])('ends after %s', async (_, spoil) => {
    const page = await signedInPage(api, 'viewer');
    await api.database.pool.query(`UPDATE sessions SET ${spoil} WHERE user_id = $1`, [page.userId]);
    expect((await page.send('GET', 'session')).status).toBe(401);
  });

  test('is kept from going idle by its use', async () => {
    const page = await signedInPage(api, 'viewer');
    await api.database.pool.query(`UPDATE sessions SET last_used_at = now() - interval '23 hours' WHERE user_id = $1`, [
      page.userId,
    ]);
    await page.send('GET', 'session');
    const { rows } = await api.database.pool.query(
      `SELECT last_used_at > now() - interval '1 minute' AS fresh FROM sessions WHERE user_id = $1`,
      [page.userId],
    );
    expect(rows).toEqual([{ fresh: true }]);
  });

  test('an API key asks who it is too, and has no session', async () => {
    const key = await api.keyFor('viewer');
    expect((await api.get('session', { key })).body).toMatchObject({
      kind: 'api-key',
      name: 'test viewer',
      role: 'viewer',
      user: null,
      expiresAt: null,
    });
    expect((await api.delete('session', { key })).status).toBe(409);
    const body = { currentPassword: 'x', newPassword: testPassword };
    expect((await api.post('session/password', body, { key })).status).toBe(403);
  });

  test.each(['', 'x', '%00', 'a'.repeat(43), 'a'.repeat(4000), '"quoted"'])('the cookie %s is 401', async (value) => {
    expect((await browserPage(api, `oncemail_session=${value}`).send('GET', 'session')).status).toBe(401);
  });
});

describe('requests with the cookie', () => {
  test.each<[string, Record<string, string>, number]>([
    ['from this origin', { 'sec-fetch-site': 'same-origin' }, 201],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from another host of the domain', { 'sec-fetch-site': 'same-site' }, 403],
    ['from another site that names this origin', { 'sec-fetch-site': 'cross-site', origin: 'self' }, 403],
    ['from a page of this host, in an older browser', { origin: 'self' }, 201],
    ['from another origin, in an older browser', { origin: 'https://evil.example' }, 403],
    ['from a sandboxed page', { origin: 'null' }, 403],
    ['of unknown origin', {}, 403],
  ])('%s', async (_, headers, status) => {
    const { cookie } = await signedInPage(api, 'operator');
    const sent = { cookie, ...headers, ...(headers['origin'] === 'self' ? { origin: api.url } : {}) };
    const answer = await api.post('lists', { name: 'By cookie' }, { key: null, headers: sent });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.type).toBe('/problems/cross-site-request');
    expect((await api.get('lists', { key: null, headers: sent })).status).toBe(200);
  });

  test('another site cannot sign a browser in', async () => {
    const { email } = await signedInPage(api, 'viewer');
    const body = { email, password: testPassword };
    const others: Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }];
    for (const headers of others) {
      expect((await api.post('session', body, { key: null, headers })).status).toBe(403);
    }
    expect((await api.post('session', body, { key: null })).status).toBe(200);
  });
});

describe('signing in', () => {
  test('does not tell whether an address has a user', async () => {
    const { email } = await signedInPage(api, 'viewer');
    const disabled = await signedInPage(api, 'viewer');
    await api.patch(`users/${disabled.userId}`, { disabled: true });
    await api.post('users', { email: 'invited@example.org', name: 'x', role: 'viewer' });
    const bodies = [];
    for (const [address, password] of [
      ['nobody@example.org', testPassword],
      [email, 'the wrong password'],
      [disabled.email, testPassword],
      ['invited@example.org', testPassword],
    ]) {
      const answer = await browserPage(api).send('POST', 'session', { email: address, password });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
      const { requestId: _, ...rest } = answer.body;
      bodies.push(rest);
    }
    for (const body of bodies) expect(body).toEqual(bodies[0]);
  });

  test.each([true, false])(
    'an account gets ten attempts, also side by side, whether it exists (%s)',
    async (exists) => {
      const email = exists ? (await signedInPage(api, 'viewer')).email : 'not-there@example.org';
      const answers = await Promise.all(
        Array.from({ length: 14 }, () => browserPage(api).send('POST', 'session', { email, password: 'wrong guess' })),
      );
      expect(answers.filter((a) => a.status === 401)).toHaveLength(10);
      const stopped = answers.filter((a) => a.status === 429);
      expect(stopped).toHaveLength(4);
      expect(Number(stopped[0]?.headers.get('retry-after'))).toBeGreaterThan(800);
      expect((await browserPage(api).send('POST', 'session', { email, password: testPassword })).status).toBe(429);
      await api.database.pool.query(`UPDATE sign_in_attempts SET window_ends_at = now()`);
      expect((await browserPage(api).send('POST', 'session', { email, password: testPassword })).status).toBe(
        exists ? 200 : 401,
      );
    },
  );

  test('an address gets fifty attempts, whatever accounts it names', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 52; i++) {
      const body = { email: `guess-${i}@example.org`, password: 'x' };
      statuses.push((await browserPage(api).send('POST', 'session', body)).status);
    }
    expect(statuses.filter((s) => s === 401)).toHaveLength(50);
    expect(statuses.slice(50)).toEqual([429, 429]);
  });

  test('success forgets what failed before', async () => {
    const { email } = await signedInPage(api, 'viewer');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 9; i++) await browserPage(api).send('POST', 'session', { email, password: 'wrong' });
      expect((await browserPage(api).send('POST', 'session', { email, password: testPassword })).status).toBe(200);
    }
  });
});

describe('my password', () => {
  test('is changed by showing the present one; all my sessions end but the one that asks, which gets a new cookie', async () => {
    const page = await signedInPage(api, 'viewer');
    const other = browserPage(api);
    await other.send('POST', 'session', { email: page.email, password: testPassword });
    const change = (currentPassword: string, newPassword: string) =>
      page.send('POST', 'session/password', { currentPassword, newPassword });
    expect((await change('wrong', 'another good password')).body.errors[0].pointer).toBe('/currentPassword');
    expect((await change(testPassword, 'short')).status).toBe(422);
    const before = page.cookie;
    expect((await change(testPassword, 'another good password')).status).toBe(200);
    expect(page.cookie).not.toBe(before);
    expect((await page.send('GET', 'session')).status).toBe(200);
    expect((await browserPage(api, before).send('GET', 'session')).status).toBe(401);
    expect((await other.send('GET', 'session')).status).toBe(401);
    expect((await other.send('POST', 'session', { email: page.email, password: testPassword })).status).toBe(401);
  });
});

describe('an authenticator', () => {
  const codeOf = (secret: string, steps = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });

  test('is set up, asked for, works once a code, is replaced by recovery codes and given up', async () => {
    const page = await signedInPage(api, 'viewer');
    const { body: offer } = await page.send('POST', 'session/totp', { password: testPassword });
    expect(offer.uri).toMatch(/^otpauth:\/\/totp\/Oncemail:/);
    const { rows } = await api.database.pool.query(`SELECT * FROM users WHERE id = $1`, [page.userId]);
    expect(JSON.stringify(rows[0])).not.toContain(offer.secret);
    const signIn = (totp?: string) =>
      browserPage(api).send('POST', 'session', { email: page.email, password: testPassword, ...(totp && { totp }) });
    expect((await signIn()).status).toBe(200);
    expect((await page.send('POST', 'session/totp/confirm', { totp: '000000' })).status).toBe(422);
    const confirmed = await page.send('POST', 'session/totp/confirm', { totp: codeOf(offer.secret, -1) });
    expect(confirmed.status).toBe(200);
    const { recoveryCodes } = confirmed.body as { recoveryCodes: string[] };
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await page.send('GET', 'session')).body.user.secondFactor).toBe(true);
    expect((await page.send('POST', 'session/totp', { password: testPassword })).status).toBe(409);

    expect((await signIn()).body.type).toBe('/problems/second-factor-needed');
    expect((await signIn('12345678')).body.type).toBe('/problems/sign-in-refused');
    const code = codeOf(offer.secret, 1);
    const twice = await Promise.all([signIn(code), signIn(code)]);
    expect(twice.map((a) => a.status).sort()).toEqual([200, 401]);
    const recovery = (recoveryCodes[0] as string).toUpperCase().replaceAll('-', ' ');
    const again = await Promise.all([signIn(recovery), signIn(recovery)]);
    expect(again.map((a) => a.status).sort()).toEqual([200, 401]);

    expect((await page.send('POST', 'session/totp/disable', { password: 'wrong' })).status).toBe(422);
    expect((await page.send('POST', 'session/totp/disable', { password: testPassword })).status).toBe(204);
    expect((await signIn()).status).toBe(200);
  });

  test('that is lost is reset by an administrator', async () => {
    const page = await signedInPage(api, 'viewer');
    const { body: offer } = await page.send('POST', 'session/totp', { password: testPassword });
    await page.send('POST', 'session/totp/confirm', { totp: codeOf(offer.secret) });
    expect((await api.post(`users/${page.userId}/reset-second-factor`)).body.secondFactor).toBe(false);
    const body = { email: page.email, password: testPassword };
    expect((await browserPage(api).send('POST', 'session', body)).status).toBe(200);
  });

  test('guessing its code is counted as guessing the password', async () => {
    const page = await signedInPage(api, 'viewer');
    const { body: offer } = await page.send('POST', 'session/totp', { password: testPassword });
    await page.send('POST', 'session/totp/confirm', { totp: codeOf(offer.secret) });
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const body = { email: page.email, password: testPassword, totp: 'aaaa-aaaa-aaaa' };
      statuses.push((await browserPage(api).send('POST', 'session', body)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });
});
