import { z } from 'zod';
import { pageOf, pageQuery } from '../common/pagination.js';
import { id, idParam, timestamp, timestampInput } from '../common/schemas.js';

const actorKind = z.enum(['user', 'api-key', 'system', 'anonymous']);
const outcome = z.enum(['succeeded', 'refused']);

export const auditEvent = z
  .object({
    id,
    at: timestamp,
    actor: z.object({
      kind: actorKind,
      id: id.nullable(),
      name: z.string().meta({ description: 'As it was called then' }),
    }),
    action: z.string().meta({ description: 'Method and route', examples: ['POST /automations/:id/pause'] }),
    resourceType: z.string().meta({ examples: ['automations'] }),
    resourceId: id.nullable(),
    outcome,
    status: z.number().int().nullable().meta({ description: 'HTTP status of the answer' }),
    clientAddress: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventView = z.output<typeof auditEvent>;

export const auditPage = pageOf(auditEvent, 'AuditPage');

const time = (description: string) =>
  timestampInput.optional().meta({ description, openapi: { type: 'string', format: 'date-time' } });

export const auditQuery = pageQuery.extend({
  actorKind: actorKind.optional(),
  actorId: idParam.optional().meta({ openapi: { type: 'string', format: 'uuid' } }),
  resourceType: z
    .string()
    .regex(/^[a-z-]{1,50}$/, 'Must be the first part of a route, such as automations')
    .optional(),
  resourceId: idParam.optional().meta({ openapi: { type: 'string', format: 'uuid' } }),
  outcome: outcome.optional(),
  from: time('From this time on'),
  to: time('Before this time'),
});
export type AuditQuery = z.output<typeof auditQuery>;
