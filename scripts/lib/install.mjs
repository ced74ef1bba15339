// Runs before anything is installed: Node's own modules only.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { run, task, TaskError } from './task.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @throws TaskError when this Node is too old to run Oncemail. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new TaskError(`Oncemail needs Node 20.19 or later; this is ${process.version} (https://nodejs.org).`);
}

/** Installs the dependencies that package-lock.json names, unless exactly these are installed. Two callers at once: one installs. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(join(root, '.install.lock'), 'Waiting for another installation', async () => {
    if (isInstalled()) return;
    await task('Installing dependencies (npm ci)', async () => {
      // NestJS's own dependencies ask for Node 22 without needing it: such warnings are left out, errors are not.
      const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
      const npm = process.env.npm_execpath;
      const [command, ...args] =
        npm && /npm(-cli)?\.c?js$/.test(npm) ? [process.execPath, npm, 'ci', ...quiet] : ['npm', 'ci', ...quiet];
      const env = { ...process.env };
      // A developer's NODE_ENV=production would leave out what builds the sources.
      delete env.NODE_ENV;
      await run(command, [...args, '--include=dev'], { cwd: root, env, shell: process.platform === 'win32' });
    });
  });
}

/** npm notes what it installed in node_modules/.package-lock.json, as its last act: compared package by package. */
function isInstalled() {
  const noted = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(noted, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '') return true;
    if (installed[path] === undefined) return Boolean(optional || devOptional || peer);
    return installed[path].version === version && existsSync(join(root, path));
  });
}
