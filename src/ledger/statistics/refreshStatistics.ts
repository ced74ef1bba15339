import { setTimeout as sleep } from 'node:timers/promises';
import { transaction, type Database, type Queryable } from '../database.js';
import { countedStates, countRun, mostPoints, statisticsLock } from './countRun.js';

/** How old the figures of a run that goes on may be: a minute at most, and less where counting is quick (a fiftieth of the time goes into counting). */
const dueAgain = `least(60, greatest(1, 50 * c.took_ms / 1000.0)) * interval '1 second'`;

const goesOn = `r.status IN ('preparing', 'sending', 'waiting', 'paused')`;

/** A run that has ended is counted again when uncertain deliveries have been decided since: late settles and people's decisions take them from nothing else. */
const decidedSince = `NOT ${goesOn} AND c.uncertain > 0
  AND c.uncertain <> (SELECT coalesce(sum(k.uncertain), 0) FROM chunks k WHERE k.run_id = r.id)`;

/** Counts of one process at the same time, each with a connection. */
const atOnce = 2;
/** How often the count of another process is looked for, milliseconds: longer and longer. */
const firstLookMs = 50;
const lastLookMs = 1_000;

/**
 * Brings the statistics of runs up to date for the readers of a process.
 *
 * Guarantees: of one run there is one count at a time, in this process and in all of them. Who reads meanwhile gets the figures that are there; where
 * there are none yet, he waits for those that are being counted, and holds no connection for it. A process counts two runs at a time, however many are asked for.
 */
export class StatisticsRefresher {
  private readonly flights = new Map<string, Promise<void>>();
  private readonly queue: (() => void)[] = [];
  private counting = 0;

  constructor(private readonly database: Database) {}

  /** Counts one run if its figures are older than they may be; resolves when there is something to read, or nothing to count. */
  run(runId: string): Promise<void> {
    const known = this.flights.get(runId);
    if (known) return known;
    const flight = this.refresh(runId).finally(() => this.flights.delete(runId));
    this.flights.set(runId, flight);
    return flight;
  }

  /**
   * Counts the runs that go on, where their figures are older than they may be, and those that ended and changed since. Runs that ended are counted by
   * `closeRun`. Resolves after `patienceMs` at the latest: what is left keeps its older figures, and its turn comes first the next time.
   *
   * Answers the time up to which every delivery that has changed is counted.
   */
  async all(patienceMs: number): Promise<Date> {
    const { pool } = this.database;
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM (
         SELECT r.id, c.counted_at FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id
          WHERE ${goesOn} AND r.snapshot_at IS NOT NULL AND (c.run_id IS NULL OR c.counted_at < now() - ${dueAgain})
         UNION ALL
         SELECT r.id, c.counted_at FROM run_curves c JOIN runs r ON r.id = c.run_id WHERE ${decidedSince}) AS due
        ORDER BY counted_at NULLS FIRST, id`,
    );
    const done = new AbortController();
    const patience = sleep(patienceMs, true, { signal: done.signal }).catch(() => false);
    try {
      for (const { id } of rows) if (await Promise.race([this.run(id).then(() => false), patience])) break;
    } finally {
      done.abort();
    }
    const { rows: oldest } = await pool.query<{ at: Date }>(
      `SELECT least(now(), (SELECT min(coalesce(c.counted_at, r.snapshot_at)) FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id
                             WHERE ${goesOn} AND r.snapshot_at IS NOT NULL)) AS at`,
    );
    return (oldest[0] as { at: Date }).at;
  }

  private async refresh(runId: string): Promise<void> {
    for (let lookMs = firstLookMs; ; lookMs = Math.min(2 * lookMs, lastLookMs)) {
      const has = await whatIsDue(this.database.pool, runId);
      if (has === 'all' || (await this.inTurn(() => countIfFree(this.database, runId))) || has === 'older') return;
      await sleep(lookMs);
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.counting < atOnce) this.counting++;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.counting--;
    }
  }
}

/** What a run has: figures that are not too old (or nothing to count), older ones, or none. */
async function whatIsDue(db: Queryable, runId: string): Promise<'all' | 'older' | 'nothing'> {
  const { rows } = await db.query<{ has: 'older' | 'nothing' }>(
    `SELECT CASE WHEN c.run_id IS NULL THEN 'nothing' ELSE 'older' END AS has
       FROM runs r LEFT JOIN run_curves c ON c.run_id = r.id
      WHERE r.id = $1 AND r.snapshot_at IS NOT NULL
        AND (c.run_id IS NULL OR ${decidedSince} OR (${goesOn} AND c.counted_at < now() - ${dueAgain}))`,
    [runId],
  );
  return rows[0]?.has ?? 'all';
}

/** Counts a run that is due, unless somebody else does: answers false then, at once. */
async function countIfFree(database: Database, runId: string): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${statisticsLock}) AS mine`,
      [runId],
    );
    if (!rows[0]?.mine) return false;
    // Somebody may have counted it since it was looked at.
    if ((await whatIsDue(client, runId)) === 'all') return true;
    if (!(await confirmCount(client, runId))) await countRun(client, runId);
    return true;
  });
}

/**
 * Says that the figures of a run are those of now, if the sums of its chunks, which change with its deliveries, are still what was counted: nothing happens
 * to a run that is paused or waits, however large it is. Its curve is drawn on to the present; it is counted again only when that needs wider points.
 */
async function confirmCount(db: Queryable, runId: string): Promise<boolean> {
  const ofChunks = countedStates.map((s) => `coalesce(sum(k.${s}), 0)::bigint`);
  const ofCurve = countedStates.map((s) => `coalesce(sum((p.value -> 1 ->> '${s}')::bigint), 0)::bigint`);
  const { rowCount } = await db.query(
    `UPDATE run_curves c
        SET counted_at = statement_timestamp(),
            ends_at = greatest(c.ends_at, date_bin(make_interval(secs => c.point_seconds), now(), 'epoch') + make_interval(secs => c.point_seconds))
       FROM runs r
      WHERE c.run_id = $1 AND r.id = c.run_id AND ${goesOn}
        AND extract(epoch FROM now() - c.starts_at) <= c.point_seconds * ${mostPoints}
        AND (SELECT ARRAY[${ofChunks.join(', ')}] FROM chunks k WHERE k.run_id = c.run_id)
            = (SELECT ARRAY[${ofCurve.join(', ')}] FROM jsonb_array_elements(c.points) AS p)`,
    [runId],
  );
  return rowCount === 1;
}
