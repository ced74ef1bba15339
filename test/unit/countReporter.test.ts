import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncemail-reporter-'));
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs vitest over these files and returns its exit code and the last line it printed. */
function run(files: Record<string, string>): { code: number | null; last: string | undefined } {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const reporter = resolve('test/support/countReporter.ts');
  const result = spawnSync(
    process.execPath,
    [
      resolve('node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      directory,
      '--reporter=default',
      `--reporter=${reporter}`,
    ],
    { encoding: 'utf8', env: { ...process.env, VITEST: undefined, VITEST_MODE: undefined } },
  );
  return { code: result.status, last: result.stdout.trimEnd().split('\n').at(-1) };
}

it('counts what passed, failed and was skipped; a file that cannot be loaded has failed', { timeout: 60_000 }, () => {
  const { code, last } = run({
    'a.test.ts': `import { it } from 'vitest';
      it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('no'); }); it.skip('d', () => {}); it.todo('e');`,
    'b.test.ts': `import './absent.js';`,
    'c.test.ts': `import { beforeAll, it } from 'vitest'; beforeAll(() => { throw new Error('no'); }); it('f', () => {});`,
  });
  expect(last).toBe('2 passed, 3 failed, 2 skipped');
  expect(code).toBe(1);
});

it('counts an error outside of tests as a failure', { timeout: 60_000 }, () => {
  const { code, last } = run({
    'a.test.ts': `import { it } from 'vitest';
      it('a', async () => { setTimeout(() => { throw new Error('late'); }, 1); await new Promise((r) => setTimeout(r, 50)); });`,
  });
  expect(last).toBe('1 passed, 1 failed');
  expect(code).toBe(1);
});

it('says that all have passed', { timeout: 60_000 }, () => {
  const { code, last } = run({ 'a.test.ts': `import { it } from 'vitest'; it('a', () => {});` });
  expect(last).toBe('1 passed, 0 failed');
  expect(code).toBe(0);
});
