import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'oncemail-script-lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const lock = pathToFileURL(join('scripts', 'lib', 'lock.mjs')).href;

/** A process that holds the lock `times` times, and notes in the log when it goes in and out. */
const holding = (times: number) => `
  import { appendFileSync, existsSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  import { withLock } from ${JSON.stringify(lock)};
  const [path, log, go] = process.argv.slice(1);
  while (!existsSync(go)) await setTimeout(1);
  for (let i = 0; i < ${times}; i++) await withLock(path, 'Waiting', async () => {
    appendFileSync(log, 'in ' + process.pid + '\\n');
    await setTimeout(1);
    appendFileSync(log, 'out ' + process.pid + '\\n');
  });`;

test('a lock that a killed process left is taken over by one of many at once, who then take turns', async () => {
  const [path, log, go] = ['lock', 'log', 'go'].map((name) => join(directory, name)) as [string, string, string];
  // Killed while it held the lock: nothing of it ran at its end.
  const killed = `import { withLock } from ${JSON.stringify(lock)};
    await withLock(process.argv[1], 'Waiting', async () => process.kill(process.pid, 'SIGKILL'));`;
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', killed, path]).signal).toBe('SIGKILL');
  expect(existsSync(path)).toBe(true);

  const processes = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', holding(3), path, log, go], { stdio: 'inherit' }),
  );
  const ended = processes.map((child) => new Promise((resolve) => child.once('close', resolve)));
  writeFileSync(go, '');
  expect(await Promise.all(ended)).toEqual(processes.map(() => 0));

  const lines = readFileSync(log, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(36);
  for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
  expect(readdirSync(directory).sort()).toEqual(['go', 'log']);
});
