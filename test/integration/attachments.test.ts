import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pruneAttachments } from '../../src/ledger/attachments/pruneAttachments.js';
import { startApi, type TestApi } from '../support/api.js';
import { untilRun, type Ground } from '../support/campaignFixtures.js';
import { type HttpMailServer, startHttpMailServer } from '../support/httpMailServer.js';
import { givenHttpSender, givenList } from '../support/ledgerFixtures.js';
import { signatureIsValid } from '../support/messages.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
let provider: HttpMailServer;
let api: TestApi;
useGround((g, s) => ([ground, smtp] = [g, s]));
beforeAll(async () => {
  provider = await startHttpMailServer();
  api = await startApi({ platform: ground.platform, temporal: ground.client, config: { attachmentBytes: 1_000_000 } });
});
afterAll(async () => {
  await api?.close();
  await provider?.close();
});

const upload = (bytes: Buffer | Blob, filename: string, type?: string, options: { key?: string } = {}) =>
  api.request('POST', `/api/v1/attachments?filename=${encodeURIComponent(filename)}`, {
    raw: bytes,
    ...(type ? { headers: { 'content-type': type } } : {}),
    ...options,
  });

const rows = async (table: string) =>
  (await api.database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]!.n;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

async function givenSmtpSender(): Promise<string> {
  const { body } = await api.post('senders', {
    name: 'News',
    fromName: 'News',
    fromEmail: 'news@example.com',
    smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
    dkim: {
      domainName: 'example.com',
      keySelector: 's1',
      privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
  });
  return body.id as string;
}

it('a file is stored as it is, once, and given back byte by byte to whoever may read', async () => {
  const bytes = randomBytes(700_000);
  const first = await upload(bytes, 'logo.PNG', 'image/png');
  expect([first.status, first.body]).toEqual([
    201,
    expect.objectContaining({ filename: 'logo.PNG', contentType: 'image/png', size: 700_000 }),
  ]);
  expect(first.headers.get('location')).toBe(`/api/v1/attachments/${first.body.id}`);
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'application/octet-stream' }), 'Größe "L".pdf');
  const second = await api.request('POST', '/api/v1/attachments', { raw: form });
  expect(second.body).toMatchObject({ filename: 'Größe "L".pdf', contentType: 'application/pdf', size: 700_000 });
  expect(await rows('attachment_files')).toBe(1);
  // JSON is a file like any other here.
  const json = await upload(Buffer.from('{"a":'), 'half.json', 'application/json');
  expect(json.body).toMatchObject({ contentType: 'application/json', size: 5 });

  const viewer = await api.keyFor('viewer');
  const operator = await api.keyFor('operator');
  expect((await upload(bytes, 'x.png', 'image/png', { key: viewer })).status).toBe(403);
  const headers = { 'content-type': 'image/png', 'idempotency-key': 'the-same' };
  const twice = [1, 2].map(() =>
    api.request('POST', '/api/v1/attachments?filename=x.png', { raw: bytes, key: operator, headers }),
  );
  const answers = [await twice[0]!, await twice[1]!].filter((a) => a.status !== 409);
  const again = await api.request('POST', '/api/v1/attachments?filename=x.png', { raw: bytes, key: operator, headers });
  expect(again.status).toBe(201);
  for (const answer of answers) expect(answer.body).toEqual(again.body);
  const read = await api.get(`attachments/${second.body.id}`, { key: viewer });
  expect(read.body).toEqual(second.body);
  const download = await fetch(`${api.url}/api/v1/attachments/${second.body.id}/content`, {
    headers: { authorization: `Bearer ${viewer}` },
  });
  expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
  expect(download.headers.get('content-type')).toBe('application/pdf');
  expect(download.headers.get('content-disposition')).toBe(
    `attachment; filename="Gr__e _L_.pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22L%22.pdf`,
  );
});

it.each([
  ['no name', 422, () => api.request('POST', '/api/v1/attachments', { raw: Buffer.from('x') })],
  ['no bytes', 422, () => upload(Buffer.alloc(0), 'x.txt', 'text/plain')],
  ['too many bytes', 413, () => upload(Buffer.alloc(1_000_001), 'x.bin')],
  ['too many bytes that it does not announce', 413, () => chunked(Buffer.alloc(1_000_001))],
  ['a type that no attachment has', 422, () => upload(Buffer.from('x'), 'x.eml', 'message/rfc822')],
  ['a form without a file', 400, () => api.request('POST', '/api/v1/attachments', { raw: formOf({ a: 'b' }) })],
])('an upload with %s is refused, and leaves nothing behind', async (_what, status, ask) => {
  const before = await rows('attachment_files');
  expect((await ask()).status).toBe(status);
  await expect.poll(() => rows('attachment_files')).toBe(before);
});

it('a client that sends on after its file was refused gets the answer, and its connection serves the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const sent = request(`${api.url}/api/v1/attachments?filename=x.bin`, {
      agent,
      method: 'POST',
      headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': 'application/octet-stream' },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    const piece = Buffer.alloc(1_000_000);
    for (let n = 0; n < 24; n++) sent.write(piece);
    sent.end();
    const [refused] = await answered;
    expect(refused.statusCode).toBe(413);
    const { localPort } = refused.socket;
    refused.resume();
    const next = request(`${api.url}/healthz`, { agent }).end();
    const [answer] = (await once(next, 'response')) as [IncomingMessage];
    expect([answer.statusCode, answer.socket.localPort]).toEqual([200, localPort]);
    answer.resume();
  } finally {
    agent.destroy();
  }
});

it('an upload that breaks off leaves nothing behind', async () => {
  const before = await rows('attachment_files');
  const broken = request(`${api.url}/api/v1/attachments?filename=x.bin`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.adminKey}`, 'content-length': 900_000 },
  });
  broken.on('error', () => undefined);
  broken.write(Buffer.alloc(300_000));
  await expect.poll(() => rows('attachment_files')).toBe(before + 1);
  broken.destroy();
  await expect.poll(() => rows('attachment_files')).toBe(before);
});

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

async function chunked(bytes: Buffer): Promise<{ status: number }> {
  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 100_000) controller.enqueue(bytes.subarray(at, at + 100_000));
      controller.close();
    },
  });
  return fetch(`${api.url}/api/v1/attachments?filename=x.bin`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': 'application/octet-stream' },
    body,
    duplex: 'half',
  } as RequestInit);
}

it('content takes attachments that exist and fit, says what about them may be a mistake, and gives back what can be sent again', async () => {
  const picture = (await upload(randomBytes(300_000), 'a.png', 'image/png')).body;
  const content = (attachments: object[], html = '<img src="cid:logo">') => ({ subject: 'x', html, attachments });
  const campaign = async (of: object) =>
    api.post('campaigns', {
      name: 'c',
      listIds: [await givenList(api.database, 1)],
      senderIds: [await givenSmtpSender()],
      content: of,
    });
  const pointers = async (of: object) => (await campaign(of)).body.errors?.map((e: { pointer: string }) => e.pointer);
  expect(await pointers(content([{ id: '01958f3e-1c00-7000-8000-000000000009' }]))).toEqual([
    '/content/attachments/0/id',
  ]);
  expect(await pointers(content([{ id: picture.id, disposition: 'inline' }]))).toEqual([
    '/content/attachments/0/contentId',
  ]);
  expect(
    await pointers(
      content([
        { id: picture.id, contentId: 'a' },
        { id: picture.id, contentId: 'A' },
      ]),
    ),
  ).toEqual(['/content/attachments']);
  expect(await pointers(content(Array(4).fill({ id: picture.id })))).toEqual(['/content/attachments']);
  expect(await pointers(content([{ id: picture.id, size: 1 }]))).toEqual(['/content/attachments/0/size']);

  const { body: made } = await campaign(
    content([
      { id: picture.id, contentId: 'photo' },
      { id: picture.id, filename: 'b.png' },
    ]),
  );
  expect(made.content.attachments).toEqual([
    {
      id: picture.id,
      filename: 'a.png',
      contentType: 'image/png',
      size: 300_000,
      disposition: 'inline',
      contentId: 'photo',
    },
    {
      id: picture.id,
      filename: 'b.png',
      contentType: 'image/png',
      size: 300_000,
      disposition: 'attachment',
      contentId: null,
    },
  ]);
  const { body: check } = await api.post(`campaigns/${made.id}/check`);
  expect(check.bytes).toBeGreaterThan(800_000);
  expect(check.warnings.filter((w: string) => w.includes('cid:'))).toEqual([
    expect.stringContaining('cid:logo, which no attachment is'),
    expect.stringContaining('Nothing in the HTML refers to the inline attachment "a.png"'),
  ]);
  const { id: _id, createdAt: _created, updatedAt: _updated, ...again } = made;
  expect((await api.put(`campaigns/${made.id}`, again)).body.content).toEqual(made.content);
  const patched = await api.patch(`campaigns/${made.id}`, { content: { subject: 'y' } });
  expect(patched.body.content).toEqual({ ...made.content, subject: 'y' });
  const template = await api.post('templates', { name: 't', ...content([{ id: picture.id, contentId: 'logo' }]) });
  expect((await api.patch(`templates/${template.body.id}`, { subject: 'y' })).body.attachments).toEqual(
    template.body.attachments,
  );
});

it('a campaign with an attachment and an inline picture reaches everybody with the same bytes, signed, over SMTP and over a provider', async () => {
  const logo = randomBytes(5_000);
  const prices = Buffer.from('Größe;Preis\n.1;2\r\n\r\n', 'latin1');
  const uploads = [
    await upload(logo, 'logo.png', 'image/png'),
    await upload(prices, 'Preisliste für März.csv', 'text/csv; charset=iso-8859-1'),
  ];
  const { body: template } = await api.post('templates', {
    name: 'with files',
    subject: 'Hello {{ contact.name }}',
    html: '<p>{{ contact.name }}</p><img src="cid:logo">',
    attachments: [{ id: uploads[1]!.body.id }, { id: uploads[0]!.body.id, contentId: 'logo' }],
  });
  const run = async (senderId: string) => {
    const { body: campaign } = await api.post('campaigns', {
      name: 'c',
      listIds: [await givenList(api.database, 3)],
      senderIds: [senderId],
      templateId: template.id,
    });
    const { body } = await api.post(`campaigns/${campaign.id}/runs`);
    await ground.runs.start(body.id);
    await untilRun(api.database, body.id, 'completed', 60_000);
  };
  await run(await givenSmtpSender());
  expect(smtp.countByRecipient().size).toBe(3);
  for (const { raw } of smtp.received()) {
    expect(signatureIsValid(raw, rsa.publicKey)).toBe(true);
    const mail = await simpleParser(raw);
    expect(mail.subject).toMatch(/^Hello Contact \d$/);
    expect(
      mail.attachments.map((a) => [a.filename, a.contentType, a.cid, a.related ?? false, a.content.toString('hex')]),
    ).toEqual([
      ['logo.png', 'image/png', 'logo', true, logo.toString('hex')],
      ['Preisliste für März.csv', 'text/csv', undefined, false, prices.toString('hex')],
    ]);
  }
  await run(await givenHttpSender(api.database, api.config.secretKey, { url: provider.url, apiKey: provider.apiKey }));
  expect(provider.accepted().map((mail) => mail.attachments)).toEqual(
    Array(3).fill([
      {
        filename: 'Preisliste für März.csv',
        content_type: 'text/csv; charset=iso-8859-1',
        content: prices.toString('base64'),
      },
      { filename: 'logo.png', content_type: 'image/png', content_id: 'logo', content: logo.toString('base64') },
    ]),
  );

  const test = await api.post(`campaigns/${(await api.get('campaigns')).body.items[1].id}/test-send`, {
    to: 'me@example.com',
  });
  expect(test.body.ok).toBe(true);
  expect((await simpleParser(smtp.received().at(-1)!.raw)).attachments).toHaveLength(2);
});

it('what nothing refers to is removed after a day, and what a template, a campaign or a run refers to never', async () => {
  const { pool } = api.database;
  const aDayLater = async () => {
    await pool.query(`UPDATE attachments SET unused_since = unused_since - interval '25 hours'`);
    await pool.query(`UPDATE attachment_files SET created_at = created_at - interval '25 hours'`);
    await pruneAttachments(api.database);
  };
  const fresh = (await upload(Buffer.from('fresh'), 'fresh.txt')).body.id as string;
  await pruneAttachments(api.database);
  expect((await api.get(`attachments/${fresh}`)).status).toBe(200);
  const { body: template } = await api.post('templates', {
    name: 't',
    subject: 'x',
    html: 'x',
    attachments: [{ id: fresh }],
  });
  // Nobody but the runs refers to what they fixed.
  for (const { id } of (await api.get('campaigns?limit=200')).body.items)
    expect((await api.delete(`campaigns/${id}`)).status).toBe(204);
  for (const { id } of (await api.get('templates?limit=200')).body.items)
    if (id !== template.id) expect((await api.delete(`templates/${id}`)).status).toBe(204);
  await aDayLater();
  const { rows: kept } = await pool.query<{ id: string; used: boolean }>(
    `SELECT a.id, EXISTS (SELECT FROM attachment_uses u WHERE u.attachment_id = a.id) AS used FROM attachments a`,
  );
  expect(kept.map((a) => a.used)).toEqual([true, true, true]);
  const { rows: runs } = await pool.query<{ whole: boolean }>(
    `SELECT EXISTS (SELECT FROM attachments a JOIN attachment_pieces p ON p.file_id = a.file_id WHERE a.id = (x ->> 'id')::uuid) AS whole
       FROM runs r, jsonb_array_elements(r.content -> 'attachments') AS x`,
  );
  expect(runs).toEqual(Array(4).fill({ whole: true }));

  expect((await api.delete(`templates/${template.id}`)).status).toBe(204);
  await pruneAttachments(api.database);
  expect((await api.get(`attachments/${fresh}`)).status).toBe(200);
  await aDayLater();
  expect((await api.get(`attachments/${fresh}`)).status).toBe(404);
  await expect(
    pool.query(`DELETE FROM attachments WHERE id = $1`, [kept.find((a) => a.id !== fresh)!.id]),
  ).rejects.toThrow(/foreign key/);
});
