import type { Queryable } from '../database.js';

const windowMinutes = 15;

/**
 * Counts an attempt before it is looked at, so that attempts sent side by side are all counted. Answers 0 when it may go on, or the
 * seconds until the next may. The window is fixed: attempts beyond the limit do not make it longer.
 */
export async function countAttempt(db: Queryable, key: Buffer, limit: number): Promise<number> {
  await db.query(
    `DELETE FROM sign_in_attempts WHERE key IN
       (SELECT key FROM sign_in_attempts WHERE window_ends_at < now() - interval '1 minute' LIMIT 100 FOR UPDATE SKIP LOCKED)`,
  );
  const { rows } = await db.query<{ attempts: number; seconds: number }>(
    `INSERT INTO sign_in_attempts AS a (key, attempts, window_ends_at) VALUES ($1, 1, now() + interval '${windowMinutes} minutes')
     ON CONFLICT (key) DO UPDATE SET
       attempts = CASE WHEN a.window_ends_at <= now() THEN 1 ELSE least(a.attempts + 1, 1000000) END,
       window_ends_at = CASE WHEN a.window_ends_at <= now() THEN excluded.window_ends_at ELSE a.window_ends_at END
     RETURNING attempts, ceil(extract(epoch FROM window_ends_at - now()))::int AS seconds`,
    [key],
  );
  const row = rows[0] as { attempts: number; seconds: number };
  return row.attempts > limit ? Math.max(1, row.seconds) : 0;
}

/** Takes one attempt back: it was none. */
export async function forgiveAttempt(db: Queryable, key: Buffer): Promise<void> {
  await db.query(`UPDATE sign_in_attempts SET attempts = greatest(attempts - 1, 0) WHERE key = $1`, [key]);
}

/** Forgets the attempts of a key: whoever it was has shown who it is. */
export async function forgetAttempts(db: Queryable, key: Buffer): Promise<void> {
  await db.query(`DELETE FROM sign_in_attempts WHERE key = $1`, [key]);
}
