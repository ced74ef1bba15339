import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from './keys.js';

/** Keeps passwords and private keys in the ledger unreadable to whoever has the database alone. */
export interface SecretBox {
  /** Encrypts `text` for one place, named by `context` (such as the sender's ID): only the same context decrypts it. */
  encrypt(text: string, context: string): Buffer;
  /** @throws SecretError when the secret key is another one, the context is another one, or the bytes were changed. */
  decrypt(sealed: Buffer, context: string): string;
}

/** A stored secret that cannot be read. */
export class SecretError extends Error {
  override name = 'SecretError';
}

const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM with a random 96-bit nonce and `context` as additional data. Format: version byte, nonce, tag, ciphertext.
 * `secretKey` is the configured ONCEMAIL_SECRET_KEY; the key is derived from it once.
 */
export function createSecretBox(secretKey: string): SecretBox {
  const key = deriveKey(secretKey, 'stored-secrets');
  return {
    encrypt(text, context) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]);
    },
    decrypt(sealed, context) {
      if (sealed[0] !== version || sealed.length < 1 + nonceLength + tagLength) {
        throw new SecretError(`The stored secret of ${context} has an unknown format.`);
      }
      const nonce = sealed.subarray(1, 1 + nonceLength);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(sealed.subarray(1 + nonceLength, 1 + nonceLength + tagLength));
      try {
        return Buffer.concat([
          decipher.update(sealed.subarray(1 + nonceLength + tagLength)),
          decipher.final(),
        ]).toString('utf8');
      } catch (error) {
        throw new SecretError(
          `The stored secret of ${context} cannot be decrypted: ONCEMAIL_SECRET_KEY is not the one it was stored with. Set the old key or enter the secret again.`,
          { cause: error },
        );
      }
    },
  };
}
