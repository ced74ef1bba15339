import type { OpenAPIObject } from '@nestjs/swagger';

/** Where the `Location` header of a created resource points, as `@Creates` leaves it for `addLinks`; `''`: below the path of the request. */
export const locationBase = 'x-location-base';

interface Answer {
  headers?: Record<string, { schema?: Record<string, unknown>; [locationBase]?: string }>;
  links?: Record<string, object>;
}
interface Operation {
  operationId?: string;
  responses: Record<string, Answer>;
}

/**
 * Adds the links of OpenAPI: from the answer that makes a resource to everything that can be done with it by its ID. Clients and test tools find their way
 * from one request to the next by them. Also says of `Location` where it points.
 */
export function addLinks(document: OpenAPIObject): void {
  const paths = document.paths as Record<string, Record<string, Operation>>;
  const below = (base: string) =>
    Object.entries(paths)
      .filter(([path]) => path === `${base}/{id}` || path.startsWith(`${base}/{id}/`))
      .flatMap(([, operations]) => Object.values(operations))
      .flatMap(({ operationId }) => (operationId ? [operationId] : []));
  const links = (base: string, id: string) =>
    Object.fromEntries(below(base).map((operationId) => [operationId, { operationId, parameters: { id } }]));

  for (const [path, operations] of Object.entries(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const response of Object.values(responses)) {
        const location = response.headers?.['Location'];
        if (location) {
          const base = location[locationBase] || path;
          delete location[locationBase];
          location.schema = { ...location.schema, pattern: `^${base}/[0-9a-f-]{36}$` };
          response.links = { ...response.links, ...links(base, '$response.body#/id') };
        }
      }
    }
  }
}
