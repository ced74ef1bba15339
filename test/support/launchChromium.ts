import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const programs = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium or Chrome is on this machine: CHROMIUM, or one of the usual places; undefined when there is none. */
export function chromiumPath(): string | undefined {
  return programs.find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** A headless Chromium that speaks to nobody but the pages it is given. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    throw new Error('No Chromium was found. Install one, or set CHROMIUM to the path of its program.');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
