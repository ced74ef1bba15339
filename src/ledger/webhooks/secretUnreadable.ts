import { transaction, type Database, type Queryable } from '../database.js';
import { notify } from '../notifications.js';
import type { WebhookTarget } from './drain.js';

/** How long a webhook is left alone whose secret could not be read, milliseconds; then any worker tries, which may have the right key. */
const holdMs = 60_000;

/**
 * Records that the present signing secret of a webhook cannot be decrypted: ONCEMAIL_SECRET_KEY is not the one it was stored with. That is no fault of the
 * endpoint: nothing was sent, so no attempt and no failure is counted, and no event is taken. The webhook is left alone for a minute; its events
 * wait. Operators are told, once a day at most for each of its revisions. Does nothing when it has been changed since `target` was read.
 */
export async function markSecretUnreadable(
  database: Database,
  target: Pick<WebhookTarget, 'id' | 'revision'>,
): Promise<void> {
  await transaction(database, async (client) => {
    const { rows } = await client.query<{ name: string; day: string }>(
      `UPDATE webhooks
          SET secret_unreadable_since = coalesce(secret_unreadable_since, now()),
              hold_until = greatest(hold_until, now() + $3::float8 * interval '1 millisecond')
        WHERE id = $1 AND revision = $2
       RETURNING name, to_char(secret_unreadable_since AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day`,
      [target.id, target.revision, holdMs],
    );
    const marked = rows[0];
    if (!marked) return;
    await notify(client, {
      kind: 'webhook-secret-unreadable',
      severity: 'error',
      message: `Nothing is sent to the webhook "${marked.name}": its signing secret was stored with another ONCEMAIL_SECRET_KEY than the workers have. Start all processes with that key, or make a new secret and give it to the receiver. Its events wait.`,
      dedupeKey: `webhook-secret-unreadable/${target.id}/${target.revision}/${marked.day}`,
    });
  });
}

/** Takes back what `markSecretUnreadable` recorded: the secret has been read. */
export async function clearSecretUnreadable(db: Queryable, webhookId: string): Promise<void> {
  await db.query(`UPDATE webhooks SET secret_unreadable_since = NULL WHERE id = $1`, [webhookId]);
}
