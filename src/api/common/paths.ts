import type { FastifyRequest } from 'fastify';

/**
 * The path of a request as the router has matched it, whatever way it was written: without origin (absolute-form, RFC 9112 section 3.2.2), without
 * escapes that need not be, query and trailing slash. Only the values of parameters are escaped. '' where no route matches.
 */
export function matchedPath(request: FastifyRequest): string {
  const values = (request.params ?? {}) as Record<string, string | undefined>;
  return (request.routeOptions.url ?? '').replace(/:(\w+)|\*$/g, (whole, name: string | undefined) =>
    name === undefined ? (values['*'] ?? whole) : encodeURIComponent(values[name] ?? ''),
  );
}

/** The path of a URL that no route matches, read as the router reads it. */
export function unmatchedPath(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  try {
    // Leaves what would separate segments or parts of the URL escaped.
    return decodeURI(path).replace(/\/+$/, '') || '/';
  } catch {
    return path;
  }
}
