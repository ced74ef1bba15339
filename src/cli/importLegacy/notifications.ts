import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { FileStep } from './fileStep.js';
import { asInstant } from './mapping.js';
import { notificationShape } from './shapes.js';

/** `notifications.json`. */
export async function importNotifications(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['notifications']), async (record) => {
    const notification = step.reading(notificationShape, record);
    if (!notification) return;
    const at = asInstant(notification.at, step.options.timeZone) ?? new Date();
    const legacyId =
      record.id ?? createHash('sha256').update(JSON.stringify(record.value)).digest('base64url').slice(0, 22);
    if (step.isDone(record, 'notification', legacyId, notification.message)) return;
    // By time, as the list of notifications is.
    const id = uuidv7({ msecs: Math.max(0, at.getTime()) });
    const type = notification.type.toLowerCase();
    const severity = /error|danger|fail/.test(type) ? 'error' : type.startsWith('warn') ? 'warning' : 'info';
    await step.client.query(
      `INSERT INTO notifications (id, kind, severity, message, created_at, read_at) VALUES ($1, 'imported', $2, $3, $4, $5)`,
      [id, severity, notification.message.slice(0, 1000), at, notification.read ? at : null],
    );
    await step.remember('notification', legacyId, id);
    step.report.imported++;
  });
}
