import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unsubscribeToken } from '../../src/mail/unsubscribe.js';
import { startApi, type ApiAnswer, type TestApi } from '../support/api.js';
import { givenCampaign, givenSender } from '../support/ledgerFixtures.js';
import { until } from '../support/restClient.js';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});

afterAll(async () => {
  await api.close();
});

const newList = async (input: Record<string, unknown> = {}): Promise<string> =>
  (await api.post('lists', { name: 'A list', ...input })).body.id as string;

const upload = (listId: string, raw: string | Blob | FormData, type?: string): Promise<ApiAnswer> =>
  api.request('POST', `lists/${listId}/import`, { raw, headers: type ? { 'content-type': type } : {} });

describe('lists', () => {
  it('are created, read, changed and deleted', async () => {
    const created = await api.post('lists', { name: ' Customers ', geography: 'DACH', isp: 'gmail' });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/v1/lists/${created.body.id}`);
    expect(created.body).toMatchObject({
      name: 'Customers',
      description: '',
      geography: 'DACH',
      isp: 'gmail',
      contacts: 0,
    });
    const id = created.body.id as string;
    expect((await api.patch(`lists/${id}`, { description: 'x', isp: null })).body).toMatchObject({
      name: 'Customers',
      description: 'x',
      geography: 'DACH',
      isp: '',
    });
    expect((await api.put(`lists/${id}`, { name: 'Other' })).body).toMatchObject({ name: 'Other', geography: '' });
    expect((await api.get(`lists?search=othe`)).body.items.map((l: { id: string }) => l.id)).toContain(id);
    expect((await api.delete(`lists/${id}`)).status).toBe(204);
    expect((await api.get(`lists/${id}`)).status).toBe(404);
    expect((await api.delete(`lists/${id}`)).status).toBe(404);
    expect((await api.post('lists', { name: '' })).status).toBe(422);
    expect((await api.post('lists', { name: 'a\nb' })).status).toBe(422);
  });

  it('are paged by cursor, by name too', async () => {
    for (let i = 0; i < 5; i++) await newList({ name: `Paged ${i}`, isp: 'paged' });
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await api.get(`lists?isp=paged&limit=2&sort=-name${cursor && `&cursor=${cursor}`}`);
      names.push(...body.items.map((l: { name: string }) => l.name));
      if (!body.nextCursor) break;
      cursor = body.nextCursor as string;
    }
    expect(names).toEqual(['Paged 4', 'Paged 3', 'Paged 2', 'Paged 1', 'Paged 0']);
  });

  it('that a campaign uses cannot be deleted, and the answer names it and its automations', async () => {
    const id = await newList();
    const senderId = await givenSender(api.database, { port: 25 });
    const campaignId = await givenCampaign(api.database, { listIds: [id], senderIds: [senderId] });
    const automationId = uuidv7();
    await api.database.pool.query(
      `INSERT INTO automations (id, name, campaign_id, schedule, policy, enabled) VALUES ($1, 'Weekly', $2, '{}', '{}', false)`,
      [automationId, campaignId],
    );
    const refused = await api.delete(`lists/${id}`);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      type: '/problems/in-use',
      detail: 'Campaigns use this list: "a campaign" (run by "Weekly").',
      usedBy: [
        { kind: 'campaign', id: campaignId, name: 'a campaign' },
        { kind: 'automation', id: automationId, name: 'Weekly' },
      ],
    });
    await api.database.pool.query(`UPDATE campaigns SET deleted_at = now() WHERE id = $1`, [campaignId]);
    expect((await api.delete(`lists/${id}`)).status).toBe(204);
  });

  it('take single contacts by address or ID, show, search and drop them', async () => {
    const id = await newList();
    const other = await newList();
    const first = await api.post(`lists/${id}/contacts`, {
      email: 'Mem.One@X.example',
      name: 'One',
      attributes: { a: 1 },
    });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      added: 1,
      contact: { email: 'Mem.One@x.example', status: 'subscribed', lists: [{ id, name: 'A list' }] },
    });
    const again = await api.post(`lists/${id}/contacts`, { email: 'mem.one@x.example', attributes: { b: 2 } });
    expect(again.body).toMatchObject({ added: 0, contact: { name: 'One', attributes: { a: 1, b: 2 } } });
    const contactId = first.body.contact.id as string;
    expect((await api.post(`lists/${other}/contacts`, { contactIds: [contactId] })).body).toEqual({
      added: 1,
      contact: null,
    });
    const unknown = await api.post(`lists/${other}/contacts`, { contactIds: [contactId, uuidv7()] });
    expect(unknown.status).toBe(422);
    expect(unknown.body.errors[0].pointer).toBe('/contactIds/1');
    expect((await api.post(`lists/${id}/contacts`, { email: 'nobody' })).status).toBe(422);
    expect((await api.post(`lists/${uuidv7()}/contacts`, { email: 'a@x.example' })).status).toBe(404);
    await api.post(`lists/${id}/contacts`, { email: 'mem.two@x.example' });
    expect((await api.get(`lists/${id}`)).body.contacts).toBe(2);
    expect((await api.get(`lists/${id}/contacts?search=MEM.T`)).body.items).toMatchObject([
      { email: 'mem.two@x.example' },
    ]);
    expect((await api.delete(`lists/${id}/contacts/${contactId}`)).status).toBe(204);
    expect((await api.delete(`lists/${id}/contacts/${contactId}`)).status).toBe(404);
    expect((await api.get(`contacts/${contactId}`)).body.lists.map((l: { id: string }) => l.id)).toEqual([other]);
  });
});

describe('an import through the API', () => {
  it('of text/csv answers 202 with the completed import, which its Location shows', async () => {
    const id = await newList();
    const answer = await upload(id, 'email,name,city\r\nimp1@x.example,One,Rome\r\nbad,,\r\n', 'text/csv');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      listId: id,
      status: 'completed',
      rows: 2,
      added: 1,
      updated: 0,
      rejected: 1,
      errors: [{ line: 3, value: 'bad', reason: 'no @' }],
      error: null,
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/imports/${answer.body.id}`);
    expect((await api.get(`imports/${answer.body.id}`)).body).toEqual(answer.body);
    expect((await api.get(`imports?listId=${id}`)).body.items).toEqual([answer.body]);
    const rejected = await api.get(`imports/${answer.body.id}/rejected.csv`);
    expect(rejected.headers.get('content-type')).toContain('text/csv');
    expect(rejected.body).toBe('line,reason,value\r\n3,no @,bad\r\n');
    expect((await api.get(`imports/${uuidv7()}`)).status).toBe(404);
    expect((await api.get(`imports/${uuidv7()}/rejected.csv`)).status).toBe(404);
  });

  it('of a form with a file, with its name, and of plain text', async () => {
    const id = await newList();
    const form = new FormData();
    form.append('comment', 'before the file');
    form.append('file', new Blob(['email;name\nform1@x.example;"A; B"\n'], { type: 'text/csv' }), 'kunden.csv');
    form.append('file', new Blob(['email\nsecond@x.example\n']), 'second.csv');
    expect((await upload(id, form)).body).toMatchObject({ status: 'completed', fileName: 'kunden.csv', added: 1 });
    expect((await upload(id, 'plain1@x.example\nplain2@x.example\n', 'text/plain; charset=utf-8')).body).toMatchObject({
      added: 2,
    });
    expect((await api.get(`lists/${id}`)).body.contacts).toBe(3);
  });

  it('is refused with what to do: no list, no columns, no file, another type, another role', async () => {
    const id = await newList();
    expect((await upload(uuidv7(), 'email\n', 'text/csv')).status).toBe(404);
    const unreadable = await upload(id, 'name,city\nA,B\n', 'text/csv');
    expect(unreadable.status).toBe(422);
    expect(unreadable.body.detail).toContain('No column is called "email"');
    expect((await upload(id, '', 'text/csv')).status).toBe(422);
    const empty = new FormData();
    empty.append('file', 'not a file');
    expect((await upload(id, empty)).status).toBe(400);
    expect((await upload(id, 'x', 'multipart/form-data')).status).toBe(400);
    expect((await upload(id, '--b\r\nnonsense', 'multipart/form-data; boundary=b')).status).toBe(400);
    expect((await upload(id, 'email\na@x.example', 'application/xml')).status).toBe(415);
    expect((await upload(id, 'email\na@x.example', 'text/csv; charset=latin1')).status).toBe(415);
    expect((await api.post(`lists/${id}/import`, { email: 'a@x.example' })).status).toBe(415);
    expect((await api.request('POST', `lists/${id}/import`)).status).toBe(415);
    expect(
      (await api.request('POST', 'lists', { raw: 'email\n', headers: { 'content-type': 'text/csv' } })).status,
    ).toBe(415);
    const key = await api.keyFor('viewer');
    const forbidden = await api.request('POST', `lists/${id}/import`, {
      raw: 'email\n',
      headers: { 'content-type': 'text/csv' },
      key,
    });
    expect(forbidden.status).toBe(403);
    expect((await api.get(`lists/${id}`)).body.contacts).toBe(0);
  });

  it('leaves out the columns that `ignore` names, and is refused when the file has none of a name', async () => {
    const id = await newList();
    const file = 'email,city,"Last, secret",notes\r\nign1@x.example,Rome,x,y\r\n';
    const ignoring = (ignore: string) =>
      api.request('POST', `lists/${id}/import?ignore=${encodeURIComponent(ignore)}`, {
        raw: file,
        headers: { 'content-type': 'text/csv' },
      });
    expect((await ignoring('"Last, secret", notes')).body).toMatchObject({ status: 'completed', added: 1 });
    expect((await api.get(`lists/${id}/contacts`)).body.items).toMatchObject([{ attributes: { city: 'Rome' } }]);
    const misspelt = await ignoring('note');
    expect(misspelt.status).toBe(422);
    expect(misspelt.body.detail).toContain('No column is called "note"');
    for (const unreadable of ['', ' ', 'notes,', '"notes']) expect((await ignoring(unreadable)).status).toBe(400);
  });

  it('that is refused early still gets its answer to the client that goes on sending', async () => {
    const id = await newList();
    const answer = await upload(id, `name,city\n${'A,B\n'.repeat(2_000_000)}`, 'text/csv');
    expect(answer.status).toBe(422);
  });

  it.each(['text/csv', 'multipart/form-data; boundary=cut'])(
    'of %s cut off in the middle applies nothing',
    async (type) => {
      const id = await newList();
      const file = `email\n${Array.from({ length: 5_000 }, (_, n) => `half${n}@x.example`).join('\n')}\n`;
      const part =
        type === 'text/csv' ? '' : '--cut\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n';
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      socket.write(
        `POST /api/v1/lists/${id}/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminKey}\r\nContent-Type: ${type}\r\nContent-Length: 1000000\r\n\r\n${part}${file}`,
      );
      const imports = async () =>
        (await api.get(`imports?listId=${id}`)).body.items as { id: string; status: string; error: string }[];
      await until(imports, (items) => items.length === 1);
      socket.destroy();
      const failed = await until(imports, (items) => items.find((i) => i.status === 'failed'));
      expect(failed.error).toContain('broke off');
      expect((await api.get(`lists/${id}`)).body.contacts).toBe(0);
      expect((await api.get('/readyz', { key: null })).status).toBe(200);
    },
  );

  it('of a form whose end is missing applies nothing', async () => {
    const id = await newList();
    const answer = await upload(
      id,
      '--cut\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\nemail\nform@x.example\n',
      'multipart/form-data; boundary=cut',
    );
    expect(answer.status).toBe(400);
    expect((await api.get(`lists/${id}`)).body.contacts).toBe(0);
  });

  it('of an export changes nothing', async () => {
    const id = await newList();
    await upload(
      id,
      'email,name,Plan,city\nrt1@x.example,=Ada,pro,"Rome, ""old"""\n+rt2@x.example,Zo\u00eb,,\n',
      'text/csv',
    );
    const exported = await api.get(`lists/${id}/contacts.csv`);
    expect(exported.headers.get('content-disposition')).toContain('.csv');
    expect((exported.body as string).split('\r\n').sort()).toEqual([
      '',
      "'+rt2@x.example,Zo\u00eb,,",
      'email,name,Plan,city',
      `rt1@x.example,'=Ada,pro,"Rome, ""old"""`,
    ]);
    expect((await upload(id, exported.body, 'text/csv')).body).toMatchObject({
      rows: 2,
      added: 0,
      updated: 0,
      rejected: 0,
    });
    expect((await api.get(`lists/${uuidv7()}/contacts.csv`)).status).toBe(404);
  });
});

describe('a file that stops arriving', () => {
  const part = '--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n';
  const form = 'multipart/form-data; boundary=b';

  it('is answered with 408, wherever it stops, and its Idempotency-Key is free again', async () => {
    const impatient = await startApi({
      platform: api.platform,
      temporal: api.temporal,
      config: { uploadStallMs: 100 },
    });
    const id = await newList();
    const [list, attachments] = [`lists/${id}/import`, 'attachments?filename=stalled.csv'];
    const stops = async (path: string, type: string, sent: string) => {
      const key = uuidv7();
      const asked = request(`${impatient.url}/api/v1/${path}`, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${api.adminKey}`, 'content-type': type, 'idempotency-key': key },
      });
      asked.write(sent);
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      expect(await json(answer), `${path} after ${sent}`).toMatchObject({
        type: '/problems/upload-stalled',
        status: 408,
      });
      expect(answer.headers.connection).toBe('close');
      asked.destroy();
      const whole = 'email\nstall@x.example\n';
      const again = await api.request('POST', path, {
        raw: type === form ? `${part}${whole}\r\n--b--\r\n` : whole,
        headers: { 'content-type': type, 'idempotency-key': key },
      });
      expect(again.status, `${path} after ${sent}, again`).toBe(path === list ? 202 : 201);
    };
    try {
      await Promise.all([
        stops(list, 'text/csv', 'ema'),
        stops(list, 'text/csv', 'email\nstall@x.example\n'),
        stops(list, form, part.slice(0, 20)),
        stops(list, form, `${part}email\nsta`),
        stops(attachments, 'text/csv', 'email'),
        stops(attachments, form, part.slice(0, 20)),
        stops(attachments, form, `${part}email`),
      ]);
    } finally {
      await impatient.close();
    }
    const imports = async () => (await api.get(`imports?listId=${id}`)).body.items as { status: string }[];
    const ended = await until(imports, (items) => items.every((i) => /completed|failed/.test(i.status)) && items);
    expect(ended.filter((i) => i.status === 'completed')).toHaveLength(4);
    expect((await api.get(`lists/${id}`)).body.contacts).toBe(1);
  });
});

describe('contacts', () => {
  it('are created with lists, read, replaced, patched and deleted', async () => {
    const [a, b] = [await newList(), await newList()];
    const created = await api.post('contacts', {
      email: ' Crud@X.example ',
      name: 'Ada\nLovelace',
      attributes: { city: 'Rome', plan: { tier: 1 } },
      listIds: [a],
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ email: 'Crud@x.example', name: 'Ada Lovelace', lists: [{ id: a }] });
    const path = `contacts/${created.body.id}`;
    expect((await api.patch(path, { attributes: { city: null, x: 1 }, listIds: [b] })).body).toMatchObject({
      name: 'Ada Lovelace',
      attributes: { plan: { tier: 1 }, x: 1 },
      lists: [{ id: b }],
    });
    expect((await api.put(path, { email: 'crud2@x.example' })).body).toMatchObject({
      email: 'crud2@x.example',
      name: '',
      attributes: {},
      lists: [{ id: b }],
    });
    expect((await api.patch(path, { listIds: [uuidv7()] })).body.errors[0].pointer).toBe('/listIds/0');
    expect((await api.delete(path)).status).toBe(204);
    expect((await api.get(path)).status).toBe(404);
    expect((await api.get(`lists/${b}`)).body.contacts).toBe(0);
  });

  it('are one an address: a second one is a conflict that names the first', async () => {
    const first = (await api.post('contacts', { email: 'uniq1@x.example' })).body.id;
    const second = (await api.post('contacts', { email: 'uniq2@x.example' })).body.id;
    const conflict = await api.post('contacts', { email: 'UNIQ1@x.example' });
    expect(conflict.status).toBe(409);
    expect(conflict.body).toMatchObject({ type: '/problems/conflict', contactId: first });
    expect((await api.patch(`contacts/${second}`, { email: 'Uniq1@X.example' })).status).toBe(409);
    expect((await api.patch(`contacts/${first}`, { email: 'Uniq1@x.example' })).body.email).toBe('Uniq1@x.example');
  });

  it('refuse attributes that an export could not bring back', async () => {
    const attempt = (attributes: unknown) => api.post('contacts', { email: 'attr@x.example', attributes });
    for (const attributes of [
      { 'E-Mail': 'x' },
      { name: 'x' },
      { '': 1 },
      { ' a': 1 },
      { a: 'x'.repeat(10_001) },
      [],
    ]) {
      expect((await attempt(attributes)).status, JSON.stringify(attributes).slice(0, 50)).toBe(422);
    }
    expect(
      (
        await api.request('POST', 'contacts', {
          raw: '{"email":"attr@x.example","attributes":{"__proto__":1}}',
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(422);
  });

  it('are searched by the beginning of the address, by list and by status, page by page', async () => {
    const id = await newList();
    for (const n of [3, 1, 2, 5, 4]) await api.post(`lists/${id}/contacts`, { email: `Srch_${n}%@x.example` });
    await api.post('contacts', { email: 'srchx1@x.example' });
    await api.post('suppressions', { email: 'srch_3%@x.example', reason: 'bounced' });
    const emails: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await api.get(`contacts?search=srch_&limit=2${cursor && `&cursor=${cursor}`}`);
      emails.push(...body.items.map((c: { email: string }) => c.email));
      if (!body.nextCursor) break;
      cursor = body.nextCursor as string;
    }
    expect(emails).toEqual([1, 2, 3, 4, 5].map((n) => `Srch_${n}%@x.example`));
    expect((await api.get(`contacts?listId=${id}&status=bounced`)).body.items).toMatchObject([
      { email: 'Srch_3%@x.example', status: 'bounced' },
    ]);
    expect((await api.get(`lists/${id}/contacts?status=subscribed&sort=createdAt`)).body.items).toHaveLength(4);
    expect((await api.get('contacts?status=nonsense')).status).toBe(400);
  });

  it('show what became of the mail of every run, the newest first, page by page', async () => {
    const list = await newList();
    const senderId = await givenSender(api.database, { port: 25 });
    const campaignId = await givenCampaign(api.database, { listIds: [list], senderIds: [senderId] });
    const { body: contact } = await api.post('contacts', { email: 'History@x.example' });
    const { body: other } = await api.post('contacts', { email: 'other.history@x.example' });
    const named = (await api.database.pool.query<{ key: string }>(`SELECT md5('history@x.example')::uuid AS key`))
      .rows[0]?.key as string;
    const givenRun = async (campaign: string | null, deliveries: Record<string, unknown>[]) => {
      const id = uuidv7();
      await api.database.pool.query(
        `INSERT INTO runs (id, campaign_id, workflow_type, kind, occurrence_key, scheduled_for, workflow_id, status, audience, sender_ids, message_id_domains, total)
         VALUES ($1::uuid, $2, $3, 'manual', 'manual/' || $1::text, '2026-03-01T09:00:00Z', 'history/' || $1::text, 'completed', 'everyone', $4, '{then.example}', $5)`,
        [id, campaign, campaign ? 'campaignRun' : 'dailyDigest', [senderId], deliveries.length],
      );
      await api.database.pool.query(
        `INSERT INTO deliveries (run_id, contact_id, chunk_no, email, state, attempts, sender_no, smtp_code, response, changed_at)
         SELECT $1, contact_id, 0, email, state, 1, 0, smtp_code, response, '2026-03-01T09:00:01Z' FROM json_populate_recordset(NULL::deliveries, $2)`,
        [id, JSON.stringify(deliveries)],
      );
      return id;
    };
    const refused = { state: 'failed', smtp_code: 550, response: '550 5.1.1 No such user' };
    const sent = { state: 'sent', smtp_code: 250, response: '250 Ok: queued' };
    const oldest = await givenRun(campaignId, [
      { contact_id: contact.id, email: 'old@x.example', ...refused },
      { contact_id: other.id, email: other.email, ...sent },
    ]);
    await givenRun(campaignId, [{ contact_id: other.id, email: other.email, ...sent }]);
    const digest = await givenRun(null, [{ contact_id: named, email: 'history@X.example', ...sent }]);
    const newest = await givenRun(campaignId, [{ contact_id: contact.id, email: contact.email, ...sent }]);

    const path = `contacts/${(contact.id as string).toUpperCase()}/deliveries`;
    const first = await api.get(`${path}?limit=2`, { key: await api.keyFor('viewer') });
    expect(first.body.items).toEqual([
      {
        runId: newest,
        title: 'a campaign',
        automationId: null,
        campaignId,
        kind: 'manual',
        scheduledFor: '2026-03-01T09:00:00.000Z',
        email: 'History@x.example',
        state: 'sent',
        attempts: 1,
        smtpCode: 250,
        enhancedCode: null,
        response: '250 Ok: queued',
        senderId,
        messageId: `<${newest}.${contact.id}@then.example>`,
        dueAt: null,
        changedAt: '2026-03-01T09:00:01.000Z',
      },
      expect.objectContaining({ runId: digest, title: 'dailyDigest', campaignId: null, email: 'history@X.example' }),
    ]);
    const second = await api.get(`${path}?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({
      items: [{ runId: oldest, email: 'old@x.example', state: 'failed', smtpCode: 550, enhancedCode: '5.1.1' }],
      nextCursor: null,
    });
    const elsewhere = await api.get(`contacts/${other.id}/deliveries?cursor=${first.body.nextCursor}`);
    expect(elsewhere.body.type).toBe('/problems/invalid-cursor');
    expect((await api.get(`contacts/${uuidv7()}/deliveries`)).status).toBe(404);
  });

  it('leave their past deliveries behind when they are deleted', async () => {
    const { body } = await api.post('contacts', { email: 'past@x.example' });
    const runId = uuidv7();
    await api.database.pool.query(
      `INSERT INTO deliveries (run_id, contact_id, chunk_no, email, state) VALUES ($1, $2, 0, 'past@x.example', 'sent')`,
      [runId, body.id],
    );
    await api.delete(`contacts/${body.id}`);
    const { rows } = await api.database.pool.query(`SELECT state FROM deliveries WHERE run_id = $1`, [runId]);
    expect(rows).toEqual([{ state: 'sent' }]);
  });
});

describe('suppressions', () => {
  it('keep the first date and the strongest reason', async () => {
    const added = await api.post('suppressions', { email: 'Sup1@x.example', reason: 'bounced', detail: '550 5.1.1' });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ email: 'Sup1@x.example', reason: 'bounced', detail: '550 5.1.1', runId: null });
    const steps = [
      ['manual', 'manual'],
      ['unsubscribed', 'unsubscribed'],
      ['bounced', 'unsubscribed'],
      ['complained', 'complained'],
      ['manual', 'complained'],
    ] as const;
    for (const [reason, kept] of steps) {
      const { body } = await api.post('suppressions', { email: 'sup1@X.example', reason });
      expect(body).toMatchObject({ id: added.body.id, reason: kept, since: added.body.since });
    }
  });

  it('are listed, searched, read by address, added in bulk and ended', async () => {
    const contact = await api.post('contacts', { email: 'sup2+a@x.example' });
    const bulk = await api.post('suppressions/bulk', {
      emails: ['sup2+a@x.example', 'sup2+b@x.example', 'SUP2+B@x.example', 'sup1@x.example'],
    });
    expect(bulk.body).toEqual({ added: 2, strengthened: 0, kept: 2 });
    expect((await api.get(`contacts/${contact.body.id}`)).body.status).toBe('suppressed');
    const path = `suppressions/${encodeURIComponent('SUP2+a@x.example')}`;
    expect((await api.get(path)).body).toMatchObject({ email: 'sup2+a@x.example', reason: 'manual' });
    expect((await api.get('suppressions?search=sup2&sort=email&reason=manual')).body.items).toHaveLength(2);
    const all: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await api.get(`suppressions?limit=1${cursor && `&cursor=${cursor}`}`);
      all.push(...body.items.map((s: { email: string }) => s.email));
      if (!body.nextCursor) break;
      cursor = body.nextCursor as string;
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(3);
    const refused = await api.post('suppressions/bulk', { emails: ['fine@x.example', 'not fine'] });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/emails/1');
    expect((await api.get('suppressions/fine%40x.example')).status).toBe(404);
    expect((await api.delete(path)).status).toBe(204);
    expect((await api.delete(path)).status).toBe(404);
    expect((await api.get(`contacts/${contact.body.id}`)).body.status).toBe('subscribed');
    expect((await api.get('suppressions/nonsense')).status).toBe(404);
  });
});

describe('an unsubscribe link', () => {
  const link = (contactId: string, runId: string) =>
    `/u/${unsubscribeToken(api.config.secretKey, { contactId, runId })}`;
  const open = (path: string) => api.request('GET', path, { key: null });
  const post = (path: string, raw: string | FormData, type?: string) =>
    api.request('POST', path, { raw, headers: type ? { 'content-type': type } : {}, key: null });
  const suppressionOf = (email: string) => api.get(`suppressions/${encodeURIComponent(email)}`);

  it('shows a page and changes nothing when it is opened; unsubscribes by the button, again and again', async () => {
    const { body: contact } = await api.post('contacts', { email: 'uns1@x.example' });
    const runId = uuidv7();
    const path = link(contact.id, runId);
    const page = await open(path);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(page.body).toContain('uns1@x.example');
    expect(page.body).toContain('<form method="post">');
    expect((await suppressionOf('uns1@x.example')).status).toBe(404);
    for (let i = 0; i < 2; i++) {
      const done = await post(path, '', 'application/x-www-form-urlencoded');
      expect(done.status).toBe(200);
      expect(done.body).toContain('You are unsubscribed');
    }
    expect((await suppressionOf('uns1@x.example')).body).toMatchObject({ reason: 'unsubscribed', runId });
    expect((await open(path)).body).toContain('You are unsubscribed');
    expect((await api.get(`contacts/${contact.id}`)).body.status).toBe('unsubscribed');
  });

  it('takes the one-click post of mailbox providers in both forms of RFC 8058', async () => {
    const form = new FormData();
    form.append('List-Unsubscribe', 'One-Click');
    for (const [email, body, type] of [
      ['uns2@x.example', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded'],
      ['uns3@x.example', form, undefined],
    ] as const) {
      const { body: contact } = await api.post('contacts', { email });
      await api.post('suppressions', { email, reason: 'bounced' });
      expect((await post(link(contact.id, uuidv7()), body, type)).status).toBe(200);
      expect((await suppressionOf(email)).body.reason).toBe('unsubscribed');
    }
  });

  it('works after the contact has been deleted, and ends mail to an address that has changed since', async () => {
    const runId = uuidv7();
    const { body: contact } = await api.post('contacts', { email: 'uns4@x.example' });
    await api.database.pool.query(
      `INSERT INTO deliveries (run_id, contact_id, chunk_no, email, state) VALUES ($1, $2, 0, 'uns4@x.example', 'sent')`,
      [runId, contact.id],
    );
    await api.patch(`contacts/${contact.id}`, { email: 'uns4new@x.example' });
    expect((await post(link(contact.id, runId), '', 'application/x-www-form-urlencoded')).status).toBe(200);
    for (const email of ['uns4@x.example', 'uns4new@x.example']) expect((await suppressionOf(email)).status).toBe(200);
    await api.delete(`contacts/${contact.id}`);
    await api.delete(`suppressions/${encodeURIComponent('uns4@x.example')}`);
    expect((await post(link(contact.id, runId), '', 'application/x-www-form-urlencoded')).status).toBe(200);
    expect((await suppressionOf('uns4@x.example')).status).toBe(200);
  });

  it('that was not made here, or is cut short, is a friendly 404', async () => {
    const good = link(uuidv7(), uuidv7());
    for (const path of ['/u/preview', good.slice(0, -1), `${good.slice(0, -4)}AAAA`, good]) {
      const answer = await open(path);
      expect(answer.status).toBe(404);
      expect(answer.body).toContain('This link does not work');
      expect((await post(path, '', 'application/x-www-form-urlencoded')).status).toBe(404);
    }
    const elsewhere = await api.request('POST', 'lists', {
      raw: 'name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(elsewhere.status).toBe(415);
  });
});
