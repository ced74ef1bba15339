import type { Queryable } from './database.js';

/** What happened on one day; the digest mails these. */
export interface DigestFigures {
  /** The day, YYYY-MM-DD, in `timeZone`. */
  day: string;
  timeZone: string;
  runs: number;
  completedRuns: number;
  endedEarly: number;
  sent: number;
  failed: number;
  uncertain: number;
  notifications: number;
}

/** The figures of the day before `at`, in the zone's calendar. Runs count on the day they started, with all of their deliveries. */
export async function digestFigures(db: Queryable, at: Date, timeZone: string): Promise<DigestFigures> {
  const { rows } = await db.query<Omit<DigestFigures, 'timeZone'>>(
    `WITH day AS (
       SELECT (date_trunc('day', $1::timestamptz AT TIME ZONE $2) - interval '1 day') AS local),
     bounds AS (SELECT to_char(local, 'YYYY-MM-DD') AS day, local AT TIME ZONE $2 AS from_at, (local + interval '1 day') AT TIME ZONE $2 AS to_at FROM day),
     day_runs AS (SELECT r.id, r.status FROM runs r, bounds b WHERE r.created_at >= b.from_at AND r.created_at < b.to_at)
     SELECT b.day,
            (SELECT count(*) FROM day_runs)::int AS runs,
            (SELECT count(*) FROM day_runs WHERE status = 'completed')::int AS "completedRuns",
            (SELECT count(*) FROM day_runs WHERE status IN ('stopped', 'failed'))::int AS "endedEarly",
            coalesce(sum(c.sent), 0)::int AS sent, coalesce(sum(c.failed), 0)::int AS failed, coalesce(sum(c.uncertain), 0)::int AS uncertain,
            (SELECT count(*) FROM notifications n WHERE n.created_at >= b.from_at AND n.created_at < b.to_at)::int AS notifications
       FROM bounds b LEFT JOIN chunks c ON c.run_id IN (SELECT id FROM day_runs)
      GROUP BY b.day, b.from_at, b.to_at`,
    [at, timeZone],
  );
  return { ...(rows[0] as Omit<DigestFigures, 'timeZone'>), timeZone };
}
