import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from './database.js';

export interface Notification {
  kind:
    | 'sender-fault'
    | 'occurrence-missed'
    | 'run-failed'
    | 'run-stopped'
    | 'automation-paused'
    | 'schedule-repaired'
    | 'webhook-disabled'
    | 'webhook-secret-unreadable';
  severity: 'info' | 'warning' | 'error';
  message: string;
  automationId?: string | null;
  runId?: string | null;
  senderId?: string | null;
  /** Notifications with the same key are one. */
  dedupeKey?: string;
}

/** Tells operators of something that needs their eyes; the same `dedupeKey` is told once. */
export async function notify(db: Queryable, n: Notification): Promise<void> {
  await db.query(
    `INSERT INTO notifications (id, kind, severity, message, automation_id, run_id, sender_id, dedupe_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (dedupe_key) DO NOTHING`,
    [
      uuidv7(),
      n.kind,
      n.severity,
      n.message.slice(0, 1000),
      n.automationId ?? null,
      n.runId ?? null,
      n.senderId ?? null,
      n.dedupeKey ?? null,
    ],
  );
}
