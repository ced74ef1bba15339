import {
  applyDecorators,
  HttpCode,
  Injectable,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import type { z } from 'zod';
import { locationBase } from './openapiLinks.js';
import { matchedPath } from './paths.js';

const CREATES = 'oncemail:creates';

/** Declares the answer of a route: its status, its body's schema, and what it means. */
export function Answers(status: 200 | 202, schema: z.ZodType, description: string): MethodDecorator {
  return applyDecorators(HttpCode(status), ApiResponse({ status, standardSchema: schema, description }));
}

/**
 * Declares that a route creates (or with 202 starts) a resource and answers with it. `Location` is `base` (default: the request's own path) and the `id`
 * of the answer.
 */
export function Creates(
  schema: z.ZodType,
  description: string,
  options: { base?: string; status?: 201 | 202 } = {},
): MethodDecorator {
  const status = options.status ?? 201;
  return applyDecorators(
    HttpCode(status),
    SetMetadata(CREATES, options),
    ApiResponse({
      status,
      standardSchema: schema,
      description,
      headers: {
        Location: {
          description: 'Where the resource is',
          schema: { type: 'string', format: 'uri-reference' },
          ...({ [locationBase]: options.base ?? '' } as object),
        },
      },
    }),
  );
}

/** Declares that a route answers 204, without a body. */
export function AnswersNothing(description: string): MethodDecorator {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }));
}

/** Declares a problem that a route can answer with, besides those every route has. */
export function Refuses(status: 401 | 403 | 404 | 408 | 409 | 412 | 422 | 429, description: string): MethodDecorator {
  return ApiResponse({ status, description });
}

/** Sets `Location` on the answers of `@Creates` routes. */
@Injectable()
export class LocationInterceptor implements NestInterceptor {
  private readonly reflector = new Reflector();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const options = this.reflector.get<{ base?: string } | undefined>(CREATES, context.getHandler());
    if (!options) return next.handle();
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      tap((body: { id: string }) => {
        const base = options.base ?? matchedPath(request);
        void reply.header('Location', `${base}/${body.id}`);
      }),
    );
  }
}

/** Documents the optional `Idempotency-Key` header. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Requests with the same key start one run; the answer is that run. Without a key every request is a new run.',
    schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
  });
}
