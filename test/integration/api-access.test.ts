import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { startApi, type TestApi } from '../support/api.js';
import { signedInPage } from '../support/browser.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const roles = ['viewer', 'operator', 'admin'] as const;

/** Every operation of the API, with an address that names nothing. */
function operations() {
  return Object.entries(api.openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(() => path.startsWith('/api/v1/'))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: path.replace(/\{[^}]+\}/g, () => newId()),
        needs: operation['x-required-role'] as string,
      })),
  );
}

test('every operation refuses nobody, an expired key and an ended session, unless it is public', async () => {
  const { body: expired } = await api.post('api-keys', {
    name: 'old',
    role: 'admin',
    expiresAt: '2999-01-01T00:00:00Z',
  });
  await api.database.pool.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [expired.id]);
  const ended = await signedInPage(api, 'admin');
  await api.database.pool.query(`DELETE FROM sessions WHERE user_id = $1`, [ended.userId]);
  const checked = operations();
  expect(checked.length).toBeGreaterThan(60);
  for (const { name, method, path, needs } of checked.filter((o) => o.needs !== 'public')) {
    expect(roles, name).toContain(needs);
    for (const key of [null, expired.key as string]) {
      expect((await api.request(method, path, { key })).status, name).toBe(401);
    }
    expect((await ended.send(method, path)).status, name).toBe(401);
  }
  expect(
    checked
      .filter((o) => o.needs === 'public')
      .map((o) => o.name)
      .sort(),
  ).toEqual([
    'GET /api/v1/session/setup',
    'POST /api/v1/session',
    'POST /api/v1/session/invitation',
    'POST /api/v1/session/setup',
  ]);
});

test('every operation refuses keys and users of a role below the one it declares, before it reads the body', async () => {
  for (const role of ['viewer', 'operator'] as const) {
    const key = await api.keyFor(role);
    const page = await signedInPage(api, role);
    const tooHigh = operations().filter((o) => roles.indexOf(o.needs as 'admin') > roles.indexOf(role));
    expect(tooHigh.length).toBeGreaterThan(5);
    for (const { name, method, path } of tooHigh) {
      const raw = method === 'GET' ? {} : { raw: '{', headers: { 'content-type': 'application/json' } };
      expect((await api.request(method, path, { key, ...raw })).status, `${role}: ${name}`).toBe(403);
      expect((await page.send(method, path)).status, `${role}: ${name}`).toBe(403);
    }
  }
});

test('every operation lets the role in that it declares', async () => {
  for (const role of roles) {
    const key = await api.keyFor(role);
    const own = operations().filter((o) => o.needs === role && !/^POST .*\/session\//.test(o.name));
    for (const { name, method, path } of own) {
      const answer = await api.request(method, path, { key });
      expect([401, 403], name).not.toContain(answer.status);
      expect(answer.status, name).toBeLessThan(500);
    }
  }
});
