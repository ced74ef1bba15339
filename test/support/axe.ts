import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA, and what axe holds for good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds wrong with a page as it is now, in light and in dark: a line for each rule and element, none when there is nothing.
 * Leaves the page in the scheme it had.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const html = page.locator('html');
  const before = await html.getAttribute('data-mantine-color-scheme');
  // Rows that are out of sight are not painted, and keep the colours that they had.
  await page.addStyleTag({ content: '* { content-visibility: visible !important; }' });
  for (const scheme of ['light', 'dark']) {
    await paint(page, scheme);
    // Evaluated, not added as a script: the page's Content-Security-Policy allows no other than its own.
    await page.evaluate(`if (!window.axe) { ${source} }`);
    const results = (await page.evaluate(
      `window.axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })`,
    )) as AxeResults;
    for (const violation of results.violations) {
      for (const node of violation.nodes) {
        faults.push(`${scheme}: ${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`);
      }
    }
  }
  if (before) await paint(page, before);
  return faults;
}

/** Sets the colour scheme, and waits until nothing is on its way any more: axe would measure colours of a transition. */
async function paint(page: Page, scheme: string): Promise<void> {
  await page.evaluate(`document.documentElement.setAttribute('data-mantine-color-scheme', '${scheme}')`);
  await page.evaluate(
    `Promise.all(document.getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity)
      .map((animation) => animation.finished.catch(() => undefined)))`,
  );
}
