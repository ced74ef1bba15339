import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { deriveKey } from './keys.js';

/** Whose unsubscription a link is, and which run brought it. Both are UUIDs. */
export interface UnsubscribeSubject {
  contactId: string;
  runId: string;
}

const macLength = 16;
const keys = new Map<string, KeyObject>();

/**
 * A token that cannot be guessed or altered: both IDs and 128 bits of HMAC-SHA-256 over them, base64url, 64 characters. It does not expire,
 * because an unsubscribe link must go on working as long as the mail is kept (RFC 8058, CAN-SPAM: 30 days at least).
 * @throws TypeError when an ID is not a UUID.
 */
export function unsubscribeToken(secretKey: string, subject: UnsubscribeSubject): string {
  const payload = Buffer.allocUnsafe(32 + macLength);
  writeUuid(payload, 0, subject.contactId);
  writeUuid(payload, 16, subject.runId);
  mac(secretKey, payload.subarray(0, 32)).copy(payload, 32, 0, macLength);
  return payload.toString('base64url');
}

/** Reads a token back; null when it was not made with this key. Compares in constant time. */
export function verifyUnsubscribeToken(secretKey: string, token: string): UnsubscribeSubject | null {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null;
  const payload = Buffer.from(token, 'base64url');
  const expected = mac(secretKey, payload.subarray(0, 32)).subarray(0, macLength);
  if (!timingSafeEqual(payload.subarray(32), expected)) return null;
  return { contactId: readUuid(payload, 0), runId: readUuid(payload, 16) };
}

/** The link that a mail carries: the page on GET, one-click unsubscription (RFC 8058) on POST. `publicUrl` has no trailing slash. */
export function unsubscribeUrl(publicUrl: string, secretKey: string, subject: UnsubscribeSubject): string {
  return `${publicUrl}/u/${unsubscribeToken(secretKey, subject)}`;
}

function mac(secretKey: string, payload: Buffer): Buffer {
  let key = keys.get(secretKey);
  if (!key) {
    key = createSecretKey(deriveKey(secretKey, 'unsubscribe-links'));
    keys.set(secretKey, key);
  }
  return createHmac('sha256', key).update(payload).digest();
}

function writeUuid(target: Buffer, offset: number, uuid: string): void {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError(`'${uuid}' is not a UUID.`);
  target.write(hex, offset, 16, 'hex');
}

function readUuid(source: Buffer, offset: number): string {
  const hex = source.toString('hex', offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
