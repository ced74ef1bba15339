import { describe, expect, it } from 'vitest';
import { endedForNext, judgeOverlap, type ScheduledRun } from '../../src/domain/overlap.js';
import type { OverlapPolicy } from '../../src/domain/policy.js';

/** Times in minutes; an occurrence every ten. */
const minute = 60_000;
const run = (id: string, due: number, started: number, finished: number | null): ScheduledRun => ({
  id,
  due: due * minute,
  started: started * minute,
  finished: finished === null ? null : finished * minute,
});

function fateOf(policy: OverlapPolicy, at: number, now: number, runs: ScheduledRun[], catchUp = 360): string | null {
  const verdict = judgeOverlap({
    policy,
    at: at * minute,
    now: now * minute,
    runs,
    catchUpMs: catchUp * minute,
    onItsWayMs: 1.5 * minute,
    firstAfter: (instant) => (Math.floor(instant / (10 * minute)) + 1) * 10 * minute,
  });
  if (verdict) expect(verdict.reason).toContain(`(overlap policy: ${policy})`);
  return verdict?.fate ?? null;
}

describe('an occurrence without a run', () => {
  it.each<[string, OverlapPolicy, number, number, ScheduledRun[], string | null]>([
    ['nothing else ran', 'skip', 10, 11, [], null],
    ['a run goes on', 'skip', 10, 11, [run('a', 0, 0, null)], 'skipped'],
    ['a run went on', 'skip', 10, 60, [run('a', 0, 0, 15)], 'skipped'],
    ['a run had ended long before', 'skip', 10, 60, [run('a', 0, 0, 5)], null],
    ['a run had ended, and the Schedule had not heard of it', 'skip', 10, 60, [run('a', 0, 0, 9.95)], 'skipped'],
    ['the whole of an outage, which one run caught up', 'skip', 40, 90, [run('a', 10, 60, 61)], 'skipped'],
    ['of an outage, before what was caught up', 'skip', 0, 90, [run('a', 10, 60, 61)], null],
    ['a run backfilled by hand, days later', 'skip', 10, 900, [run('a', 0, 800, 801)], null],
    ['runs do not hold each other up', 'allowAll', 10, 60, [run('a', 0, 0, null)], null],

    ['the first behind a run', 'bufferOne', 10, 12, [run('a', 0, 0, null)], 'waits'],
    ['the second behind a run', 'bufferOne', 20, 22, [run('a', 0, 0, null)], 'skipped'],
    ['the first behind a run that has just ended', 'bufferOne', 10, 12, [run('a', 0, 0, 11)], 'waits'],
    ['the first behind a run that ended a while ago', 'bufferOne', 10, 60, [run('a', 0, 0, 11)], null],
    ['the second, after the first has run', 'bufferOne', 20, 60, [run('a', 0, 0, 25), run('b', 10, 25, 28)], 'skipped'],
    [
      'the first behind the one that waited',
      'bufferOne',
      30,
      32,
      [run('a', 0, 0, 25), run('b', 10, 25, null)],
      'waits',
    ],
    ['the second behind it', 'bufferOne', 40, 42, [run('a', 0, 0, 25), run('b', 10, 25, null)], 'skipped'],
    ['the second of an outage', 'bufferOne', 20, 62, [run('a', 10, 60, null)], 'waits'],
    ['the third of an outage', 'bufferOne', 30, 62, [run('a', 10, 60, null)], 'skipped'],

    ['any behind a run', 'bufferAll', 20, 22, [run('a', 0, 0, null)], 'waits'],
    ['behind one that waits itself', 'bufferAll', 20, 36, [run('a', 0, 0, 25), run('b', 10, 25, null)], 'waits'],
    ['whose turn it was a while ago', 'bufferAll', 20, 60, [run('a', 0, 0, 25), run('b', 10, 25, 30)], null],

    ['while the run before is being cancelled', 'cancelOther', 10, 13, [run('a', 0, 0, null)], 'waits'],
    ['while the run before is being terminated', 'terminateOther', 10, 13, [run('a', 0, 0, null)], 'waits'],
    ['which a later one overtook', 'cancelOther', 10, 60, [run('a', 0, 0, 21), run('b', 20, 21, 30)], 'skipped'],
    ['of an outage, whose last one ran', 'terminateOther', 20, 90, [run('b', 30, 60, 61)], 'skipped'],
    ['before one that was on time', 'cancelOther', 20, 90, [run('b', 30, 30, 31)], null],
  ])('%s (%s)', (_, policy, at, now, runs, fate) => expect(fateOf(policy, at, now, runs)).toBe(fate));
});

it('a run that was ended for the next occurrence says so', () => {
  const [a, b] = [run('a', 0, 0, 10.1), run('b', 10, 10.2, null)];
  expect(endedForNext('cancelOther', a, [a, b])).toContain('cancelled for the next occurrence, run b');
  expect(endedForNext('terminateOther', a, [a, b])).toContain('terminated for the next occurrence, run b');
  expect(endedForNext('skip', a, [a, b])).toBeNull();
  // Also when the ledger heard of it later than the next one began.
  expect(endedForNext('terminateOther', run('a', 0, 0, 10.9), [b])).toContain('run b');
  const early = run('a', 0, 0, 4);
  expect(endedForNext('cancelOther', early, [early, b])).toBeNull();
});
