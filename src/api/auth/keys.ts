import { createHash, randomBytes } from 'node:crypto';

/** A new API key: `om_` and 256 random bits. Shown once; only its hash is stored. */
export function generateApiKey(): string {
  return `om_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a key. Keys are random and long, so one round of SHA-256 is enough: there is nothing to guess. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

/** The part of a key by which people recognise it: at most ten characters, and never more than a quarter of it. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, Math.min(10, Math.floor(key.length / 4)));
}
