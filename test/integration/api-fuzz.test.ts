import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzz, NoSchemathesis, schemathesisProgram } from '../contract/schemathesis.js';
import { requestsAnswered, seedResources } from '../contract/seed.js';
import { type Platform, startPlatform } from '../support/platform.js';
import { Processes } from '../support/processes.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtpServer.js';

// A short run of what `npm run fuzz-api` does at length.

let platform: Platform;
let processes: Processes;
let smtp: SmtpTestServer;
beforeAll(async () => {
  platform = await startPlatform();
  processes = new Processes(platform);
  smtp = await startSmtpServer({ keepRaw: false });
});
afterAll(async () => {
  await processes?.stopAll();
  await smtp?.close();
  await platform?.close();
});

test(
  'requests that schemathesis makes up from the OpenAPI document get the answers it promises',
  { timeout: 300_000 },
  async (context) => {
    let program;
    try {
      program = await schemathesisProgram();
    } catch (error) {
      if (!(error instanceof NoSchemathesis)) throw error;
      context.skip(error.message);
      return;
    }
    processes.printLogsOnFailure();
    const api = await processes.startApi({ ONCEMAIL_REQUESTS_PER_MINUTE: '0', ONCEMAIL_LOG_LEVEL: 'warn' });
    await seedResources(api.client, smtp.port);
    const before = await requestsAnswered(api.url);
    const { passed, output } = await fuzz(program, {
      url: api.url,
      key: platform.adminApiKey,
      examples: 1,
      seed: 1,
      phases: ['examples', 'fuzzing', 'stateful'],
    });
    expect(passed, output).toBe(true);
    expect((await requestsAnswered(api.url)) - before).toBeGreaterThan(300);
  },
);
