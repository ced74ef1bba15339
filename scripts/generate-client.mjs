// Writes src/client/api.d.ts, the types of the API, from the OpenAPI document of the API as it is now.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureInstalled, requireNode, root } from './lib/install.mjs';
import { main, task } from './lib/task.mjs';

await main(async () => {
  requireNode();
  await ensureInstalled();
  await build({ only: ['server'] });
  await task('Generating the client', async () => {
    const { openApiDocument } = await import(pathToFileURL(join(root, 'dist', 'api', 'document.js')).href);
    const { clientTypes, clientTypesFile } = await import('./lib/clientTypes.mjs');
    writeFileSync(clientTypesFile, await clientTypes(await openApiDocument()));
  });
});
