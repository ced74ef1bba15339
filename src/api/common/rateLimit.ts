import type { FastifyInstance } from 'fastify';
import { Problem } from './problems.js';

const windowMs = 60_000;

/**
 * Limits how many requests a caller (an API key or a user) makes in a minute to this process; 0 for no limit. Answers say what is left, with the
 * fields of draft-ietf-httpapi-ratelimit-headers. Requests without a caller are not counted: they are refused, or sign in, which is throttled by
 * itself. Must be registered after the authentication.
 */
export function registerRateLimit(fastify: FastifyInstance, perMinute: number, now: () => number = Date.now): void {
  if (perMinute === 0) return;
  let windowEndsAt = 0;
  let made = new Map<string, number>();
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.caller) return;
    const at = now();
    // Also when the clock was set back: nobody waits for longer than a window.
    if (at >= windowEndsAt || at < windowEndsAt - windowMs) {
      windowEndsAt = at + windowMs;
      made = new Map();
    }
    const count = (made.get(request.caller.id) ?? 0) + 1;
    made.set(request.caller.id, count);
    const seconds = Math.ceil((windowEndsAt - at) / 1000);
    void reply.headers({
      'RateLimit-Policy': `"caller";q=${perMinute};w=${windowMs / 1000}`,
      RateLimit: `"caller";r=${Math.max(0, perMinute - count)};t=${seconds}`,
    });
    if (count > perMinute) {
      throw new Problem(
        'rate-limited',
        `More than ${perMinute} requests in a minute; the next may be made in ${seconds} seconds.`,
        {
          headers: { 'Retry-After': String(seconds) },
        },
      );
    }
  });
}
