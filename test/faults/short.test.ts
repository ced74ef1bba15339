import { expect, it } from 'vitest';
import { TerminalProgress } from '../../src/embedded/progress.js';
import type { FaultSettings } from './harness/scenario.js';
import { badServer } from './scenarios/badServer.js';
import { kills } from './scenarios/kills.js';

/** The short version of `npm run faults` (docs/reliability.md). */
const settings: FaultSettings = {
  recipients: 3_000,
  workers: 2,
  kills: 1,
  away: 5,
  seed: 1,
  progress: new TerminalProgress(),
};

it('keeps the promise while a worker, the API, Temporal and PostgreSQL are killed', { timeout: 240_000 }, async () => {
  const row = await kills(settings);
  expect(row.breaches).toEqual([]);
  expect(row.accepted + row.uncertain).toBeGreaterThanOrEqual(settings.recipients);
});

it('ends every delivery in the state that is true, whatever the mail server does', { timeout: 240_000 }, async () => {
  const row = await badServer({ ...settings, recipients: 600 });
  expect(row.breaches).toEqual([]);
});
