import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseFileLock, tryFileLock, withFileLock } from '../../../src/embedded/fileLock.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'oncemail-lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

describe('a lock file', () => {
  it('is held by one, and names the holder to the others', async () => {
    const path = join(directory, 'lock');
    expect(await tryFileLock(path)).toBeUndefined();
    expect(await tryFileLock(path)).toMatchObject({ pid: process.pid });
    releaseFileLock(path);
    expect(await tryFileLock(path)).toBeUndefined();
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it.each([
    ['a process that has ended', () => JSON.stringify({ pid: spawnSync('true').pid, identity: 'gone' })],
    ['a pid that another process has by now', () => JSON.stringify({ pid: process.pid, identity: 'of another life' })],
    ['nobody that can be read', () => 'torn{'],
  ])('left by %s is taken over by exactly one of many', async (_, content) => {
    const path = join(directory, 'lock');
    writeFileSync(path, content());
    const results = await Promise.all(Array.from({ length: 50 }, () => tryFileLock(path)));
    expect(results.filter((holder) => holder === undefined)).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('makes work take turns, and is given back when work fails', async () => {
    const path = join(directory, 'lock');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
      throw new Error('failed');
    };
    const results = await Promise.allSettled([withFileLock(path, work), withFileLock(path, work)]);
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
    expect(most).toBe(1);
  });
});
