import type { Queryable } from './database.js';

/** A request with an `Idempotency-Key`. */
export interface KeyedRequest {
  callerId: string;
  key: string;
  /** Of method, address and body: the same key with another one is a mistake of the client. */
  fingerprint: Buffer;
  /** The ID that what the request makes gets, should it be the first with this key. */
  resourceId: string;
  /** Names this attempt. */
  token: string;
}

/** What a request with a key is to do. */
export type KeyClaim =
  /** Its own attempt; `again`: an attempt before this one ended without an answer, and may have made the resource. */
  | { state: 'mine'; resourceId: string; again: boolean }
  | { state: 'answered'; body: string; etag: string | null }
  | { state: 'busy' }
  | { state: 'other-request' };

/** How long an attempt keeps others waiting when its process is gone. */
const leaseSeconds = 60;
/** How often a living attempt renews its claim, in milliseconds. */
export const renewalMs = 20_000;
const kept = `interval '24 hours'`;

/**
 * Claims a key for 24 hours. The row is committed before any work is done, with the ID of what will be made: an attempt after a crash finds by
 * that ID whether it was made, and two attempts at once cannot make it twice, as an ID is unique.
 */
export async function claimKey(db: Queryable, request: KeyedRequest): Promise<KeyClaim> {
  const { callerId, key, fingerprint, resourceId, token } = request;
  const { rowCount } = await db.query(
    `INSERT INTO idempotency_keys AS k (caller_id, key, fingerprint, resource_id, token, locked_until)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
     ON CONFLICT (caller_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, resource_id = excluded.resource_id, token = excluded.token, locked_until = excluded.locked_until,
           body = NULL, etag = NULL, created_at = now()
     WHERE k.created_at < now() - ${kept}`,
    [callerId, key, fingerprint, resourceId, token, leaseSeconds],
  );
  if (rowCount === 1) return { state: 'mine', resourceId, again: false };
  const { rows } = await db.query<{ fingerprint: Buffer; body: string | null; etag: string | null }>(
    `SELECT fingerprint, body, etag FROM idempotency_keys WHERE caller_id = $1 AND key = $2`,
    [callerId, key],
  );
  const [row] = rows;
  if (!row) return { state: 'busy' };
  if (!row.fingerprint.equals(fingerprint)) return { state: 'other-request' };
  if (row.body !== null) return { state: 'answered', body: row.body, etag: row.etag };
  const taken = await db.query<{ resource_id: string }>(
    `UPDATE idempotency_keys SET token = $3, locked_until = now() + make_interval(secs => $4)
      WHERE caller_id = $1 AND key = $2 AND body IS NULL AND locked_until <= now() AND fingerprint = $5
     RETURNING resource_id`,
    [callerId, key, token, leaseSeconds, fingerprint],
  );
  const [mine] = taken.rows;
  return mine ? { state: 'mine', resourceId: mine.resource_id, again: true } : { state: 'busy' };
}

/** Keeps an attempt's claim while it works. Nothing happens when another attempt has taken over. */
export async function renewClaim(db: Queryable, request: KeyedRequest): Promise<void> {
  await db.query(
    `UPDATE idempotency_keys SET locked_until = now() + make_interval(secs => $4)
      WHERE caller_id = $1 AND key = $2 AND token = $3 AND body IS NULL`,
    [request.callerId, request.key, request.token, leaseSeconds],
  );
}

/**
 * Gives what the request makes another ID: what an earlier attempt began under the first one can be made under it no more. Committed before it is made.
 * Answers false when another attempt has taken over.
 */
export async function renameResource(db: Queryable, request: KeyedRequest, resourceId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE idempotency_keys SET resource_id = $4 WHERE caller_id = $1 AND key = $2 AND token = $3 AND body IS NULL`,
    [request.callerId, request.key, request.token, resourceId],
  );
  return rowCount === 1;
}

/** Keeps the answer for those who ask again. Nothing happens when another attempt has taken over. */
export async function keepAnswer(
  db: Queryable,
  request: KeyedRequest,
  body: string,
  etag: string | null,
): Promise<void> {
  await db.query(`UPDATE idempotency_keys SET body = $4, etag = $5 WHERE caller_id = $1 AND key = $2 AND token = $3`, [
    request.callerId,
    request.key,
    request.token,
    body,
    etag,
  ]);
}

/**
 * Gives a key back after an attempt without an answer to keep. `nothingMade`: the key may be used for any request again; otherwise the next
 * attempt of the same request goes on where this one ended.
 */
export async function giveKeyBack(db: Queryable, request: KeyedRequest, nothingMade: boolean): Promise<void> {
  await db.query(
    nothingMade
      ? `DELETE FROM idempotency_keys WHERE caller_id = $1 AND key = $2 AND token = $3 AND body IS NULL`
      : `UPDATE idempotency_keys SET locked_until = now() WHERE caller_id = $1 AND key = $2 AND token = $3 AND body IS NULL`,
    [request.callerId, request.key, request.token],
  );
}

/** Drops keys whose time is over. */
export async function pruneIdempotencyKeys(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM idempotency_keys WHERE created_at < now() - ${kept}`);
}
