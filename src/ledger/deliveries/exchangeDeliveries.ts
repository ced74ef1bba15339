import type { Queryable } from '../database.js';
import {
  type ClaimedDelivery,
  claimedOf,
  type ClaimRequest,
  claimSql,
  claimValues,
  type MovedRow,
} from './claimSql.js';
import { failedDeliveryEvents } from '../webhooks/failedDeliveries.js';
import { type Settlement, settleSql, settleValues } from './settleSql.js';

/** What one exchange with the ledger did. */
export interface Exchanged {
  /** How many of the settlements found their claim. */
  settled: number;
  claimed: ClaimedDelivery[];
  /** How many rows left `pending` by the claim: claimed, skipped, or in doubt for good. */
  moved: number;
}

/**
 * Settles what has come back and claims what is next, in one statement and one commit: measured, a commit that waits for the disk costs more
 * than all the rest. Either part may be missing. What each guarantees is said at `settleDeliveries` and `claimDeliveries`; the two never
 * touch the same row, as one takes rows that are `pending` before the statement and the other rows that are not.
 *
 * A claim is on disk before this resolves, however the server is set. A settlement alone need not be: it is written before any later claim is, as the log of PostgreSQL has one
 * order. So a crash of the database leaves no more rows `sending` than were claimed at once, and never one `pending` that was handed over.
 */
export async function exchangeDeliveries(
  db: Queryable,
  runId: string,
  settlements: readonly Settlement[],
  claim: ClaimRequest | null,
): Promise<Exchanged> {
  const settles = settlements.length > 0;
  if (!settles && !claim) return { settled: 0, claimed: [], moved: 0 };
  const fails = settlements.some((s) => s.state === 'failed');
  const name = [settles ? 'settle' : '', fails ? 'failed' : '', claim ? 'claim' : '', claim?.keys ? 'with-keys' : '']
    .filter(Boolean)
    .join('-');
  const { rows } = await db.query<{ settled: number } & (MovedRow | { contact_id: null })>({
    // Named, so that a connection plans it once: planning takes twice as long as claiming ten rows.
    name,
    text: statements.get(name) ?? build(name, settles, fails, claim !== null, claim?.keys !== undefined),
    values: [runId, ...(settles ? settleValues(settlements) : []), ...(claim ? claimValues(claim) : [])],
  });
  const moved = rows.filter((row): row is { settled: number } & MovedRow => row.contact_id !== null);
  return { settled: rows[0]?.settled ?? 0, claimed: claimedOf(moved), moved: moved.length };
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
  const { claimed, moved } = await exchangeDeliveries(db, request.runId, [], request);
  return { claimed, moved };
}

/**
 * Settles claims of a run by their token, of any of its chunks, and moves the chunks' sums in the same statement.
 *
 * Invariants: only the holder of the token can settle, once, whether the row is still `sending` or a later attempt has already called it
 * `uncertain` (a late settle of a slow process tells what really happened); every other state is final or someone else's and stays.
 *
 * A late settle may find that a delivery which was called `uncertain` was never accepted, when its run has ended: a completed run then goes
 * on (it loses its owner, and the reconciler starts an execution that takes it over), a stopped one cancels the delivery, and in a run
 * that has failed or was stopped in Temporal it waits for the run to be resumed. Only then is the run's row locked, against `closeRun`.
 *
 * Answers how many rows it settled; fewer than given means that somebody else decided about the rest.
 */
export async function settleDeliveries(
  db: Queryable,
  runId: string,
  settlements: readonly Settlement[],
): Promise<number> {
  return (await exchangeDeliveries(db, runId, settlements, null)).settled;
}

/** A claim is on disk before it is used, also where the server, the database or the user is set to report commits early. */
const durably = `set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)`;

const statements = new Map<string, string>();

/** What a statement that makes deliveries `failed` tells webhooks: a variant of its own, so that the others stay as they are. */
const failed = `SELECT h.contact_id, h.smtp_code, d.attempts + h.spent AS attempts
                  FROM decided h JOIN deliveries d ON d.run_id = $1 AND d.contact_id = h.contact_id WHERE h.becomes = 'failed'`;

function build(name: string, settles: boolean, fails: boolean, claims: boolean, withKeys: boolean): string {
  const changes = [
    settles
      ? `SELECT chunk_no, sum((becomes = 'pending')::int) AS pending, -sum((was = 'sending')::int) AS sending, sum((becomes = 'sent')::int) AS sent,
                sum((becomes = 'failed')::int) AS failed, 0 AS skipped, sum((becomes = 'cancelled')::int) AS cancelled,
                sum((becomes = 'uncertain')::int - (was = 'uncertain')::int) AS uncertain
           FROM settled GROUP BY chunk_no`
      : '',
    claims
      ? `SELECT chunk_no, -count(*) AS pending, sum((state = 'sending')::int) AS sending, 0 AS sent, 0 AS failed, sum((state = 'skipped')::int) AS skipped,
                0 AS cancelled, sum((state = 'uncertain')::int) AS uncertain
           FROM moved GROUP BY chunk_no`
      : '',
  ];
  const parts = [
    settles ? settleSql : '',
    fails ? failedDeliveryEvents(failed) : '',
    claims ? claimSql(settles ? 10 : 2, withKeys) : '',
  ];
  const text = `WITH ${parts.filter(Boolean).join(',')},
  changes AS MATERIALIZED (
    SELECT chunk_no, sum(pending)::int AS pending, sum(sending)::int AS sending, sum(sent)::int AS sent, sum(failed)::int AS failed,
           sum(skipped)::int AS skipped, sum(cancelled)::int AS cancelled, sum(uncertain)::int AS uncertain
      FROM (${changes.filter(Boolean).join(' UNION ALL ')}) AS changes
     GROUP BY chunk_no),
  sums AS (
    UPDATE chunks c
       SET pending = c.pending + s.pending, sending = c.sending + s.sending, sent = c.sent + s.sent, failed = c.failed + s.failed,
           skipped = c.skipped + s.skipped, cancelled = c.cancelled + s.cancelled, uncertain = c.uncertain + s.uncertain
      FROM changes s
     WHERE c.run_id = $1 AND c.no = ANY (ARRAY (SELECT chunk_no FROM changes)) AND c.no = s.chunk_no)
  SELECT ${settles ? '(SELECT count(*)::int FROM settled)' : '0'} AS settled, ${
    claims
      ? `m.* FROM (SELECT ${durably}) AS always LEFT JOIN moved m ON true`
      : `NULL AS contact_id, set_config('synchronous_commit', 'off', true)`
  }`;
  statements.set(name, text);
  return text;
}
