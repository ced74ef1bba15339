import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordMissed } from '../../src/ledger/occurrences/recordMissed.js';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { useChromium, type Visitor } from '../support/chromium.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

const browser = useChromium();
const recipients = 4;
let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
let campaignId: string;
let senderId: string;
let operator: Visitor;
let page: Page;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
  await processes.startWorker();
  senderId = await givenSender(api.database, { port: smtp.port });
  campaignId = await givenCampaign(api.database, {
    listIds: [await givenList(api.database, recipients)],
    senderIds: [senderId],
  });
  operator = await browser.visit(api, { as: 'operator' });
  ({ page } = operator);
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});
beforeEach(() => {
  processes.printLogsOnFailure();
  smtp.clear();
});

const daily = { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' };

async function givenAutomation(name: string, schedule: object = daily): Promise<string> {
  const { status, body } = await api.post('automations', { name, campaignId, schedule });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id as string;
}

const read = async (id: string) => (await api.get(`automations/${id}`)).body;
const segment = (group: string, value: string) =>
  page.getByRole('radiogroup', { name: group }).getByText(value, { exact: true }).click();

async function choose(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function chooseZone(zone: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Time zone' }).fill(zone);
  await page.getByRole('option', { name: zone, exact: true }).click();
}

const preview = () => page.getByRole('list', { name: 'Next occurrences' });

/** Fills in a new automation up to its schedule. */
async function begin(name: string, type: string): Promise<void> {
  await operator.open('/automations/new');
  await page.getByLabel('Name').fill(name);
  await choose('Campaign', 'a campaign');
  await segment('Type of schedule', type);
}

/** Saves it, and answers what the API keeps. */
async function create(): Promise<{ id: string; schedule: object; scheduleText: string; enabled: boolean }> {
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/\/automations\/[0-9a-f-]{36}$/);
  return read(page.url().split('/').at(-1) as string);
}

describe('the editor', () => {
  it.each([
    [
      'Once',
      async () => page.getByLabel('On', { exact: true }).fill('2099-03-28T09:30'),
      { type: 'once', at: '2099-03-28T09:30:00' },
      1,
    ],
    ['Daily', async () => page.getByLabel('At', { exact: true }).fill('07:15'), { type: 'daily', time: '07:15' }, 10],
    [
      'Weekly',
      async () => {
        for (const day of ['Tue', 'Wed', 'Thu']) await page.getByText(day, { exact: true }).click();
      },
      { type: 'weekly', daysOfWeek: ['monday', 'friday'], time: '09:00' },
      10,
    ],
    ['Monthly', async () => choose('On the', 'last day'), { type: 'monthly', dayOfMonth: 'last' }, 10],
    [
      'Interval',
      async () => page.getByRole('textbox', { name: 'Every' }).fill('6'),
      { type: 'interval', everyMinutes: 360 },
      10,
    ],
    ['Cron', async () => page.getByLabel('Expression').fill('0 8 1 */3 *'), { type: 'cron', cron: '0 8 1 */3 *' }, 10],
  ] as const)('builds a schedule of type %s, previewed as it is written', async (type, fill, schedule, count) => {
    await begin(`By ${type}`, type);
    await chooseZone('Europe/Riga');
    await fill();
    await expect.poll(() => preview().getByRole('listitem').count()).toBe(count);
    if (type === 'Weekly' || type === 'Interval') expect(await accessibilityFaults(page)).toEqual([]);
    const made = await create();
    expect(made).toMatchObject({ enabled: true, schedule: { ...schedule, timeZone: 'Europe/Riga' } });
    await page.getByRole('heading', { name: `By ${type}`, level: 1 }).waitFor();
    expect(operator.errors()).toEqual([]);
  });

  it('warns before it hurts: short months, clocks that change, times that are past, fields that are wrong', async () => {
    await begin('Careful', 'Monthly');
    await choose('On the', '31st day');
    await page.getByText(/Months without a day 31 are left out/).waitFor();
    await segment('Type of schedule', 'Daily');
    await page.getByRole('button', { name: 'Add a beginning, an end or a spread' }).click();
    await chooseZone('Europe/Riga');
    await page.getByLabel('At', { exact: true }).fill('03:30');
    await page.getByLabel('Not before').fill('2027-03-27T00:00');
    await preview().getByText('clocks skip it').waitFor();
    await page.getByLabel('Not after').fill('2027-03-01T00:00');
    await page.getByText('endAt has to be later than startAt').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await segment('Type of schedule', 'Once');
    await page.getByLabel('Not before').fill('');
    await page.getByLabel('Not after').fill('');
    await page.getByLabel('On', { exact: true }).fill('2020-01-01T09:00');
    await page.getByText(/is in the past: choose a time after/).waitFor();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByLabel('On', { exact: true }).and(page.locator('[aria-invalid="true"]')).waitFor();
    // Nothing was made, and a reload keeps what was typed.
    await page.reload();
    expect(await page.getByLabel('Name').inputValue()).toBe('Careful');
    await page.getByRole('button', { name: 'Begin anew' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('');
  });

  it('makes a form of the JSON Schema of a workflow type', async () => {
    await operator.open('/automations/new');
    await page.getByLabel('Name').fill('Figures');
    await segment('What it runs', 'A workflow');
    await choose('Workflow type', 'Daily digest');
    await choose('Sender', 'a sender');
    await page.getByRole('combobox', { name: 'To' }).fill('boss@example.org');
    await page.keyboard.press('Enter');
    expect(await accessibilityFaults(page)).toEqual([]);
    const { id } = await create();
    expect((await read(id)).workflow).toEqual({
      type: 'dailyDigest',
      input: { senderId, to: ['boss@example.org'], timeZone: 'UTC' },
    });
  });

  it('does not write over what somebody else saved meanwhile unless told to', async () => {
    const id = await givenAutomation('Shared');
    await operator.open(`/automations/${id}/edit`);
    await page.getByLabel('Name').fill('Mine');
    await api.patch(`automations/${id}`, { name: 'Theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody has changed it meanwhile').waitFor();
    expect(await read(id)).toMatchObject({ name: 'Theirs' });
    await page.getByRole('button', { name: 'save yours over it' }).click();
    await page.getByRole('heading', { name: 'Mine', level: 1 }).waitFor();
    expect(await read(id)).toMatchObject({ name: 'Mine' });
  });
});

describe('the list', () => {
  it('shows, finds, pauses, resumes with undo, copies and deletes', async () => {
    const id = await givenAutomation('Findable');
    await operator.open('/automations');
    await page.getByRole('searchbox', { name: 'Search automations' }).fill('findable');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    const row = page.getByRole('row', { name: /Findable/ });
    expect(await row.innerText()).toMatch(/Every day at 09:00\s+Europe\/Riga/);
    expect(await accessibilityFaults(page)).toEqual([]);

    await row.getByRole('button', { name: 'Actions for Findable' }).click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await row.getByText('paused', { exact: true }).waitFor();
    expect(await read(id)).toMatchObject({ enabled: false });
    await page.getByRole('button', { name: 'Undo' }).click();
    await row.getByText('active', { exact: true }).waitFor();
    expect(await read(id)).toMatchObject({ enabled: true });

    await row.getByRole('checkbox').check();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(async () => (await read(id)).enabled).toBe(false);

    await row.getByRole('button', { name: 'Actions for Findable' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { name: 'Edit “Findable (copy)”' }).waitFor();
    await page.getByRole('link', { name: 'Findable (copy)' }).click();
    await page.getByRole('button', { name: 'Actions for Findable (copy)' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByText('this cannot be undone').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor();
    const { body } = await api.get('automations?search=findable');
    expect(body.items.map((a: { name: string }) => a.name)).toEqual(['Findable']);
    expect(operator.errors()).toEqual([]);
  });

  it('is used with the keyboard alone', async () => {
    await operator.open('/automations');
    await page.getByRole('table').waitFor();
    await page.keyboard.press('/');
    await expect.poll(() => page.getByRole('searchbox').evaluate((e) => e.matches(':focus'))).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('[data-row]').first().focus();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Run now' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor();
  });

  it('shows cards on a phone, in both colours without a fault', async () => {
    const phone = await browser.visit(api, { as: 'operator', width: 390, height: 844 });
    // A busy browser tells of what came into sight and of what was before at once.
    await phone.page.addInitScript(`
      const Real = IntersectionObserver;
      window.IntersectionObserver = class extends Real {
        constructor(tell, options) {
          super((entries, observer) => {
            const before = entries.map((entry) => Object.defineProperty(Object.create(entry), 'isIntersecting', { value: false }));
            tell([...before, ...entries], observer);
          }, options);
        }
      };`);
    await phone.open('/automations');
    await phone.page.getByRole('list', { name: 'Automations' }).waitFor();
    const wide = await phone.page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    expect(await accessibilityFaults(phone.page)).toEqual([]);
    await phone.page.getByRole('button', { name: 'Open the navigation' }).click();
    await phone.page.getByRole('link', { name: 'Automations' }).waitFor();
    expect(await accessibilityFaults(phone.page)).toEqual([]);
    await phone.context.close();
  });
});

describe('one automation', () => {
  it('run now with a double click is one run, and leaves the schedule alone', async () => {
    const id = await givenAutomation('Pressed twice');
    const { nextRunAt } = await read(id);
    await operator.open(`/automations/${id}`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('It does not disturb the schedule').waitFor();
    await page.getByText(`It mails ${recipients} of ${recipients} contacts`).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).dblclick();
    await page.getByText('“Pressed twice” runs.').waitFor();
    await page.getByRole('table', { name: 'Runs' }).getByText('completed').waitFor({ timeout: 30_000 });
    const { items: runs } = (await api.get(`runs?automationId=${id}`)).body;
    expect(runs).toHaveLength(1);
    expect([...smtp.countByRecipient().values()]).toEqual(Array(recipients).fill(1));
    expect(await read(id)).toMatchObject({ nextRunAt, totalRuns: 1 });
    await operator.open('/automations?search=pressed');
    await page.getByRole('link', { name: `${recipients} of ${recipients} sent` }).click();
    await page.waitForURL(`**/app/runs/${runs[0].id}`);
    expect(operator.errors()).toEqual([]);
  });

  it('shows a missed occurrence with its reason, and repairs it once', async () => {
    const id = await givenAutomation('Missed one', { type: 'daily', time: '05:00', timeZone: 'Asia/Tokyo' });
    // It has been there for days, and Temporal never ran it.
    await api.database.pool.query(
      `UPDATE automation_revisions SET valid_from = now() - interval '3 days' WHERE automation_id = $1`,
      [id],
    );
    const window = `from=${new Date(Date.now() - 3 * 86_400_000).toISOString()}`;
    const past = (await api.get(`automations/${id}/occurrences?${window}`)).body.items.filter(
      (o: { fate: string }) => o.fate === 'missed',
    );
    expect(past.length).toBeGreaterThan(1);
    await recordMissed(
      api.database,
      { id, name: 'Missed one' },
      past.map((o: { key: string; at: string; localTime: string; reason: string }) => ({ ...o, at: new Date(o.at) })),
    );
    await operator.open(`/automations/${id}`);
    await page.getByText(`${past.length} occurrences were missed in the last seven days`).waitFor();
    const calendar = page.getByRole('table', { name: /^Occurrences of/ });
    await calendar.getByRole('button', { name: '05:00 missed' }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await calendar.getByRole('button', { name: '05:00 missed' }).first().click();
    const chosen = page.getByRole('list', { name: 'Chosen occurrence' });
    expect(await chosen.innerText()).toContain(past[0].reason);
    await chosen.getByRole('button', { name: 'Run it now' }).click();
    await page.getByRole('button', { name: 'Run it', exact: true }).dblclick();
    await calendar.getByRole('button', { name: '05:00 ran' }).waitFor({ timeout: 30_000 });
    const { items } = (await api.get(`runs?automationId=${id}`)).body;
    expect(items).toMatchObject([{ kind: 'backfill', scheduledFor: past[0].at }]);
    await page.getByText(/^\d+ occurrences? (was|were) missed/).waitFor();
    expect((await read(id)).missed).toBe(past.length - 1);
    expect(operator.errors()).toEqual([]);
  });

  it('that runs every few minutes is shown day by day', async () => {
    const id = await givenAutomation('Often', { type: 'interval', everyMinutes: 10, timeZone: 'Europe/Riga' });
    await operator.open(`/automations/${id}`);
    await page.getByRole('button', { name: 'Next day' }).click();
    await expect
      .poll(() =>
        page
          .getByRole('list', { name: /^Occurrences of/ })
          .getByRole('listitem')
          .count(),
      )
      .toBe(144);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

it('a viewer sees everything and can change nothing', async () => {
  const id = await givenAutomation('Looked at');
  const viewer = await browser.visit(api, { as: 'viewer' });
  const { page: seen } = viewer;
  await viewer.open('/automations');
  await seen.getByRole('link', { name: /Looked at/ }).waitFor();
  expect(await seen.getByRole('checkbox').count()).toBe(0);
  const main = seen.getByRole('main');
  expect(await main.getByRole('button', { name: /Actions for|Pause|Resume|Delete|Run/ }).count()).toBe(0);
  expect(await main.getByRole('link', { name: 'New automation' }).count()).toBe(0);
  await seen.getByRole('link', { name: /Looked at/ }).click();
  await seen.getByRole('table', { name: /^Occurrences of/ }).waitFor();
  expect(await main.getByRole('button', { name: /Run|Pause|Edit|Actions for/ }).count()).toBe(0);
  for (const path of ['/automations/new', `/automations/${id}/edit`]) {
    await viewer.open(path);
    await seen.getByText('This needs the role operator').waitFor();
  }
  expect(await accessibilityFaults(seen)).toEqual([]);
  expect(viewer.errors()).toEqual([]);
  await viewer.context.close();
});
