import type { Queryable } from '../database.js';

/** A delivery that the caller now may, and alone may, hand to SMTP. */
export interface ClaimedDelivery {
  contactId: string;
  email: string;
  /** The contact's name and attributes at the time of the claim; empty for a recipient that is no contact. */
  name: string;
  attributes: Record<string, unknown>;
  /** Attempts spent before this one. */
  attempts: number;
  /** True when an earlier attempt of the same sender may have been accepted: an answer that is not the provider's word on it leaves it so. */
  inDoubt: boolean;
}

export interface ClaimRequest {
  runId: string;
  chunkNo: number;
  /** The execution on whose behalf; a run that another execution has taken over gives nothing. */
  owner: string;
  /** A fresh UUID: settling needs it. */
  claimToken: string;
  senderNo: number;
  limit: number;
  /** For a sender whose provider knows idempotency keys: for how long it does, in milliseconds, and the revision of the sender that will be used. */
  keys?: { knownForMs: number; senderRevision: number };
}

/**
 * Claims up to `limit` due deliveries of a chunk: a compare-and-set from `pending` to `sending`, committed before this resolves, so before a
 * byte goes out. Deliveries whose contact was suppressed or deleted since the snapshot become `skipped` instead.
 *
 * Invariants:
 * - no row is claimed twice: the row lock and the state decide, whatever Temporal retries or runs in parallel (SKIP LOCKED only
 *   keeps claimers from waiting on each other);
 * - a run that is paused, stopped, final or owned by another execution gives nothing, so control takes effect within one batch;
 * - a delivery in doubt (`doubt_since`) is given to the sender `sender_no` alone, as long as its provider knows the key and its account is the same;
 *   one whose contact was suppressed or deleted meanwhile becomes `uncertain`, as it is not asked about any more;
 * - what a sender with `keys` claims is in doubt from then on, and it claims with its present settings only: the share lock keeps the account from changing
 *   between the look at it and the commit, so `account_since` and `doubt_since` are in the order of what happened;
 * - the chunk's sums move in the same statement.
 *
 * One statement: measured, a batch costs one round trip. `moved` says how many rows left `pending`, claimed or skipped.
 */
export async function claimDeliveries(
  db: Queryable,
  request: ClaimRequest,
): Promise<{ claimed: ClaimedDelivery[]; moved: number }> {
  const { rows } = await db.query<{
    contact_id: string | null;
    email: string;
    name: string | null;
    attributes: Record<string, unknown> | null;
    attempts: number;
    in_doubt: boolean;
    state: string;
  }>({
    // Named, so that a connection plans it once: planning takes twice as long as claiming ten rows.
    name: request.keys ? 'claim-deliveries-with-keys' : 'claim-deliveries',
    text: request.keys ? withKeys : withoutKeys,
    values: [
      request.runId,
      request.chunkNo,
      request.owner,
      request.claimToken,
      request.senderNo,
      request.limit,
      ...(request.keys ? [request.keys.knownForMs, request.keys.senderRevision] : []),
    ],
  });
  const claimed = rows
    .filter((row) => row.state === 'sending')
    .map((row) => ({
      contactId: row.contact_id as string,
      email: row.email,
      name: row.name ?? '',
      attributes: row.attributes ?? {},
      attempts: row.attempts,
      inDoubt: row.in_doubt,
    }));
  return { claimed, moved: rows.length };
}

const claimStatement = (parts: { account: string; mine: string; doubtSince: string }) => `
  WITH ${parts.account} allowed AS MATERIALIZED (
    SELECT c.first_contact, c.last_contact, r.campaign_id
      FROM runs r JOIN chunks c ON c.run_id = r.id AND c.no = $2
     WHERE r.id = $1 AND r.control = 'run' AND r.status IN ('sending', 'waiting', 'paused', 'preparing')
       AND r.first_execution_run_id = $3),
  -- The bounds are values here, so the primary key gives the rows in order and the scan ends at the limit, with or without statistics.
  locked AS MATERIALIZED (
    SELECT d.contact_id, d.email, d.doubt_since IS NOT NULL AS in_doubt
      FROM deliveries d
     WHERE d.run_id = $1
       AND d.contact_id >= (SELECT first_contact FROM allowed) AND d.contact_id <= (SELECT last_contact FROM allowed)
       AND d.state = 'pending' AND (d.due_at IS NULL OR d.due_at <= now()) AND ${parts.mine}
     ORDER BY d.contact_id
     LIMIT $6
       FOR UPDATE OF d SKIP LOCKED),
  due AS MATERIALIZED (
    SELECT l.contact_id, l.in_doubt, co.name, co.attributes,
           CASE WHEN co.id IS NULL AND a.campaign_id IS NOT NULL THEN 'the contact was deleted'
                WHEN EXISTS (SELECT 1 FROM suppressions s WHERE s.address IN (co.address, lower(l.email)))
                THEN 'suppressed since the snapshot' END AS skip_reason
      FROM locked l CROSS JOIN allowed a LEFT JOIN contacts co ON co.id = l.contact_id),
  moved AS (
    UPDATE deliveries d
       SET state = CASE WHEN due.skip_reason IS NULL THEN 'sending' WHEN due.in_doubt THEN 'uncertain' ELSE 'skipped' END::delivery_state,
           claim_token = CASE WHEN due.skip_reason IS NULL THEN $4::uuid END,
           doubt_since = ${parts.doubtSince},
           sender_no = $5, changed_at = now(), due_at = NULL, response = coalesce(due.skip_reason, d.response)
      FROM due
     WHERE d.run_id = $1 AND d.contact_id = due.contact_id AND d.state = 'pending'
    RETURNING d.contact_id, d.email, due.name, due.attributes, due.in_doubt, d.attempts, d.state),
  sums AS (
    UPDATE chunks c SET pending = c.pending - m.moved, sending = c.sending + m.claimed, uncertain = c.uncertain + m.uncertain,
           skipped = c.skipped + m.moved - m.claimed - m.uncertain
      FROM (SELECT count(*)::int AS moved, count(*) FILTER (WHERE state = 'sending')::int AS claimed,
                   count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain FROM moved) AS m
     WHERE c.run_id = $1 AND c.no = $2 AND m.moved > 0)
  SELECT * FROM moved`;

const withoutKeys = claimStatement({ account: '', mine: 'd.doubt_since IS NULL', doubtSince: 'NULL' });

const withKeys = claimStatement({
  account: `account AS MATERIALIZED (
    SELECT s.account_since FROM senders s
     WHERE s.id = (SELECT r.sender_ids[$5 + 1] FROM runs r WHERE r.id = $1) AND s.revision = $8 AND s.deleted_at IS NULL
       FOR SHARE),`,
  mine: `EXISTS (SELECT FROM account a
                WHERE d.doubt_since IS NULL
                   OR (d.sender_no = $5 AND d.doubt_since > now() - $7::float8 * interval '1 millisecond'
                       AND (a.account_since IS NULL OR d.doubt_since > a.account_since)))`,
  doubtSince: 'CASE WHEN due.skip_reason IS NULL OR due.in_doubt THEN coalesce(d.doubt_since, now()) END',
});
