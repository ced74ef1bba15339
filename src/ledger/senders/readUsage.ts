import type { Queryable } from '../database.js';
import { minuteSpan, type SenderLimits } from './reserveSlots.js';

/** How much of its limits a sender has used, over all workers. */
export interface SenderUsage {
  /** Slots taken, as the limits count them: rolling windows whose oldest part (a second; of hour and day a minute) counts whole. */
  used: { second: number; minute: number; hour: number; day: number };
  /** From when the next mail may be sent; not in the future when a slot is free. */
  nextSlotAt: Date;
  /** Which limit stands in the way until then; null when a slot is free. */
  limitedBy: keyof SenderLimits | null;
  /** Slots taken in each of the last minutes, the present one last. */
  series: { at: Date; reserved: number }[];
}

const windows = [
  { limit: 'perMinute', used: 'minute', resolution: 'second', span: minuteSpan },
  { limit: 'perHour', used: 'hour', resolution: 'minute', span: '61 minutes' },
  { limit: 'perDay', used: 'day', resolution: 'minute', span: '1 day 1 minute' },
] as const;

/**
 * Reads what `reserveSlots` has written, by the clock of the database, with the windows that it keeps to. A slot counts from its reservation, at most a
 * second before it is used, where a second or a minute is limited; one that was not used counts too, unless it was given back. A sender without any limit reserves nothing, so nothing is counted for it.
 */
export async function readUsage(
  db: Queryable,
  senderId: string,
  limits: SenderLimits,
  minutes: number,
): Promise<SenderUsage> {
  const { rows: clocks } = await db.query<{ now: Date; paced_until: Date | null; second: number }>(
    `WITH clock AS (SELECT clock_timestamp() AS now)
     SELECT clock.now,
            (SELECT nullif(theoretical_arrival, '-infinity') FROM sender_pace WHERE sender_id = $1) AS paced_until,
            -- The present second, and of the one before the part that is not yet a second ago.
            (SELECT coalesce(round(sum(CASE WHEN bucket = date_trunc('second', clock.now) THEN reserved
                                            ELSE reserved * (1 - extract(epoch FROM clock.now - date_trunc('second', clock.now))) END)), 0)
               FROM sender_usage
              WHERE sender_id = $1 AND resolution = 'second' AND bucket >= date_trunc('second', clock.now) - interval '1 second')::int AS second
       FROM clock`,
    [senderId],
  );
  const clock = clocks[0] as { now: Date; paced_until: Date | null; second: number };
  const { rows } = await db.query<{ used: 'minute' | 'hour' | 'day'; taken: number; free_at: Date | null }>(
    // The sum of a bucket and all newer ones: when the newest bucket with a sum of at least the limit has left the window, there is room.
    `SELECT w.used, coalesce(sum(b.reserved), 0)::int AS taken, max(b.bucket + w.span) FILTER (WHERE b.newer >= w.most) AS free_at
       FROM unnest($2::text[], $3::text[], $4::interval[], $5::int[]) AS w (used, resolution, span, most)
       LEFT JOIN LATERAL (SELECT bucket, reserved, sum(reserved) OVER (ORDER BY bucket DESC) AS newer FROM sender_usage
                           WHERE sender_id = $1 AND resolution = w.resolution AND bucket > $6::timestamptz - w.span AND reserved > 0) AS b ON true
      GROUP BY w.used`,
    [
      senderId,
      windows.map((w) => w.used),
      windows.map((w) => w.resolution),
      windows.map((w) => w.span),
      windows.map((w) => limits[w.limit]),
      clock.now,
    ],
  );
  const byName = new Map(rows.map((r) => [r.used, r]));
  const obstacles = windows.map((w) => ({ limit: w.limit as keyof SenderLimits, at: byName.get(w.used)?.free_at }));
  if (limits.perSecond !== null) obstacles.unshift({ limit: 'perSecond', at: clock.paced_until });
  let nextSlotAt = clock.now;
  let limitedBy: keyof SenderLimits | null = null;
  for (const { limit, at } of obstacles) {
    if (!at || at <= nextSlotAt) continue;
    nextSlotAt = at;
    limitedBy = limit;
  }
  const { rows: series } = await db.query<{ at: Date; reserved: number }>(
    `SELECT m.at, coalesce(u.reserved, 0)::int AS reserved
       FROM generate_series(date_trunc('minute', $2::timestamptz) - ($3::int - 1) * interval '1 minute', $2, interval '1 minute') AS m (at)
       LEFT JOIN sender_usage u ON u.sender_id = $1 AND u.resolution = 'minute' AND u.bucket = m.at
      ORDER BY m.at`,
    [senderId, clock.now, minutes],
  );
  return {
    used: {
      second: clock.second,
      minute: byName.get('minute')?.taken ?? 0,
      hour: byName.get('hour')?.taken ?? 0,
      day: byName.get('day')?.taken ?? 0,
    },
    nextSlotAt,
    limitedBy,
    series,
  };
}
