// npm run bench: installs and builds what is missing, then measures (bench/main.ts). `npm run bench -- --help` lists the options.
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { importTypeScript } = await import('./lib/runTs.mjs');
  const bench = await importTypeScript('bench/main.ts');
  process.exit(await bench.main(process.argv.slice(2)));
});
