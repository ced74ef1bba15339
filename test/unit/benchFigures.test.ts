import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings } from '../../bench/settings.js';
import { flameGraphOf } from '../../bench/support/cpuProfile.js';
import { flameGraphSvg } from '../../bench/support/flameGraph.js';
import { spreadOf } from '../../bench/support/spread.js';
import { tenths } from '../../bench/support/tenths.js';

test('p95 is the value that one in twenty exceeds', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(spreadOf(values)).toEqual({ p50: 100, p95: 190, max: 200 });
  expect(spreadOf([])).toEqual({ p50: NaN, p95: NaN, max: NaN });
});

test('the last tenth of a steady run is as fast as the first, that of one which slows down is not', () => {
  const steady = tenths(
    Array.from({ length: 100 }, () => 50),
    0.25,
  );
  expect(steady?.firstPerSecond).toBeCloseTo(200);
  expect(steady?.ratio).toBeCloseTo(1);
  const slowing = [...Array.from({ length: 60 }, () => 100), ...Array.from({ length: 60 }, () => 50)];
  expect(tenths(slowing, 0.25)?.ratio).toBeCloseTo(0.5);
  expect(tenths([50, 50, 50], 0.25)).toBeNull();
});

test('a flame graph shows the CPU time of the window by caller, and no path of this machine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'oncemail-profile-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const node = (id: number, functionName: string, url: string, children: number[]) => ({
    id,
    callFrame: { functionName, url, lineNumber: 1 },
    children,
  });
  const profile = {
    nodes: [
      node(1, '(root)', '', [2, 3]),
      node(2, '(idle)', '', []),
      node(3, 'emit', 'node:events', [4, 5]),
      node(4, 'send<T>', 'file:///home/somebody/oncemail/dist/mail/smtpTransport.js', []),
      node(5, '', '/home/somebody/oncemail/node_modules/pg/lib/client.js', []),
    ],
    startTime: 1_000_000,
    samples: [4, 2, 5, 3, 4],
    timeDeltas: [5_000, 7_000, 2_000, 1_000, 9_000],
  };
  writeFileSync(join(directory, 'CPU.cpuprofile'), JSON.stringify(profile));

  const root = flameGraphOf(directory, { from: 1_000_000, to: 1_020_000 });
  expect(root.value).toBeCloseTo(8);
  const emit = root.children.get('emit node:events');
  expect(emit?.self).toBeCloseTo(1);
  expect(emit?.children.get('send<T> src/mail/smtpTransport.ts')?.value).toBeCloseTo(5);
  expect(emit?.children.get('(anonymous) node_modules/pg/lib/client.js')?.value).toBeCloseTo(2);
  const svg = flameGraphSvg(root, 'A worker');
  expect(svg).toContain('send&lt;T&gt; (src/mail/smtpTransport.ts): 62.5 %');
  expect(svg).not.toContain('somebody');
});

test('an option that means nothing to what is measured is refused', () => {
  expect(readSettings(['--automations', '500', '--reads'])).toBe('--reads says nothing about --automations.');
  expect(readSettings(['--recipients', 'many'])).toContain('--recipients is to be a whole number');
  expect(readSettings(['--automations', '500'])).toMatchObject({ mode: 'automations', contacts: 20, workers: 2 });
  expect(readSettings(['--profile', 'worker.svg'])).toMatchObject({ mode: 'campaign', workers: 1 });
});
