import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problems.js';
import { idempotencyKey } from './schemas.js';

/** The `Idempotency-Key` header of the request, checked; undefined when it has none. Document it with `@ApiIdempotencyKey()`. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  const parsed = idempotencyKey.safeParse(header);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'cannot be used';
  throw new Problem('invalid-parameter', `Idempotency-Key: ${message}.`, {
    errors: [{ parameter: 'Idempotency-Key', message }],
  });
});
