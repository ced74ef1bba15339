import { test } from 'vitest';
import { type Ground, startGround } from './campaignFixtures.js';
import { startSmtpServer, type SmtpTestServer } from './smtpServer.js';

/** A ground and a mail server of one test. */
export interface Scene extends Ground {
  smtp: SmtpTestServer;
}

/**
 * A test with a ground and a mail server of its own, without workers, for tests that wait most of their time: `sceneTest.concurrent` lets them wait together.
 * One that fails prints the logs of its processes. Such a test uses the `expect` of its context.
 */
export const sceneTest = test.extend<{ scene: Scene }>({
  scene: async ({ onTestFailed }, use) => {
    const ground = await startGround();
    try {
      const smtp = await startSmtpServer();
      ground.processes.printLogsOnFailure(onTestFailed);
      try {
        await use({ ...ground, smtp });
      } finally {
        await ground.processes.stopAll();
        await smtp.close();
      }
    } finally {
      await ground.close();
    }
  },
});
