import { webhookDeadMs, webhookTroubledAfter } from '../../domain/webhook.js';
import { transaction, type Database, type Queryable } from '../database.js';
import { notify } from '../notifications.js';

/** Where events of a webhook go. Secrets are still encrypted. */
export interface WebhookTarget {
  id: string;
  revision: number;
  url: string;
  /** The present one first, then those that sign too until the receivers have changed theirs. */
  secretsEncrypted: Buffer[];
  /** When a worker last tried, it could not decrypt the present secret. */
  secretUnreadable: boolean;
  /** It has failed since it last accepted something. */
  failing: boolean;
  /** It has failed several times in a row: one event at a time tries whether it works again. */
  troubled: boolean;
}

/** An event on its way to a webhook. */
export interface DueEvent {
  id: string;
  eventId: string;
  type: string;
  data: unknown;
  createdAt: Date;
  /** Failed attempts since it was raised, or last asked for. */
  failures: number;
}

/** What an attempt led to. */
export interface AttemptResult {
  id: string;
  delivered: boolean;
  /** The status of the answer; null without one. */
  status: number | null;
  error: string | null;
  answeredInMs: number | null;
  /** When it is sent again; null when it is delivered or given up. */
  retryInMs: number | null;
}

/** What a webhook can do next. */
export type WebhookState =
  | { state: 'open'; target: WebhookTarget }
  /** Disabled or deleted; or it has failed so often that it is left alone for a while. */
  | { state: 'closed' };

/** Reads where events of a webhook go now; `closed` when none may be sent now. */
export async function readWebhookTarget(db: Queryable, webhookId: string): Promise<WebhookState> {
  const { rows } = await db.query<WebhookTarget>(
    `SELECT id, revision, url, failures > 0 AS failing, failures >= $2 AS troubled, secret_unreadable_since IS NOT NULL AS "secretUnreadable",
            secret_encrypted || ARRAY(SELECT p.secret FROM unnest(previous_secrets_encrypted, previous_until) AS p (secret, until)
                                       WHERE p.until > now()) AS "secretsEncrypted"
       FROM webhooks
      WHERE id = $1 AND enabled AND deleted_at IS NULL AND (hold_until IS NULL OR hold_until <= now())`,
    [webhookId, webhookTroubledAfter],
  );
  return rows[0] ? { state: 'open', target: rows[0] } : { state: 'closed' };
}

/**
 * SQL that lets a statement's commit be reported before it is on disk: a crash of the database may then forget who took an event or that it was
 * delivered, and it is sent once more, as after any crash.
 */
const early = `set_config('synchronous_commit', 'off', true)`;

/**
 * Takes up to `limit` events of a webhook that are due, for `leaseMs`: nobody else takes them before, and afterwards anybody does, so an event whose
 * process dies is sent again. It may then arrive twice, under one `webhook-id`: at least once is what is promised here.
 */
export async function claimDueEvents(
  db: Queryable,
  webhookId: string,
  limit: number,
  leaseMs: number,
): Promise<DueEvent[]> {
  const { rows } = await db.query<DueEvent>(
    `WITH due AS MATERIALIZED (
       SELECT id FROM webhook_deliveries
        WHERE webhook_id = $1 AND state = 'pending' AND due_at <= now()
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     UPDATE webhook_deliveries d SET due_at = now() + $3::float8 * interval '1 millisecond'
       FROM due WHERE d.id = due.id
     RETURNING d.id, d.event_id AS "eventId", d.type, d.data, d.created_at AS "createdAt", d.failures, ${early}`,
    [webhookId, limit, leaseMs],
  );
  return rows;
}

/**
 * Records attempts and what they say of the endpoint, in one transaction.
 *
 * Invariants:
 * - an event that has been delivered or given up stays so, whatever an attempt says that was overtaken;
 * - an endpoint that accepts something is healthy; one that failed several times in a row is left alone for a while, longer and longer (a quarter of
 *   how long it has failed, 5 s to 5 min), or for as long as it asked for;
 * - an endpoint that is gone, or has accepted nothing for three days, is disabled, and operators are told; unless somebody has changed it meanwhile.
 *   Its events wait until it is enabled again.
 */
export async function settleEvents(
  database: Database,
  target: Pick<WebhookTarget, 'id' | 'revision' | 'failing'>,
  results: readonly AttemptResult[],
  endpoint: { gone: boolean; askedToWaitMs: number | null },
): Promise<void> {
  const failed = results.filter((r) => !r.delivered).length;
  // Nothing is to be said of an endpoint that works and has worked before.
  if (failed === 0 && !target.failing && !endpoint.gone) return recordAttempts(database.pool, results);
  await transaction(database, async (client) => {
    await recordAttempts(client, results);
    if (failed < results.length) {
      await client.query(
        `UPDATE webhooks SET failures = 0, failing_since = NULL, hold_until = NULL WHERE id = $1 AND (failures > 0 OR hold_until IS NOT NULL)`,
        [target.id],
      );
    } else {
      await client.query(
        `UPDATE webhooks
            SET failures = failures + $2, failing_since = coalesce(failing_since, now()),
                hold_until = greatest(
                  now() + $4::float8 * interval '1 millisecond',
                  CASE WHEN failures + $2 >= $3
                       THEN now() + least(greatest((now() - failing_since) / 4, interval '5 seconds'), interval '5 minutes') END)
          WHERE id = $1 AND revision = $5`,
        [target.id, failed, webhookTroubledAfter, endpoint.askedToWaitMs, target.revision],
      );
    }
    const disabled = await client.query<{ name: string; reason: string; revision: number }>(
      `UPDATE webhooks SET enabled = false, revision = revision + 1, updated_at = now(),
              disabled_reason = CASE WHEN $3 THEN 'the endpoint answered 410 Gone'
                                     ELSE 'the endpoint has accepted nothing since ' || to_char(failing_since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"') END
        WHERE id = $1 AND revision = $2 AND enabled AND ($3 OR failing_since <= now() - $4::float8 * interval '1 millisecond')
       RETURNING name, disabled_reason AS reason, revision`,
      [target.id, target.revision, endpoint.gone, webhookDeadMs],
    );
    const now = disabled.rows[0];
    if (!now) return;
    await notify(client, {
      kind: 'webhook-disabled',
      severity: 'error',
      message: `The webhook "${now.name}" was disabled: ${now.reason}. What it has not accepted waits and is sent when it is enabled again.`,
      dedupeKey: `webhook-disabled/${target.id}/${now.revision}`,
    });
  });
}

async function recordAttempts(db: Queryable, results: readonly AttemptResult[]): Promise<void> {
  await db.query(
    `UPDATE webhook_deliveries d
        SET state = CASE WHEN r.delivered THEN 'delivered' WHEN r.retry_ms IS NULL THEN 'failed' ELSE 'pending' END,
            attempts = d.attempts + 1, failures = d.failures + CASE WHEN r.delivered THEN 0 ELSE 1 END,
            due_at = now() + r.retry_ms * interval '1 millisecond',
            last_attempt_at = now(), last_status = r.status, last_error = r.error, answered_ms = r.ms
       FROM unnest($1::uuid[], $2::boolean[], $3::smallint[], $4::text[], $5::int[], $6::float8[])
            AS r (id, delivered, status, error, ms, retry_ms)
      WHERE d.id = r.id AND d.state = 'pending'
     RETURNING ${early}`,
    [
      results.map((r) => r.id),
      results.map((r) => r.delivered),
      results.map((r) => r.status),
      results.map((r) => r.error?.slice(0, 500) ?? null),
      results.map((r) => r.answeredInMs),
      results.map((r) => r.retryInMs),
    ],
  );
}

/** The webhooks that have something due and may be sent to; and whether there is any webhook at all. */
export async function dueWebhooks(db: Queryable): Promise<{ any: boolean; due: string[] }> {
  const { rows } = await db.query<{ id: string; due: boolean }>(
    `SELECT w.id, (w.hold_until IS NULL OR w.hold_until <= now())
                  AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.due_at <= now()) AS due
       FROM webhooks w WHERE w.enabled AND w.deleted_at IS NULL`,
  );
  return { any: rows.length > 0, due: rows.filter((r) => r.due).map((r) => r.id) };
}
