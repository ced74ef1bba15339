import { v7 as uuidv7 } from 'uuid';
import type { Queryable } from '../database.js';
import type { Role } from '../schema.js';

/** A session ends when nobody has used it for this long. */
export const sessionIdleHours = 24;
/** A session ends this long after it began, however much it is used. */
export const sessionDays = 14;

const alive = `s.expires_at > now() AND s.last_used_at > now() - interval '${sessionIdleHours} hours'`;

export interface SessionUser {
  sessionId: string;
  userId: string;
  name: string;
  role: Role;
}

/**
 * Whose session this is, as the user is now: undefined once it has ended, or the user is disabled or gone. Using it keeps it from
 * going idle; that is noted once a minute.
 */
export async function useSession(db: Queryable, tokenHash: Buffer): Promise<SessionUser | undefined> {
  const { rows } = await db.query<{ id: string; user_id: string; name: string; role: Role; stale: boolean }>(
    `SELECT s.id, s.user_id, u.name, u.role, s.last_used_at < now() - interval '1 minute' AS stale
       FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.token_hash = $1 AND ${alive} AND NOT u.disabled`,
    [tokenHash],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.stale) await db.query(`UPDATE sessions SET last_used_at = now() WHERE id = $1`, [row.id]);
  return { sessionId: row.id, userId: row.user_id, name: row.name, role: row.role };
}

/**
 * Begins a session of a user who has just shown the password with this hash. Undefined, and no session, when the user was disabled or
 * got another password meanwhile: the row is locked, so whatever ends all sessions of a user ends this one too or keeps it from beginning.
 * Sessions that have ended are cleared away.
 */
export async function beginSession(
  db: Queryable,
  session: { userId: string; passwordHash: string; tokenHash: Buffer },
): Promise<{ id: string; expiresAt: Date } | undefined> {
  await db.query(
    `DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s WHERE s.expires_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED)`,
  );
  const { rows } = await db.query<{ id: string; expires_at: Date }>(
    `WITH signed_in AS (
       UPDATE users SET last_signed_in_at = now() WHERE id = $2 AND NOT disabled AND password_hash = $3 RETURNING id
     )
     INSERT INTO sessions (id, user_id, token_hash, expires_at)
     SELECT $1, id, $4, now() + interval '${sessionDays} days' FROM signed_in
     RETURNING id, expires_at`,
    [uuidv7(), session.userId, session.passwordHash, session.tokenHash],
  );
  const row = rows[0];
  return row && { id: row.id, expiresAt: row.expires_at };
}

/** Ends one session. */
export async function endSession(db: Queryable, id: string): Promise<void> {
  await db.query(`DELETE FROM sessions WHERE id = $1`, [id]);
}

/** Ends all sessions of a user, with the next request each makes. */
export async function endSessionsOf(db: Queryable, userId: string): Promise<void> {
  await db.query(`DELETE FROM sessions WHERE user_id = $1`, [userId]);
}
