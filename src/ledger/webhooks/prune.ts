import type { Queryable } from '../database.js';

/** Rows of one statement: short locks, and a heartbeat between two of them. */
const slice = 5_000;
/** Events are kept so long, milliseconds. */
const keptMs = 30 * 86_400_000;

/**
 * Forgets events that are over 30 days old, whatever became of them, and webhooks that were deleted with all their events. Safe to repeat and to run
 * side by side; looks at nothing that stays.
 */
export async function pruneWebhooks(db: Queryable, beat: () => void = () => undefined): Promise<void> {
  await inSlices(`id < $1::uuid`, [firstIdAt(Date.now() - keptMs)]);
  const { rows } = await db.query<{ id: string; long_ago: boolean }>(
    `SELECT id, deleted_at < now() - interval '1 hour' AS long_ago FROM webhooks WHERE deleted_at IS NOT NULL`,
  );
  for (const { id, long_ago } of rows) {
    await inSlices(`webhook_id = $1`, [id]);
    // A statement that saw the webhook before it was deleted may still be about to commit an event.
    if (long_ago) await db.query(`DELETE FROM webhooks WHERE id = $1`, [id]);
  }

  async function inSlices(condition: string, values: unknown[]): Promise<void> {
    for (let deleted = slice; deleted === slice;) {
      const { rowCount } = await db.query(
        `DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE ${condition} LIMIT ${slice} FOR UPDATE SKIP LOCKED)`,
        values,
      );
      beat();
      deleted = rowCount ?? 0;
    }
  }
}

/** The smallest UUIDv7 (RFC 9562) of a time. */
function firstIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
