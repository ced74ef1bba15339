import { chmod, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { whyNot } from '../../src/cli/importLegacy/contacts.js';
import { numbered } from '../../src/cli/importLegacy/contactSource.js';
import type { LegacyReport } from '../../src/cli/importLegacy/report.js';
import { receiveImport } from '../../src/ledger/imports/receiveImport.js';
import { createSecretBox } from '../../src/mail/secrets.js';
import { startApi, type TestApi } from '../support/api.js';
import { cli } from '../support/cli.js';
import { legacyDirectory, legacyFiles } from '../support/legacyFiles.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const d of made.splice(0)) await d.remove();
});
async function directory(files: Record<string, unknown>) {
  const found = await legacyDirectory(files);
  made.push(found);
  return found;
}
async function importing(
  path: string,
  ...more: string[]
): Promise<{ code: number | null; report: LegacyReport; stderr: string }> {
  const { code, stdout, stderr } = await cli(['import-legacy', path, '--json', '--time-zone', 'Europe/Riga', ...more], {
    env: api.platform.env,
  });
  return { code, stderr, report: JSON.parse(stdout || 'null') as LegacyReport };
}
/** A file that can be seen and not be read, by root neither where there is such a thing. */
async function unreadable(path: string): Promise<void> {
  if (process.platform === 'linux') return symlink('/proc/self/mem', path);
  await writeFile(path, '');
  await chmod(path, 0);
}
const fileOf = (report: LegacyReport, name: string) => report.files.find((f) => f.file === name)!;
const counts = async () => {
  const tables = [
    'users',
    'senders',
    'lists',
    'contacts',
    'templates',
    'campaigns',
    'automations',
    'suppressions',
    'notifications',
    'imports',
  ];
  const { rows } = await api.database.pool.query(
    tables.map((t) => `SELECT '${t}' AS name, count(*)::int AS n FROM ${t}`).join(' UNION ALL '),
  );
  return Object.fromEntries(rows.map((r: { name: string; n: number }) => [r.name, r.n]));
};
const items = async (path: string) => (await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=200`)).body.items;

describe('the files of the old manager', () => {
  test('are imported once, each record mapped or named with the reason, and nothing is mailed', async () => {
    const { path } = await directory(legacyFiles);
    const before = await counts();

    const dry = await importing(path, '--dry-run');
    expect(await counts()).toEqual(before);
    expect([dry.code, dry.report.dryRun, dry.report.paused]).toEqual([0, true, 5]);

    const { code, report } = await importing(path);
    expect(code).toBe(0);
    // What the dry run promised, without the figures of the contacts' files.
    const figures = (r: LegacyReport) => r.files.map((f) => [f.file, f.imported, f.skipped.map((s) => s.pointer)]);
    expect(figures(report)).toEqual(figures(dry.report));
    expect(figures(report)).toEqual([
      ['users.json', 3, []],
      ['rate_limit_config.json', 1, []],
      ['smtp_config.json', 1, []],
      ['accounts.json', 1, ['/0']],
      ['data_lists.json', 2, []],
      ['templates.json', 1, []],
      ['campaigns.json', 2, ['/2', '/3/name']],
      ['scheduled_campaigns.json', 5, ['/5', '/6']],
      ['bounce_data.json', 1, []],
      ['notifications.json', 2, []],
      ['campaign_logs.json', 0, []],
    ]);
    expect(fileOf(report, 'accounts.json').skipped[0]).toMatchObject({
      what: 'Webmail one',
      reason: /cookies/,
      todo: /--sender/,
    });
    expect(JSON.stringify(report)).not.toMatch(/a-cookie|smtp-secret|scrypt/);

    expect(await items('users')).toMatchObject([
      { name: 'reader', role: 'viewer', disabled: true, invited: true },
      { name: 'writer', role: 'operator', disabled: false },
      { name: 'admin', role: 'admin', email: 'boss@example.org' },
    ]);
    const [own, shop] = await items('senders');
    expect(own).toMatchObject({
      name: 'Own server',
      fromEmail: 'own@example.org',
      smtp: { port: 465, security: 'tls', hasPassword: false },
      limits: { perHour: 100, perDay: null },
    });
    expect(shop).toMatchObject({
      fromName: 'Example Shop',
      smtp: { host: '127.0.0.1', port: 2525, security: 'none', username: 'news@example.org', hasPassword: true },
      limits: { perSecond: 1, perMinute: 30, perHour: 500, perDay: 5000 },
    });
    const { rows } = await api.database.pool.query(`SELECT smtp_password_encrypted AS p FROM senders WHERE id = $1`, [
      shop.id,
    ]);
    expect(createSecretBox(api.config.secretKey).decrypt(rows[0].p, shop.id)).toBe('smtp-secret');

    const lists = await items('lists?sort=name');
    expect(lists).toMatchObject([
      { name: 'Inline', geography: 'DACH', isp: 'gmx', contacts: 2 },
      { name: 'Latvia gmail', geography: 'Latvia', isp: 'gmail', contacts: 3 },
    ]);
    expect((await items('contacts?search=ada@'))[0]).toMatchObject({ name: 'Ada' });
    expect(fileOf(report, 'data_lists.json').remarks.map((r) => r.reason)).toEqual([
      expect.stringMatching(/3 contacts imported, 1 of 4 rows rejected \(line 3:/),
      '2 contacts imported',
    ]);
    expect(await items('templates')).toMatchObject([
      {
        name: 'Welcome',
        subject: 'Hello {{ contact.name }}',
        html: '<p>Hello {{ contact.attributes.first_name }}</p>',
      },
    ]);

    const [second, first] = await items('campaigns');
    expect(first).toMatchObject({ name: 'Weekly news', senderIds: [shop.id], listIds: [lists[1].id] });
    expect(first.content.html).toBe('<p>Hello,</p>\n<p>first line<br>\nsecond line &amp; more</p>');
    expect(second).toMatchObject({
      name: 'From own server',
      senderIds: [own.id],
      content: { subject: 'Hi {{ contact.name }}' },
    });
    const preview = await api.post(`campaigns/${second.id}/preview`, {});
    expect(preview.body.html).toContain('100 {%');
    expect(
      fileOf(report, 'campaigns.json')
        .remarks.filter((r) => r.pointer === '/0')
        .map((r) => r.reason),
    ).toEqual([
      expect.stringMatching(/sends by "Example Shop"/),
      expect.stringMatching(/sent as "Shop Team"/),
      expect.stringMatching(/has sent 3 mails of it/),
    ]);

    const automations = await items('automations?sort=createdAt');
    expect(automations.every((a: { enabled: boolean; nextRunAt: null }) => !a.enabled && a.nextRunAt === null)).toBe(
      true,
    );
    const zone = { timeZone: 'Europe/Riga' };
    expect(automations.map((a: { schedule: unknown }) => a.schedule)).toMatchObject([
      { type: 'once', at: '2099-01-02T09:00:00', ...zone },
      { type: 'daily', time: '17:29', ...zone },
      { type: 'weekly', daysOfWeek: ['sunday'], time: '18:16', ...zone },
      { type: 'monthly', dayOfMonth: 'last', time: '06:00', ...zone },
      { type: 'interval', everyMinutes: 90, startAt: '2025-08-03T00:00:00', ...zone },
    ]);
    expect(await items('runs')).toEqual([]);
    expect(await items('suppressions')).toMatchObject([{ email: 'two@example.org', reason: 'bounced' }]);
    // Of the same second, in whichever order.
    const told = (await items('notifications')) as { severity: string }[];
    expect(told.sort((a, b) => a.severity.localeCompare(b.severity))).toMatchObject([
      { kind: 'imported', severity: 'error', message: 'It failed', readAt: null },
      { severity: 'info', createdAt: '2025-08-03T14:28:46.000Z', readAt: '2025-08-03T14:28:46.000Z' },
    ]);

    // Again: nothing is doubled, and what people have changed or deleted stays so.
    await api.patch(`campaigns/${first.id}`, { name: 'Renamed' });
    await api.delete(`automations/${automations[0].id}`);
    const now = await counts();
    const again = await importing(path);
    expect(again.code).toBe(0);
    expect(await counts()).toEqual(now);
    expect(again.report.files.filter((f) => f.file !== 'rate_limit_config.json').every((f) => f.imported === 0)).toBe(
      true,
    );
    expect((await api.get(`campaigns/${first.id}`)).body.name).toBe('Renamed');

    // Invitations are for those who have no password yet and may sign in; a dry run's links would not work.
    const tried = await importing(path, '--invite', '--dry-run');
    expect([tried.code, tried.report.invitations]).toEqual([0, []]);
    expect(fileOf(tried.report, 'users.json').remarks[0]?.reason).toMatch(/2 users would be invited.*no links/);
    const invited = await importing(path, '--invite');
    expect(invited.report.invitations.map((i) => i.email)).toEqual(['boss@example.org', 'writer@example.org']);
    const token = invited.report.invitations[0]!.url.split('#')[1];
    const accepted = await api.post('session/invitation', { token, password: 'a quite long password' }, { key: null });
    expect(accepted.status).toBe(200);
  });

  test('that are broken are named, and the rest goes in; repaired they are imported', async () => {
    const broken = await directory({
      'accounts.json': '[{"id": 7, "name": "Cut off"',
      'smtp_config.json': { ...legacyFiles['smtp_config.json'], from_email: 'not an address' },
      'data_lists.json': { '9': { name: 'By key' }, '10': 'no record' },
      'users.json': [{ id: 9, username: 'x', email: 'nonsense' }, null],
      'templates.json': [{ id: 8, name: 'Later', subject: 'Hello', content: '<p>Hello</p>' }],
    });
    await api.database.pool.query('ALTER TABLE templates RENAME TO templates_away');
    const { code, report, stderr } = await importing(broken.path, '--source', 'second').finally(() =>
      api.database.pool.query('ALTER TABLE templates_away RENAME TO templates'),
    );
    expect([code, stderr]).toEqual([1, '']);
    expect(fileOf(report, 'accounts.json')).toMatchObject({ state: 'unreadable', problems: [{ reason: /not JSON/ }] });
    expect(fileOf(report, 'templates.json')).toMatchObject({
      state: 'failed',
      imported: 0,
      problems: [{ pointer: '', reason: /was not imported: .*"templates" does not exist/ }],
    });
    expect(fileOf(report, 'smtp_config.json').skipped[0]?.reason).toMatch(/fromEmail: Not an email address/);
    expect(fileOf(report, 'data_lists.json')).toMatchObject({ imported: 1, skipped: [{ pointer: '/10' }] });
    expect(fileOf(report, 'users.json').skipped.map((s) => s.pointer)).toEqual(['/1', '/0']);

    await broken.write('accounts.json', [{ id: 7, name: 'Whole', host: 'smtp.example.org', email: 'a@example.org' }]);
    const whole = await importing(broken.path, '--source', 'second');
    expect([whole.code, fileOf(whole.report, 'accounts.json').imported]).toEqual([0, 1]);
    expect(fileOf(whole.report, 'templates.json')).toMatchObject({ state: 'read', imported: 1 });
  });

  test('that cannot be read or stored in part are a problem of that part; the rest goes in, and the next call completes it', async () => {
    const bounce = (email: string, reason: string) => ({ email, bounce_type: 'hard', reason });
    const name = (id: number) => ({ id, name: `Part ${id}`, filename: `${id}.txt` });
    const { path, write } = await directory({
      'data_lists.json': [name(1), name(2), name(3), { id: 4, name: 'Part 4', emails: ['part4@example.org'] }, name(4)],
      'data_lists/3.txt': 'part3@example.org\n',
      'bounce_data.json': { 'a/b': [bounce('nul@example.org', 'no\0body'), bounce('part5@example.org', 'unknown')] },
      'notifications.json': [
        { id: 'x\0', message: 'Not to be stored', type: 'info' },
        { id: 'y', message: 'Half a \ud83d pair', type: 'info' },
      ],
    });
    await unreadable(join(path, 'data_lists', '1.txt'));
    const first = await importing(path, '--source', 'parts');
    expect([first.code, first.stderr, first.report.complete]).toEqual([1, '', false]);
    const lists = fileOf(first.report, 'data_lists.json');
    expect(lists).toMatchObject({ imported: 4, skipped: [{ pointer: '/4', reason: /same ID/ }] });
    expect(lists.problems).toMatchObject([
      { pointer: '/0', what: 'Part 1', reason: /^1\.txt: It cannot be read: E/, todo: /import again/ },
      { pointer: '/1', what: 'Part 2', reason: /2\.txt is neither in data_lists nor beside it/ },
    ]);
    expect(lists.remarks.map((r) => r.reason)).toEqual(['1 contacts imported', '1 contacts imported']);
    const bounces = fileOf(first.report, 'bounce_data.json');
    expect(bounces).toMatchObject({ imported: 2, remarks: [{ pointer: '/a~1b/0/reason', reason: /NUL/ }] });
    expect(await items('suppressions?search=nul@')).toMatchObject([{ detail: 'nobody' }]);
    expect(fileOf(first.report, 'notifications.json')).toMatchObject({
      imported: 1,
      problems: [{ pointer: '/0', reason: /The database refuses it/ }],
      remarks: [{ pointer: '/1/message', reason: /surrogates/ }],
    });
    const dry = await importing(path, '--source', 'parts', '--dry-run');
    expect([dry.code, fileOf(dry.report, 'data_lists.json').problems]).toEqual([1, lists.problems]);

    // One list is deleted here, and what was wrong with the others is mended.
    const deleted = (await items('lists?search=Part 2'))[0] as { id: string };
    await api.delete(`lists/${deleted.id}`);
    await unlink(join(path, 'data_lists', '1.txt'));
    await write('data_lists/1.txt', 'part1@example.org\n');
    await write('data_lists/2.txt', 'part2@example.org\n');
    await write('notifications.json', [{ id: 'x', message: 'Stored', type: 'info' }]);
    const second = await importing(path, '--source', 'parts');
    expect(second.code).toBe(1);
    expect(fileOf(second.report, 'data_lists.json').problems).toMatchObject([
      { pointer: '/1', reason: /was deleted here/, todo: /take the list out/ },
    ]);
    expect((await items('lists?search=Part&sort=name')).map((l: { contacts: number }) => l.contacts)).toEqual([
      1, 1, 1,
    ]);
    await write('data_lists.json', [name(1), name(3)]);
    // An import of contacts that was not applied, whoever tried, is made again.
    await api.database.pool.query(`UPDATE imports SET status = 'failed' WHERE file_name = '3.txt'`);
    const third = await importing(path, '--source', 'parts');
    expect([third.code, third.report.complete]).toEqual([0, true]);
    expect(fileOf(third.report, 'data_lists.json').remarks.map((r) => r.what)).toEqual(['Part 3']);
  });

  test('a file of contacts that breaks off in the middle leaves nothing, and says in which line', async () => {
    const list = await api.post('lists', { name: 'Broken off' });
    const rows = 'a'.repeat(10).concat('@example.org\n');
    const line = async function* () {
      for (let i = 0; i < 60; i++) yield Buffer.from(`${i}${rows}`.repeat(1_000));
      throw new Error('EIO: i/o error, read');
    };
    const body = Readable.from(numbered(line()));
    const failed = await receiveImport(api.database, { listId: list.body.id, fileName: 'x.txt', body }).catch(
      (error: unknown) => error,
    );
    expect(whyNot(failed)).toBe('It cannot be read beyond line 60000: EIO: i/o error, read');
    expect((await api.get(`lists/${list.body.id}`)).body.contacts).toBe(0);
  });

  test('need a directory, a database that is up to date, and a command line that can be understood', async () => {
    const run = (...args: string[]) => cli(['import-legacy', ...args], { env: api.platform.env });
    expect(await run('/nowhere')).toMatchObject({ code: 1, stderr: '/nowhere is not a directory.\n' });
    expect((await run()).code).toBe(2);
    expect((await run('.', '--time-zone', 'Nowhere')).code).toBe(2);
    expect((await run('.', '--sender', 'x')).code).toBe(2);
    expect(await run('.', '--sender', '018f0000-0000-7000-8000-000000000000')).toMatchObject({
      code: 1,
      stderr: /There is no sender 018f/,
    });
    expect(await cli(['import-legacy', '.'])).toMatchObject({ code: 1, stderr: /DATABASE_URL/ });
    expect(await cli([])).toMatchObject({ code: 2 });
    expect(await cli(['--help'])).toMatchObject({ code: 0, stdout: /import-legacy/ });
  });
});
