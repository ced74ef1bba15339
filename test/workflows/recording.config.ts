import { defineConfig } from 'vitest/config';

/** `npm run record-histories`: records the histories that replay.test.ts replays anew, from a real server and worker. */
export default defineConfig({
  test: {
    include: ['test/workflows/recordHistories.ts'],
    globalSetup: ['test/support/platformSetup.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
