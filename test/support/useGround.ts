import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Ground, startGround } from './campaignFixtures.js';
import { type SmtpTestServer, startSmtpServer } from './smtpServer.js';

/**
 * Gives the tests of a file a ground and a mail server of their own, with `workers` worker processes (default 1), and takes them away after the
 * last test. Before each test the server forgets what it received and how it was to misbehave; a test that fails prints the processes' logs.
 */
export function useGround(given: (ground: Ground, smtp: SmtpTestServer) => void, workers = 1): void {
  let ground: Ground | undefined;
  let smtp: SmtpTestServer | undefined;
  beforeAll(async () => {
    ground = await startGround();
    smtp = await startSmtpServer();
    given(ground, smtp);
    for (let i = 0; i < workers; i++) await ground.processes.startWorker();
  });
  afterAll(async () => {
    await ground?.close();
    await smtp?.close();
  });
  beforeEach(() => {
    smtp?.clear();
    if (smtp) smtp.script = undefined;
    ground?.processes.printLogsOnFailure();
  });
}
