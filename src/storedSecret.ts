import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A secret's file that cannot be used; the message says what to do. */
export class StoredSecretError extends Error {
  override name = 'StoredSecretError';
}

export interface StoredSecretOptions {
  /** What a secret made here begins with. */
  prefix?: string;
  /** What to do when the secret is gone for good: the end of the message about an empty file. */
  withoutIt?: string;
}

/**
 * A secret of this installation: random, made at the first start, readable by its user alone, safe in a URL. Of processes that start at once all
 * get the same one. A file that is there is taken as it is, whatever made it.
 * @throws StoredSecretError when the file is empty.
 */
export function storedSecret(path: string, options: StoredSecretOptions = {}): string {
  const { prefix = '', withoutIt = 'Without one, delete the file: passwords of senders have to be entered again.' } =
    options;
  const present = readSecret(path, withoutIt);
  if (present !== null) return present;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const own = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, `${prefix}${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A whole file appears at once, or another process's is there already.
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return readSecret(path, withoutIt) as string;
}

function readSecret(path: string, withoutIt: string): string | null {
  let value: string;
  try {
    value = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (value !== '') return value;
  throw new StoredSecretError(
    `The file ${path} is empty; it should hold a secret that stored data depends on. Put it back from your backup. ${withoutIt}`,
  );
}
