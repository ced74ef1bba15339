import { transaction, type Database } from '../database.js';
import { serverClock } from './serverClock.js';

/** A sender's limits; null means none. All hold at once. */
export interface SenderLimits {
  perSecond: number | null;
  perMinute: number | null;
  perHour: number | null;
  perDay: number | null;
}

/** Slots to send in. */
export interface Reservation {
  /** For each granted slot, from when it may be used, ascending; on the scale of this process's performance.now(), milliseconds. */
  slots: number[];
  /** When they were reserved, on the database's clock: where they count, and from where they are given back. */
  reservedAt: Date;
  /** When fewer than wanted were granted: in how many milliseconds asking again makes sense. */
  retryInMs: number | null;
  /** What stood in the way, in words, when nothing was granted. */
  limitedBy: string | null;
}

/**
 * Slots are spaced 6 % wider than the rate asks: a mail may be handed over up to 25 ms after its slot, the way from there to the server varies by
 * some milliseconds, and a window of a second must not hold one more than allowed because of it.
 */
const spacingMargin = 1.06;
/** How far ahead slots are granted at a time, milliseconds; a crash loses at most these. */
const horizonMs = 500;
/** How long a slot counts in the window of a minute. */
export const minuteSpan = '62 seconds';
/**
 * For so long after its reservation a slot may be used where a minute is limited, milliseconds: the window of the minute is two seconds longer, of which the
 * bucket that a slot is counted in takes one.
 */
export const slotUseMs = 1_000;
/** For so long after its reservation a slot may still be given back, milliseconds: what is claimed is begun within 40 s, or not at all. */
const returnableMs = 62_000;
/** No slot that was granted, nor the one after it, is further ahead than this, milliseconds. What stands there is from before the database's clock was set back. */
const furthestMs = 3_000;

const lockPace = `SELECT 1 FROM sender_pace WHERE sender_id = $1 FOR UPDATE`;
const returnSql = `
  UPDATE sender_usage SET reserved = greatest(reserved - $2, 0)
   WHERE sender_id = $1
     AND (resolution, bucket) IN
           (('second', date_trunc('second', $3::timestamptz)), ('minute', date_trunc('minute', $3::timestamptz)))`;

/** True when a sender has no limit, so that nothing needs to be reserved. */
export function isUnlimited(limits: SenderLimits): boolean {
  return limits.perSecond === null && limits.perMinute === null && limits.perHour === null && limits.perDay === null;
}

/**
 * Reserves up to `wanted` slots of a sender, for all workers together: the reservation is committed before it is used, so limits hold across
 * processes and restarts (a slot that a crash leaves unused is lost, never doubled).
 *
 * - per second: GCRA (the generic cell rate algorithm, ITU-T I.371) with a theoretical arrival time a sender: slots are spaced
 *   1/rate apart, without a burst: an idle sender saves nothing up. At most half a second's slots are granted at a time.
 * - per minute, hour, day: rolling windows, as providers count: no 60 seconds (60 minutes, 24 hours) hold more than the limit. Kept as buckets of
 *   a second (a minute for hour and day), the oldest bucket counted whole, so the error is on the safe side. A slot has to be used within `slotUseMs` where a minute
 *   is limited, and within a minute where an hour or a day is.
 *
 * `givenUp`: the `reservedAt` of a slot that passed unused, in whose place this one is asked for. It no longer counts in the rolling windows, whether
 * another is granted or not; its moment is gone all the same.
 */
export async function reserveSlots(
  database: Database,
  senderId: string,
  limits: SenderLimits,
  wanted: number,
  givenUp?: Date,
): Promise<Reservation> {
  const clock = await serverClock(database);
  return transaction(database, async (client) => {
    // The row lock makes reservations of one sender follow one another; the clock is read after it is held.
    await client.query(
      `INSERT INTO sender_pace (sender_id, theoretical_arrival) VALUES ($1, '-infinity') ON CONFLICT DO NOTHING`,
      [senderId],
    );
    await client.query(lockPace, [senderId]);
    if (givenUp) await client.query(returnSql, [senderId, 1, givenUp]);

    const { rows } = await client.query<{
      now: Date;
      now_ms: number;
      behind_ms: number;
      minute: number;
      hour: number;
      day: number;
      newest_age_ms: number | null;
      minute_free_ms: number | null;
      hour_free_ms: number | null;
      day_free_ms: number | null;
    }>(
      `WITH clock AS (SELECT clock_timestamp() AS now),
       recent AS (
         SELECT u.resolution, u.bucket, u.reserved FROM sender_usage u, clock
          WHERE u.sender_id = $1 AND u.bucket > clock.now - CASE u.resolution WHEN 'second' THEN interval '${minuteSpan}' ELSE interval '1 day 1 minute' END)
       SELECT clock.now, (extract(epoch FROM clock.now) * 1000)::float8 AS now_ms,
              CASE WHEN p.theoretical_arrival = '-infinity' THEN -1e9
                   ELSE extract(epoch FROM p.theoretical_arrival - clock.now) * 1000 END::float8 AS behind_ms,
              coalesce((SELECT sum(reserved) FROM recent WHERE resolution = 'second'), 0)::int AS minute,
              coalesce((SELECT sum(reserved) FROM recent WHERE resolution = 'minute' AND bucket > clock.now - interval '61 minutes'), 0)::int AS hour,
              coalesce((SELECT sum(reserved) FROM recent WHERE resolution = 'minute'), 0)::int AS day,
              (SELECT extract(epoch FROM clock.now - max(bucket)) * 1000 FROM recent WHERE resolution = 'second')::float8 AS newest_age_ms,
              (SELECT extract(epoch FROM min(bucket) + interval '${minuteSpan}' - clock.now) * 1000 FROM recent WHERE resolution = 'second')::float8 AS minute_free_ms,
              (SELECT extract(epoch FROM min(bucket) + interval '61 minutes' - clock.now) * 1000 FROM recent
                WHERE resolution = 'minute' AND bucket > clock.now - interval '61 minutes')::float8 AS hour_free_ms,
              (SELECT extract(epoch FROM min(bucket) + interval '1 day 1 minute' - clock.now) * 1000 FROM recent WHERE resolution = 'minute')::float8 AS day_free_ms
         FROM sender_pace p, clock WHERE p.sender_id = $1`,
      [senderId],
    );
    const use = rows[0];
    if (!use) throw new Error(`Sender ${senderId} is not in the ledger.`);
    clock.observe(use.now_ms);

    const windows = [
      { limit: limits.perMinute, used: use.minute, freeMs: use.minute_free_ms, words: 'a minute' },
      { limit: limits.perHour, used: use.hour, freeMs: use.hour_free_ms, words: 'an hour' },
      { limit: limits.perDay, used: use.day, freeMs: use.day_free_ms, words: 'a day' },
    ];
    let granted = wanted;
    let retryInMs: number | null = null;
    let limitedBy: string | null = null;
    for (const w of windows) {
      if (w.limit === null) continue;
      const room = Math.max(0, w.limit - w.used);
      if (room < granted) {
        granted = room;
        retryInMs = Math.max(retryInMs ?? 0, soonestFree(w.freeMs, use.newest_age_ms), 50);
        limitedBy = `the sender's limit of ${w.limit} ${w.words} is reached`;
      }
    }

    let slots: number[] = [];
    if (limits.perSecond === null) {
      slots = new Array<number>(granted).fill(0);
    } else if (granted > 0) {
      const spacing = (1000 / limits.perSecond) * spacingMargin;
      const horizon = Math.min(Math.max(horizonMs, spacing), slotUseMs - 50);
      let at = use.behind_ms > furthestMs ? horizon : Math.max(use.behind_ms, 0);
      while (slots.length < granted && at < horizon) {
        slots.push(at);
        at += spacing;
      }
      if (slots.length < granted) {
        granted = slots.length;
        retryInMs = Math.max(at - horizon, 20);
        limitedBy = `the sender's limit of ${limits.perSecond} a second`;
      }
      await client.query(
        `UPDATE sender_pace SET theoretical_arrival = to_timestamp($2::float8 / 1000) WHERE sender_id = $1`,
        // Not as a Date: it would lose the microseconds, and every reservation would gain half a millisecond on the limit.
        [senderId, use.now_ms + at],
      );
    }
    if (granted > 0) {
      await client.query(
        `INSERT INTO sender_usage (sender_id, resolution, bucket, reserved)
         VALUES ($1, 'second', date_trunc('second', $2::timestamptz), $3), ($1, 'minute', date_trunc('minute', $2::timestamptz), $3)
         ON CONFLICT (sender_id, resolution, bucket) DO UPDATE SET reserved = sender_usage.reserved + excluded.reserved`,
        [senderId, use.now, granted],
      );
    }
    return {
      slots: slots.map((inMs) => clock.toLocal(use.now_ms + inMs)),
      reservedAt: use.now,
      retryInMs: granted < wanted ? retryInMs : null,
      limitedBy: granted === 0 ? limitedBy : null,
    };
  });
}

/**
 * When a full window may have room, in milliseconds. The last slots of an hour or a day may be given back, so that a long wait for the first of them is
 * interrupted: after 5 s, then each time after as long again as has passed.
 */
function soonestFree(freeMs: number | null, newestAgeMs: number | null): number {
  if (freeMs === null) return 1000;
  const mayReturn = freeMs > returnableMs && newestAgeMs !== null && newestAgeMs < returnableMs;
  return mayReturn ? Math.max(5_000, newestAgeMs) : freeMs;
}

/**
 * Gives back slots of one reservation that found nothing to send: they no longer count in the rolling windows. `reservedAt` is that of the
 * reservation. Never below zero.
 */
export async function returnSlots(
  database: Database,
  senderId: string,
  count: number,
  reservedAt: Date,
): Promise<void> {
  if (count <= 0) return;
  await transaction(database, async (client) => {
    // As reserveSlots does, which touches the same rows in another order.
    await client.query(lockPace, [senderId]);
    await client.query(returnSql, [senderId, count, reservedAt]);
  });
}

/** Drops usage that no limit looks at any more. */
export async function pruneUsage(database: Database): Promise<void> {
  await database.pool.query(
    `DELETE FROM sender_usage WHERE bucket < now() - CASE resolution WHEN 'second' THEN interval '1 hour' ELSE interval '35 days' END`,
  );
}
