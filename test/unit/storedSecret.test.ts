import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedSecret, StoredSecretError } from '../../src/storedSecret.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oncemail-secret-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a stored secret', () => {
  it('is made once, for its user alone, and fit for a URL', () => {
    const path = join(directory, 'data', 'secret');
    const made = storedSecret(path, { prefix: 'om_' });
    expect(made).toMatch(/^om_[\w-]{43}$/);
    expect(storedSecret(path)).toBe(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, 'data'))).toEqual(['secret']);
  });

  it('is taken as it is found, whatever made it', () => {
    const path = join(directory, 'postgres.password');
    writeFileSync(path, 'of-twenty-four-characters\n', { mode: 0o600 });
    expect(storedSecret(path)).toBe('of-twenty-four-characters');
    expect(readFileSync(path, 'utf8')).toBe('of-twenty-four-characters\n');
  });

  it('is not made anew in place of one that is lost, and says what to do without it', () => {
    const path = join(directory, 'secret');
    writeFileSync(path, '\n');
    expect(() => storedSecret(path, { withoutIt: 'Ask the cook.' })).toThrow(StoredSecretError);
    expect(() => storedSecret(path, { withoutIt: 'Ask the cook.' })).toThrow(/is empty.* Ask the cook\.$/);
    rmSync(path);
    mkdirSync(path);
    expect(() => storedSecret(path)).toThrow(/EISDIR/);
  });
});
