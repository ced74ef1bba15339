import type { FastifyRequest } from 'fastify';
import { Problem } from '../common/problems.js';

/** What another site says of itself, and whether it is this one. */
type Origin = 'this' | 'other' | 'unsaid';

/**
 * Where a request comes from, as the browser says: `Sec-Fetch-Site`, which every current browser sends to https and localhost and no
 * script can set; without it `Origin`, which browsers send with every unsafe request.
 */
function originOf(request: FastifyRequest, publicUrl: string): Origin {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'this' : 'other';
  const { origin } = request.headers;
  if (origin === undefined) return 'unsaid';
  if (origin === new URL(publicUrl).origin) return 'this';
  const host = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  return host !== undefined && host.toLowerCase() === request.headers.host?.toLowerCase() ? 'this' : 'other';
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for a method that may change something (RFC 9110 section 9.2.1). */
export function isUnsafe(method: string): boolean {
  return !safeMethods.has(method);
}

/**
 * Protects a request that a browser sends with its cookie of its own accord against other sites (CSRF). Only what says that it comes from
 * this origin passes: a page needs no token for it, and nothing has to be kept. API keys are never sent by a browser of its own accord.
 * @throws Problem `cross-site-request`.
 */
export function refuseCrossSite(request: FastifyRequest, publicUrl: string): void {
  if (!isUnsafe(request.method) || originOf(request, publicUrl) === 'this') return;
  throw new Problem(
    'cross-site-request',
    'A request with the session cookie must come from a page of this server: it has neither "Sec-Fetch-Site: same-origin" nor an Origin of this server.',
  );
}

/** Keeps other sites from signing a browser in as somebody they choose. Programs, which say nothing of an origin, pass. */
export function refuseOtherSites(request: FastifyRequest, publicUrl: string): void {
  if (originOf(request, publicUrl) !== 'other') return;
  throw new Problem('cross-site-request', 'Signing in is possible from a page of this server only.');
}
