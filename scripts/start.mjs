// npm start: installs and builds what is missing, then brings everything up (src/embedded/start.ts).
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './lib/install.mjs';
import { main } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build();
  const { start } = await import('../dist/embedded/start.js');
  process.exit(await start());
});
