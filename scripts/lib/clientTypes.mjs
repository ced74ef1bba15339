import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import prettier from 'prettier';
import { root } from './install.mjs';

/** Where the types of the API are kept. */
export const clientTypesFile = join(root, 'src', 'client', 'api.d.ts');

const head = `/**
 * The types of Oncemail's REST API, made from its OpenAPI document by \`npm run generate-client\`. Not to be edited.
 * Refusals are left out: they are problem documents everywhere, and the client throws them.
 */

`;

/** The text of src/client/api.d.ts for an OpenAPI document. */
export async function clientTypes(document) {
  // Bodies are typed as clients send them: what has a default may be left out.
  const nodes = await openapiTS(withoutRefusals(document), { defaultNonNullable: false, emptyObjectsUnknown: true });
  const options = await prettier.resolveConfig(clientTypesFile);
  return prettier.format(head + astToString(nodes), { ...options, filepath: clientTypesFile });
}

function withoutRefusals(document) {
  const copy = structuredClone(document);
  for (const path of Object.values(copy.paths)) {
    for (const operation of Object.values(path)) {
      for (const status of Object.keys(operation.responses ?? {})) {
        if (Number(status) >= 400) delete operation.responses[status];
      }
    }
  }
  return copy;
}
