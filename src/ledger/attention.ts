import type { Queryable } from './database.js';

/** What waits for a person, most urgent of each kind first, at most twenty of each. */
export interface Attention {
  uncertain: { runId: string; title: string; count: number }[];
  failedRuns: { runId: string; title: string; reason: string | null; finishedAt: Date | null }[];
  missed: { automationId: string; name: string; count: number }[];
  senders: { senderId: string; name: string; message: string; runId: string; at: Date }[];
  outOfSync: { automationId: string; name: string; error: string | null }[];
}

const title = `coalesce(a.name, c.name, r.workflow_type) AS title`;
const joins = `LEFT JOIN automations a ON a.id = r.automation_id LEFT JOIN campaigns c ON c.id = r.campaign_id`;

/**
 * What needs a person's eyes as things stand now: it goes away when its cause does, whether anybody has read a notification of it or not.
 * - uncertain deliveries nobody has decided on;
 * - runs that failed in the last seven days, unless a retry of theirs came after;
 * - occurrences of the last seven days that were missed and have not been run since;
 * - senders whose fault a run waits for, or met and nobody has read of it;
 * - automations that Temporal does not show as they are, for longer than a repair takes (a minute).
 */
export async function readAttention(db: Queryable): Promise<Attention> {
  const [uncertain, failedRuns, missed, senders, outOfSync] = await Promise.all([
    db.query<Attention['uncertain'][number]>(
      `SELECT r.id AS "runId", ${title}, u.n AS count
         FROM (SELECT run_id, sum(uncertain)::int AS n FROM chunks WHERE uncertain > 0 GROUP BY run_id ORDER BY run_id DESC LIMIT 20) AS u
         JOIN runs r ON r.id = u.run_id ${joins} ORDER BY r.id DESC`,
    ),
    db.query<Attention['failedRuns'][number]>(
      `SELECT r.id AS "runId", ${title}, r.status_reason AS reason, r.finished_at AS "finishedAt" FROM runs r ${joins}
        WHERE r.status = 'failed' AND r.finished_at > now() - interval '7 days'
          AND NOT EXISTS (SELECT FROM runs t WHERE t.retry_of = r.id)
        ORDER BY r.finished_at DESC LIMIT 20`,
    ),
    db.query<Attention['missed'][number]>(
      `SELECT a.id AS "automationId", a.name, count(*)::int AS count FROM missed_occurrences m JOIN automations a ON a.id = m.automation_id
        WHERE m.scheduled_for > now() - interval '7 days' AND a.deleted_at IS NULL
          AND NOT EXISTS (SELECT FROM runs r WHERE r.automation_id = a.id AND r.occurrence_key = m.occurrence_key)
        GROUP BY a.id ORDER BY count(*) DESC, a.id LIMIT 20`,
    ),
    db.query<Attention['senders'][number]>(
      `SELECT DISTINCT ON (s.id) s.id AS "senderId", s.name, n.message, r.id AS "runId", n.created_at AS at
         FROM runs r JOIN notifications n ON n.run_id = r.id AND n.kind = 'sender-fault' JOIN senders s ON s.id = n.sender_id
        WHERE r.status IN ('preparing', 'sending', 'waiting')
          AND (n.read_at IS NULL OR (r.status = 'waiting' AND r.status_reason !~ '^(deferred|the sender''s limit)'))
        ORDER BY s.id, n.id DESC LIMIT 20`,
    ),
    db.query<Attention['outOfSync'][number]>(
      `SELECT id AS "automationId", name, sync_error AS error FROM automations
        WHERE deleted_at IS NULL AND synced_revision IS DISTINCT FROM revision
          AND (sync_error IS NOT NULL OR updated_at < now() - interval '1 minute')
        ORDER BY updated_at LIMIT 20`,
    ),
  ]);
  return {
    uncertain: uncertain.rows,
    failedRuns: failedRuns.rows,
    missed: missed.rows,
    senders: senders.rows,
    outOfSync: outOfSync.rows,
  };
}
