import type { Queryable } from '../database.js';

/** How long a set-up link can be used; the next start of an API process prints another one. */
export const setupHours = 24;

/** True until there is a user. */
export async function setupNeeded(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ needed: boolean }>(`SELECT NOT EXISTS (SELECT FROM users) AS needed`);
  return rows[0]?.needed === true;
}

/** Keeps the hash of a token that may make the first user. False, and nothing kept, when there is a user already. */
export async function offerSetup(db: Queryable, tokenHash: Buffer): Promise<boolean> {
  await db.query(`DELETE FROM setup_tokens WHERE expires_at <= now()`);
  const { rowCount } = await db.query(
    `INSERT INTO setup_tokens (token_hash, expires_at)
     SELECT $1, now() + interval '${setupHours} hours' WHERE NOT EXISTS (SELECT FROM users)`,
    [tokenHash],
  );
  return rowCount === 1;
}

/** True when the token can still make the first user. */
export async function setupTokenValid(db: Queryable, tokenHash: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM setup_tokens WHERE token_hash = $1 AND expires_at > now() AND NOT EXISTS (SELECT FROM users)`,
    [tokenHash],
  );
  return rowCount === 1;
}

/** The first user is made: no token of anybody makes another one. */
export async function closeSetup(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM setup_tokens`);
}
