import type { DeliveryState } from '../../domain/delivery.js';

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

/** The values of `settleSql`. */
export function settleValues(settlements: readonly Settlement[]): unknown[] {
  return [
    settlements.map((s) => s.contactId),
    settlements.map((s) => s.claimToken),
    settlements.map((s) => s.state),
    settlements.map((s) => (s.spent ? 1 : 0)),
    settlements.map((s) => s.dueInMs ?? 0),
    settlements.map((s) => s.smtpCode ?? null),
    settlements.map((s) => cleanText(s.response)),
    settlements.map((s) => s.inDoubt === true),
  ];
}

/**
 * The settling as common table expressions, of which `settled` tells the result; $1 is the run, the arrays are $2 to $9.
 * The contacts stand as a value beside each join, so that every plan goes by the primary key: a server that has not counted a fresh run
 * takes it for a handful of rows and reads all of it for each statement.
 */
export const settleSql = `
  outcome AS (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::delivery_state[], $5::smallint[], $6::float8[], $7::smallint[], $8::text[], $9::boolean[])
               AS o (contact_id, claim_token, state, spent, due_ms, smtp_code, response, in_doubt)),
  held AS MATERIALIZED (
    SELECT d.contact_id, d.state AS was, o.state AS becomes, o.spent, o.due_ms, o.smtp_code, o.response, o.in_doubt
      FROM outcome o
      JOIN deliveries d ON d.run_id = $1 AND d.contact_id = o.contact_id AND d.claim_token = o.claim_token
     WHERE d.run_id = $1 AND d.contact_id = ANY ($2::uuid[]) AND d.state IN ('sending', 'uncertain')
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
     WHERE d.run_id = $1 AND d.contact_id = ANY ($2::uuid[]) AND d.contact_id = h.contact_id
    RETURNING d.chunk_no, h.was, h.becomes),
  reopened AS (
    UPDATE runs SET status = 'sending', status_reason = NULL, first_execution_run_id = NULL, finished_at = NULL
      FROM run r
     WHERE runs.id = $1 AND r.status = 'completed' AND r.control <> 'stop')`;

/** A server's answer as PostgreSQL text can hold it: no NUL, no other control characters. */
function cleanText(text: string | null | undefined): string | null {
  return text ? text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() : null;
}
