import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Queryable } from '../../ledger/database.js';
import { countAttempt, forgetAttempts, forgiveAttempt } from '../../ledger/users/signInAttempts.js';
import { Problem } from '../common/problems.js';

/** Attempts in a quarter of an hour, on all API processes together. */
const perAccount = 10;
const perAddress = 50;

const keyOf = (kind: string, value: string) => createHash('sha256').update(`${kind}:${value}`, 'utf8').digest();

/** One household or office has one IPv4 address, or an IPv6 network of 64 bits. */
function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = (ip.split('%')[0] as string).split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const all =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return all
    .slice(0, 4)
    .map((g) => parseInt(g, 16).toString(16))
    .join(':');
}

/** An attempt to show who one is, counted before it is looked at. */
export interface CountedAttempt {
  /** It was right: the account's earlier attempts are forgotten, the address gets this one back. */
  succeeded(): Promise<void>;
  /** It was no guess: both get it back. */
  wasNone(): Promise<void>;
}

/**
 * Counts an attempt against the account that was named, whether it exists or not, and against the client's address.
 * @throws Problem `rate-limited` with `Retry-After` when either has had too many.
 */
export async function countSignInAttempt(db: Queryable, account: string, ip: string): Promise<CountedAttempt> {
  const accountKey = keyOf('account', account);
  const addressKey = keyOf('address', network(ip));
  for (const [key, limit] of [
    [addressKey, perAddress],
    [accountKey, perAccount],
  ] as const) {
    const seconds = await countAttempt(db, key, limit);
    if (seconds > 0) {
      throw new Problem('rate-limited', `Too many attempts; the next may be made in ${seconds} seconds.`, {
        headers: { 'Retry-After': String(seconds) },
      });
    }
  }
  return {
    succeeded: async () => {
      await forgetAttempts(db, accountKey);
      await forgiveAttempt(db, addressKey);
    },
    wasNone: async () => {
      await forgiveAttempt(db, accountKey);
      await forgiveAttempt(db, addressKey);
    },
  };
}
