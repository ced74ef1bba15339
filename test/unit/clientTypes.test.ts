import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/document.js';

interface ClientTypes {
  clientTypes(document: unknown): Promise<string>;
  clientTypesFile: string;
}

it('has a client whose types are those of the API; "npm run generate-client" makes them so', async () => {
  const script: string = '../../scripts/lib/clientTypes.mjs';
  const { clientTypes, clientTypesFile } = (await import(script)) as ClientTypes;
  const fresh = await clientTypes(await openApiDocument());
  expect(readFileSync(clientTypesFile, 'utf8') === fresh, 'stale: run "npm run generate-client"').toBe(true);
});
