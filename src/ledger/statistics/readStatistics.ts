import type { Queryable } from '../database.js';
import { countedStates, type CountedState } from './countRun.js';

/** How many deliveries came to each end. */
export type Ends = Record<CountedState, number>;

export function noEnds(): Ends {
  return { sent: 0, failed: 0, skipped: 0, cancelled: 0, uncertain: 0 };
}

/** Which deliveries are counted: those whose end came from `from` on and before `to`, both on a quarter of an hour. */
export interface StatisticsFilter {
  from: Date;
  to: Date;
  automationId?: string | undefined;
  campaignId?: string | undefined;
  senderId?: string | undefined;
}

/**
 * The sums of each of the intervals between neighbouring `bounds` (in order, each on a quarter of an hour); one entry an interval, empty ones too.
 * Reads one row a run, sender, state and quarter of an hour, whatever the number of deliveries.
 */
export async function readByTime(db: Queryable, bounds: readonly Date[], filter: StatisticsFilter): Promise<Ends[]> {
  const { rows } = await db.query<{ interval: number; state: CountedState; n: string }>(
    `SELECT width_bucket(s.quarter, $6::timestamptz[]) AS interval, s.state, sum(s.count) AS n ${selected} GROUP BY 1, 2`,
    [...values(filter), bounds],
  );
  const sums = bounds.slice(1).map(noEnds);
  for (const { interval, state, n } of rows) (sums[interval - 1] as Ends)[state] = Number(n);
  return sums;
}

/** The sums of each sender, the largest first; `id` is null for deliveries that no sender had handled. Deleted senders keep their name. */
export async function readBySender(
  db: Queryable,
  filter: StatisticsFilter,
): Promise<({ id: string | null; name: string | null } & Ends)[]> {
  return sumsBySender(db, selected, values(filter));
}

/** The same for one run. */
export async function readRunBySender(
  db: Queryable,
  runId: string,
): Promise<({ id: string | null; name: string | null } & Ends)[]> {
  return sumsBySender(db, `FROM run_statistics s WHERE s.run_id = $1`, [runId]);
}

async function sumsBySender(db: Queryable, from: string, parameters: unknown[]) {
  const sums = countedStates.map(
    (state) => `coalesce(sum(s.count) FILTER (WHERE s.state = '${state}'), 0)::float8 AS ${state}`,
  );
  const { rows } = await db.query<{ id: string | null; name: string | null } & Ends>(
    `WITH sums AS (SELECT s.sender_id AS id, ${sums.join(', ')} ${from} GROUP BY s.sender_id)
     SELECT sums.*, n.name FROM sums LEFT JOIN senders n ON n.id = sums.id ORDER BY sums.sent DESC, sums.id`,
    parameters,
  );
  return rows;
}

const selected = `FROM run_statistics s
  WHERE s.quarter >= $1 AND s.quarter < $2 AND ($3::uuid IS NULL OR s.sender_id = $3)
    AND (coalesce($4::uuid, $5::uuid) IS NULL
         OR EXISTS (SELECT FROM runs r WHERE r.id = s.run_id AND ($4::uuid IS NULL OR r.automation_id = $4) AND ($5::uuid IS NULL OR r.campaign_id = $5)))`;

function values(filter: StatisticsFilter): unknown[] {
  return [filter.from, filter.to, filter.senderId ?? null, filter.automationId ?? null, filter.campaignId ?? null];
}

/** The curve of a run: what became of its deliveries, in intervals of `pointSeconds` from `from` to `to`. Intervals in which nothing happened are left out. */
export interface RunCurve {
  countedAt: Date;
  from: Date;
  to: Date;
  pointSeconds: number;
  points: ({ at: Date } & Ends)[];
}

/** Null when the run has never been counted: it has no deliveries so far. */
export async function readRunCurve(db: Queryable, runId: string): Promise<RunCurve | null> {
  const { rows } = await db.query<{
    counted_at: Date;
    starts_at: Date;
    ends_at: Date;
    point_seconds: number;
    points: [number, Partial<Ends>][];
  }>(`SELECT counted_at, starts_at, ends_at, point_seconds, points FROM run_curves WHERE run_id = $1`, [runId]);
  const row = rows[0];
  return row
    ? {
        countedAt: row.counted_at,
        from: row.starts_at,
        to: row.ends_at,
        pointSeconds: row.point_seconds,
        points: row.points.map(([at, counts]) => ({ at: new Date(at * 1000), ...noEnds(), ...counts })),
      }
    : null;
}
