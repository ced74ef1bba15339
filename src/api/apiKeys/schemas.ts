import { z } from 'zod';
import { pageOf } from '../common/pagination.js';
import { id, line, timestamp, timestampInput } from '../common/schemas.js';

const role = z.enum(['admin', 'operator', 'viewer']);

export const apiKey = z
  .object({
    id,
    name: z.string(),
    role,
    prefix: z.string().meta({ description: 'The first characters of the key, to recognise it by' }),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    lastUsedAt: timestamp.nullable().meta({ description: 'To the minute' }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.output<typeof apiKey>;

export const createdApiKey = apiKey
  .extend({ key: z.string().meta({ description: 'The key itself. It is shown this once and stored as a hash.' }) })
  .meta({ id: 'CreatedApiKey' });

export const apiKeyPage = pageOf(apiKey, 'ApiKeyPage');

export const apiKeyInput = z
  .strictObject({
    name: line(200),
    role,
    expiresAt: timestampInput.nullish().meta({ description: 'In the future; absent or null: never' }),
  })
  .meta({ id: 'ApiKeyInput', examples: [{ name: 'nightly export', role: 'viewer' }] });
export type ApiKeyInput = z.output<typeof apiKeyInput>;
