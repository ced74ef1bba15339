import { readFile } from 'node:fs/promises';
import { simpleParser } from 'mailparser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { useChromium, type Visitor } from '../support/chromium.js';
import { givenSender } from '../support/ledgerFixtures.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

const browser = useChromium();
let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
let operator: Visitor;
let page: Page;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
  await processes.startWorker();
  await givenSender(api.database, { port: smtp.port });
  operator = await browser.visit(api, { as: 'operator' });
  ({ page } = operator);
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});
beforeEach(() => processes.printLogsOnFailure());

const button = (name: string | RegExp) => page.getByRole('button', { name });
const notice = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).first().waitFor();
const mail = () => page.frameLocator('iframe[title="The mail"]');

async function choose(label: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Writes the HTML anew. Not with fill(): text that replaces coloured text keeps its colour in Chromium. */
async function write(html: string): Promise<void> {
  await page.getByRole('textbox', { name: 'HTML of the mail' }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(html);
}

async function only<T>(path: string): Promise<T> {
  const { body } = await api.get(path);
  expect(body.items).toHaveLength(1);
  return body.items[0] as T;
}

it('imports a list, with columns as one chooses, and gives the rejected rows back with their reasons', async () => {
  await operator.open('/lists');
  await button('New list').first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Gardeners');
  await page.getByRole('textbox', { name: 'Geography' }).fill('Baltics');
  await button('Create list').click();
  await page.getByRole('heading', { name: 'Import into “Gardeners”' }).waitFor();

  const rows = [
    'E-Mail;Who;Town;Pin',
    'ada@example.org;Ada Lovelace;Riga;secret',
    'nobody;Nobody;Riga;',
    'grace@example.org;Grace;;secret',
  ];
  rows.push('@example.org;Nothing;Graz;', 'alan@example.org;"Turing; Alan";Vienna;secret');
  const buffer = Buffer.from(rows.join('\r\n'));
  await page.locator('input[type=file]').setInputFiles({ name: 'gardeners.csv', mimeType: 'text/csv', buffer });
  await choose('Who becomes', 'Name');
  await choose('Pin becomes', 'Not imported');
  await page.getByRole('textbox', { name: 'Name of the attribute from Town' }).fill('city');
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Import').click();
  await page.getByText('3 contacts joined the list, 2 rows were rejected.').waitFor();
  expect(await page.getByRole('region', { name: 'Rejected rows' }).getByRole('row').allInnerTexts()).toEqual([
    expect.stringContaining('Reason'),
    expect.stringMatching(/^3\s+no @\s+nobody$/),
    expect.stringMatching(/^5\s.*@example\.org$/),
  ]);
  expect(await accessibilityFaults(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download all as CSV' }).click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^line,reason,value\r\n3,no @,nobody\r\n5,/);
  expect(await only('contacts?search=alan')).toMatchObject({ name: 'Turing; Alan' });
  expect((await only<{ attributes: object }>('contacts?search=alan')).attributes).toEqual({ city: 'Vienna' });

  await page.getByRole('link', { name: 'To the list' }).click();
  await page.getByRole('searchbox').fill('GRA');
  await expect.poll(() => page.getByRole('row').filter({ hasText: '@example.org' }).count()).toBe(1);
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Take grace@example.org off the list').click();
  await button('Undo').click();
  await notice('grace@example.org is on “Gardeners” again.');
  await operator.open('/lists');
  expect(await page.getByRole('row', { name: /Gardeners/ }).innerText()).toMatch(/3\s+Baltics/);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(operator.errors()).toEqual([]);
});

it('writes a campaign that a reload does not lose, shows it as a contact gets it, and tests it', async () => {
  await operator.open('/campaigns/new');
  await page.getByRole('textbox', { name: 'Name' }).fill('Spring');
  await choose('Lists', /^Gardeners/);
  await page.keyboard.press('Escape');
  await choose('Senders', /^a sender/);
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Subject' }).fill('Seeds for ');
  await button('Insert').click();
  await page.getByRole('menuitem', { name: /^Name · / }).click();
  const html = '<h1>In {{ contact.attributes.city }}</h1><script>document.title="x"</script><a href="/seeds">Seeds</a>';
  await write(html);
  await mail().getByRole('heading', { name: 'In' }).waitFor();
  await page.getByText('A link goes to "/seeds", which is not complete').waitFor();
  expect(await page.locator('iframe[title="The mail"]').getAttribute('sandbox')).not.toMatch(
    /scripts|same-origin|forms/,
  );
  await page.getByRole('combobox', { name: 'Preview as' }).fill('ada@');
  await page.getByRole('option', { name: /^ada@example\.org/ }).click();
  await mail().getByRole('heading', { name: 'In Riga' }).waitFor();
  await expect.poll(() => page.getByTestId('preview-subject').innerText()).toBe('Seeds for Ada Lovelace');
  await page.getByText('Side by side', { exact: true }).click();
  await page.getByRole('textbox', { name: 'HTML of the mail' }).waitFor();
  await page.getByRole('textbox', { name: 'Plain text of the mail' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.reload();
  await page.getByText('These are your unsaved changes from before.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Spring');
  expect(await page.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('Seeds for {{ contact.name }}');
  await mail().getByRole('heading', { name: 'In' }).waitFor();
  await write('<p>{% if %}</p>');
  await button(/^Line 1, column \d/).waitFor();
  await write(
    '<p>Hello {{ contact.name }} in {{ contact.attributes.city }}</p><a href="{{ unsubscribeUrl }}">No more</a>',
  );
  await button('Create campaign').click();
  await page.waitForURL(/\/campaigns\/[0-9a-f-]{36}\/edit$/);

  await page.getByRole('combobox', { name: 'Preview as' }).fill('ada@');
  await page.getByRole('option', { name: /^ada@example\.org/ }).click();
  await button('Send a test').click();
  const dialog = page.getByRole('dialog', { name: 'Send a test' });
  await dialog.getByRole('combobox', { name: 'To' }).fill('boss@example.org');
  await page.keyboard.press('Enter');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Send the test' }).click();
  await dialog.getByLabel('Accepted').first().waitFor();
  const test = await simpleParser(smtp.received().find((m) => m.to.includes('boss@example.org'))?.raw as Buffer);
  expect(test.subject).toBe('[Test] Seeds for Ada Lovelace');
  expect(test.html).toContain('Hello Ada Lovelace in Riga');
  await page.keyboard.press('Escape');

  await button('Check').click();
  const check = page.getByRole('dialog', { name: 'Before it is sent' });
  await check.getByText('1 of 3 recipients have no value for {{ contact.attributes.city }}.').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(operator.errors().filter((e) => !/Blocked script execution/.test(e))).toEqual([]);
});

it('does not save over what somebody else saved meanwhile unless told to', async () => {
  const { id } = await only<{ id: string }>('campaigns');
  await operator.open(`/campaigns/${id}/edit`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Mine');
  await api.patch(`campaigns/${id}`, { name: 'Theirs' });
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved this campaign' });
  await dialog.getByRole('listitem').filter({ hasText: 'Name' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Take theirs, drop mine' }).click();
  await page.getByRole('heading', { name: 'Theirs', level: 1 }).waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Spring again');
  await button('Save').click();
  await notice('Saved.');
  expect((await api.get(`campaigns/${id}`)).body.name).toBe('Spring again');
});

it('runs a campaign once, however often it is clicked, and sends it again only to whom it is told to', async () => {
  const { id } = await only<{ id: string }>('campaigns');
  await operator.open(`/campaigns/${id}`);
  await mail().getByText('Hello Ada Lovelace').waitFor();
  await page.getByText('It has not been sent yet').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  smtp.clear();
  await button('Run now').click();
  const dialog = page.getByRole('dialog', { name: 'Run “Spring again” now?' });
  await dialog.getByRole('button', { name: 'Send to 3 now' }).dblclick();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);
  await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBe(3);
  const run = await only<{ id: string }>(`runs?campaignId=${id}`);
  await expect.poll(async () => (await api.get(`runs/${run.id}`)).body.status).toBe('completed');
  expect(smtp.duplicates()).toEqual([]);

  await operator.open(`/campaigns/${id}`);
  await button('Actions for Spring again').click();
  await page.getByRole('menuitem', { name: 'Send again' }).click();
  await button('Send again').and(page.locator(':disabled')).waitFor();
  await page.getByRole('radio', { name: 'Everyone, once more' }).check();
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Send again').click();
  await page.waitForURL(new RegExp(`/runs/(?!${run.id})`));
  await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBe(6);

  await operator.open('/campaigns');
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Actions for Spring again').click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.getByRole('heading', { name: 'Spring again (copy)', level: 1 }).waitFor();
  await operator.open('/campaigns');
  await button('Actions for Spring again (copy)').click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await notice('“Spring again (copy)” has been deleted.');
  expect((await only<{ name: string }>('campaigns')).name).toBe('Spring again');
});

it('writes a template, with what the API refuses shown at its field', async () => {
  await operator.open('/templates/new');
  await page.getByRole('textbox', { name: 'Name' }).fill('House style');
  await button('Create template').click();
  expect(await page.getByRole('textbox', { name: 'Subject' }).evaluate((e) => e.matches(':invalid'))).toBe(true);
  await page.getByRole('textbox', { name: 'Subject' }).fill('News');
  await button('Create template').click();
  await page.waitForURL(/\/templates\/[0-9a-f-]{36}$/);
  expect(await accessibilityFaults(page)).toEqual([]);
  await operator.open('/templates');
  await page.getByRole('row', { name: /House style/ }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
});

it('changes a contact, and keeps addresses from being mailed', async () => {
  await operator.open('/contacts?search=ada');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'ada@example.org' }).click();
  await page.getByRole('textbox', { name: 'Value of city' }).fill('London');
  await button('Add an attribute').click();
  await page.getByRole('combobox', { name: 'Name of attribute 2' }).fill('name');
  await page.getByText(/would be read as the contact's name/).waitFor();
  await page.getByRole('combobox', { name: 'Name of attribute 2' }).fill('plan');
  await page.getByRole('textbox', { name: 'Value of plan' }).fill('pro');
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Save').click();
  await notice('Saved.');
  expect(await only('contacts?search=ada')).toMatchObject({ attributes: { city: 'London', plan: 'pro' } });
  const delivery = page.getByRole('row', { name: /Spring again\s+Sent\s+250 /i }).last();
  await delivery.getByRole('link', { name: 'Spring again' }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}$/);

  await operator.open('/suppressions');
  await button('Suppress addresses').first().click();
  await page
    .getByRole('textbox', { name: 'Addresses' })
    .fill('ada@example.org\nGrace <grace@example.org>; nonsense, ADA@example.org');
  await page.getByText('2 addresses · 1 is not an address and will be left out').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Suppress 2 addresses').click();
  await notice('2 addresses get no more mail.');
  await button('End the suppression of grace@example.org').click();
  await button('Mail it again').click();
  await notice('grace@example.org may be mailed again.');
  await expect.poll(async () => (await api.get('suppressions')).body.items.length).toBe(1);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(operator.errors().filter((e) => !/Blocked script execution/.test(e))).toEqual([]);
});

it('lets a viewer look at everything and change nothing', async () => {
  const viewer = await browser.visit(api, { as: 'viewer', width: 390, height: 844 });
  viewer.page.setDefaultTimeout(60_000);
  const campaign = await only<{ id: string; listIds: string[] }>('campaigns');
  const template = await only<{ id: string }>('templates');
  const contact = await only<{ id: string }>('contacts?search=ada');
  const list = campaign.listIds[0] as string;
  const changing = /^(New|Create|Save|Add|Edit|Run|Import|Suppress|End the|Delete|Take|Attach|Insert)\b/;
  for (const path of [
    '/campaigns',
    `/campaigns/${campaign.id}`,
    `/campaigns/${campaign.id}/edit`,
    '/templates',
    `/templates/${template.id}`,
    '/lists',
    `/lists/${list}`,
    `/lists/${list}/import`,
    '/contacts',
    `/contacts/${contact.id}`,
    '/suppressions',
  ]) {
    await viewer.open(path);
    await viewer.page
      .getByText(/ada@example|Spring again|House style|Gardeners|Your role/)
      .first()
      .waitFor();
    const actions = viewer.page.locator('main').getByRole('button').or(viewer.page.locator('main').getByRole('link'));
    for (const name of await actions.allInnerTexts()) expect(name.trim(), path).not.toMatch(changing);
    expect(
      await viewer.page.locator('main input:not([readonly], [type=search], [type=hidden], [role=combobox])').count(),
    ).toBe(await viewer.page.locator('main input[type=radio]').count());
    expect(await accessibilityFaults(viewer.page), path).toEqual([]);
    const wide = await viewer.page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(wide, `${path} is wider than a phone`).toBeLessThanOrEqual(0);
  }
  expect(viewer.errors()).toEqual([]);
});
