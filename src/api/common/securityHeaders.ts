import type { FastifyInstance } from 'fastify';

/** Strict headers, for every answer; pages loosen the policy for themselves, and nothing else may. `kept`: whether a cache may keep the answer. */
export function securityHeaders(https: boolean, kept: boolean): Record<string, string> {
  return {
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(kept ? {} : { 'Cache-Control': 'no-store' }),
    ...(https ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** Sets them. No cache keeps what the API answers, nor that there is nothing at an address. */
export function registerSecurityHeaders(fastify: FastifyInstance, https: boolean): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const kept = !request.is404 && !request.routeOptions.url?.startsWith('/api/v1/');
    void reply.headers({ 'X-Request-Id': request.id, ...securityHeaders(https, kept) });
  });
}
