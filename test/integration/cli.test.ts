import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGround, type Ground } from '../support/campaignFixtures.js';
import { cli as run, type CliResult } from '../support/cli.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import type { ApiProcess } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

let ground: Ground;
let smtp: SmtpTestServer;
let api: ApiProcess;
let directory: string;
beforeAll(async () => {
  [ground, smtp, directory] = await Promise.all([
    startGround(),
    startSmtpServer(),
    mkdtemp(join(tmpdir(), 'oncemail-cli-')),
  ]);
  [api] = await Promise.all([ground.processes.startApi(), ground.processes.startWorker()]);
});
afterAll(async () => {
  await ground?.close();
  await smtp?.close();
  if (directory) await rm(directory, { recursive: true });
});
beforeEach(() => {
  smtp.clear();
  smtp.script = undefined;
  ground.processes.printLogsOnFailure();
});

const env = () => ({ ONCEMAIL_URL: api.url, ONCEMAIL_API_KEY: ground.platform.adminApiKey });
const cli = (...args: string[]): Promise<CliResult> => run(args, { env: env() });
async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await cli(...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
type Item = { id: string; name: string; enabled: boolean; status: string; counts: { sent: number; total: number } };
type Page = { items: Item[]; nextCursor: string | null };
const lines = (text: string) => text.trim().split('\n');

let serial = 0;
async function givenAutomation(contacts = 5): Promise<{ id: string; name: string; campaignId: string }> {
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, contacts)],
    senderIds: [await givenSender(ground.database, { port: smtp.port })],
  });
  const name = `Automation ${++serial}`;
  const { id } = await api.client.ok<Item>('POST', 'automations', {
    body: { name, campaignId, schedule: { type: 'cron', cron: '0 9 1 1 *' } },
  });
  return { id, name, campaignId };
}

describe('automations and campaigns', () => {
  test('are listed, shown, paused, resumed and run, by ID or by name', async () => {
    const { id, name } = await givenAutomation();
    const table = await cli('automations', 'list');
    expect(table.code).toBe(0);
    expect(lines(table.stdout)[0]).toMatch(/^ID +NAME +STATE +SCHEDULE/);
    expect(table.stdout).toContain(`${id}  ${name}`);
    expect((await json<Page>('automations', 'list', '--search', name)).items.map((a) => a.id)).toEqual([id]);
    expect((await cli('automations', 'show', name)).stdout).toMatch(
      new RegExp(`^id +${id}\nname +${name}\nstate +active\n`),
    );
    expect((await cli('automations', 'pause', name)).stdout).toMatch(`${name}: paused`);
    expect((await json<Item>('automations', 'show', id)).enabled).toBe(false);
    expect((await json<Item>('automations', 'resume', id)).enabled).toBe(true);

    const first = await json<Item>('automations', 'run', name, '--idempotency-key', 'cli-once');
    expect((await json<Item>('automations', 'run', name, '--idempotency-key', 'cli-once')).id).toBe(first.id);
    expect((await cli('runs', 'watch', first.id, '--exit-status')).code).toBe(0);
    const other = await json<Item>('automations', 'run', name);
    expect(other.id).not.toBe(first.id);
    const runs = await json<Page>('runs', 'list', '--automation', name, '--limit', '1');
    expect([runs.items.map((r) => r.id), runs.nextCursor === null]).toEqual([[other.id], false]);
  });

  test('a campaign runs once for a key, and its progress is followed to the end', async () => {
    const { campaignId } = await givenAutomation(7);
    const watched = await cli('campaigns', 'run', campaignId, '--watch', '--idempotency-key', 'campaign-once');
    expect([watched.code, watched.stderr]).toEqual([0, '']);
    expect(lines(watched.stdout).at(-1)).toMatch(/completed, 7 sent, 0 failed, 0 uncertain/);
    expect(smtp.received()).toHaveLength(7);
    expect((await cli('campaigns', 'list')).stdout).toContain(campaignId);
    const listed = await json<Page>('campaigns', 'list');
    expect(listed.items.map((c) => c.id)).toContain(campaignId);
  });
});

describe('a run', () => {
  test('is watched with bar, rate and time left; paused, resumed and stopped; and its end is the exit code', async () => {
    smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 20 } : undefined);
    const { campaignId } = await givenAutomation(3_000);
    const { id } = await json<Item>('campaigns', 'run', campaignId);
    let seen = '';
    let acted: Promise<CliResult> | undefined;
    const watching = run(['runs', 'watch', id, '--exit-status'], {
      env: env(),
      onStdout: (text) => {
        seen += text;
        if (!acted && /\/s {2}.* left/.test(seen)) acted = cli('runs', 'pause', id);
      },
    });
    await expect.poll(() => acted, { timeout: 20_000 }).toBeDefined();
    expect(seen).toMatch(/\[#*-+\] {2}\d+ of 3000 {2}sending {2}[\d.]+\/s {2}\d+ s left/);
    expect((await acted!).stdout).toMatch(/is (sending|paused) \(pause\)/);
    await expect.poll(() => seen, { timeout: 20_000 }).toMatch(/ of 3000 {2}paused/);
    const interrupted = await run(['runs', 'watch', id], { env: env(), onStdout: (_, kill) => kill('SIGINT') });
    expect([interrupted.signal, interrupted.stderr]).toEqual(['SIGINT', expect.stringMatching(`runs watch ${id}\n$`)]);
    const unread = await run(['runs', 'watch', id, '--exit-status'], { env: env(), unread: true });
    expect([unread.code, unread.stderr]).toEqual([1, '']);
    expect((await json<Item>('runs', 'resume', id)).id).toBe(id);
    expect((await cli('runs', 'stop', id)).code).toBe(0);
    const { code, stdout } = await watching;
    expect([code, lines(stdout).at(-1)]).toEqual([1, expect.stringMatching(/: stopped.* cancelled/)]);
    expect((await cli('runs', 'watch', id)).code).toBe(0);
    const again = await cli('runs', 'stop', id);
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toMatch(/\(409\): The run has ended \(stopped\)\.\n {2}Request /);
    expect((await cli('runs', 'show', id)).stdout).toMatch(/\nstatus +stopped/);
  });

  test('is watched by asking again and again where events do not get through', async () => {
    const asked: string[] = [];
    const proxy: Server = createServer((request, response) => {
      asked.push(request.url as string);
      if (request.url?.endsWith('/events')) {
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
        return;
      }
      void fetch(`${api.url}${request.url}`, { headers: { authorization: request.headers.authorization ?? '' } }).then(
        async (answer) => {
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
          response.end(await answer.text());
        },
      );
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    try {
      const { campaignId } = await givenAutomation(3);
      const { id } = await json<Item>('campaigns', 'run', campaignId);
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const { code, stdout } = await cli('runs', 'watch', id, '--url', url, '--json', '--exit-status');
      expect(code).toBe(0);
      const states = lines(stdout).map((line) => JSON.parse(line) as Item);
      expect(states.at(-1)).toMatchObject({ id, status: 'completed', counts: { sent: 3 } });
      expect(asked.filter((path) => path === `/api/v1/runs/${id}`).length).toBeGreaterThan(0);
    } finally {
      proxy.close();
    }
  });

  test('exports its deliveries to a file that is whole or not there, and as lines of JSON', async () => {
    smtp.script = ({ stage, to }) =>
      stage === 'rcpt' && to.at(-1)?.startsWith('c2@') ? '550 5.1.1 No such user' : undefined;
    const { campaignId } = await givenAutomation(5);
    const watched = await cli('campaigns', 'run', campaignId, '--watch');
    const id = /run ([0-9a-f-]{36})/.exec(watched.stdout)?.[1] as string;
    const file = join(directory, 'deliveries.csv');
    expect((await cli('deliveries', 'export', id, '-o', file)).code).toBe(0);
    const whole = lines(await readFile(file, 'utf8'));
    expect([whole.length, whole[0]]).toEqual([6, expect.stringMatching(/^email,contactId,state/)]);
    expect(await readdir(directory)).toEqual(['deliveries.csv']);
    const sent = (await cli('deliveries', 'export', id, '--state', 'sent', '--json')).stdout;
    expect(lines(sent).every((line) => (JSON.parse(line) as { state: string }).state === 'sent')).toBe(true);
    const nowhere = await cli('deliveries', 'export', id, '-o', join(directory, 'none', 'x.csv'));
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/cannot be written/)]);
    expect((await cli('deliveries', 'export', id, '--state', 'nonsense')).stderr).toMatch(/\(400\)/);
  });
});

describe('lists', () => {
  test('are listed, and take contacts from a file and from a pipe, once for a key', async () => {
    const { id, name } = await api.client.ok<Item>('POST', 'lists', { body: { name: 'From the command line' } });
    const file = join(directory, 'contacts.csv');
    const rows = Array.from({ length: 20_000 }, (_, i) => `person${i}@example.com,Person ${i}`);
    await writeFile(file, `email,name\n${rows.join('\n')}\nnonsense,x\n`);
    const { code, stdout, stderr } = await cli('lists', 'import', name, file, '--idempotency-key', 'import-once');
    expect(stderr).toMatch(/kB of \d+ kB sent|MB sent/);
    expect([code, lines(stdout)[0]]).toEqual([0, '20001 rows: 20000 added, 0 updated, 1 rejected']);
    expect(lines(stdout)[1]).toMatch(/^ {2}line 20002: .*\(nonsense\)$/);
    const again = await json<{ added: number }>('lists', 'import', name, file, '--idempotency-key', 'import-once');
    expect(again.added).toBe(20_000);
    const piped = await run(['lists', 'import', id, '-', '--json', '--ignore', 'notes,born', '--ignore', '"a, b"'], {
      env: env(),
      input: 'email,notes,city,born,"a, b"\npiped@example.com,x,Riga,1970,y\n',
    });
    expect(JSON.parse(piped.stdout)).toMatchObject({ status: 'completed', added: 1 });
    const { items } = await api.client.ok<{ items: { attributes: object }[] }>(
      'GET',
      'contacts?email=piped@example.com',
    );
    expect(items[0]?.attributes).toEqual({ city: 'Riga' });
    expect((await cli('lists', 'list')).stdout).toMatch(new RegExp(`${id} +${name} +20001`));

    await writeFile(file, 'no,place,column\n1,2,3\n');
    const refused = await cli('lists', 'import', id, file);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/\(422\)/)]);
    expect((await cli('lists', 'import', id, join(directory, 'missing.csv'))).stderr).toMatch(/cannot be read/);
  });
});

test('what goes wrong is said in words, with exit code 1; what cannot be understood has 2', async () => {
  const wrongKey = await cli('runs', 'list', '--api-key', 'wrong');
  expect([wrongKey.code, wrongKey.stdout]).toEqual([1, '']);
  expect(wrongKey.stderr).toMatch(/\(401\).*\n {2}Give a key with --api-key or ONCEMAIL_API_KEY\./);
  const away = await cli('automations', 'pause', '018f0000-0000-7000-8000-000000000000', '--url', 'http://127.0.0.1:2');
  expect([away.code, away.stderr]).toEqual([
    1,
    expect.stringMatching(/cannot be reached.*\n {2}connect ECONNREFUSED 127\.0\.0\.1:2\n {2}Is the address right\?/),
  ]);
  const other = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello'));
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  const elsewhere = await cli('runs', 'list', '--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}`);
  other.close();
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringMatching(/^What answered is not Oncemail: /)]);
  const oddKey = await cli('runs', 'list', '--api-key', 'two words');
  expect([oddKey.code, oddKey.stderr]).toEqual([2, expect.stringMatching(/^The API key .* no key has\.\n$/)]);
  const nobody = await cli('automations', 'show', 'No such name');
  expect([nobody.code, nobody.stderr]).toEqual([1, 'There is no automation called "No such name".\n']);
  // A part of a name is none, even if it is of one automation alone.
  const { id, name } = await givenAutomation();
  const part = await cli('automations', 'run', name.slice(1));
  expect([part.code, part.stdout]).toEqual([1, '']);
  expect(part.stderr).toMatch(`There is no automation called "${name.slice(1)}".\n  There are:\n  ${id}  ${name}\n`);
  const unread = await run(['automations', 'list'], { env: env(), unread: true });
  expect([unread.code, unread.stderr]).toEqual([0, '']);
  for (const args of [
    ['nonsense'],
    ['automations', 'nonsense'],
    ['runs', 'watch'],
    ['runs', 'show', 'x'],
    ['runs', 'list', '--limit', 'many'],
    ['runs', 'list', '--url', 'ftp://x'],
    ['campaigns', 'run', 'x', '--audience', 'nobody'],
    ['automations', 'run', 'x', '--idempotency-key', 'two words'],
  ]) {
    const { code, stdout, stderr } = await cli(...args);
    expect([args, code, stdout, stderr !== '']).toEqual([args, 2, '', true]);
  }
});
