import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startTemporal, type EmbeddedTemporal } from '../../src/embedded/temporal.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { runsOf, startGround, untilRun, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';
import { temporaryDirectory } from '../support/stage.js';

/** On a server that suggests to continue as new early, so that an execution soon waits for its chunks to end before it does. */
let temporal: EmbeddedTemporal;
let ground: Ground;
let smtp: SmtpTestServer;
beforeAll(async () => {
  const directory = temporaryDirectory('oncemail-wishes-');
  temporal = await startTemporal({
    binary: inject('platform').temporalBinary,
    dbFile: join(directory, 'temporal.db'),
    logPath: join(directory, 'temporal.log'),
    port: 0,
    headless: true,
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '30' },
  });
  ground = await startGround({ address: temporal.address, namespace: 'default' });
  smtp = await startSmtpServer();
  await ground.processes.startWorker();
});
afterAll(async () => {
  await ground?.close();
  await smtp?.close();
  await temporal?.stop();
});

it('a stop sent by hand while the execution waits for its chunks, to continue as new, is not forgotten', async () => {
  ground.processes.printLogsOnFailure();
  // Of forty chunks of fifty, sixteen are in flight at first. One mail takes its time, so that the execution waits for its chunk when the others have ended.
  let arrived = 0;
  smtp.script = ({ stage }) => (stage === 'dot' && ++arrived === 100 ? { delayMs: 10_000 } : undefined);
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, 2_000)],
    senderIds: [await givenSender(ground.database, { port: smtp.port })],
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  const [run] = await runsOf(ground.database, campaignId);
  await smtp.waitForCount(780);
  const execution = ground.client.workflow.getHandle(run!.workflow_id);
  const waiting = (await execution.describe()).runId;
  await execution.signal('stop');
  const { first_execution_run_id: owner } = await untilRun(ground.database, runId, 'stopped', 40_000);
  // It was the execution that was about to continue as new, not the one after it.
  expect(owner).toBe(waiting);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: smtp.count, cancelled: 2_000 - smtp.count });
  expect(smtp.count).toBeLessThan(1_000);
  expect(smtp.duplicates()).toEqual([]);
}, 120_000);
