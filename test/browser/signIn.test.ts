import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setupLink } from '../../src/api/auth/setupLink.js';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { testPassword } from '../support/browser.js';
import { useChromium } from '../support/chromium.js';

const browser = useChromium();
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

describe('before the first user there is', () => {
  it('the link of the server makes an administrator, once, and signs them in', async () => {
    const visitor = await browser.visit(api, { as: null });
    const { page } = visitor;
    const link = await setupLink(api.database, api.url);
    await page.goto(link as string);
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password', { exact: true }).fill('short');
    expect(await accessibilityFaults(page)).toEqual([]);

    // A reload loses nothing but the password, which is kept nowhere.
    await page.reload();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ada Lovelace');
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('navigation').getByText('Ada Lovelace').waitFor();

    await page.goto(link as string);
    await page.getByText('There is a first user already').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const { body } = await api.get('users');
    expect(body.items).toMatchObject([{ name: 'Ada Lovelace', role: 'admin' }]);
    expect(visitor.errors()).toEqual([]);
    await visitor.context.close();
  });
});

describe('signing in', () => {
  beforeAll(async () => {
    await api.post('users', { email: 'joan@example.org', name: 'Joan Clarke', role: 'admin', password: testPassword });
  });

  it('leads to where one was, says what is wrong, and ends when one signs out', async () => {
    const visitor = await browser.visit(api, { as: null });
    const { page } = visitor;
    await page.goto(`${api.url}/app/automations?state=paused`);
    await page.getByRole('heading', { name: 'Sign in to Oncemail' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Email').fill('joan@example.org');
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Automations', level: 1 }).waitFor();
    expect(page.url()).toBe(`${api.url}/app/automations?state=paused`);

    await page.getByRole('button', { name: /account menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Oncemail' }).waitFor();
    expect((await visitor.context.cookies()).filter((c) => c.name.includes('session'))).toEqual([]);
    await visitor.context.close();
  });

  it('again after the session was lost leaves what was typed in a form', async () => {
    const visitor = await browser.visit(api, { as: 'operator' });
    const { page } = visitor;
    await visitor.open('/automations/new');
    await page.getByLabel('Name').fill('Half a thought');
    await api.database.pool.query('DELETE FROM sessions');
    await page.getByRole('radiogroup', { name: 'Type of schedule' }).getByText('Daily').click();
    await page.getByRole('heading', { name: 'Sign in to Oncemail' }).waitFor();
    await page.getByText('You come back to where you were').waitFor();
    await page.getByLabel('Email').fill('joan@example.org');
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'New automation' }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Half a thought');
    expect(await page.getByRole('radio', { name: 'Daily' }).isChecked()).toBe(true);
    await visitor.context.close();
  });

  it('never leads to another site', async () => {
    const visitor = await browser.visit(api, { as: null });
    const { page } = visitor;
    await page.goto(`${api.url}/app/sign-in?next=${encodeURIComponent('//evil.example/app')}`);
    await page.getByLabel('Email').fill('joan@example.org');
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(new URL(page.url()).host).toBe(new URL(api.url).host);
    await visitor.context.close();
  });
});

it('an invitation is accepted by setting a password', async () => {
  const { body } = await api.post('users', { email: 'grace@example.org', name: 'Grace Hopper', role: 'operator' });
  const visitor = await browser.visit(api, { as: null });
  const { page } = visitor;
  const { hash } = new URL(body.invitation.url as string);
  await page.goto(`${api.url}/app/invitation${hash}`);
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: 'Welcome, Grace Hopper' }).waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Email').fill('grace@example.org');
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').getByText('Grace Hopper').waitFor();
  await visitor.context.close();
});

it('an authenticator is set up, asked for, and given up; the password is changed', async () => {
  const visitor = await browser.visit(api, { as: null });
  const { page } = visitor;
  await api.post('users', { email: 'hedy@example.org', name: 'Hedy Lamarr', role: 'viewer', password: testPassword });
  const signIn = async (password: string) => {
    await page.getByLabel('Email').fill('hedy@example.org');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await page.goto(`${api.url}/app/account`);
  await signIn(testPassword);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByRole('button', { name: 'Set up an authenticator' }).click();
  await page.getByAltText('QR code of the secret').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const secret = ((await page.locator('code').innerText()) ?? '').replaceAll(' ', '');
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  await page.getByLabel('Code', { exact: true }).fill(totp.generate());
  await page.getByRole('button', { name: 'Confirm' }).click();
  const codes = (await page.getByLabel('Recovery codes').innerText()).split('\n');
  expect(codes.length).toBeGreaterThan(4);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByRole('button', { name: 'Give up the authenticator' }).waitFor();

  await page.getByRole('button', { name: /account menu/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await signIn(testPassword);
  await page.getByLabel('Code of your authenticator').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: /use a recovery code/ }).click();
  await page.getByLabel('Recovery code').fill(codes[0] as string);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('navigation').getByText('Hedy Lamarr').waitFor();

  await page.goto(`${api.url}/app/account`);
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByRole('button', { name: 'Give up the authenticator' }).click();
  await page.getByText('the password alone signs you in').first().waitFor();
  await page.getByLabel('Present password').fill(testPassword);
  await page.getByLabel('New password').fill('another battery staple horse');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('Your password is changed').waitFor();
  expect(visitor.errors()).toEqual([]);
  await visitor.context.close();
});
