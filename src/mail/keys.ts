import { hkdfSync, scryptSync } from 'node:crypto';

const stretched = new Map<string, Buffer>();

/**
 * A 256-bit key for one purpose, derived from the configured secret: scrypt once per secret and process (about 50 ms), because the secret may be
 * a passphrase; then HKDF-SHA-256 (RFC 5869) with the purpose, so that no key serves two ends.
 */
export function deriveKey(secret: string, purpose: string): Buffer {
  let key = stretched.get(secret);
  if (!key) {
    // The salt is fixed: all processes must derive the same key from nothing but the secret.
    key = scryptSync(secret.normalize('NFC'), 'oncemail/v1', 32);
    stretched.set(secret, key);
  }
  return Buffer.from(hkdfSync('sha256', key, '', `oncemail/${purpose}`, 32));
}
