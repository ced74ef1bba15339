import { createHash } from 'node:crypto';
import {
  applyDecorators,
  createParamDecorator,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql, type RawBuilder } from 'kysely';
import { map, type Observable } from 'rxjs';
import { Problem } from './problems.js';

/**
 * Versions of resources (RFC 9110 sections 8.8.3 and 13). An entity tag is `"<version>.<digest>"`:
 *
 * - the version is that of the stored row (its revision, or the transaction that wrote it), so two updates within a millisecond differ;
 * - the digest is that of the answer, which also changes with what is counted or derived (members of a list, the last run).
 *
 * `If-None-Match` compares both: 304 means that not a byte has changed. `If-Match` compares the version alone, under the row's lock: a
 * lost update is refused, and a run that ended meanwhile is no reason to refuse one.
 */
const VERSION = Symbol('version');

/** Marks a view with the version of the row it was made from. The mark is not part of its JSON. */
export function versioned<T extends object>(view: T, version: string | number): T {
  return Object.defineProperty(view, VERSION, { value: String(version) });
}

/** The version of a row without a revision: the transaction that last wrote it. Always read in the statement that reads or writes the row. */
export function rowVersion(table?: string): RawBuilder<string> {
  return table === undefined ? sql<string>`xmin::text` : sql<string>`${sql.ref(`${table}.xmin`)}::text`;
}

/** What `If-Match` asks for. */
export class Precondition {
  private readonly versions: ReadonlySet<string> | 'any';

  /** @throws Problem `invalid-parameter` when the header is not a list of entity tags. */
  constructor(header: string) {
    const tags = entityTags(header, 'If-Match');
    // Weak tags never match here (RFC 9110 section 13.1.1).
    this.versions =
      tags === '*' ? 'any' : new Set(tags.flatMap((t) => (t.weak ? [] : [t.opaque.split('.')[0] as string])));
  }

  /** Must be called with the version of the locked row, in the transaction that writes it. @throws Problem 412. */
  require(version: string | number): void {
    if (this.versions === 'any' || this.versions.has(String(version))) return;
    throw new Problem('precondition-failed', 'The resource is no longer the one that If-Match names.');
  }
}

interface EntityTag {
  weak: boolean;
  opaque: string;
}

/** `*`, or entity tags with commas between them; empty elements are allowed (RFC 9110 section 5.6.1.2). */
const tagList =
  /^[ \t]*(?:\*|(?:,[ \t]*)*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")?)*)[ \t]*$/;
const longestTagList = 4000;
/** The same as it is best sent. */
const documentedTagList = '^(\\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$';

function entityTags(header: string, name: string): '*' | EntityTag[] {
  if (header.trim() === '*') return '*';
  if (header.length > longestTagList || !tagList.test(header)) {
    const message = 'Must be * or entity tags in double quotes, with commas between them';
    throw new Problem('invalid-parameter', `${name}: ${message}.`, { errors: [{ parameter: name, message }] });
  }
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map((m) => ({ weak: m[1] !== undefined, opaque: m[2] as string }));
}

/** The `If-Match` of the request, undefined when it has none. Document it with `@Versioned('write')`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): Precondition | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  return header === undefined ? undefined : new Precondition(header);
});

/** Sets `ETag` on answers that are versioned, and answers a GET whose `If-None-Match` names it with 304. */
class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const header = request.method === 'GET' || request.method === 'HEAD' ? request.headers['if-none-match'] : undefined;
    const known = header === undefined ? [] : entityTags(header, 'If-None-Match');
    return next.handle().pipe(
      map((body: unknown) => {
        const version = (body as { [VERSION]?: string } | null | undefined)?.[VERSION];
        if (version === undefined) return body;
        const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
        const tag = `${version}.${digest}`;
        void reply.header('ETag', `"${tag}"`);
        if (known !== '*' && !known.some((t) => t.opaque === tag)) return body;
        void reply.code(304);
        return undefined;
      }),
    );
  }
}

const tagSchema = { type: 'string', examples: ['"7.3q2-7wTuBvCzn0mVfGd1Xw"'] };

/** Where @nestjs/swagger keeps the responses of a handler; `@ApiResponse` replaces what it finds there, this adds to it. */
const RESPONSES = 'swagger/apiResponse';

/**
 * Declares that a route reads, makes or writes something that has versions: its answer carries `ETag`. A read takes `If-None-Match`;
 * a write takes `If-Match`, which the handler gets with `@IfMatch()`. Stands above `@Answers` and `@Creates`, whose answers it adds to.
 */
export function Versioned(kind: 'read' | 'create' | 'write'): MethodDecorator {
  const describe: MethodDecorator = (_target, _key, descriptor) => {
    const handler = descriptor.value as object;
    const responses = (Reflect.getMetadata(RESPONSES, handler) ?? {}) as Record<string, { headers?: object }>;
    for (const status of ['200', '201']) {
      const response = responses[status];
      if (response) response.headers = { ...response.headers, ETag: { description: 'Its version', schema: tagSchema } };
    }
  };
  const header = (name: string, description: string) =>
    ApiHeader({
      name,
      required: false,
      description,
      schema: { type: 'string', pattern: documentedTagList, examples: ['*'] },
    });
  if (kind === 'read') {
    return applyDecorators(
      UseInterceptors(EtagInterceptor),
      describe,
      header('If-None-Match', '`ETag` of an answer that the client has: 304 when it is still the same'),
      ApiResponse({ status: 304, description: 'As the client has it' }),
    );
  }
  if (kind === 'create') return applyDecorators(UseInterceptors(EtagInterceptor), describe);
  return applyDecorators(
    UseInterceptors(EtagInterceptor),
    describe,
    header(
      'If-Match',
      '`ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins',
    ),
    ApiResponse({ status: 412, description: 'It has been changed since the version that If-Match names' }),
  );
}
