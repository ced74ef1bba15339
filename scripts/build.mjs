// Compiles src/ to dist/, bundles the workflow code and builds the web app; each only when its sources have changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureInstalled, requireNode, root } from './lib/install.mjs';
import { withLock } from './lib/lock.mjs';
import { main, run, task, TaskError } from './lib/task.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, '.built.json');

/** Brings dist/ up to date, or `only` the parts named. Safe when several processes call it at once. */
export async function build({ only } = {}) {
  const due = () => stale().filter((part) => only === undefined || only.includes(part.name));
  if (due().length === 0) return;
  mkdirSync(dist, { recursive: true });
  await withLock(join(dist, '.build.lock'), 'Waiting for another build', async () => {
    let failure;
    for (const part of due()) {
      try {
        await part.build();
      } catch (error) {
        // The other parts are still worth having: compiled code is written even when its types have errors.
        failure ??= error;
        continue;
      }
      const stamps = readStamps();
      stamps[part.name] = part.hash;
      writeFileSync(`${stampFile}.new`, JSON.stringify(stamps));
      renameSync(`${stampFile}.new`, stampFile);
    }
    if (failure) throw failure;
  });
}

function stale() {
  const stamps = readStamps();
  return parts().filter((part) => stamps[part.name] !== part.hash || !part.made.every((path) => existsSync(path)));
}

function parts() {
  const web = join(root, 'src', 'web');
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'].map((f) =>
    join(root, f),
  );
  const sources = files(join(root, 'src')).filter((path) => !path.startsWith(web));
  const workflows = join(root, 'src', 'workflows', 'index.ts');
  return [
    {
      name: 'server',
      hash: hashOf([...sources.filter((path) => extname(path) === '.ts'), ...settings]),
      made: [join(dist, 'config.js')],
      build: compile,
    },
    ...(existsSync(workflows)
      ? [
          {
            name: 'workflows',
            hash: hashOf([...sources.filter((path) => /[\\/](workflows|domain)[\\/]/.test(path)), ...settings]),
            made: [join(dist, 'workflow-bundle.js')],
            build: bundleWorkflows,
          },
        ]
      : []),
    ...(existsSync(join(web, 'index.html'))
      ? [
          {
            name: 'web',
            hash: hashOf([
              ...files(web),
              ...sources.filter((path) => /[\\/]src[\\/](client|domain)[\\/]/.test(path)),
              ...settings,
            ]),
            made: [join(dist, 'web', 'index.html')],
            build: buildWeb,
          },
        ]
      : []),
  ];
}

async function compile() {
  await task('Compiling', async () => {
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    // Compiled files that are missing would not be written again by an incremental build.
    if (!existsSync(join(dist, 'config.js'))) rmSync(join(dist, '.tsbuildinfo'), { force: true });
    await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root });
    removeOrphans();
  });
}

/** What was compiled from a source that no longer exists would still be found by imports. */
function removeOrphans() {
  for (const path of files(dist)) {
    const inside = relative(dist, path);
    if (inside.startsWith('web') || !/\.js(\.map)?$/.test(inside) || inside === 'workflow-bundle.js') continue;
    if (!existsSync(join(root, 'src', inside.replace(/\.js(\.map)?$/, '.ts')))) rmSync(path);
  }
}

async function bundleWorkflows() {
  await task('Bundling workflows', async () => {
    const { bundleWorkflowCode } = await import('@temporalio/worker');
    const errors = [];
    const logger = {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => errors.push(message),
      error: (message) => errors.push(message),
    };
    try {
      const { code } = await bundleWorkflowCode({ workflowsPath: join(dist, 'workflows', 'index.js'), logger });
      writeFileSync(join(dist, 'workflow-bundle.js.new'), code);
      renameSync(join(dist, 'workflow-bundle.js.new'), join(dist, 'workflow-bundle.js'));
    } catch (error) {
      throw new TaskError([...errors, error.message].join('\n'));
    }
  });
}

async function buildWeb() {
  await task('Building the web app', async () => {
    const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
    // A Vite that outlived a killed build may still be writing to its own directory.
    for (const name of readdirSync(dist)) if (name.startsWith('web.')) remove(join(dist, name));
    const fresh = join(dist, `web.${process.pid}.new`);
    const old = join(dist, `web.${process.pid}.old`);
    // Under a test runner's NODE_ENV it would hold React's development build, and be served by whoever starts from here next.
    const env = { ...process.env, NODE_ENV: 'production' };
    await run(process.execPath, [vite, 'build', join('src', 'web'), '--outDir', fresh, '--emptyOutDir'], {
      cwd: root,
      env,
    });
    // Who serves the web app meanwhile misses it for the moment between two renames.
    if (existsSync(join(dist, 'web'))) renameSync(join(dist, 'web'), old);
    renameSync(fresh, join(dist, 'web'));
    remove(old);
  });
}

/** Removes a directory, or what can be removed of it: the next build tries again. */
function remove(directory) {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch (error) {
    if (!['ENOTEMPTY', 'EBUSY', 'EPERM'].includes(error.code)) throw error;
  }
}

function files(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOf(paths) {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const path of paths) hash.update(`\0${relative(root, path)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    // Never built, or interrupted: everything is built.
    return {};
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    requireNode();
    await ensureInstalled();
    await build();
  });
}
