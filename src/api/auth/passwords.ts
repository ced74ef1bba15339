import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import { parseAddress } from '../../domain/address.js';
import { invalidField } from '../common/problems.js';

/** argon2id with the parameters OWASP recommends (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A password that is being set. Length is what makes it strong (NIST SP 800-63B): no rules about kinds of characters. */
export const newPassword = z
  .string()
  .min(12)
  .max(200)
  .meta({ description: '12 to 200 characters, not made of a few repeated ones and not the email address' });

/** A password that is being shown. */
export const shownPassword = z.string().min(1).max(200);

/** @throws Problem `validation` when a new password is one that is guessed first. */
export function refuseWeak(password: string, email: string, pointer: string): void {
  if (new Set(password).size < 5) throw invalidField(pointer, 'Must have at least five different characters');
  const local = parseAddress(email);
  const plain = password.normalize('NFC').toLowerCase();
  if (plain === email.toLowerCase() || (local.ok && plain === local.address))
    throw invalidField(pointer, 'Must not be the email address');
}

/** What is stored of a password. Runs off the event loop. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), cost);
}

let decoy: Promise<string> | undefined;

/** Whether a password has this hash. With null it is compared to the hash of nothing known: the answer is false after the same time. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await decoy), password.normalize('NFC'));
  return matches && stored !== null;
}
