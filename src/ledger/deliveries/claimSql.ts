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

/** A row that a claim moved, as the statement answers it. */
export interface MovedRow {
  contact_id: string;
  email: string;
  name: string | null;
  attributes: Record<string, unknown> | null;
  attempts: number;
  in_doubt: boolean;
  state: string;
}

/** Of the moved rows those that are now the caller's to send. */
export function claimedOf(rows: readonly MovedRow[]): ClaimedDelivery[] {
  return rows
    .filter((row) => row.state === 'sending')
    .map((row) => ({
      contactId: row.contact_id,
      email: row.email,
      name: row.name ?? '',
      attributes: row.attributes ?? {},
      attempts: row.attempts,
      inDoubt: row.in_doubt,
    }));
}

/** The values of `claimSql`. */
export function claimValues(request: ClaimRequest): unknown[] {
  const { chunkNo, owner, claimToken, senderNo, limit, keys } = request;
  return [chunkNo, owner, claimToken, senderNo, limit, ...(keys ? [keys.knownForMs, keys.senderRevision] : [])];
}

/**
 * The claim as common table expressions, of which `moved` tells the result; $1 is the run, the other parameters begin with $`first`.
 * The bounds of the chunk are values in it, so the primary key gives the rows in order and the scan ends at the limit, with or without statistics.
 */
export function claimSql(first: number, withKeys: boolean): string {
  const [chunkNo, owner, token, senderNo, limit, knownForMs, revision] = [0, 1, 2, 3, 4, 5, 6].map(
    (i) => `$${first + i}`,
  );
  const account = `account AS MATERIALIZED (
    SELECT s.account_since FROM senders s
     WHERE s.id = (SELECT r.sender_ids[${senderNo} + 1] FROM runs r WHERE r.id = $1) AND s.revision = ${revision} AND s.deleted_at IS NULL
       FOR SHARE),`;
  const mine = `EXISTS (SELECT FROM account a
                WHERE d.doubt_since IS NULL
                   OR (d.sender_no = ${senderNo} AND d.doubt_since > now() - ${knownForMs}::float8 * interval '1 millisecond'
                       AND (a.account_since IS NULL OR d.doubt_since > a.account_since)))`;
  const doubtSince = 'CASE WHEN due.skip_reason IS NULL OR due.in_doubt THEN coalesce(d.doubt_since, now()) END';
  return `
  ${withKeys ? account : ''} allowed AS MATERIALIZED (
    SELECT c.first_contact, c.last_contact, r.campaign_id
      FROM runs r JOIN chunks c ON c.run_id = r.id AND c.no = ${chunkNo}
     WHERE r.id = $1 AND r.control = 'run' AND r.status IN ('sending', 'waiting', 'paused', 'preparing')
       AND r.first_execution_run_id = ${owner}),
  locked AS MATERIALIZED (
    SELECT d.contact_id, d.email, d.doubt_since IS NOT NULL AS in_doubt
      FROM deliveries d
     WHERE d.run_id = $1
       AND d.contact_id >= (SELECT first_contact FROM allowed) AND d.contact_id <= (SELECT last_contact FROM allowed)
       AND d.state = 'pending' AND (d.due_at IS NULL OR d.due_at <= now()) AND ${withKeys ? mine : 'd.doubt_since IS NULL'}
     ORDER BY d.contact_id
     LIMIT ${limit}
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
           claim_token = CASE WHEN due.skip_reason IS NULL THEN ${token}::uuid END,
           doubt_since = ${withKeys ? doubtSince : 'NULL'},
           sender_no = ${senderNo}, changed_at = now(), due_at = NULL, response = coalesce(due.skip_reason, d.response)
      FROM due
     WHERE d.run_id = $1 AND d.contact_id = ANY (ARRAY (SELECT contact_id FROM locked)) AND d.contact_id = due.contact_id
       AND d.state = 'pending'
    RETURNING d.contact_id, d.chunk_no, d.email, due.name, due.attributes, due.in_doubt, d.attempts, d.state)`;
}
