import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFailed } from 'vitest';
import { testPassword } from './browser.js';
import type { TestApi } from './api.js';
import { launchChromium } from './launchChromium.js';

export interface VisitOptions {
  /** Who has signed in; null: nobody. Default admin. */
  as?: 'admin' | 'operator' | 'viewer' | null;
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  timeZone?: string;
}

/** A visitor of the web app: a tab of a browser of their own. What its page logs as an error or throws fails `errors()`. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Opens a path of the app (`/automations`) and waits until its heading shows. */
  open(path: string): Promise<void>;
  /** What went wrong in the page so far, without refusals that the API answers on purpose. */
  errors(): string[];
}

/** One browser for a test file. */
export interface TestBrowser {
  visit(api: Pick<TestApi, 'url' | 'post'>, options?: VisitOptions): Promise<Visitor>;
}

/**
 * Gives the tests of a file one Chromium, and takes it away after the last. A visitor's context is closed with it; when a test fails, what
 * its pages logged is printed.
 */
export function useChromium(): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });
  const users = new Map<string, Promise<string>>();

  /** The session cookie of a user of a role, made once for each server. */
  async function sessionOf(api: Pick<TestApi, 'url' | 'post'>, role: string): Promise<string> {
    const email = `${role}-${Math.random().toString(36).slice(2)}@example.org`;
    await api.post('users', { email, name: `The ${role}`, role, password: testPassword });
    const answer = await fetch(`${api.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: testPassword }),
    });
    const cookie = /^([^=]+)=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '');
    if (!cookie) throw new Error(`signing in was answered ${answer.status}`);
    return `${cookie[1]}=${cookie[2]}`;
  }

  return {
    async visit(api, options = {}) {
      if (!browser) throw new Error('visit() is for tests and hooks that run after useChromium().');
      const role = options.as === undefined ? 'admin' : options.as;
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
        colorScheme: options.colorScheme ?? 'light',
        timezoneId: options.timeZone ?? 'Europe/Riga',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      if (role !== null) {
        const key = `${api.url} ${role}`;
        if (!users.has(key)) users.set(key, sessionOf(api, role));
        const [name, value] = ((await users.get(key)) as string).split('=') as [string, string];
        await context.addCookies([{ name, value, url: api.url, httpOnly: true, sameSite: 'Lax' }]);
      }
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        // Chromium logs every answer of 4xx; the tests look at what the page makes of it.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) errors.push(message.text());
      });
      try {
        onTestFailed(() => void process.stderr.write(`${page.url()}\n${errors.join('\n')}\n`));
      } catch {
        // Visited from a hook: there is no test to watch.
      }
      return {
        page,
        context,
        errors: () => errors,
        async open(path) {
          await page.goto(`${api.url}/app${path}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
        },
      };
    },
  };
}
