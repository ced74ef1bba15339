import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { FileStep } from './fileStep.js';
import { asInstant } from './mapping.js';
import { notificationShape } from './shapes.js';

/** `notifications.json`. */
export async function importNotifications(step: FileStep, json: unknown): Promise<void> {
  for (const record of step.records(json, ['notifications'])) {
    const notification = step.reading(notificationShape, record);
    if (!notification) continue;
    const at = asInstant(notification.at, step.options.timeZone) ?? new Date();
    const legacyId =
      record.id ?? createHash('sha256').update(JSON.stringify(record.value)).digest('base64url').slice(0, 22);
    if (step.of('notification', legacyId) !== undefined) {
      step.report.already++;
      continue;
    }
    // By time, as the list of notifications is.
    const id = uuidv7({ msecs: at.getTime() });
    const type = notification.type.toLowerCase();
    const severity = /error|danger|fail/.test(type) ? 'error' : type.startsWith('warn') ? 'warning' : 'info';
    await step.client.query(
      `INSERT INTO notifications (id, kind, severity, message, created_at, read_at) VALUES ($1, 'imported', $2, $3, $4, $5)`,
      [id, severity, notification.message.replaceAll('\0', '').slice(0, 1000), at, notification.read ? at : null],
    );
    await step.remember('notification', legacyId, id);
    step.report.imported++;
  }
}
