import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { TerminalProgress } from '../../src/embedded/progress.js';
import { launchChromium } from '../support/launchChromium.js';
import { startSmtpServer } from '../support/smtpServer.js';
import { leaveNoChildren, startStage, temporaryDirectory } from '../support/stage.js';
import { pictures } from './pages.js';
import { makeShowcase, type Showcase } from './showcase.js';

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const usage = `npm run screenshots [-- --to <folder>] [--only <name>,…] [--scheme light|dark]
Takes pictures of the web app, of an Oncemail that is started for it and filled with an example, at 1440 and 390 px.
The folder is docs/screenshots by default.`;

interface Settings {
  folder: string;
  only: Set<string> | undefined;
  schemes: ('light' | 'dark')[];
}

function readSettings(args: string[]): Settings | undefined {
  const settings: Settings = { folder: join('docs', 'screenshots'), only: undefined, schemes: ['light', 'dark'] };
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return undefined;
    if (args[i] === '--to') settings.folder = value;
    else if (args[i] === '--only') settings.only = new Set(value.split(','));
    else if (args[i] === '--scheme' && (value === 'light' || value === 'dark')) settings.schemes = [value];
    else return undefined;
  }
  return settings;
}

/** Starts everything, fills it, takes the pictures, and takes everything away. Answers the exit code. */
export async function main(args: string[]): Promise<number> {
  const settings = readSettings(args);
  if (!settings) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  leaveNoChildren();
  const progress = new TerminalProgress();
  const smtp = await startSmtpServer({ keepRaw: false, keepMessages: false, latencyMs: 1 });
  const stage = await startStage({ directory: temporaryDirectory('oncemail-screenshots-'), workers: 1, progress });
  const browser = await launchChromium();
  try {
    const filling = progress.step('Filling it with an example');
    const showcase = await makeShowcase(stage.client, stage.postgres, smtp);
    filling.done();
    mkdirSync(settings.folder, { recursive: true });
    for (const scheme of settings.schemes) {
      for (const size of sizes) {
        const step = progress.step(`Taking pictures: ${scheme}, ${size.width} px`);
        await take(browser, stage.client.url, showcase, settings, scheme, size);
        step.done();
      }
    }
    process.stdout.write(`The pictures are in ${settings.folder}.\n`);
    return 0;
  } finally {
    await browser.close();
    await stage.close();
    await smtp.close();
  }
}

async function take(
  browser: Browser,
  url: string,
  showcase: Showcase,
  settings: Settings,
  colorScheme: 'light' | 'dark',
  viewport: { width: number; height: number },
): Promise<void> {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    timezoneId: 'Europe/Riga',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    deviceScaleFactor: viewport.width < 600 ? 2 : 1,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const wanted = pictures.filter((p) => settings.only === undefined || settings.only.has(p.name));
  const shoot = async (picture: (typeof pictures)[number]) => {
    await page.goto(`${url}/app${picture.path(showcase)}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Live pages never fall silent: a moment without requests is enough, and is not waited for longer than this.
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
    await picture.prepare?.(page);
    await page.screenshot({ path: join(settings.folder, `${picture.name}-${viewport.width}-${colorScheme}.png`) });
  };
  for (const picture of wanted.filter((p) => p.signedOut)) await shoot(picture);
  await page.goto(`${url}/app/sign-in`);
  await page.getByLabel('Email').fill(showcase.email);
  await page.getByLabel('Password', { exact: true }).fill(showcase.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#content h1').waitFor();
  for (const picture of wanted.filter((p) => !p.signedOut)) await shoot(picture);
  await context.close();
}
