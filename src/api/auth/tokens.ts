import { createHash, randomBytes } from 'node:crypto';

/** A new token of a session, an invitation or a set-up link: 256 random bits. Given out once; only its hash is stored. */
export function generateToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. Tokens are random and long, so one round of SHA-256 is enough. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
