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
import { catchError, finalize, from, mergeMap, of, type Observable } from 'rxjs';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import {
  claimKey,
  giveKeyBack,
  keepAnswer,
  renameResource,
  renewalMs,
  renewClaim,
  type KeyedRequest,
} from '../../ledger/idempotencyKeys.js';
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
  /**
   * Gives it a new ID, for what cannot be made any more under the first one. Answers that ID.
   * @throws Problem `idempotency-key-busy` when another attempt has taken over.
   */
  anew(): Promise<string>;
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
    // A file that nobody is going to read passes, so that the client gets to read the answer.
    if (claim.state !== 'mine' && isFile(request)) request.raw.resume();
    switch (claim.state) {
      case 'other-request':
        throw new Problem('idempotency-key-reused', 'Another request was made with this Idempotency-Key.');
      case 'busy':
        throw keyBusy();
      case 'answered':
        if (claim.etag !== null) void reply.header('ETag', claim.etag);
        request.auditNote = { ...request.auditNote, repeats: true };
        return of(JSON.parse(claim.body) as unknown);
      case 'mine':
        request.making = {
          id: claim.resourceId,
          again: claim.again,
          anew: async () => {
            const id = newId();
            if (!(await renameResource(pool, keyed, id))) throw keyBusy();
            return id;
          },
        };
    }
    const again = claim.again;
    // A file may take hours to arrive. A renewal that fails is no reason to stop: another attempt would find what this one has made.
    const renewal = setInterval(() => void renewClaim(pool, keyed).catch(() => undefined), renewalMs);
    return next.handle().pipe(
      mergeMap((body: unknown) => {
        const etag = reply.getHeader('etag');
        return from(
          keepAnswer(pool, keyed, JSON.stringify(keptOf(body)), typeof etag === 'string' ? etag : null).then(
            () => body,
          ),
        );
      }),
      catchError(async (error: unknown) => {
        // Only a refusal of the first attempt is sure to have made nothing.
        const nothingMade = !again && problemFromError(error).status < 500;
        // Without an answer of the database the lease runs out by itself.
        await giveKeyBack(pool, keyed, nothingMade).catch(() => undefined);
        throw error;
      }),
      finalize(() => clearInterval(renewal)),
    );
  }

  /** Keyed, as a body may hold a password that could be guessed from a plain hash. Of a file: what its headers say of it. */
  private fingerprint(request: FastifyRequest): Buffer {
    const body = isFile(request) ? declared(request) : (request.body ?? null);
    return createHmac('sha256', deriveKey(this.config.secretKey, 'idempotency-fingerprint'))
      .update(JSON.stringify([request.method, request.url, body]))
      .digest();
  }
}

function isFile(request: FastifyRequest): boolean {
  return Boolean(request.routeOptions.config.receivesFile);
}

/** What can be known of a file before it is read. The boundary of a form is another one each time. */
function declared({ headers }: FastifyRequest) {
  return [
    headers['content-type']?.split(';')[0]?.trim().toLowerCase(),
    headers['content-length'],
    headers['content-digest'],
    headers['repr-digest'],
  ].map((value) => value ?? null);
}

/** The answer to a request whose key another attempt is working under. */
export function keyBusy(): Problem {
  return new Problem('idempotency-key-busy', 'The first request with this Idempotency-Key has no answer yet.', {
    headers: { 'Retry-After': '1' },
  });
}

const keptInstead = new WeakMap<object, object>();

/** Marks an answer that holds a secret with what is kept of it: a repeated request gets that. */
export function keepInstead<T extends object>(answer: T, kept: object): T {
  keptInstead.set(answer, kept);
  return answer;
}

function keptOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? (keptInstead.get(body) ?? body) : body;
}

/** The ID for what the request makes, on a route with `@Idempotent()`. */
export const MakesOnce = createParamDecorator(
  (_: unknown, context: ExecutionContext): Making =>
    context.switchToHttp().getRequest<FastifyRequest>().making ?? {
      id: newId(),
      again: false,
      anew: () => Promise.resolve(newId()),
    },
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

const promises = {
  make: 'make one resource, and get the same answer for 24 hours. Compared by the letter',
  send: 'send mails once, and get the same answer for 24 hours. After a crash in the middle they are sent again, with the same Message-ID',
  run: 'are done once, and get the same answer for 24 hours',
  upload:
    'store one file, and get the same answer for 24 hours, without the file being read again. As it is not read, files are the same when address, media type, ' +
    '`Content-Length`, and `Content-Digest` or `Repr-Digest` (RFC 9530) if sent, are',
  receive:
    'import one file, and get the same answer for 24 hours, without the file being read again. As it is not read, files are the same when list, `ignore`, media type, ' +
    '`Content-Length`, and `Content-Digest` or `Repr-Digest` (RFC 9530) if sent, are. A file whose first attempt broke off is imported by the next one',
};

/**
 * Takes an optional `Idempotency-Key` on a route that makes one resource with an ID of `@MakesOnce()`, or `acts` otherwise. Stands below all other
 * decorators of the route. Answers are kept: of one that holds a secret, what `keepInstead` says.
 */
export function Idempotent(options: { acts?: keyof typeof promises } = {}): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: `Requests of the same caller with the same key ${promises[options.acts ?? 'make']}.`,
      schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
    }),
    ApiResponse({
      status: 409,
      description: 'The first request with this Idempotency-Key has no answer yet',
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
    }),
    ApiResponse({
      status: 422,
      description: 'Another request was made with this Idempotency-Key, or fields of the body are not acceptable',
    }),
  );
}
