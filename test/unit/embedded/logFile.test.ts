import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from '../../../src/embedded/logFile.js';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'oncemail-log-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('never takes more than twice its limit on disk, and keeps the latest', () => {
  const path = join(directory, 'a.log');
  const log = new LogFile(path, 1000);
  for (let i = 0; i < 500; i++) log.write(`line ${i}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(1000);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1000);
  expect(readFileSync(path, 'utf8')).toMatch(/line 499\n$/);
  log.close();
});

it('goes on where an earlier process ended', () => {
  const path = join(directory, 'a.log');
  new LogFile(path).write('first\n');
  new LogFile(path).write('second\n');
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
});

it('remembers the last lines, an unfinished one too, and reports complete lines one by one', () => {
  const log = new LogFile(join(directory, 'a.log'), 1e6, 3);
  const lines: string[] = [];
  log.onLine = (line) => lines.push(line);
  log.write('one\ntw');
  log.write('o\nthree\nfour\nfi');
  expect(log.tail(3)).toEqual(['three', 'four', 'fi']);
  expect(lines).toEqual(['one', 'two', 'three', 'four']);
});
