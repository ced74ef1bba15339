import { z } from 'zod';
import { pageOf, pageQuery } from '../common/pagination.js';
import { booleanQuery, id, timestamp } from '../common/schemas.js';

export const notification = z
  .object({
    id,
    kind: z.string().meta({ examples: ['run-failed'] }),
    severity: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    automationId: id.nullable(),
    runId: id.nullable(),
    senderId: id.nullable(),
    createdAt: timestamp,
    readAt: timestamp.nullable(),
  })
  .meta({ id: 'Notification' });
export type NotificationView = z.output<typeof notification>;

export const notificationPage = pageOf(notification, 'NotificationPage');
export const notificationQuery = pageQuery.extend({
  unread: booleanQuery.optional().meta({
    description: 'true: only those nobody has read; false: only those somebody has',
    openapi: { type: 'boolean' },
  }),
});

export const readAllAnswer = z.object({ marked: z.number().int() }).meta({ id: 'NotificationsRead' });
