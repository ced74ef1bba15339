import type { Queryable } from '../database.js';
import { failedDeliveryEvents } from '../webhooks/failedDeliveries.js';

/** What to do with uncertain deliveries: the policy `resend`, or an operator's decision. */
export type UncertainResolution = 'resend' | 'assume-sent' | 'assume-failed';

/**
 * Resolves uncertain deliveries of a run (all, or those named), by policy or by a person: `resend` makes them pending again,
 * the others say what is assumed. The claim token goes, so a late settle can no longer speak for them. One that a provider still knows by its key goes to
 * the same sender again (`doubt_since`).
 * The run's row is locked, so either `closeRun` sees what is to be sent again and leaves the run open, or the run has ended when this resolves:
 * whoever asks for `resend` then reads its status and reopens it.
 * `unchangedForMs` leaves out rows that became uncertain more recently, so that a claimer that was only slow can settle first; `maxAttempts` leaves out rows that have spent as many attempts already.
 */
export async function resolveUncertain(
  db: Queryable,
  request: {
    runId: string;
    resolution: UncertainResolution;
    contactIds?: string[];
    unchangedForMs?: number;
    maxAttempts?: number;
    by: string;
  },
): Promise<number> {
  const becomes = { resend: 'pending', 'assume-sent': 'sent', 'assume-failed': 'failed' }[request.resolution];
  const note = { resend: 'sent again', 'assume-sent': 'assumed to be sent', 'assume-failed': 'assumed to have failed' }[
    request.resolution
  ];
  const { rows } = await db.query<{ resolved: number }>(
    `WITH run AS MATERIALIZED (SELECT id FROM runs WHERE id = $1 FOR SHARE),
     held AS MATERIALIZED (
       SELECT d.contact_id FROM run JOIN deliveries d ON d.run_id = run.id
        WHERE d.run_id = $1 AND d.state = 'uncertain' AND ($3::uuid[] IS NULL OR d.contact_id = ANY ($3::uuid[]))
          AND d.changed_at <= now() - $4::float8 * interval '1 millisecond' AND d.attempts < $6
        ORDER BY d.contact_id
          FOR UPDATE OF d),
     resolved AS (
       UPDATE deliveries d
          SET state = $2::delivery_state, changed_at = now(), claim_token = NULL, due_at = NULL,
              doubt_since = CASE WHEN $2 = 'pending' THEN d.doubt_since END,
              attempts = d.attempts + 1, response = $5
         FROM held WHERE d.run_id = $1 AND d.contact_id = held.contact_id
       RETURNING d.contact_id, d.smtp_code, d.attempts, d.chunk_no),
     ${becomes === 'failed' ? `${failedDeliveryEvents('SELECT contact_id, smtp_code, attempts FROM resolved')},` : ''}
     sums AS (
       UPDATE chunks c SET uncertain = c.uncertain - s.n,
              pending = c.pending + CASE WHEN $2 = 'pending' THEN s.n ELSE 0 END,
              sent = c.sent + CASE WHEN $2 = 'sent' THEN s.n ELSE 0 END,
              failed = c.failed + CASE WHEN $2 = 'failed' THEN s.n ELSE 0 END,
              due_at = CASE WHEN $2 = 'pending' THEN NULL ELSE c.due_at END
         FROM (SELECT chunk_no, count(*)::int AS n FROM resolved GROUP BY chunk_no) AS s
        WHERE c.run_id = $1 AND c.no = s.chunk_no)
     SELECT count(*)::int AS resolved FROM resolved`,
    [
      request.runId,
      becomes,
      request.contactIds ?? null,
      request.unchangedForMs ?? 0,
      `${note}, decided by ${request.by}`,
      request.maxAttempts ?? 32_767,
    ],
  );
  return rows[0]?.resolved ?? 0;
}
