import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.js';

/**
 * On a shared CI machine a test that waits for real servers may run out of time once. It is then run a second time, and named at the end; a second failure
 * fails. At a desk every failure counts at once. What keeps the promise (test/faults) and what is pure (test/unit) has no second try anywhere.
 */
const retry = process.env.CI ? 1 : 0;

const alone = ['start', 'limitedRun', 'senderLimits'].map((name) => `test/integration/${name}.test.ts`);

/**
 * Unit tests run side by side; whatever needs PostgreSQL and Temporal shares one of each for the whole run
 * (test/support/platformSetup.ts), three files at a time, as they wait more than they work; what measures time, faults and `npm start`
 * itself need the machine for themselves.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/countReporter.ts'],
    sequence: { sequencer: LongestFirst },
    // How long something may take says nothing about whether it is right: a second, the default, is too little on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Property tests take their time on a machine that does other things too.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          retry,
          include: ['test/workflows/**/*.test.ts', 'test/integration/**/*.test.ts'],
          exclude: alone,
          globalSetup: ['test/support/platformSetup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          retry,
          include: ['test/browser/**/*.test.ts', ...alone],
          globalSetup: ['test/support/platformSetup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: ['test/support/platformSetup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
