import type { FastifyInstance, RouteOptions } from 'fastify';
import { matchedPath, unmatchedPath } from './paths.js';
import { Problem } from './problems.js';

/** Every route of an application, as it was registered. */
export interface KnownRoute {
  method: string;
  url: string;
  access: string | undefined;
}

/**
 * Watches the registration of routes: applies their body limits, refuses to start with a route that declares no access, and lets
 * unknown methods of known addresses be told apart (405) from unknown addresses (404). An address without parameters is nobody's ID: `/things/preview`
 * knows the methods of its own routes alone, not those of `/things/:id`. Must be called before any route is added.
 */
export function watchRoutes(fastify: FastifyInstance): {
  routes: readonly KnownRoute[];
  /** The methods that are served at a path, see paths.ts. */
  allowedMethods(path: string): string[];
} {
  const registered: RouteOptions[] = [];
  fastify.addHook('onRoute', (route) => {
    const limit = route.config?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = limit;
    registered.push(route);
  });
  const known: KnownRoute[] = [];
  let matchers: { pattern: RegExp; method: string }[] = [];
  const fixed = new Map<string, Set<string>>();
  const allowedMethods = (path: string) => {
    const methods = fixed.get(path) ?? matchers.filter((m) => m.pattern.test(path)).map((m) => m.method);
    return [...new Set(methods)].sort();
  };
  fastify.addHook('onRequest', async (request) => {
    if (request.is404 || !request.routeOptions.url?.includes(':')) return;
    const path = matchedPath(request);
    if (fixed.has(path)) throw nothingHere(request.method, path, allowedMethods(path));
  });
  fastify.addHook('onReady', async () => {
    for (const route of registered) {
      for (const method of [route.method].flat()) known.push({ method, url: route.url, access: route.config?.access });
    }
    const undeclared = known.filter((r) => r.access === undefined).map((r) => `${r.method} ${r.url}`);
    if (undeclared.length > 0) {
      throw new Error(`These routes declare no access, use @Requires(role) or @Public(): ${undeclared.join(', ')}`);
    }
    for (const { method, url } of known.filter((r) => !/[:*]/.test(r.url))) {
      fixed.set(url, (fixed.get(url) ?? new Set()).add(method));
    }
    matchers = known
      .filter((r) => !r.url.includes('*'))
      .map(({ method, url }) => ({
        method,
        pattern: new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}/?$`),
      }));
  });
  return { routes: known, allowedMethods };
}

/** The problem of a request that no route matches: 405 with `Allow` when another method is served at its path, else 404. */
export function nothingMatches(
  request: { method: string; url: string },
  allowedMethods: (path: string) => readonly string[],
): Problem {
  const path = unmatchedPath(request.url);
  return nothingHere(request.method, path, allowedMethods(path));
}

function nothingHere(method: string, path: string, allowed: readonly string[]): Problem {
  const where = path.slice(0, 200);
  return allowed.length > 0
    ? new Problem('method-not-allowed', `${method} does not apply to ${where}.`, {
        headers: { Allow: allowed.join(', ') },
      })
    : new Problem('not-found', `Nothing has the address ${where}.`);
}
