import type { DeliveryState } from '../../domain/delivery.js';
import type { Queryable } from '../database.js';

/** What became of a claimed delivery. */
export interface Settlement {
  contactId: string;
  claimToken: string;
  state: Extract<DeliveryState, 'sent' | 'pending' | 'failed' | 'uncertain'>;
  /** Whether this claim counts as an attempt: a fault of the sender or an idle connection's end does not. */
  spent: boolean;
  /** For `pending`: it may have been accepted, and stays with the sender that claimed it (`doubt_since`). Otherwise it is in doubt no more. */
  inDoubt?: boolean;
  /** For `pending`: not before so many milliseconds from now. */
  dueInMs?: number;
  smtpCode?: number | null;
  response?: string | null;
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
  if (settlements.length === 0) return 0;
  const { rows } = await db.query<{ settled: number }>({
    // Named, so that a connection plans it once.
    name: 'settle-deliveries',
    text: `WITH outcome AS (
       SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::delivery_state[], $5::smallint[], $6::float8[], $7::smallint[], $8::text[], $9::boolean[])
                  AS o (contact_id, claim_token, state, spent, due_ms, smtp_code, response, in_doubt)),
     held AS MATERIALIZED (
       SELECT d.contact_id, d.state AS was, o.state AS becomes, o.spent, o.due_ms, o.smtp_code, o.response, o.in_doubt
         FROM outcome o
         JOIN deliveries d ON d.run_id = $1 AND d.contact_id = o.contact_id AND d.claim_token = o.claim_token
        WHERE d.run_id = $1 AND d.state IN ('sending', 'uncertain')
          FOR UPDATE OF d),
     run AS MATERIALIZED (
       SELECT id, status, control FROM runs
        WHERE id = $1 AND EXISTS (SELECT 1 FROM held WHERE was = 'uncertain' AND becomes = 'pending')
          FOR UPDATE),
     decided AS MATERIALIZED (
       SELECT h.contact_id, h.was, h.spent, h.due_ms, h.smtp_code, h.response, h.in_doubt,
              CASE WHEN h.was = 'uncertain' AND h.becomes = 'pending' AND r.control = 'stop'
                   THEN CASE WHEN h.in_doubt THEN 'uncertain' ELSE 'cancelled' END::delivery_state
                   ELSE h.becomes END AS becomes
         FROM held h LEFT JOIN run r ON true),
     settled AS (
       UPDATE deliveries d
          SET state = h.becomes, changed_at = now(), attempts = d.attempts + h.spent,
              claim_token = CASE WHEN h.becomes = 'uncertain' THEN d.claim_token END,
              doubt_since = CASE WHEN h.in_doubt THEN d.doubt_since END,
              due_at = CASE WHEN h.becomes = 'pending' THEN now() + h.due_ms * interval '1 millisecond' END,
              smtp_code = h.smtp_code, response = left(h.response, 500)
         FROM decided h
        WHERE d.run_id = $1 AND d.contact_id = h.contact_id
       RETURNING d.chunk_no, h.was, h.becomes),
     reopened AS (
       UPDATE runs SET status = 'sending', status_reason = NULL, first_execution_run_id = NULL, finished_at = NULL
         FROM run r
        WHERE runs.id = $1 AND r.status = 'completed' AND r.control <> 'stop'),
     sums AS (
       UPDATE chunks c SET
              sending   = c.sending   - s.from_sending,
              uncertain = c.uncertain - s.from_uncertain + s.to_uncertain,
              pending   = c.pending   + s.to_pending,
              sent      = c.sent      + s.to_sent,
              failed    = c.failed    + s.to_failed,
              cancelled = c.cancelled + s.to_cancelled
         FROM (SELECT chunk_no,
                      count(*) FILTER (WHERE was = 'sending')::int AS from_sending,
                      count(*) FILTER (WHERE was = 'uncertain')::int AS from_uncertain,
                      count(*) FILTER (WHERE becomes = 'uncertain')::int AS to_uncertain,
                      count(*) FILTER (WHERE becomes = 'pending')::int AS to_pending,
                      count(*) FILTER (WHERE becomes = 'sent')::int AS to_sent,
                      count(*) FILTER (WHERE becomes = 'failed')::int AS to_failed,
                      count(*) FILTER (WHERE becomes = 'cancelled')::int AS to_cancelled
                 FROM settled GROUP BY chunk_no) AS s
        WHERE c.run_id = $1 AND c.no = s.chunk_no)
     SELECT count(*)::int AS settled FROM settled`,
    values: [
      runId,
      settlements.map((s) => s.contactId),
      settlements.map((s) => s.claimToken),
      settlements.map((s) => s.state),
      settlements.map((s) => (s.spent ? 1 : 0)),
      settlements.map((s) => s.dueInMs ?? 0),
      settlements.map((s) => s.smtpCode ?? null),
      settlements.map((s) => cleanText(s.response)),
      settlements.map((s) => s.inDoubt === true),
    ],
  });
  return rows[0]?.settled ?? 0;
}

/** A server's answer as PostgreSQL text can hold it: no NUL, no other control characters. */
function cleanText(text: string | null | undefined): string | null {
  return text ? text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() : null;
}
