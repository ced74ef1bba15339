// npm run load-api: installs and builds what is missing, then lets many clients work on the same automations at once (bench/loadApi.ts).
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { importTypeScript } = await import('./lib/runTs.mjs');
  const load = await importTypeScript('bench/loadApi.ts');
  process.exit(await load.main(process.argv.slice(2)));
});
