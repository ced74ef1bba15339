import { afterAll, beforeAll, expect, test } from 'vitest';
import { disagreements } from '../support/agreement.js';
import { type Ground, startGround } from '../support/campaignFixtures.js';
import { campaignToTwo, Clients } from '../support/loadClients.js';
import { type SmtpTestServer, startSmtpServer } from '../support/smtpServer.js';

// A short run of what `npm run load-api` does at length.

let ground: Ground;
let smtp: SmtpTestServer;
beforeAll(async () => {
  ground = await startGround();
  smtp = await startSmtpServer();
  await ground.processes.startWorker();
});
afterAll(async () => {
  await ground?.close();
  await smtp?.close();
});

test(
  'clients that all work on the same automations leave PostgreSQL, Temporal and their answers in agreement',
  { timeout: 180_000 },
  async () => {
    ground.processes.printLogsOnFailure();
    const { client } = await ground.processes.startApi({
      ONCEMAIL_REQUESTS_PER_MINUTE: '0',
      ONCEMAIL_LOG_LEVEL: 'warn',
    });
    const clients = new Clients(client, 4, 1, await campaignToTwo(client, smtp.port));
    await clients.work(40, 5_000);
    const { database, client: temporal } = ground;
    expect(await disagreements({ database, temporal, smtp, clients, patienceMs: 120_000 })).toEqual([]);
    expect(clients.refused).toEqual([]);
    expect(clients.runs.size).toBeGreaterThan(0);
  },
);
