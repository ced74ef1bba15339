import { z } from 'zod';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { id, optionalLine, timestamp } from '../common/schemas.js';
import { addressInput, contactSearch } from '../contacts/schemas.js';

export const suppressionReasons = ['unsubscribed', 'bounced', 'complained', 'manual'] as const;

const reason = z.enum(suppressionReasons).meta({
  description:
    'complained is stronger than unsubscribed, manual and bounced, in this order; a stronger reason replaces a weaker one',
});
const detail = optionalLine(500).meta({ description: 'What is known about it' });

export const suppressionInput = z
  .strictObject({ email: addressInput, reason: reason.default('manual'), detail: detail.default('') })
  .meta({ id: 'SuppressionInput' });
export type SuppressionInput = z.output<typeof suppressionInput>;

export const suppressionsInput = z
  .strictObject({
    emails: z.array(addressInput).min(1).max(1000),
    reason: reason.default('manual'),
    detail: detail.default(''),
  })
  .meta({ id: 'SuppressionsInput' });
export type SuppressionsInput = z.output<typeof suppressionsInput>;

export const suppression = z
  .object({
    id,
    email: z.string(),
    reason: z.enum(suppressionReasons),
    detail: z.string(),
    runId: id.nullable().meta({ description: 'The run whose mail led to it' }),
    since: timestamp,
  })
  .meta({ id: 'Suppression' });
export type SuppressionView = z.output<typeof suppression>;

export const suppressionPage = pageOf(suppression, 'SuppressionPage');

export const suppressionsAdded = z
  .object({
    added: z.number().int(),
    strengthened: z.number().int().meta({ description: 'Suppressed before, for a weaker reason' }),
    kept: z
      .number()
      .int()
      .meta({ description: 'Suppressed before, for as strong a reason, or repeated in the request' }),
  })
  .meta({ id: 'SuppressionsAdded' });

export const suppressionQuery = pageQuery.extend({
  sort: sortQuery(['since', 'email'], '-since'),
  search: contactSearch,
  reason: z.enum(suppressionReasons).optional(),
});
export type SuppressionQuery = z.output<typeof suppressionQuery>;

/** A suppression in a path: its address, percent-encoded, or its ID. */
export const suppressionParam = z
  .string()
  .max(1000)
  .meta({ description: 'The address, percent-encoded, or the ID', openapi: { type: 'string' } });
