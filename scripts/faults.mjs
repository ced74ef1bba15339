// npm run faults: installs and builds what is missing, then breaks things (test/faults/main.ts). Without sense in its options it prints them.
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { importTypeScript } = await import('./lib/runTs.mjs');
  const faults = await importTypeScript('test/faults/main.ts');
  process.exit(await faults.main(process.argv.slice(2)));
});
