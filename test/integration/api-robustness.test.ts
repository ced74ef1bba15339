import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import pg from 'pg';
import { Controller, Get } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { watchRoutes } from '../../src/api/common/routes.js';
import { createTemporalClient } from '../../src/temporal/connect.js';
import { freePort } from '../../src/embedded/ports.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import { startPlatform } from '../support/platform.js';
import { Processes } from '../support/processes.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

interface Operation {
  method: string;
  template: string;
  hasBody: boolean;
}

/** Every operation of the document. Those that take other bodies than JSON, or stream, are tested where they are made. */
function operations(): Operation[] {
  return Object.entries(api.openApi.paths).flatMap(([template, byMethod]) =>
    Object.entries(byMethod).map(([method, o]) => ({
      method: method.toUpperCase(),
      template,
      hasBody: o.requestBody !== undefined,
    })),
  );
}

const fill = (template: string, value: string) => template.replace(/\{[^}]+\}/g, encodeURIComponent(value));
describe('access', () => {
  test('a server with a route that declares no access does not start', async () => {
    @Controller('open')
    class OpenController {
      @Get()
      read() {
        return {};
      }
    }
    const adapter = new FastifyAdapter();
    watchRoutes(adapter.getInstance());
    class OpenModule {}
    const dynamic = { module: OpenModule, controllers: [OpenController] };
    const app = await NestFactory.create(dynamic, adapter, { logger: false, abortOnError: false });
    await expect(
      app.init().then(async () => {
        await adapter.getInstance().ready();
      }),
    ).rejects.toThrow('GET /open');
  });
});

describe('an address, written in another way,', () => {
  /** Sends the path as it is; fetch would write it anew. */
  async function ask(method: string, path: string, key: string | null, body?: object) {
    const request = httpRequest(api.url, {
      method,
      path,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
    return { status: answer.statusCode, headers: answer.headers, body: text };
  }

  test.each([
    ['with escapes', '/%61pi/v1/%72uns'],
    ['with its origin', 'http://elsewhere.example/api/v1/runs'],
    ['with a slash more', '/api/v1/runs/'],
  ])('%s, is the same to whatever guards a route', async (_how, path) => {
    expect((await ask('GET', path, null)).status).toBe(401);
    const answer = await ask('GET', path, await api.keyFor('viewer'));
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(answer.headers['ratelimit']).toBeDefined();
    const refused = await ask('POST', path, api.adminKey);
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test.each(['//api/v1/runs', '/api/v1/./runs', '/api/v1/lists/%2e%2e/runs', '/app%2f..'])(
    '%s, is not normalised to another one',
    async (path) => {
      const answer = await ask('GET', path, api.adminKey);
      expect(answer.status).toBe(404);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    },
  );

  test('with escapes, knows the methods of its own routes alone, and where what it makes is', async () => {
    const other = await ask('DELETE', '/api/v1/templates/%70review', api.adminKey);
    expect([other.status, other.headers.allow]).toEqual([405, 'POST']);
    const made = await ask('POST', 'http://elsewhere.example/%61pi/v1/lists/', api.adminKey, { name: 'A list' });
    const { id } = JSON.parse(made.body) as { id: string };
    expect([made.status, made.headers.location]).toEqual([201, `/api/v1/lists/${id}`]);
  });

  test('that cannot be read at all has the headers of every answer', async () => {
    const { status, headers } = await ask('GET', '/api/v1/%zz', null);
    expect([status, headers['content-security-policy'], headers['cache-control']]).toEqual([
      400,
      "default-src 'none'; frame-ancestors 'none'",
      'no-store',
    ]);
  });
});

describe('whatever is sent', () => {
  /** Values that have broken servers before, and ordinary ones. */
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom<unknown>(
      null,
      '',
      ' ',
      '\u0000',
      '\ud800',
      'x'.repeat(100_000),
      -1,
      0,
      1e308,
      2 ** 53,
      0.5,
      true,
      [],
      {},
      [[]],
      { $ne: 1 },
      "' OR 1=1 --",
      '../../etc/passwd',
      '{{ "a" | nonsense }}',
      '2026-02-30T00:00:00Z',
      '+275760-09-13T00:00:00Z',
      '9999-12-31T23:59:59.999999999+14:00',
      newId(),
      newId().toUpperCase(),
      '00000000-0000-0000-0000-000000000000',
    ),
  );
  const names = [
    ...[
      'name',
      'email',
      'role',
      'expiresAt',
      'smtp',
      'host',
      'port',
      'security',
      'limits',
      'perHour',
      'dkim',
      'fromEmail',
      'content',
    ],
    ...[
      'subject',
      'html',
      'text',
      'listIds',
      'senderIds',
      'templateId',
      'campaignId',
      'workflow',
      'type',
      'input',
      'schedule',
      'time',
    ],
    ...[
      'timeZone',
      'cron',
      'at',
      'policy',
      'overlap',
      'enabled',
      'from',
      'to',
      'action',
      'contactIds',
      'contact',
      'attributes',
      'audience',
    ],
    ...['__proto__', 'constructor', 'toString', 'x', '', '\u0000'],
  ];
  const body = fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 }));
  const query = fc.dictionary(
    fc.constantFrom(
      'limit',
      'cursor',
      'sort',
      'search',
      'state',
      'status',
      'kind',
      'from',
      'to',
      'timeZone',
      'automationId',
      'enabled',
      'x',
    ),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('1', '-1', '1e9', '\u0000', newId(), 'true', '-createdAt', 'eyJsIjoiIn0'),
    ),
    { maxKeys: 3 },
  );

  /** A body that is right, so that a change of one field gets past the others. */
  const good: Record<string, () => Promise<Record<string, unknown>>> = {
    '/api/v1/senders': async () => ({
      name: 'n',
      fromEmail: 'a@example.com',
      smtp: { host: 'localhost', port: 25, security: 'none' },
    }),
    '/api/v1/templates': async () => ({ name: 'n', subject: 's', html: 'h' }),
    '/api/v1/templates/preview': async () => ({
      subject: 's',
      html: '{{ contact.attributes.x.y[0] }}',
      contact: { email: 'a@example.com' },
    }),
    '/api/v1/campaigns': async () => ({
      name: 'n',
      listIds: [await givenList(api.database, 0)],
      senderIds: [await givenSender(api.database, { port: 9 })],
      content: { subject: 's', html: 'h' },
    }),
    '/api/v1/automations': async () => ({
      name: 'n',
      campaignId: await someCampaign(),
      schedule: { type: 'daily', time: '09:00', timeZone: 'UTC' },
    }),
    '/api/v1/automations/preview-schedule': async () => ({ schedule: { type: 'cron', cron: '0 9 * * *' }, count: 3 }),
    '/api/v1/api-keys': async () => ({ name: 'n', role: 'viewer' }),
  };
  const someCampaign = async () =>
    givenCampaign(api.database, {
      listIds: [await givenList(api.database, 0)],
      senderIds: [await givenSender(api.database, { port: 9 })],
    });

  const ok = (status: number) => status < 500;

  test('a made-up body, query and ID never answers 500, on any route', async () => {
    const campaignId = await someCampaign();
    const routes = operations().filter((o) => !o.template.endsWith('/events'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        body,
        query,
        fc.oneof(fc.constant(campaignId), fc.string({ unit: 'binary', maxLength: 40 })),
        async (o, sent, q, id) => {
          const parameters = new URLSearchParams(
            Object.entries(q).map(([k, v]): [string, string] => [k, v.toWellFormed()]),
          ).toString();
          const path = `${fill(o.template, id.toWellFormed() || 'x')}${parameters ? `?${parameters}` : ''}`;
          const answer = await api.request(o.method, path, o.method === 'GET' ? {} : { body: sent });
          expect(ok(answer.status), `${o.method} ${path} ${JSON.stringify(sent)} -> ${answer.status}`).toBe(true);
          if (answer.status >= 400) expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        },
      ),
      { numRuns: 1200 },
    );
  });

  test.each(Object.keys(good))('a right body of %s with one field replaced never answers 500', async (path) => {
    const right = await good[path]!();
    const expected = path.includes('preview') ? 200 : 201;
    expect((await api.post(path, right)).status).toBe(expected);
    const places = Object.entries(right).flatMap(([k, v]) =>
      typeof v === 'object' && v !== null && !Array.isArray(v)
        ? [[k], ...Object.keys(v).map((inner) => [k, inner])]
        : [[k]],
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), value, async ([outer, inner], changed) => {
        const nested = right[outer as string] as Record<string, unknown>;
        const sent = { ...right, [outer as string]: inner === undefined ? changed : { ...nested, [inner]: changed } };
        const answer = await api.post(path, sent);
        expect(ok(answer.status), `${JSON.stringify(sent)} -> ${answer.status}`).toBe(true);
      }),
      { numRuns: 120 },
    );
  });
});

describe('when a part is away', () => {
  test('Temporal: what is accepted stands in the ledger, readyz says what is missing', async () => {
    const away = createTemporalClient({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
    const lonely = await startApi({ platform: api.platform, temporal: away });
    try {
      const ready = await lonely.get('/readyz', { key: null });
      expect([ready.status, ready.body.parts.postgres.ok, ready.body.parts.temporal.ok]).toEqual([503, true, false]);
      expect(ready.headers.get('retry-after')).toBeTruthy();
      const campaignId = await givenCampaign(lonely.database, {
        listIds: [await givenList(lonely.database, 1)],
        senderIds: [await givenSender(lonely.database, { port: 9 })],
      });
      const created = await lonely.post('automations', {
        name: 'later',
        campaignId,
        schedule: { type: 'daily', time: '09:00' },
      });
      expect([created.status, created.body.inSync]).toEqual([201, false]);
      const run = await lonely.post(`campaigns/${campaignId}/runs`, undefined, { headers: { 'idempotency-key': 'k' } });
      expect([run.status, run.body.status]).toEqual([202, 'preparing']);
      expect(
        (await lonely.post(`campaigns/${campaignId}/runs`, undefined, { headers: { 'idempotency-key': 'k' } })).body.id,
      ).toBe(run.body.id);
      const paused = await lonely.post(`runs/${run.body.id}/pause`);
      expect([paused.status, paused.body.control]).toEqual([202, 'pause']);
    } finally {
      await lonely.close();
    }
  });

  test('PostgreSQL: 503 with Retry-After, and the documentation still answers', async () => {
    const lonely = await startApi();
    const url = new URL(lonely.config.databaseUrl);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    const away = async (is: boolean) => {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${!is}`);
      if (is) await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
    };
    try {
      await away(true);
      const answer = await lonely.get('senders');
      expect([answer.status, answer.body.type, answer.body.part]).toEqual([503, '/problems/unavailable', 'PostgreSQL']);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect((await lonely.get('/readyz', { key: null })).body.parts.postgres.ok).toBe(false);
      expect((await lonely.get('/healthz', { key: null })).status).toBe(200);
      expect((await lonely.get('/metrics', { key: null })).status).toBe(200);
      await away(false);
      expect((await lonely.get('senders')).status).toBe(200);
    } finally {
      await admin.end();
      await lonely.close();
    }
  });

  test(
    'PostgreSQL, before the process starts: it listens, says what it waits for, and goes on by itself',
    { timeout: 120_000 },
    async () => {
      const platform = await startPlatform({ migrated: false });
      const name = new URL(platform.databaseUrl).pathname.slice(1);
      const admin = new pg.Client({ connectionString: platform.databaseUrl.replace(/\/[^/]*$/, '/postgres') });
      await admin.connect();
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      const processes = new Processes(platform);
      processes.printLogsOnFailure();
      const port = await freePort();
      const ask = (path: string) =>
        fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${platform.adminApiKey}` } });
      try {
        const starting = processes.startApi({ PORT: String(port) });
        starting.catch(() => undefined);
        await expect
          .poll(
            () =>
              ask('/healthz')
                .then((r) => r.status)
                .catch(() => 0),
            { timeout: 60_000, interval: 100 },
          )
          .toBe(200);
        for (const path of ['/api/v1/senders', '/%61pi/v1/%73enders', '/%75/a-link']) {
          const refused = await ask(path);
          expect([refused.status, refused.headers.get('retry-after')], path).toEqual([503, '5']);
        }
        expect(await (await ask('/api/v1/senders')).json()).toMatchObject({
          type: '/problems/unavailable',
          part: 'PostgreSQL',
        });
        const ready = await ask('/readyz');
        expect([ready.status, await ready.json()]).toMatchObject([
          503,
          { parts: { postgres: { ok: false }, temporal: { ok: true } } },
        ]);
        expect((await ask('/api/openapi.json')).status).toBe(200);
        await expect
          .poll(() => processes.logs(), { timeout: 10_000 })
          .toContain('requests are answered 503 until it can');

        await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
        const server = await starting;
        expect((await ask('/readyz')).status).toBe(200);
        expect((await server.client.request('GET', 'senders')).status).toBe(200);
      } finally {
        await processes.stopAll();
        await admin.end();
        await platform.close();
      }
    },
  );
});

test('the process serves, prints no key that is configured, and stops politely with an open stream', async () => {
  const processes = new Processes(api.platform);
  try {
    const server = await processes.startApi();
    const campaignId = await givenCampaign(api.database, {
      listIds: [await givenList(api.database, 1)],
      senderIds: [await givenSender(api.database, { port: 9 })],
    });
    const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
    const stream = await fetch(`${server.url}/api/v1/runs/${run.id}/events`, {
      headers: { authorization: `Bearer ${api.adminKey}` },
    });
    const ended = stream.text();
    await server.terminate();
    expect(await ended).toContain('event: run');
    expect(server.log()).not.toContain(api.adminKey);
  } finally {
    await processes.stopAll();
  }
});

test('a body that is cut off in the middle changes nothing', async () => {
  const { hostname, port } = new URL(api.url);
  const before = await api.database.pool.query(`SELECT count(*) FROM api_keys`);
  const { connect } = await import('node:net');
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /api/v1/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name": "half"`,
  );
  socket.end();
  socket.resume();
  await once(socket, 'close');
  expect((await api.database.pool.query(`SELECT count(*) FROM api_keys`)).rows).toEqual(before.rows);
  expect((await api.get('/healthz', { key: null })).status).toBe(200);
});
