import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { jsonPointer, Problem, type ProblemDetail } from './problems.js';
import { bodyStallMs, wholeBody } from './wholeBody.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const deepest = 64;
const refusedKeys = new Set(['__proto__', 'constructor', 'prototype']);
const nameRefused = 'This name is not allowed';

/** What is wrong with a text for PostgreSQL, which stores neither NUL nor unpaired surrogates; undefined when it can be stored. */
export function unstorable(text: string): string | undefined {
  if (text.includes('\0')) return 'NUL characters cannot be stored';
  return text.isWellFormed() ? undefined : 'Unpaired surrogates cannot be stored';
}

/**
 * Parses a JSON body strictly: UTF-8 (RFC 8259 section 8.1), at most 64 levels, no NUL, no unpaired surrogates, no `__proto__`.
 * An empty body is `undefined`: actions need none.
 * @throws Problem `malformed-request`; `validation` for the names that are not allowed.
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  let text: string;
  try {
    text = utf8.decode(body);
  } catch (cause) {
    throw new Problem('malformed-request', 'The body is not valid UTF-8.', { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem('malformed-request', `The body is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const errors = storableErrors(value);
  if (errors.length > 0) {
    // The names can be read, and are refused all the same.
    const type = errors.every((e) => e.message === nameRefused) ? 'validation' : 'malformed-request';
    throw new Problem(type, `${errors[0]?.pointer || 'The body'}: ${errors[0]?.message}.`, { errors });
  }
  return value;
}

/** What of a parsed value cannot be stored, without recursion: a megabyte of brackets must not overflow the stack. */
function storableErrors(root: unknown): ProblemDetail[] {
  const errors: ProblemDetail[] = [];
  const stack: { value: unknown; path: (string | number)[] }[] = [{ value: root, path: [] }];
  for (let item = stack.pop(); item !== undefined && errors.length < 20; item = stack.pop()) {
    const { value, path } = item;
    if (typeof value === 'string') {
      const message = unstorable(value);
      if (message) errors.push({ pointer: jsonPointer(path), message });
    } else if (typeof value === 'object' && value !== null) {
      if (path.length >= deepest)
        return [{ pointer: jsonPointer(path.slice(0, 5)), message: `Nested deeper than ${deepest} levels` }];
      if (Array.isArray(value))
        value.forEach(
          (v, i) =>
            void (typeof v === 'string' || typeof v === 'object' ? stack.push({ value: v, path: [...path, i] }) : 0),
        );
      else
        for (const [key, v] of Object.entries(value)) {
          const message = refusedKeys.has(key) ? nameRefused : unstorable(key);
          if (message)
            errors.push({ pointer: jsonPointer([...path, key.toWellFormed().replaceAll('\0', '\u2400')]), message });
          else if (typeof v === 'string' || typeof v === 'object') stack.push({ value: v, path: [...path, key] });
        }
    }
  }
  return errors;
}

/**
 * Reads `application/json` (and `+json`) bodies with `parseJsonBody`, and refuses NUL in query parameters.
 * Other types are 415, except where a module adds its own parser.
 */
export function registerJsonBody(fastify: FastifyInstance, stallMs = bodyStallMs): void {
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser(
    /^application\/([\w.-]+\+)?json(;|$)/,
    async (request: FastifyRequest, body: Readable) => {
      const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
      if (charset && !/^utf-?8$/i.test(charset)) {
        throw new Problem('unsupported-media-type', `JSON is read in UTF-8, not in ${charset.slice(0, 40)}.`);
      }
      const { 'content-length': announced } = request.headers;
      return parseJsonBody(await wholeBody(body, { limit: request.routeOptions.bodyLimit, announced, stallMs }));
    },
  );
  fastify.addHook('preValidation', async (request) => {
    for (const [name, value] of Object.entries((request.query ?? {}) as Record<string, string | string[]>)) {
      const message =
        unstorable(name) ?? (Array.isArray(value) ? value.map(unstorable).find(Boolean) : unstorable(value));
      if (message) {
        const parameter = name.replaceAll('\0', '\u2400');
        throw new Problem('invalid-parameter', `${parameter}: ${message}.`, { errors: [{ parameter, message }] });
      }
    }
  });
}
