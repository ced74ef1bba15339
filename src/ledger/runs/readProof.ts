import type { DeliveryState } from '../../domain/delivery.js';
import type { Queryable } from '../database.js';

/** What the ledger holds of a run, counted row by row. */
export interface RunProof {
  occurrenceKey: string;
  workflowId: string;
  firstExecutionRunId: string | null;
  /** Runs of this owner and occurrence key. The ledger's unique constraints allow one. */
  runsOfOccurrence: number;
  /** Executions that asked for the same occurrence and were refused. */
  duplicates: number;
  /** How many recipients the snapshot fixed. */
  planned: number;
  deliveries: number;
  /** Distinct addresses among the deliveries. */
  addresses: number;
  /** Deliveries by state and the last answer's code, the most first, each with the text of one answer. */
  answers: { state: DeliveryState; smtpCode: number | null; count: number; example: string | null }[];
}

/**
 * Counts what shows that a run happened once and mailed each address once: from the rows themselves, not from sums kept elsewhere. Reads every delivery of
 * the run (about 0.15 s for 100,000), so it is for people who look, not for what polls. Null when there is no such run.
 */
export async function readProof(db: Queryable, runId: string): Promise<RunProof | null> {
  const { rows } = await db.query<Omit<RunProof, 'deliveries' | 'addresses' | 'answers'>>(
    `SELECT r.occurrence_key AS "occurrenceKey", r.workflow_id AS "workflowId", r.first_execution_run_id AS "firstExecutionRunId", r.total AS planned,
            (SELECT count(*)::int FROM runs o
              WHERE o.occurrence_key = r.occurrence_key AND o.automation_id IS NOT DISTINCT FROM r.automation_id
                AND (r.automation_id IS NOT NULL OR o.campaign_id IS NOT DISTINCT FROM r.campaign_id)) AS "runsOfOccurrence",
            (SELECT count(*)::int FROM run_duplicates d WHERE d.run_id = r.id) AS duplicates
       FROM runs r WHERE r.id = $1`,
    [runId],
  );
  const run = rows[0];
  if (!run) return null;
  const { rows: addresses } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT FROM deliveries WHERE run_id = $1 GROUP BY lower(email COLLATE "C")) AS a`,
    [runId],
  );
  const { rows: answers } = await db.query<RunProof['answers'][number]>(
    `SELECT state, smtp_code AS "smtpCode", count(*)::int AS count, min(response) AS example
       FROM deliveries WHERE run_id = $1 GROUP BY state, smtp_code ORDER BY count(*) DESC, state, smtp_code`,
    [runId],
  );
  return {
    ...run,
    deliveries: answers.reduce((sum, a) => sum + a.count, 0),
    addresses: addresses[0]?.n ?? 0,
    answers,
  };
}
