// npm run screenshots: pictures of the web app (test/screenshots/main.ts). Without sense in its options it prints them.
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { importTypeScript } = await import('./lib/runTs.mjs');
  const screenshots = await importTypeScript('test/screenshots/main.ts');
  process.exit(await screenshots.main(process.argv.slice(2)));
});
