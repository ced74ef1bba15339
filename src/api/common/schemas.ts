import { z } from 'zod';
import { parseAddress } from '../../domain/address.js';
import { canonicalTimeZone } from '../../domain/timeZone.js';
import { isUuid } from './ids.js';

/** Output: an RFC 3339 time in UTC. */
export const timestamp = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC', examples: ['2026-03-01T09:00:00.000Z'] });

/** Input: an RFC 3339 time with any offset, as a Date. Years 1970 to 9999. */
export const timestampInput = z.iso
  .datetime({ offset: true })
  .refine((v) => Date.parse(v) >= 0, 'Earlier than 1970')
  .transform((v) => new Date(v))
  .meta({ description: 'RFC 3339 with offset', examples: ['2026-03-01T09:00:00Z'] });

/** An ID in a body. */
export const id = z
  .uuid()
  .toLowerCase()
  .meta({ description: 'UUIDv7', examples: ['01958f3e-1c00-7000-8000-000000000001'] });

/** An ID in a path; anything else is 404, as it names nothing. */
export const idParam = z
  .string()
  .refine(isUuid, 'not an ID')
  .transform((v) => v.toLowerCase())
  .meta({ openapi: { type: 'string', format: 'uuid' } });

/** One line of text with something on it, trimmed. Control characters are refused: names reach mail headers and terminals. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'Must be one line, without control characters')
    .regex(/\S/, 'Must not be blank');

/** As `line`, but may be empty. */
export const optionalLine = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'Must be one line, without control characters');

/** A whole number in a query string. */
export const integerQuery = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d{1,9}$/, `Must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().int().min(min).max(max))
    .meta({ openapi: { type: 'integer', minimum: min, maximum: max } });

/** `true` or `false` in a query string. */
export const booleanQuery = z
  .enum(['true', 'false'])
  .transform((v) => v === 'true')
  .meta({ openapi: { type: 'boolean' } });

/** A value, or several with commas between them, in a query string: an array of distinct values. */
export const listQuery = <T extends string>(values: readonly [T, ...T[]]) =>
  z
    .union([z.string().max(500), z.array(z.string().max(500)).max(50)])
    .transform((v) => [...new Set([v].flat().flatMap((part) => part.split(',')))])
    .pipe(z.array(z.enum(values)).min(1))
    .meta({
      openapi: {
        type: 'string',
        pattern: `^(${values.join('|')})(,(${values.join('|')}))*$`,
      },
      description: `One or several of ${values.join(', ')}, with commas between them, or the parameter several times`,
    });

/** A time zone in a query string, by its IANA name; default UTC. */
export const timeZoneQuery = z
  .string()
  .max(100)
  .transform((value, context) => {
    const found = canonicalTimeZone(value);
    if (found) return found;
    context.addIssue({ code: 'custom', message: 'Must be an IANA time zone such as Europe/Riga' });
    return z.NEVER;
  })
  .default('UTC')
  .meta({ openapi: { type: 'string', default: 'UTC', pattern: '^(UTC|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_/]+)$' } });

/** An `Idempotency-Key`: printable ASCII without spaces, as it becomes part of a Workflow ID. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'Must be 1 to 200 printable ASCII characters without spaces')
  .optional()
  .meta({ description: 'Requests with the same key start one run. Without a key every request is a new run.' });

/** An email address, as src/domain/address.ts accepts it; kept as it was written, without surrounding blanks. */
export const emailAddress = z
  .string()
  .max(1000)
  .transform((value, context) => {
    const parsed = parseAddress(value);
    if (parsed.ok) return value.trim();
    context.addIssue({ code: 'custom', message: `Not an email address: ${parsed.reason}` });
    return z.NEVER;
  })
  .meta({ openapi: { type: 'string', format: 'email', maxLength: 1000 } });
