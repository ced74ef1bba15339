// npm run fuzz-api: installs and builds what is missing, then lets schemathesis make up requests to the API (test/contract/main.ts).
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { importTypeScript } = await import('./lib/runTs.mjs');
  const contract = await importTypeScript('test/contract/main.ts');
  process.exit(await contract.main(process.argv.slice(2)));
});
