import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ config: { requestsPerMinute: 5 } });
});
afterAll(() => api?.close());

test('each caller has its own requests; beyond them 429 says when to come back', async () => {
  const viewer = await api.keyFor('viewer');
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await api.get('lists', { key: viewer }));
  const refused = answers.at(-1)!;
  expect(answers.slice(0, 5).map((a) => a.status)).toEqual([200, 200, 200, 200, 200]);
  expect([refused.status, refused.body.type]).toEqual([429, '/problems/rate-limited']);
  expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"caller";q=5;w=60');
  expect(answers[0]!.headers.get('ratelimit')).toMatch(/^"caller";r=4;t=\d+$/);
  expect(refused.headers.get('ratelimit')).toMatch(/^"caller";r=0;t=\d+$/);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  expect((await api.get('lists')).status).toBe(200);
});

test('without a limit there are no such headers', async () => {
  const free = await startApi({ platform: api.platform, config: { requestsPerMinute: 0 } });
  try {
    const answer = await free.get('lists');
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
  } finally {
    await free.close();
  }
});
