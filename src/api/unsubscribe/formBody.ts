import type { FastifyInstance } from 'fastify';
import { Problem } from '../common/problems.js';

/** The path of unsubscribe links, as src/mail/unsubscribe.ts makes them. */
const path = '/u/:token';

/**
 * Lets the posts of unsubscribe links through, as forms of a browser and as RFC 8058 section 3.2 has them. Their content decides nothing (the post
 * itself is the wish), so it is read to its end and let go. Elsewhere forms stay 415.
 */
export function registerUnsubscribeForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 10_000 },
    (request, _body, done) => {
      if (request.routeOptions.url === path) done(null, null);
      else
        done(
          new Problem(
            'unsupported-media-type',
            'This route does not read forms: send the right Content-Type (curl -d alone sends that of a form).',
          ),
        );
    },
  );
}
