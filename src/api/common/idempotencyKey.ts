import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problems.js';
import { idempotencyKey } from './schemas.js';

/** The `Idempotency-Key` header of the request, checked; undefined when it has none. @throws Problem `invalid-parameter`. */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const parsed = idempotencyKey.safeParse(request.headers['idempotency-key']);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'cannot be used';
  throw new Problem('invalid-parameter', `Idempotency-Key: ${message}.`, {
    errors: [{ parameter: 'Idempotency-Key', message }],
  });
}

/** `readIdempotencyKey` as a parameter of a handler. Document it with `@ApiIdempotencyKey()`. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined =>
  readIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>()),
);
