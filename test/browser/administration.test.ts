import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { useChromium, type Visitor } from '../support/chromium.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhookReceiver.js';

const browser = useChromium();
let api: TestApi;
let smtp: SmtpTestServer;
let receiver: WebhookReceiver;
let processes: Processes;
let admin: Visitor;
let page: Page;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  receiver = await startWebhookReceiver();
  processes = new Processes(api.platform);
  await processes.startWorker();
  admin = await browser.visit(api);
  ({ page } = admin);
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await receiver?.close();
  await smtp?.close();
});
beforeEach(() => processes.printLogsOnFailure());

const idOf = (url: string) => new URL(url).pathname.split('/').at(-1)!;
const step = (name: string) => page.locator(`[data-step="${name}"]`);

it('a sender is made, signs, and its connection is tested step by step; what is wrong with another is shown', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await admin.open('/senders');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('link', { name: 'New sender' }).first().click();
  await page.getByRole('heading', { name: 'New sender', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Create sender' }).click();
  // The API's own words, at the fields.
  expect(await page.getByLabel('Host', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Name of the sender').fill('News');
  await page.getByLabel('From name').fill('Example Shop');
  await page.getByLabel('From address').fill('news@example.com');
  await page.getByRole('combobox', { name: 'Encryption' }).click();
  await page.getByRole('option', { name: 'None' }).click();
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(String(smtp.port));
  await page.getByLabel('Mails an hour').fill('2000');
  await page.getByRole('switch', { name: 'Sign mails' }).click();
  expect(await page.getByLabel('Domain', { exact: true }).inputValue()).toBe('example.com');
  await page.getByLabel('Selector', { exact: true }).fill('s1');
  await page.getByLabel('Private key').fill(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  expect(await accessibilityFaults(page)).toEqual([]);
  // A reload loses no more than the secrets, which are kept nowhere.
  await page.reload();
  expect(await page.getByLabel('Name of the sender').inputValue()).toBe('News');
  expect(await page.getByLabel('Private key').inputValue()).toBe('');
  await page.getByLabel('Private key').fill(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await page.getByRole('button', { name: 'Create sender' }).click();
  await page.getByRole('heading', { name: 'News', level: 1 }).waitFor();
  await page.getByText('s1._domainkey.example.com').waitFor();
  await page.getByText(/^v=DKIM1; k=rsa; p=/).waitFor();

  await page.getByLabel('To', { exact: true }).fill('me@example.org');
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await page.getByText('The server has taken the mail').waitFor();
  expect(await step('message').getAttribute('data-state')).toBe('ok');
  expect([...smtp.countByRecipient().keys()]).toEqual(['me@example.org']);
  expect(await accessibilityFaults(page)).toEqual([]);

  await api.patch(`senders/${idOf(page.url())}`, { smtp: { port: 1 } });
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await page.getByText('It stopped at: Connect').waitFor();
  expect(await step('connect').getAttribute('data-state')).toBe('failed');
  expect(await step('message').getAttribute('data-state')).toBe('not-reached');
  expect(admin.errors()).toEqual([]);
});

it('a webhook is made, its secret is shown once, and a test event is shown with what the endpoint answered', async () => {
  await admin.open('/webhooks');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  await page.getByLabel('Name').fill('CRM');
  await page.getByLabel('URL').fill(receiver.url);
  await page.getByRole('checkbox', { name: 'contact.unsubscribed' }).check();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create webhook' }).click();
  const secret = (await page.locator('[data-secret]').textContent()) as string;
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('link', { name: 'CRM' }).click();
  await page.getByRole('heading', { name: 'CRM', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.locator('[data-state="delivered"]').waitFor();
  expect(receiver.verified('webhook.test', secret)).toHaveLength(1);
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('button', { name: 'webhook.test' }).click();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await expect.poll(() => receiver.verified('webhook.test', secret).length, { timeout: 15_000 }).toBe(2);
  expect(new Set(receiver.received.map((r) => r.id)).size).toBe(1);

  // As a worker marks it that has another ONCEMAIL_SECRET_KEY.
  await api.database.pool.query('UPDATE webhooks SET secret_unreadable_since = now()');
  await page.reload();
  await page.getByRole('alert', { name: 'Its secret cannot be read' }).waitFor();
  await page.getByText('secret unreadable', { exact: true }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Actions for CRM' }).click();
  await page.getByRole('menuitem', { name: 'New secret' }).click();
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.locator('[data-secret]').waitFor();
  expect(await page.locator('[data-secret]').textContent()).not.toBe(secret);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByText('The secret before signs too until').waitFor();
  await page.getByRole('alert', { name: 'Its secret cannot be read' }).waitFor({ state: 'hidden' });
  expect(admin.errors()).toEqual([]);
});

it('a user is invited, an API key works until it is revoked, and the audit log tells of both', async () => {
  await admin.open('/users');
  await page.getByRole('button', { name: 'Invite a user' }).click();
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Address').fill('grace@example.org');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make the invitation' }).click();
  expect(await page.locator('[data-secret]').textContent()).toContain('/app/invitation#');
  await page.getByRole('button', { name: 'I have it' }).click();
  await page
    .getByRole('row', { name: /Grace Hopper/ })
    .getByText('invited')
    .waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'New API key' }).first().click();
  await page.getByLabel('Name').fill('Nightly export');
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = (await page.locator('[data-secret]').textContent()) as string;
  await page.getByRole('button', { name: 'I have it' }).click();
  const ask = () =>
    fetch(`${api.url}/api/v1/runs`, { headers: { authorization: `Bearer ${key}` } }).then((answer) => answer.status);
  expect(await ask()).toBe(200);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Revoke the key Nightly export' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText('no longer works').waitFor();
  expect(await ask()).toBe(401);

  await admin.open('/audit?resource=api-keys');
  await page.getByText('DELETE /api-keys/:id').waitFor();
  await page.getByText('POST /api-keys', { exact: true }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await admin.open('/settings');
  await page
    .getByRole('row', { name: /PostgreSQL/ })
    .getByText('answers')
    .waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(admin.errors()).toEqual([]);
});

it('a viewer sees senders and settings, may change nothing, and is told whom to ask for the rest', async () => {
  const viewer = await browser.visit(api, { as: 'viewer', width: 390, height: 844 });
  await viewer.open('/senders');
  await viewer.page.getByText('News').first().waitFor();
  expect(await viewer.page.getByRole('link', { name: 'New sender' }).count()).toBe(0);
  expect(await accessibilityFaults(viewer.page)).toEqual([]);
  await viewer.page.getByText('News').first().click();
  await viewer.page.getByRole('heading', { name: 'News', level: 1 }).waitFor();
  expect(await viewer.page.getByRole('button', { name: /Delete|Send a test mail/ }).count()).toBe(0);
  expect(await viewer.page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
  for (const [path, whom] of [
    ['/users', 'For admins'],
    ['/audit', 'For admins'],
    ['/webhooks', 'For operators'],
  ] as const) {
    await viewer.open(path);
    await viewer.page.getByText(whom).waitFor();
  }
  await viewer.open('/settings');
  expect(await accessibilityFaults(viewer.page)).toEqual([]);
  expect(viewer.errors()).toEqual([]);
  await viewer.context.close();
});
