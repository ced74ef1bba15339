import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecretBox } from '../../src/mail/secrets.js';
import { startApi, type TestApi } from '../support/api.js';
import { type HttpMailServer, startHttpMailServer } from '../support/httpMailServer.js';
import { givenList } from '../support/ledgerFixtures.js';

let api: TestApi;
let provider: HttpMailServer;
beforeAll(async () => {
  api = await startApi();
  provider = await startHttpMailServer();
});
afterAll(async () => {
  await api?.close();
  await provider?.close();
});
beforeEach(() => {
  provider.clear();
  provider.script = undefined;
});

const senderBody = (over: object = {}) => ({
  name: 'News',
  fromName: 'Example Shop',
  fromEmail: 'news@example.com',
  transport: 'resend',
  resend: { baseUrl: provider.url, apiKey: provider.apiKey },
  limits: { perSecond: 5 },
  ...over,
});
const smtpBody = { host: '127.0.0.1', port: 2525, security: 'none' };
const givenSender = async (over: object = {}): Promise<string> => (await api.post('senders', senderBody(over))).body.id;
const steps = (body: { steps: { step: string; state: string }[] }) => body.steps.map((s) => `${s.step} ${s.state}`);

describe('a sender over an HTTP API', () => {
  test('is created with a key that is stored encrypted and never answered', async () => {
    const created = await api.post('senders', senderBody());
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      transport: 'resend',
      resend: { baseUrl: provider.url, hasApiKey: true },
      limits: { perSecond: 5 },
    });
    expect(created.body).not.toHaveProperty('smtp');
    const { id } = created.body as { id: string };
    const { rows } = await api.database.pool.query(`SELECT * FROM senders WHERE id = $1`, [id]);
    expect(createSecretBox(api.config.secretKey).decrypt(rows[0].http_api_key_encrypted, id)).toBe(provider.apiKey);
    const answers = [
      created,
      await api.get(`senders/${id}`),
      await api.get('senders'),
      await api.patch(`senders/${id}`, { name: 'x' }),
    ];
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain(provider.apiKey);
  });

  test('uses the API itself when no base URL is given, and a path is kept', async () => {
    const plain = await api.post('senders', senderBody({ resend: { apiKey: 're_1' } }));
    expect(plain.body.resend.baseUrl).toBe('https://api.resend.com');
    const path = await api.post('senders', senderBody({ resend: { apiKey: 're_1', baseUrl: `${provider.url}/a/b/` } }));
    expect(path.body.resend.baseUrl).toBe(`${provider.url}/a/b`);
  });

  test('keeps its key through changes, and needs it again for another host', async () => {
    const id = await givenSender();
    const renamed = await api.patch(`senders/${id}`, { fromName: 'Shop' });
    expect(renamed.body).toMatchObject({ revision: 2, fromName: 'Shop', resend: { hasApiKey: true } });
    const put = await api.put(`senders/${id}`, senderBody({ resend: { baseUrl: provider.url } }));
    expect(put.body).toMatchObject({ revision: 3 });
    expect((await api.post(`senders/${id}/test`, { to: 'me@example.com' })).body.ok).toBe(true);
    const moved = await api.patch(`senders/${id}`, { resend: { baseUrl: 'https://other.example' } });
    expect([moved.status, moved.body.errors[0].pointer]).toEqual([422, '/resend/apiKey']);
    const both = await api.patch(`senders/${id}`, { resend: { baseUrl: 'https://other.example', apiKey: 're_2' } });
    expect(both.body).toMatchObject({ revision: 4, resend: { baseUrl: 'https://other.example' } });
  });

  test('has another account when key, host or transport change, and only then', async () => {
    const id = await givenSender();
    const account = async () =>
      (await api.database.pool.query(`SELECT account_since FROM senders WHERE id = $1`, [id])).rows[0]
        .account_since as Date | null;
    await api.patch(`senders/${id}`, { name: 'Other', resend: { apiKey: provider.apiKey } });
    expect(await account()).toBeNull();
    await api.patch(`senders/${id}`, { resend: { apiKey: 're_other' } });
    const first = await account();
    expect(first).not.toBeNull();
    await api.patch(`senders/${id}`, { maxConnections: 3 });
    expect(await account()).toEqual(first);
    await api.patch(`senders/${id}`, { transport: 'smtp', smtp: smtpBody });
    expect((await account())!.getTime()).toBeGreaterThan(first!.getTime());
    const second = await account();
    await api.patch(`senders/${id}`, { smtp: { port: 26 } });
    expect(await account()).toEqual(second);
  });

  test('can become one over SMTP and back; what only the other has goes', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const dkim = {
      domainName: 'example.com',
      keySelector: 's1',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    const id = await givenSender();
    const smtp = await api.patch(`senders/${id}`, {
      transport: 'smtp',
      smtp: { ...smtpBody, username: 'a', password: 'b' },
      dkim,
    });
    expect(smtp.body).toMatchObject({
      transport: 'smtp',
      smtp: { hasPassword: true },
      dkim: { keySelector: 's1' },
      limits: { perSecond: 5 },
    });
    expect(smtp.body).not.toHaveProperty('resend');
    const without = await api.patch(`senders/${id}`, { transport: 'resend', resend: {} });
    expect([without.status, without.body.errors[0].pointer]).toEqual([422, '/resend/apiKey']);
    const back = await api.patch(`senders/${id}`, { transport: 'resend', resend: { apiKey: 're_3' } });
    expect(back.body).toMatchObject({ transport: 'resend', resend: { baseUrl: 'https://api.resend.com' } });
    const { rows } = await api.database.pool.query(`SELECT * FROM senders WHERE id = $1`, [id]);
    expect([rows[0].smtp_password_encrypted, rows[0].dkim, rows[0].dkim_private_key_encrypted]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test.each([
    ['/transport', { transport: 'pigeon' }],
    ['/resend', { resend: undefined }],
    ['/smtp', { smtp: smtpBody }],
    ['/dkim', { dkim: null }],
    ['/resend/apiKey', { resend: { apiKey: 'two words' } }],
    ['/resend/apiKey', { resend: {} }],
    ['/resend/baseUrl', { resend: { apiKey: 'a', baseUrl: 'api.resend.com' } }],
    ['/resend/baseUrl', { resend: { apiKey: 'a', baseUrl: 'ftp://api.resend.com' } }],
    ['/resend/baseUrl', { resend: { apiKey: 'a', baseUrl: 'https://user:pass@api.resend.com' } }],
    ['/resend/baseUrl', { resend: { apiKey: 'a', baseUrl: 'https://api.resend.com/?key=1' } }],
    ['/fromEmail', { fromEmail: 'nobody' }],
  ])('%s is refused at its place', async (pointer, over) => {
    const { status, body } = await api.post('senders', senderBody(over));
    expect([status, body.errors.map((e: { pointer: string }) => e.pointer)]).toEqual([422, [pointer]]);
  });

  test('is kept from private hosts, and from sending its key unencrypted, where that is not allowed', async () => {
    const strict = await startApi({ platform: api.platform, config: { allowPrivateHosts: false } });
    try {
      for (const baseUrl of [
        provider.url,
        'https://127.0.0.1:8443',
        'https://localhost',
        'https://[::1]',
        'http://8.8.8.8',
      ]) {
        const created = await strict.post('senders', senderBody({ resend: { apiKey: 'a', baseUrl } }));
        expect([created.status, created.body.errors?.[0].pointer]).toEqual([422, '/resend/baseUrl']);
      }
      const id = await givenSender();
      const tried = await strict.post(`senders/${id}/test`, { to: 'me@example.com' });
      expect(tried.body.ok).toBe(false);
      expect(steps(tried.body)).toEqual(['connect failed', 'auth not-reached', 'message not-reached']);
      expect(provider.requests()).toEqual([]);
    } finally {
      await strict.close();
    }
  });
});

describe('a test of such a sender', () => {
  test('sends an email that says it is a test', async () => {
    const id = await givenSender();
    const { status, body } = await api.post(`senders/${id}/test`, { to: 'me@example.com' });
    expect([status, body.ok]).toEqual([200, true]);
    expect(steps(body)).toEqual(['connect ok', 'auth ok', 'message ok']);
    const [email] = provider.accepted();
    expect(email).toMatchObject({
      from: 'Example Shop <news@example.com>',
      to: ['me@example.com'],
      subject: 'Test of the sender news@example.com',
      headers: { 'X-Oncemail-Test': 'yes' },
    });
    expect(body.steps.at(-1).detail).toBe(`accepted as ${email!.id}`);
  });

  test('says which step a wrong key, an unknown domain, a closed port and a lost answer stop at', async () => {
    const wrong = await givenSender({ resend: { baseUrl: provider.url, apiKey: 're_wrong' } });
    const refused = (await api.post(`senders/${wrong}/test`, { to: 'me@example.com' })).body;
    expect([refused.ok, steps(refused)]).toEqual([false, ['connect ok', 'auth failed', 'message not-reached']]);
    expect(refused.steps[1].detail).toBe('HTTP 403 invalid_api_key: API key is invalid');
    expect(JSON.stringify(refused)).not.toContain('re_wrong');

    const id = await givenSender();
    provider.script = () => ({
      status: 403,
      name: 'validation_error',
      message: 'The example.com domain is not verified.',
    });
    const unverified = (await api.post(`senders/${id}/test`, { to: 'me@example.com' })).body;
    expect(steps(unverified)).toEqual(['connect ok', 'auth ok', 'message failed']);
    expect(unverified.steps[2].detail).toContain('domain is not verified');

    provider.script = () => ({ accept: true, end: 'drop' });
    const lost = (await api.post(`senders/${id}/test`, { to: 'me@example.com' })).body;
    expect([lost.ok, steps(lost).at(-1)]).toEqual([false, 'message unknown']);

    const gone = await startHttpMailServer();
    await gone.close();
    const nobody = await givenSender({ resend: { baseUrl: gone.url, apiKey: 'a' } });
    const closed = (await api.post(`senders/${nobody}/test`, { to: 'me@example.com' })).body;
    expect(steps(closed)).toEqual(['connect failed', 'auth not-reached', 'message not-reached']);
    const tls = await givenSender({ resend: { baseUrl: provider.url.replace('http:', 'https:'), apiKey: 'a' } });
    const plain = (await api.post(`senders/${tls}/test`, { to: 'me@example.com' })).body;
    expect(steps(plain)).toEqual(['connect ok', 'tls failed', 'auth not-reached', 'message not-reached']);
  });
});

test('a campaign with such a sender is checked and test-sent', async () => {
  const listId = await givenList(api.database, 3);
  const campaign = await api.post('campaigns', {
    name: 'News',
    listIds: [listId],
    senderIds: [await givenSender()],
    content: { subject: 'Hello', html: '<p>{{ unsubscribeUrl }}</p>' },
  });
  const checked = await api.post(`campaigns/${campaign.body.id}/check`);
  expect(checked.body).toMatchObject({ ready: true, recipients: 3, senders: [{ usable: true }] });
  const sent = await api.post(`campaigns/${campaign.body.id}/test-send`, { to: ['a@example.com', 'b@example.com'] });
  expect(sent.body).toMatchObject({ ok: true, results: [{ ok: true }, { ok: true }] });
  expect(provider.accepted().map((e) => [e.to[0], e.subject])).toEqual([
    ['Ada Lovelace <a@example.com>', '[Test] Hello'],
    ['Ada Lovelace <b@example.com>', '[Test] Hello'],
  ]);
});
