import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { createSecretBox } from '../../src/mail/secrets.js';
import { startApi, type TestApi } from '../support/api.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

let api: TestApi;
let smtp: SmtpTestServer;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer({ auth: { user: 'news', pass: 'right' } });
});
afterAll(async () => {
  await api?.close();
  await smtp?.close();
});
beforeEach(() => {
  smtp.clear();
  smtp.script = undefined;
});

const senderBody = (over: object = {}) => ({
  name: 'News',
  fromName: 'Example Shop',
  fromEmail: 'news@example.com',
  smtp: { host: '127.0.0.1', port: smtp.port, security: 'none', username: 'news', password: 'right' },
  ...over,
});
const givenSender = async (over: object = {}): Promise<string> => (await api.post('senders', senderBody(over))).body.id;

async function givenList(contacts: { email: string; name?: string; attributes?: object }[]): Promise<string> {
  const listId = newId();
  await api.database.pool.query(`INSERT INTO lists (id, name) VALUES ($1, 'list')`, [listId]);
  for (const c of contacts) {
    const { rows } = await api.database.pool.query(
      `INSERT INTO contacts (id, email, address, name, attributes) VALUES ($1, $2, $2, $3, $4)
       ON CONFLICT (address) DO UPDATE SET name = excluded.name RETURNING id`,
      [newId(), c.email, c.name ?? '', JSON.stringify(c.attributes ?? {})],
    );
    await api.database.pool.query(`INSERT INTO list_contacts (list_id, contact_id) VALUES ($1, $2)`, [
      listId,
      rows[0].id,
    ]);
  }
  return listId;
}

describe('senders', () => {
  test('the password is stored encrypted and never answered', async () => {
    const { status, headers, body } = await api.post('senders', senderBody());
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/senders/${body.id}`);
    expect(body.smtp).toEqual({
      host: '127.0.0.1',
      port: smtp.port,
      security: 'none',
      username: 'news',
      hasPassword: true,
    });
    expect(body).toMatchObject({ maxConnections: 10, revision: 1, limits: { perHour: null } });
    const { rows } = await api.database.pool.query(
      `SELECT smtp_password_encrypted AS sealed FROM senders WHERE id = $1`,
      [body.id],
    );
    expect(rows[0].sealed.toString('latin1')).not.toContain('right');
    expect(createSecretBox(api.config.secretKey).decrypt(rows[0].sealed, body.id)).toBe('right');
  });

  test('a PUT without a password keeps it, null removes it, and each change raises the revision', async () => {
    const id = await givenSender();
    const { password: _, ...smtpSettings } = senderBody().smtp;
    const kept = await api.put(`senders/${id}`, senderBody({ smtp: smtpSettings, limits: { perHour: 5 } }));
    expect(kept.body).toMatchObject({ revision: 2, smtp: { hasPassword: true }, limits: { perHour: 5, perDay: null } });
    const removed = await api.patch(`senders/${id}`, { smtp: { password: null } });
    expect(removed.body).toMatchObject({
      revision: 3,
      smtp: { hasPassword: false, username: 'news' },
      limits: { perHour: 5 },
    });
    const limits = await api.patch(`senders/${id}`, {
      limits: { perHour: null, perDay: 9 },
      replyTo: 'help@example.com',
    });
    expect(limits.body).toMatchObject({
      revision: 4,
      limits: { perHour: null, perDay: 9 },
      replyTo: 'help@example.com',
    });
    expect((await api.patch(`senders/${id}`, { replyTo: null })).body.replyTo).toBeNull();
  });

  test('a DKIM key must be one, and stays when it is not sent again', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const wrong = await api.post(
      'senders',
      senderBody({ dkim: { domainName: 'example.com', keySelector: 's1', privateKey: 'x' } }),
    );
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/dkim/privateKey']);
    const id = await givenSender({ dkim: { domainName: 'example.com', keySelector: 's1', privateKey: pem } });
    const changed = await api.patch(`senders/${id}`, { dkim: { keySelector: 's2' } });
    // What is published is the other half of the key that signs.
    const { dnsRecord, ...names } = changed.body.dkim;
    expect(names).toEqual({ domainName: 'example.com', keySelector: 's2' });
    expect(dnsRecord.name).toBe('s2._domainkey.example.com');
    const published = createPublicKey({
      key: Buffer.from(/^v=DKIM1; k=rsa; p=(\S+)$/.exec(dnsRecord.value)![1]!, 'base64'),
      format: 'der',
      type: 'spki',
    });
    expect(published.equals(createPublicKey(pem))).toBe(true);
    expect((await api.patch(`senders/${id}`, { dkim: null })).body.dkim).toBeNull();
  });

  test.each([
    ['/fromEmail', { fromEmail: 'nobody' }],
    ['/smtp/port', { smtp: { host: 'a', port: 70000, security: 'tls' } }],
    ['/smtp/host', { smtp: { host: 'a b', port: 25, security: 'tls' } }],
    ['/smtp/security', { smtp: { host: 'a', port: 25, security: 'ssl' } }],
    ['/smtp/password', { smtp: { host: 'a', port: 25, security: 'none', password: 'x' } }],
    ['/limits/perHour', { limits: { perHour: 0 } }],
    ['/name', { name: 'two\nlines' }],
    ['/limit', { limit: 1 }],
  ])('%s is refused at its place', async (pointer, over) => {
    const { status, body } = await api.post('senders', senderBody(over));
    expect([status, body.errors.map((e: { pointer: string }) => e.pointer)]).toEqual([422, [pointer]]);
  });

  test('private hosts are refused where they are not allowed', async () => {
    const strict = await startApi({ platform: api.platform, config: { allowPrivateHosts: false } });
    try {
      const created = await strict.post('senders', senderBody());
      expect([created.status, created.body.errors[0].pointer]).toEqual([422, '/smtp/host']);
      const id = await givenSender();
      expect((await strict.patch(`senders/${id}`, { smtp: { host: 'localhost' } })).status).toBe(422);
      const tried = await strict.post(`senders/${id}/test`, { to: 'me@example.com' });
      expect(tried.body).toMatchObject({
        ok: false,
        steps: [{ step: 'connect', state: 'failed' }, { state: 'not-reached' }, {}, {}],
      });
    } finally {
      await strict.close();
    }
  });

  test('a test mail arrives and every step is told', async () => {
    const id = await givenSender();
    const { status, body } = await api.post(`senders/${id}/test`, { to: 'me@example.com' });
    expect(status).toBe(200);
    expect(body.ok).toBe(true);
    expect(body.steps.map((s: { step: string; state: string }) => `${s.step} ${s.state}`)).toEqual([
      'connect ok',
      'greeting ok',
      'auth ok',
      'message ok',
    ]);
    const [message] = smtp.received();
    expect(message!.to).toEqual(['me@example.com']);
    const mail = await simpleParser(message!.raw);
    expect(mail.headers.get('x-oncemail-test')).toBe('yes');
    expect(mail.messageId).toBe(body.messageId);
    expect(mail.subject).toBe('Test of the sender news@example.com');
  });

  test('a wrong password is an answer, not an error', async () => {
    const id = await givenSender({ smtp: { ...senderBody().smtp, password: 'wrong' } });
    const { status, body } = await api.post(`senders/${id}/test`, { to: 'me@example.com' });
    expect([status, body.ok]).toEqual([200, false]);
    expect(body.steps.find((s: { step: string }) => s.step === 'auth').state).toBe('failed');
    expect(body.steps.find((s: { step: string }) => s.step === 'message').state).toBe('not-reached');
    expect(JSON.stringify(body)).not.toContain('"wrong"');
  });

  test('a refused recipient, a server that hangs up and a closed port are answers too', async () => {
    const id = await givenSender();
    smtp.script = (c) => (c.stage === 'rcpt' ? '550 5.1.1 No such user' : undefined);
    expect((await api.post(`senders/${id}/test`, { to: 'x@example.com' })).body.steps.at(-1)).toMatchObject({
      step: 'message',
      state: 'failed',
      detail: expect.stringContaining('No such user'),
    });
    smtp.script = (c) => (c.stage === 'dot' ? 'drop' : undefined);
    expect((await api.post(`senders/${id}/test`, { to: 'x@example.com' })).body.steps.at(-1).state).toBe('unknown');
    const closed = await givenSender({ smtp: { host: '127.0.0.1', port: 1, security: 'none' } });
    expect((await api.post(`senders/${closed}/test`, { to: 'x@example.com' })).body.steps[0]).toMatchObject({
      state: 'failed',
    });
  });

  test('a sender in use stays, and says who uses it; else it is gone for the API and kept for history', async () => {
    const senderId = await givenSender();
    const campaign = await api.post('campaigns', {
      name: 'Uses it',
      listIds: [await givenList([])],
      senderIds: [senderId],
      content: { subject: 's', html: 'h' },
    });
    const refused = await api.delete(`senders/${senderId}`);
    expect([refused.status, refused.body.usedBy]).toEqual([409, [{ id: campaign.body.id, name: 'Uses it' }]]);
    expect((await api.delete(`campaigns/${campaign.body.id}`)).status).toBe(204);
    expect((await api.delete(`senders/${senderId}`)).status).toBe(204);
    expect((await api.get(`senders/${senderId}`)).status).toBe(404);
    expect((await api.database.pool.query(`SELECT FROM senders WHERE id = $1`, [senderId])).rowCount).toBe(1);
  });
});

describe('templates', () => {
  test('a syntax error is refused with its place', async () => {
    const { status, body } = await api.post('templates', {
      name: 'x',
      subject: 'Hello',
      html: '<p>\n  {{ contact.name | nonsense }}</p>',
    });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { pointer: '/html', message: expect.stringContaining('nonsense'), line: 2, column: expect.any(Number) },
    ]);
  });

  test('are created, changed, listed by name and deleted', async () => {
    const { body: created } = await api.post('templates', {
      name: 'Zebra mail',
      subject: 'Hi {{ contact.name }}',
      html: '<p>x</p>',
    });
    expect(created.text).toBeNull();
    expect((await api.patch(`templates/${created.id}`, { text: 'plain' })).body).toMatchObject({
      text: 'plain',
      html: '<p>x</p>',
    });
    expect((await api.patch(`templates/${created.id}`, { text: null })).body.text).toBeNull();
    expect((await api.patch(`templates/${created.id}`, { subject: '{% if %}' })).status).toBe(422);
    const { body: found } = await api.get('templates?search=ZEBRA&sort=name');
    expect(found.items.map((t: { id: string }) => t.id)).toEqual([created.id]);
    expect((await api.get('templates?search=%25')).body.items).toEqual([]);
    expect((await api.delete(`templates/${created.id}`)).status).toBe(204);
    expect((await api.get(`templates/${created.id}`)).status).toBe(404);
  });

  test('of up to two megabytes are read, and larger bodies refused with the limit', async () => {
    const html = 'x'.repeat(999_000);
    expect((await api.post('templates', { name: 'large', subject: 's', html, text: 'y'.repeat(900_000) })).status).toBe(
      201,
    );
    expect((await api.post('templates', { name: 'large', subject: 's', html: 'x'.repeat(1_000_001) })).status).toBe(
      422,
    );
    expect((await api.post('templates', { name: 'large', subject: 's', html: 'x'.repeat(2_200_000) })).status).toBe(
      413,
    );
  });

  test('a preview renders for a made-up contact, with warnings', async () => {
    const { body } = await api.post('templates/preview', {
      subject: 'Hello {{ contact.name }}',
      html: '<p>{{ contact.attributes.city }} {{ contact.attributes.shoe_size }} {{ contcat.name }}</p>',
      contact: { email: 'a@example.com', name: 'Ada & Co', attributes: { city: 'Riga <3' } },
    });
    expect(body.subject).toBe('Hello Ada & Co');
    expect(body.html).toContain('Riga &lt;3');
    expect(body.text).toContain('Riga <3');
    expect(body.variables).toEqual([
      'contact.attributes.city',
      'contact.attributes.shoe_size',
      'contact.name',
      'contcat.name',
    ]);
    expect(body.warnings.join('\n')).toMatch(/shoe_size.*no value/);
    expect(body.warnings.join('\n')).toMatch(/contcat.name.*not a variable/);
    expect(body.warnings.join('\n')).toMatch(/unsubscribe/);
    expect(body.bytes).toBeGreaterThan(400);
  });

  test('a preview for a contact that does not exist, or of endless loops, is refused', async () => {
    const content = { subject: 's', html: 'h' };
    expect((await api.post('templates/preview', { ...content, contactId: newId() })).body.errors[0].pointer).toBe(
      '/contactId',
    );
    const loop = '{% for a in (1..10000) %}{% for b in (1..10000) %}{{ a }}{% endfor %}{% endfor %}';
    expect((await api.post('templates/preview', { subject: 's', html: loop })).status).toBe(422);
  });
});

describe('campaigns', () => {
  const content = {
    subject: 'Hello {{ contact.name }}',
    html: '<p>{{ contact.attributes.city }}</p><a href="{{ unsubscribeUrl }}">x</a>',
  };

  test('need either a template or content, and what they refer to must exist', async () => {
    const base = { name: 'c', listIds: [await givenList([])], senderIds: [await givenSender()] };
    expect((await api.post('campaigns', base)).body.errors[0].pointer).toBe('/content');
    expect((await api.post('campaigns', { ...base, content, templateId: newId() })).status).toBe(422);
    const missing = await api.post('campaigns', {
      ...base,
      listIds: [...base.listIds, newId()],
      senderIds: [newId()],
      templateId: newId(),
    });
    expect(missing.body.errors.map((e: { pointer: string }) => e.pointer)).toEqual([
      '/listIds/1',
      '/senderIds/0',
      '/templateId',
    ]);
    expect(
      (await api.post('campaigns', { ...base, listIds: [base.listIds[0], base.listIds[0]], content })).status,
    ).toBe(422);
    const broken = await api.post('campaigns', { ...base, content: { subject: '{{', html: '' } });
    expect([broken.status, broken.body.errors[0].pointer]).toEqual([422, '/content/subject']);
  });

  test('switch between template and content by a patch', async () => {
    const { body: template } = await api.post('templates', { name: 't', subject: 'T', html: 'T' });
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [await givenList([])],
      senderIds: [await givenSender()],
      content,
    });
    const switched = await api.patch(`campaigns/${campaign.id}`, { templateId: template.id });
    expect(switched.body).toMatchObject({ templateId: template.id, content: null, name: 'c' });
    expect((await api.delete(`templates/${template.id}`)).body.usedBy).toEqual([{ id: campaign.id, name: 'c' }]);
    const back = await api.patch(`campaigns/${campaign.id}`, { content });
    expect(back.body).toMatchObject({ templateId: null, content });
    expect((await api.patch(`campaigns/${campaign.id}`, { content: { subject: 'Other' } })).body.content).toEqual({
      ...content,
      subject: 'Other',
      text: null,
      attachments: [],
    });
    const copy = await api.post(`campaigns/${campaign.id}/duplicate`);
    expect(copy.headers.get('location')).toBe(`/api/v1/campaigns/${copy.body.id}`);
    expect(copy.body).toMatchObject({ name: 'c (copy)', listIds: campaign.listIds, senderIds: campaign.senderIds });
  });

  test('a check counts each address once, leaves out who is suppressed, and counts what is missing', async () => {
    const tag = newId().slice(-6);
    const first = await givenList([
      { email: `a${tag}@example.com`, name: 'A', attributes: { city: 'Riga' } },
      { email: `b${tag}@example.com`, name: '', attributes: { city: '' } },
      { email: `c${tag}@example.com`, name: 'C' },
    ]);
    const second = await givenList([
      { email: `a${tag}@example.com`, name: 'A' },
      { email: `d${tag}@example.com`, name: 'D', attributes: { city: 'Oslo' } },
    ]);
    await api.database.pool.query(
      `INSERT INTO suppressions (id, address, email, reason) VALUES ($1, $2, $2, 'unsubscribed')`,
      [newId(), `d${tag}@example.com`],
    );
    const senderId = await givenSender({ limits: { perSecond: 1 } });
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [first, second],
      senderIds: [senderId],
      content,
    });
    const { body } = await api.post(`campaigns/${campaign.id}/check`);
    expect(body).toMatchObject({
      ready: true,
      contacts: 4,
      suppressed: 1,
      recipients: 3,
      alreadyReceived: 0,
      leastSeconds: 2,
      errors: [],
      senders: [{ id: senderId, usable: true, problem: null }],
    });
    expect(body.variables).toEqual([
      { name: 'contact.attributes.city', missing: 2 },
      { name: 'contact.name', missing: 1 },
    ]);
    expect(body.bytes).toBeGreaterThan(300);
  });

  test('a check says why nothing would be sent', async () => {
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [await givenList([])],
      senderIds: [await givenSender()],
      content,
    });
    const { body } = await api.post(`campaigns/${campaign.id}/check`);
    expect(body.ready).toBe(false);
    expect(body.errors.join()).toMatch(/Nobody/);
  });

  test('test mails go to several addresses, marked, and are no deliveries', async () => {
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [await givenList([])],
      senderIds: [await givenSender()],
      content,
    });
    const { status, body } = await api.post(`campaigns/${campaign.id}/test-send`, {
      to: ['one@example.com', 'two@example.com'],
      contact: { email: 'x@example.com', name: 'Grace', attributes: { city: 'Riga' } },
    });
    expect([status, body.ok, body.results.length]).toEqual([200, true, 2]);
    expect(
      smtp
        .received()
        .map((m) => m.to[0])
        .sort(),
    ).toEqual(['one@example.com', 'two@example.com']);
    const mail = await simpleParser(smtp.received()[0]!.raw);
    expect(mail.subject).toBe('[Test] Hello Grace');
    expect(mail.headers.get('x-oncemail-test')).toBe('yes');
    expect(mail.html).toContain('Riga');
    expect((await api.get(`runs?campaignId=${campaign.id}`)).body.items).toEqual([]);
    smtp.script = (c) => (c.stage === 'rcpt' && c.to.at(-1) === 'bad@example.com' ? '550 5.1.1 No' : undefined);
    const mixed = await api.post(`campaigns/${campaign.id}/test-send`, { to: ['bad@example.com', 'good@example.com'] });
    expect(mixed.body).toMatchObject({ ok: false, results: [{ ok: false }, { ok: true }] });
  });

  test('a test with a DKIM key that cannot be read says which, and what to do', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const senderId = await givenSender({
      dkim: { domainName: 'example.com', keySelector: 's1', privateKey: pem },
    });
    await api.database.pool.query(`UPDATE senders SET dkim_private_key_encrypted = $2 WHERE id = $1`, [
      senderId,
      createSecretBox('another secret key').encrypt(pem, `${senderId}/dkim`),
    ]);
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [await givenList([])],
      senderIds: [senderId],
      content,
    });
    const what = 'The DKIM key of the sender "News" was stored with another ONCEMAIL_SECRET_KEY';
    const remedy = `dkim.privateKey of PATCH /api/v1/senders/${senderId}`;
    const refused = await api.post(`campaigns/${campaign.id}/test-send`, { to: 'me@example.com' });
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/secret-unreadable']);
    for (const part of [what, remedy]) expect(refused.body.detail).toContain(part);
    const { body: checked } = await api.post(`campaigns/${campaign.id}/check`);
    expect(checked.senders).toMatchObject([
      { usable: false, problem: expect.stringContaining('ONCEMAIL_SECRET_KEY is not') },
    ]);
    // The test of a sender tells how far it came.
    const { status, body } = await api.post(`senders/${senderId}/test`, { to: 'me@example.com' });
    expect([status, body.ok, body.messageId]).toEqual([200, false, null]);
    expect(body.steps.map((s: { state: string }) => s.state)).toEqual(['ok', 'ok', 'ok', 'failed']);
    for (const part of [what, remedy]) expect(body.steps.at(-1).detail).toContain(part);
    expect(smtp.received()).toEqual([]);
  });

  test('a preview is what a contact would get', async () => {
    const tag = newId().slice(-6);
    const list = await givenList([{ email: `p${tag}@example.com`, name: 'Pat', attributes: { city: 'Ghent' } }]);
    const { rows } = await api.database.pool.query(`SELECT contact_id AS id FROM list_contacts WHERE list_id = $1`, [
      list,
    ]);
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [list],
      senderIds: [await givenSender()],
      content,
    });
    expect((await api.post(`campaigns/${campaign.id}/preview`, { contactId: rows[0].id })).body).toMatchObject({
      subject: 'Hello Pat',
      warnings: [],
    });
    expect((await api.post(`campaigns/${campaign.id}/preview`)).status).toBe(200);
  });

  test('pages by name stay right while campaigns come and go', async () => {
    const listIds = [await givenList([])];
    const senderIds = [await givenSender()];
    const create = (name: string) => api.post('campaigns', { name, listIds, senderIds, content });
    for (const n of ['m1', 'm2', 'm3', 'm4', 'm5']) await create(`paged ${n}`);
    const first = await api.get('campaigns?search=paged&sort=name&limit=2');
    expect(first.body.items.map((c: { name: string }) => c.name)).toEqual(['paged m1', 'paged m2']);
    await create('paged m0');
    await api.delete(`campaigns/${first.body.items[1].id}`);
    const second = await api.get(`campaigns?search=paged&sort=name&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map((c: { name: string }) => c.name)).toEqual(['paged m3', 'paged m4']);
    expect((await api.get(`campaigns?search=paged&sort=-name&limit=2&cursor=${first.body.nextCursor}`)).status).toBe(
      400,
    );
    expect((await api.get(`templates?cursor=${first.body.nextCursor}`)).status).toBe(400);
  });
});
