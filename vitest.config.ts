import { defineConfig } from 'vitest/config';

const alone = ['start', 'limitedRun', 'senderLimits'].map((name) => `test/integration/${name}.test.ts`);

/**
 * Unit tests run side by side; whatever needs PostgreSQL and Temporal shares one of each for the whole run
 * (test/support/platformSetup.ts), three files at a time, as they wait more than they work; what measures time, faults and `npm start`
 * itself need the machine for themselves.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/countReporter.ts'],
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
          include: ['test/faults/**/*.test.ts', 'test/browser/**/*.test.ts', ...alone],
          globalSetup: ['test/support/platformSetup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
