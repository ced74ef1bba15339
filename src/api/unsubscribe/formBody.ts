import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../common/problems.js';
import { bodyStallMs, wholeBody } from '../common/wholeBody.js';

/** The path of unsubscribe links, as src/mail/unsubscribe.ts makes them. */
const path = '/u/:token';
/** Most bytes of such a form. */
const limit = 10_000;

/**
 * Lets the posts of unsubscribe links through, as forms of a browser and as RFC 8058 section 3.2 has them. Their content decides nothing (the post
 * itself is the wish), so it is read to its end and let go. Elsewhere forms stay 415.
 */
export function registerUnsubscribeForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('application/x-www-form-urlencoded', async (request: FastifyRequest, body: Readable) => {
    if (request.routeOptions.url !== path) {
      throw new Problem(
        'unsupported-media-type',
        'This route does not read forms: send the right Content-Type (curl -d alone sends that of a form).',
      );
    }
    await wholeBody(body, { limit, announced: request.headers['content-length'], stallMs: bodyStallMs });
    return null;
  });
}
