import type { Queryable } from '../database.js';

/**
 * Serialises, until the transaction ends, everything that takes an administrator away or makes the first one. To be called first in
 * a transaction, before any row is locked.
 */
export async function lockAdmins(db: Queryable): Promise<void> {
  await db.query(`SELECT pg_advisory_xact_lock(hashtext('oncemail:admins'))`);
}

/** True when nobody but this user can sign in as an administrator: the others are disabled, or have not accepted their invitation. */
export async function isLastAdmin(db: Queryable, userId: string): Promise<boolean> {
  const { rows } = await db.query<{ last: boolean }>(
    `SELECT coalesce(bool_or(id = $1), false) AND count(*) = 1 AS last
       FROM users WHERE role = 'admin' AND NOT disabled AND password_hash IS NOT NULL`,
    [userId],
  );
  return rows[0]?.last === true;
}
