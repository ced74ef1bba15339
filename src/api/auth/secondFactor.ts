import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashToken } from './tokens.js';

const period = 30;

function totp(secret: string, label = ''): TOTP {
  return new TOTP({
    issuer: 'Oncemail',
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period,
  });
}

/** A new secret (160 bits, RFC 4226 section 4) and the address that an authenticator app reads as a QR code. */
export function newTotp(email: string): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 }).base32;
  return { secret, uri: totp(secret, email).toString() };
}

/**
 * The time step (RFC 6238) whose code this is, one step early or late included for clocks that differ; null when it is none. A step
 * that has been accepted once must not be accepted again (section 5.2).
 */
export function totpStep(secret: string, code: string, now: number = Date.now()): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? null : Math.floor(now / 1000 / period) + delta;
}

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Ten codes that each replace the authenticator once: 16 characters of 31, about 79 bits. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: 10 }, () => {
    let code = '';
    while (code.length < 16) {
      for (const byte of randomBytes(32)) if (byte < 248 && code.length < 16) code += alphabet[byte % 31];
    }
    return code.replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** What is stored of a recovery code; written with or without hyphens, blanks and capitals it is the same. */
export function hashRecoveryCode(code: string): Buffer {
  return hashToken(code.toLowerCase().replace(/[\s-]/g, ''));
}
