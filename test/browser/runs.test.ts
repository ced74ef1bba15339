import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { notify } from '../../src/ledger/notifications.js';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { useChromium } from '../support/chromium.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

/** A busy machine is slow; nothing here waits longer than it has to. */
const patience = { timeout: 20_000 };
const browser = useChromium();
let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;

beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
  await processes.startWorker();
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});
beforeEach(() => {
  processes.printLogsOnFailure();
  smtp.script = undefined;
});

async function givenMailing(contacts: number, prefix: string, sender: object = {}): Promise<string> {
  return givenCampaign(api.database, {
    listIds: [await givenList(api.database, contacts, prefix)],
    senderIds: [await givenSender(api.database, { port: smtp.port, ...sender })],
  });
}

async function untilStatus(runId: string, status: string): Promise<void> {
  await expect
    .poll(async () => (await api.get(`runs/${runId}`)).body.status, { timeout: 40_000, interval: 100 })
    .toBe(status);
}

test('a new installation is told the first three steps', async () => {
  const { page, open, errors, context } = await browser.visit(api);
  await open('/');
  await expect.poll(() => page.url(), patience).toMatch(/\/app\/overview$/);
  for (const step of ['Add a sender', 'Import a list', 'Write, and say when']) await page.getByText(step).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(errors()).toEqual([]);
  await context.close();
});

test('a run is watched live, paused, resumed and stopped; stopping says first whom it leaves out', async () => {
  const campaignId = await givenMailing(4000, 'live-', { perSecond: 40, maxConnections: 4 });
  const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
  const { page, open, errors, context } = await browser.visit(api);
  await open('/runs');
  await page.getByRole('region', { name: 'Runs that go on' }).getByRole('link', { name: 'a campaign' }).click();
  await page.waitForURL(`**/app/runs/${run.id}`);

  const bar = page.getByRole('progressbar', { name: 'Progress of a campaign' });
  const done = async () => Number(await bar.getAttribute('aria-valuenow'));
  await page.getByText('Live', { exact: true }).waitFor();
  await expect.poll(done, patience).toBeGreaterThan(20);
  const before = await done();
  await expect.poll(done, patience).toBeGreaterThan(before);
  await expect.poll(() => page.getByText(/\d a second$/).count(), patience).toBe(1);
  await page.getByText(/^about \d/).waitFor();

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('status').getByText('The run is paused.').first().waitFor();
  await page.locator('[data-state=paused]').waitFor();
  await page.getByText('Paused by an operator.').waitFor();
  expect((await api.get(`runs/${run.id}`)).body.control).toBe('pause');
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-state=sending]').waitFor();
  const paused = await done();
  await expect.poll(done, patience).toBeGreaterThan(paused);

  await page.getByRole('button', { name: 'Stop' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop “a campaign”?' });
  await dialog.getByText(/will be cancelled: these people do not get this mail/).waitFor();
  expect((await api.get(`runs/${run.id}`)).body.control).toBe('run');
  await dialog.getByRole('button', { name: 'Stop the run' }).click();
  await page.locator('[data-state=stopped]').waitFor();
  const states = await statesOf(api.database, run.id);
  expect(states['cancelled']).toBeGreaterThan(0);
  expect((states['sent'] ?? 0) + (states['cancelled'] ?? 0)).toBe(4000);
  await page.getByRole('button', { name: `Cancelled ${(states['cancelled'] ?? 0).toLocaleString('en')}` }).waitFor();
  expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  expect(errors()).toEqual([]);
  await context.close();
});

test('uncertain deliveries are decided, one and all; an address is found with its answer; the proof holds', async () => {
  smtp.script = ({ stage, to }) => {
    if (stage === 'dot' && /^doubt-[0-2]@/.test(to[0] ?? '')) return 'accept-drop';
    if (stage === 'rcpt' && to.at(-1)?.startsWith('doubt-7@')) return '550 5.1.1 No such user here';
    return undefined;
  };
  const { body: run } = await api.post(`campaigns/${await givenMailing(12, 'doubt-')}/runs`);
  await untilStatus(run.id, 'completed');
  smtp.script = undefined;

  const viewer = await browser.visit(api, { as: 'viewer', colorScheme: 'dark' });
  await viewer.open(`/runs/${run.id}`);
  await viewer.page.getByRole('button', { name: 'Uncertain 3' }).waitFor();
  await viewer.page.getByText('doubt-7@example.com').first().waitFor();
  expect(await viewer.page.getByRole('button', { name: /Decide|Pause|Stop|Retry|Resume/ }).count()).toBe(0);
  expect(viewer.errors()).toEqual([]);
  await viewer.context.close();

  const { page, open, errors, context } = await browser.visit(api, { as: 'operator' });
  await open(`/runs/${run.id}`);
  await page.getByRole('searchbox', { name: 'Search by address' }).fill('DOUBT-7');
  const table = page.getByRole('region', { name: 'Deliveries' });
  await expect.poll(() => table.locator('[data-row]').allTextContents(), patience).toEqual(['doubt-7@example.com']);
  await table.getByText('550 5.1.1 No such user here').waitFor();
  await page.getByRole('button', { name: 'Clear the search' }).click();

  await page.getByRole('button', { name: 'Uncertain 3' }).click();
  await page.getByRole('checkbox', { name: 'Select doubt-1@example.com' }).check();
  await page.getByRole('button', { name: 'Decide on 1 selected' }).click();
  const one = page.getByRole('dialog', { name: 'What became of this mail?' });
  await one.getByText('who got it already gets it twice').waitFor();
  await one.getByText('Assume that they arrived').click();
  expect(await accessibilityFaults(page)).toEqual([]);
  await one.getByRole('button', { name: 'Assume sent (1)' }).click();
  await page.getByText('1 delivery is counted as sent.').waitFor();

  await page.getByRole('button', { name: 'Decide on all 2 uncertain' }).click();
  const all = page.getByRole('dialog', { name: 'What became of these 2 mails?' });
  await all.getByText('Send again', { exact: true }).click();
  const copies = smtp.countByRecipient().get('doubt-0@example.com') ?? 0;
  await all.getByRole('button', { name: 'Send again (2)' }).click();
  await page.getByText('2 deliveries are sent again.').waitFor();
  await untilStatus(run.id, 'completed');
  expect(smtp.countByRecipient().get('doubt-0@example.com')).toBe(copies + 1);

  // The page has followed the run, which went on and ended again.
  await page.locator('[data-state=completed]').waitFor();
  await page.getByRole('button', { name: 'Sent 11' }).waitFor();
  await page.getByText('The ledger holds one run with this key, and takes no second one.').waitFor();
  await page.getByText('Nobody is left out, and no address is in it twice.').waitFor();
  await page.getByText('Every delivery has its end. 11 were accepted by a server, each once.').waitFor();
  expect(errors()).toEqual([]);
  await context.close();
});

test('a run of 100,000 is scrolled with a few hundred rows in the page', async () => {
  const made = await api.database.pool.query<{ id: string }>(
    `INSERT INTO runs (id, campaign_id, workflow_type, kind, occurrence_key, scheduled_for, workflow_id, status, total, started_at, finished_at)
     SELECT gen_random_uuid(), id, 'campaignRun', 'manual', 'many', now(), 'many', 'completed', 100000, now(), now() FROM campaigns LIMIT 1
     RETURNING id`,
  );
  const id = made.rows[0]?.id as string;
  await api.database.pool.query(
    `INSERT INTO deliveries (run_id, contact_id, chunk_no, state, attempts, smtp_code, email, response, changed_at)
     SELECT $1, lpad(to_hex(n), 32, '0')::uuid, 0, 'sent', 1, 250, 'many-' || n || '@example.com', '250 Ok', now()
       FROM generate_series(1, 100000) AS n`,
    [id],
  );
  const { page, open, context } = await browser.visit(api, { width: 390, height: 800 });
  await open(`/runs/${id}?address=many-`);
  await page.getByText('100,000 distinct addresses').waitFor();
  const more = page.getByRole('button', { name: 'Load more' });
  const rows = page.locator('[data-row]');
  const last = async () => {
    await more.scrollIntoViewIfNeeded();
    const numbers = (await rows.allTextContents()).map((text) => Number(/\d+/.exec(text)?.[0]));
    return Math.max(0, ...numbers);
  };
  await expect.poll(last, { timeout: 60_000 }).toBeGreaterThanOrEqual(800);
  expect(await rows.count()).toBeLessThan(400);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  await context.close();
});

test('the overview and the notifications say what needs attention, and lead there', async () => {
  const { rows } = await api.database.pool.query<{ id: string }>(
    `UPDATE runs SET status = 'failed', status_reason = 'the content cannot be read' WHERE status = 'stopped' RETURNING id`,
  );
  const runId = rows[0]?.id as string;
  const message = 'A run of "a campaign" has failed: the content cannot be read. It can be resumed.';
  await notify(api.database.pool, { kind: 'run-failed', severity: 'error', message, runId });

  const { page, open, errors, context } = await browser.visit(api);
  await open('/overview');
  await page.getByText('Its run failed: the content cannot be read.').waitFor();
  await page.getByRole('slider', { name: 'Mails per hour' }).waitFor();
  await page.getByText('a sender').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('link', { name: /^Notifications/ }).click();
  const list = page.getByRole('list', { name: 'Notifications' });
  await list.getByText(message).waitFor();
  await page.getByLabel('1 unread').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await list.getByRole('button', { name: `Mark as read: ${message}` }).click();
  await page.getByText('Nothing unread').waitFor();
  await expect.poll(() => page.getByLabel('1 unread').count(), patience).toBe(0);

  await page.getByText('All', { exact: true }).click();
  await list.getByRole('link', { name: 'The run' }).click();
  await page.waitForURL(`**/app/runs/${runId}`);
  await page.getByText('What was sent stays sent; resume it to go on with the rest.').waitFor();

  await open('/runs?status=failed');
  await expect.poll(() => page.getByRole('region', { name: 'Runs' }).locator('[data-row]').count(), patience).toBe(1);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(errors()).toEqual([]);
  await context.close();
});
