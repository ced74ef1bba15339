import { type DeliveryCounts, noDeliveries } from '../../domain/delivery.js';
import type { Queryable } from '../database.js';

/** The select list that sums chunk rows to a run's counts. */
export const deliverySums = `sum(total)::int AS total, sum(pending)::int AS pending, sum(sending)::int AS sending, sum(sent)::int AS sent,
  sum(failed)::int AS failed, sum(skipped)::int AS skipped, sum(cancelled)::int AS cancelled, sum(uncertain)::int AS uncertain`;

/** The counts of a run: the sum over its chunk rows, so a few hundred rows for a run of a million. */
export async function countDeliveries(db: Queryable, runId: string): Promise<DeliveryCounts> {
  const { rows } = await db.query<{ [K in keyof DeliveryCounts]: number | null }>(
    `SELECT ${deliverySums} FROM chunks WHERE run_id = $1`,
    [runId],
  );
  return rows[0]?.total == null ? noDeliveries() : (rows[0] as DeliveryCounts);
}

/** The same for several runs in one statement; runs without chunks have no entry. */
export async function countDeliveriesOf(db: Queryable, runIds: string[]): Promise<Map<string, DeliveryCounts>> {
  const { rows } = await db.query<DeliveryCounts & { run_id: string }>(
    `SELECT run_id, ${deliverySums} FROM chunks WHERE run_id = ANY ($1::uuid[]) GROUP BY run_id`,
    [runIds],
  );
  return new Map(rows.map(({ run_id, ...counts }) => [run_id, counts]));
}

/**
 * Recounts the chunk sums of a run from its deliveries, in one statement. The sums move with every claim and settle, so this changes
 * nothing unless a sum was wrong; answers how many chunks were. Called when a run closes: what a final run says is counted, not summed.
 */
export async function recountChunks(db: Queryable, runId: string): Promise<number> {
  const { rowCount } = await db.query(
    `UPDATE chunks c SET total = n.total, pending = n.pending, sending = n.sending, sent = n.sent, failed = n.failed,
            skipped = n.skipped, cancelled = n.cancelled, uncertain = n.uncertain
       FROM (SELECT chunk_no, count(*)::int AS total,
                    count(*) FILTER (WHERE state = 'pending')::int AS pending, count(*) FILTER (WHERE state = 'sending')::int AS sending,
                    count(*) FILTER (WHERE state = 'sent')::int AS sent, count(*) FILTER (WHERE state = 'failed')::int AS failed,
                    count(*) FILTER (WHERE state = 'skipped')::int AS skipped, count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled,
                    count(*) FILTER (WHERE state = 'uncertain')::int AS uncertain
               FROM deliveries WHERE run_id = $1 GROUP BY chunk_no) AS n
      WHERE c.run_id = $1 AND c.no = n.chunk_no
        AND (c.total, c.pending, c.sending, c.sent, c.failed, c.skipped, c.cancelled, c.uncertain)
            IS DISTINCT FROM (n.total, n.pending, n.sending, n.sent, n.failed, n.skipped, n.cancelled, n.uncertain)`,
    [runId],
  );
  return rowCount ?? 0;
}
