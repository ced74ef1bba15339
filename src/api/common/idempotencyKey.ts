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

/** What a request that starts a run brings along. */
export interface RunRequest {
  idempotencyKey: string | undefined;
  /** Kept with the run and in the memo of its execution, so that it is found from the log of the request and back. */
  requestId: string;
  /** The run was there already: the audit log has the request that made it. */
  repeats(): void;
}

/** The `RunRequest` of a handler. Document its key with `@ApiIdempotencyKey()`. @throws Problem `invalid-parameter`. */
export const AsksForRun = createParamDecorator((_: unknown, context: ExecutionContext): RunRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    idempotencyKey: readIdempotencyKey(request),
    requestId: request.id,
    repeats: () => (request.auditNote = { ...request.auditNote, repeats: true }),
  };
});
