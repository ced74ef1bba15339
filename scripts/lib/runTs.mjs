// Runs a TypeScript file of the repository that is not part of the product (bench, faults): Vite, which vitest brings along, compiles it on the
// way. Node's own type stripping comes only with Node 22. From the command line: node scripts/lib/runTs.mjs file.ts [arguments]
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Imports a file, given by its path from the root; answers its exports. */
export async function importTypeScript(path) {
  const { module } = await runnerImport(resolve(root, path), { root, configFile: false, logLevel: 'error' });
  return module;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , file, ...args] = process.argv;
  process.argv = [process.argv[0], file, ...args];
  await importTypeScript(file);
}
