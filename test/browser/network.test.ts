import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../support/api.js';
import { accessibilityFaults } from '../support/axe.js';
import { useChromium } from '../support/chromium.js';

const browser = useChromium();
const patience = { timeout: 20_000 };
let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

const isAsset = (url: string) => new URL(url).pathname.startsWith('/assets/');

/** What the first load of an address brings over the network, in kilobytes and in requests. */
async function firstLoad(
  page: Page,
  path: string,
  ready: () => Promise<unknown>,
): Promise<{ kB: number; requests: number }> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  network.on('Network.loadingFinished', (loaded) => {
    bytes += loaded.encodedDataLength;
    requests++;
  });
  await page.goto(`${api.url}/app${path}`);
  await ready();
  await page.waitForLoadState('networkidle');
  await network.detach();
  return { kB: bytes / 1000, requests };
}

/** How far what was painted has moved by itself (Cumulative Layout Shift). */
const layoutShift = (page: Page) =>
  page.evaluate<number>(`new Promise((tell) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => tell(sum), 0);
  })`);

describe('on a slow connection', () => {
  it('signing in takes 260 KB, the page of automations 300 KB, and nothing moves by itself', async () => {
    const visitor = await browser.visit(api, { as: null });
    const signIn = await firstLoad(visitor.page, '/sign-in', () => visitor.page.getByLabel('Email').waitFor());
    expect(signIn.kB).toBeLessThan(260);
    expect(signIn.requests).toBeLessThan(20);
    expect(await layoutShift(visitor.page)).toBeLessThan(0.01);
    await visitor.context.close();

    const { page, context } = await browser.visit(api);
    const automations = await firstLoad(page, '/automations', () => page.getByText('No automations yet').waitFor());
    expect(automations.kB).toBeLessThan(300);
    expect(automations.requests).toBeLessThan(30);
    expect(await layoutShift(page)).toBeLessThan(0.01);
    await context.close();
  });

  it('the frame shows before any script is there, and all that a page needs is asked for at once', async () => {
    for (const [path, as, text, code] of [
      ['/sign-in', null, 'Sign in to Oncemail', 'SignInPage'],
      ['/automations', 'viewer', 'Oncemail', 'AutomationsPage'],
      ['/', 'viewer', 'Oncemail', 'OverviewPage'],
    ] as const) {
      const { page, context, errors } = await browser.visit(api, { as });
      const asked: Request[] = [];
      page.on('request', (request) => asked.push(request));
      let arrive!: () => void;
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      await page.route(
        (url) => isAsset(url.href),
        async (route) => {
          await arrived;
          await route.continue();
        },
      );
      await page.goto(`${api.url}/app${path}`, { waitUntil: 'commit' });
      await page.locator('.boot').getByText(text).waitFor();
      await expect.poll(() => asked.some((r) => r.url().includes(`/${code}-`)), patience).toBe(true);
      const early = asked.filter((r) => isAsset(r.url())).length;
      arrive();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      // Later comes the icon of the tab, and no code.
      const late = asked.filter((r) => isAsset(r.url())).slice(early);
      expect(late.map((r) => r.url()).filter((url) => /\.(js|css)$/.test(url))).toEqual([]);
      expect(asked.filter((r) => r.url().endsWith('/api/v1/session'))).toHaveLength(as === null ? 0 : 1);
      expect(errors()).toEqual([]);
      await context.close();
    }
  });

  it('an address that leads nowhere says so within the app', async () => {
    const { open, page, context } = await browser.visit(api, { as: 'viewer' });
    await open('/nowhere/at/all');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await context.close();
  });
});

describe('while the server does not answer', () => {
  it('a page is kept, one that is opened waits for it, and both go on by themselves', async () => {
    const { open, page, context, errors } = await browser.visit(api, { as: 'operator' });
    await open('/automations/new');
    await page.getByLabel('Name').fill('Written meanwhile');
    await page.route('**/*', (route) => route.abort('connectionrefused'));
    await page.getByRole('radiogroup', { name: 'Type of schedule' }).getByText('Daily').click();
    const banner = page.getByText('The server does not answer.');
    await banner.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute('**/*');
    await banner.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Name').inputValue()).toBe('Written meanwhile');

    await page.route('**/*', (route) => route.abort('connectionrefused'));
    await page.getByRole('link', { name: 'Suppressions' }).click();
    await page.getByRole('heading', { name: 'Waiting for the server', level: 1 }).waitFor();
    await page.getByRole('alert').getByText('loaded anew as soon as the server answers').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute('**/*');
    await page.getByRole('heading', { name: 'Suppressions', level: 1 }).waitFor();
    expect(
      errors().filter((error) => !/dynamically imported module|preload CSS|could not be fetched/.test(error)),
    ).toEqual([]);
    await context.close();
  });
});

describe('without TLS', () => {
  it('what is shown once can be copied, though browsers have no clipboard API there', async () => {
    const { page, open, context } = await browser.visit(api);
    await page.addInitScript(`
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.addEventListener('copy', () => { window.copied = document.activeElement.value; });`);
    await open('/users');
    await page.getByRole('button', { name: 'Invite a user' }).click();
    await page.getByLabel('Name').fill('Grace Hopper');
    await page.getByLabel('Address').fill('grace@example.org');
    await page.getByRole('button', { name: 'Make the invitation' }).click();
    const secret = await page.locator('[data-secret]').textContent();
    const copy = page.getByRole('dialog').getByRole('button', { name: 'Copy' });
    await copy.click();
    const copied = page.getByRole('dialog').getByRole('button', { name: 'Copied' });
    await copied.waitFor();
    expect(await page.evaluate('window.copied')).toBe(secret);
    expect(await copied.evaluate((button) => button.matches(':focus'))).toBe(true);
    await page.getByRole('button', { name: 'I have it' }).click();
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1');
    await context.close();
  });
});
