import type { FastifyInstance } from 'fastify';

/** Strict headers on every answer; pages loosen the policy for themselves, and nothing else may. */
export function registerSecurityHeaders(fastify: FastifyInstance, https: boolean): void {
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'X-Request-Id': request.id,
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...(request.url.startsWith('/api/v1/') ? { 'Cache-Control': 'no-store' } : {}),
      ...(https ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
    });
  });
}
