import { transaction, type Database } from '../database.js';
import { countRun } from './countRun.js';

/** How old the figures of a run that goes on may be: a minute at most, and less where counting is quick (a fiftieth of the time goes into counting). */
const dueAgain = `least(60, greatest(1, 50 * c.took_ms / 1000.0)) * interval '1 second'`;

/** A run that has ended is counted again when uncertain deliveries have been decided since: late settles and people's decisions take them from nothing else. */
const decidedSince = `r.status NOT IN ('preparing', 'sending', 'waiting', 'paused') AND c.uncertain > 0
  AND c.uncertain <> (SELECT coalesce(sum(k.uncertain), 0) FROM chunks k WHERE k.run_id = r.id)`;

/**
 * Counts the runs that go on, where their figures are older than they may be, and those that ended and changed since. Runs that ended are counted by
 * `closeRun`. Stops when `patienceMs` have passed: what is left keeps its older figures, and its turn comes first the next time.
 *
 * Answers the time up to which every delivery that has changed is counted.
 */
export async function refreshStatistics(database: Database, patienceMs: number): Promise<Date> {
  const { rows } = await database.pool.query<{ id: string }>(
    `SELECT id FROM (
       SELECT r.id, c.counted_at FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id
        WHERE r.status IN ('preparing', 'sending', 'waiting', 'paused') AND r.snapshot_at IS NOT NULL
          AND (c.run_id IS NULL OR c.counted_at < now() - ${dueAgain})
       UNION ALL
       SELECT r.id, c.counted_at FROM run_curves c JOIN runs r ON r.id = c.run_id WHERE ${decidedSince}) AS due
      ORDER BY counted_at NULLS FIRST, id`,
  );
  const deadline = Date.now() + patienceMs;
  for (const { id } of rows) {
    if (Date.now() > deadline) break;
    await refreshRun(database, id);
  }
  const { rows: oldest } = await database.pool.query<{ at: Date }>(
    `SELECT least(now(), (SELECT min(coalesce(c.counted_at, r.snapshot_at)) FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id
                           WHERE r.status IN ('preparing', 'sending', 'waiting', 'paused') AND r.snapshot_at IS NOT NULL)) AS at`,
  );
  return (oldest[0] as { at: Date }).at;
}

/** Counts one run if its figures are older than they may be. Of several who ask at once one counts, the others wait for it. */
export async function refreshRun(database: Database, runId: string): Promise<void> {
  await transaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('statistics/' || $1::uuid, 0))`, [runId]);
    const { rows } = await client.query<{ due: boolean }>(
      `SELECT c.run_id IS NULL OR ${decidedSince}
              OR (r.status IN ('preparing', 'sending', 'waiting', 'paused') AND c.counted_at < now() - ${dueAgain}) AS due
         FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id WHERE r.id = $1 AND r.snapshot_at IS NOT NULL`,
      [runId],
    );
    if (rows[0]?.due) await countRun(client, runId);
  });
}
