import { createHmac, randomUUID } from 'node:crypto';
import {
  applyDecorators,
  createParamDecorator,
  Inject,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, from, mergeMap, of, type Observable } from 'rxjs';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import { claimKey, giveKeyBack, keepAnswer, type KeyedRequest } from '../../ledger/idempotencyKeys.js';
import { deriveKey } from '../../mail/keys.js';
import { readIdempotencyKey } from './idempotencyKey.js';
import { newId } from './ids.js';
import { problemFromError } from './problemFromError.js';
import { Problem } from './problems.js';
import { CONFIG, DATABASE } from './tokens.js';

/** What a request is about to make. */
export interface Making {
  id: string;
  /** An attempt before this one may have made it. */
  again: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    making?: Making;
  }
}

/**
 * Answers a request whose `Idempotency-Key` has been seen (draft-ietf-httpapi-idempotency-key-header): the same request gets the kept answer,
 * another one 422, and one whose first attempt still goes on 409. Refusals are not kept: they have made nothing.
 */
@Injectable()
class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = readIdempotencyKey(request);
    if (key === undefined || !request.caller) return next.handle();
    const { pool } = this.database;
    const keyed: KeyedRequest = {
      callerId: request.caller.id,
      key,
      fingerprint: this.fingerprint(request),
      resourceId: newId(),
      token: randomUUID(),
    };
    const claim = await claimKey(pool, keyed);
    switch (claim.state) {
      case 'other-request':
        throw new Problem('idempotency-key-reused', 'Another request was made with this Idempotency-Key.');
      case 'busy':
        throw new Problem('idempotency-key-busy', 'The first request with this Idempotency-Key has no answer yet.', {
          headers: { 'Retry-After': '1' },
        });
      case 'answered':
        if (claim.etag !== null) void reply.header('ETag', claim.etag);
        return of(JSON.parse(claim.body) as unknown);
      case 'mine':
        request.making = { id: claim.resourceId, again: claim.again };
    }
    const again = claim.again;
    return next.handle().pipe(
      mergeMap((body: unknown) => {
        const etag = reply.getHeader('etag');
        return from(
          keepAnswer(pool, keyed, JSON.stringify(body), typeof etag === 'string' ? etag : null).then(() => body),
        );
      }),
      catchError(async (error: unknown) => {
        // Only a refusal of the first attempt is sure to have made nothing.
        const nothingMade = !again && problemFromError(error).status < 500;
        // Without an answer of the database the lease runs out by itself.
        await giveKeyBack(pool, keyed, nothingMade).catch(() => undefined);
        throw error;
      }),
    );
  }

  /** Keyed, as a body may hold a password that could be guessed from a plain hash. */
  private fingerprint(request: FastifyRequest): Buffer {
    return createHmac('sha256', deriveKey(this.config.secretKey, 'idempotency-fingerprint'))
      .update(JSON.stringify([request.method, request.url, request.body ?? null]))
      .digest();
  }
}

/** The ID for what the request makes, on a route with `@Idempotent()`. */
export const MakesOnce = createParamDecorator(
  (_: unknown, context: ExecutionContext): Making =>
    context.switchToHttp().getRequest<FastifyRequest>().making ?? { id: newId(), again: false },
);

/** Makes a resource with the ID it was given, or finds the one that an earlier attempt of the same request has made. */
export async function once<T>(
  making: Making,
  make: (id: string) => Promise<T>,
  find: (id: string) => Promise<T>,
): Promise<T> {
  if (making.again) {
    try {
      return await find(making.id);
    } catch (error) {
      if (!(error instanceof Problem && error.type === 'not-found')) throw error;
    }
  }
  return make(making.id);
}

/**
 * Takes an optional `Idempotency-Key` on a route that makes one resource with an ID of `@MakesOnce()`. Stands below all other decorators of
 * the route. Not for routes whose answer holds a secret, as answers are kept.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter',
      schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
    }),
    ApiResponse({
      status: 409,
      description: 'The first request with this Idempotency-Key has no answer yet',
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
    }),
  );
}
