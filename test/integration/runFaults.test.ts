import { setTimeout as delay } from 'node:timers/promises';
import type { RunView } from '../../src/api/runs/schemas.js';
import { resolveUncertain } from '../../src/ledger/deliveries/resolveUncertain.js';
import { countDeliveries } from '../../src/ledger/runs/countDeliveries.js';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { untilRun } from '../support/campaignFixtures.js';
import { startHttpMailServer } from '../support/httpMailServer.js';
import { givenCampaign, givenHttpSender, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { until } from '../support/restClient.js';
import { type Scene, sceneTest } from '../support/scene.js';

/**
 * What becomes of runs whose processes, or whose execution, are taken away. Temporal notices a dead worker by its heartbeats, after half a minute: the
 * tests wait for that side by side.
 */
const it = sceneTest.concurrent;
const connections = 5;

async function begun(scene: Scene, count: number, senderId: string): Promise<string> {
  const { database, runs } = scene;
  const campaignId = await givenCampaign(database, {
    listIds: [await givenList(database, count)],
    senderIds: [senderId],
  });
  const { runId } = await requestManualRun(database, { campaignId });
  await runs.start(runId);
  return runId;
}

/** A run whose mails take 20 ms each at the server, begun. */
async function givenRun(scene: Scene, count: number): Promise<string> {
  const { smtp, database } = scene;
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 20 } : undefined);
  return begun(scene, count, await givenSender(database, { port: smtp.port, maxConnections: connections }));
}

const received = ({ smtp }: Scene, n: number) =>
  until(
    async () => smtp.received().length,
    (count) => count >= n,
    60_000,
  );

it('a worker killed with -9 in the middle leaves nobody out, mails nobody twice, and as many uncertain as it held', async ({
  scene,
  expect,
}) => {
  const { database, runs, processes, smtp } = scene;
  const first = await processes.startWorker();
  const runId = await givenRun(scene, 600);
  await received(scene, 150);
  await first.kill();
  const second = await processes.startWorker();
  await untilRun(database, runId, 'completed', 110_000);
  const counts = await countDeliveries(database.pool, runId);
  expect(counts.sent + counts.uncertain).toBe(600);
  expect(counts.uncertain).toBeLessThanOrEqual(connections * 2);
  expect(smtp.duplicates()).toEqual([]);
  // Each one that the server has is sent, or uncertain and told of.
  expect(smtp.countByRecipient().size).toBeGreaterThanOrEqual(counts.sent);
  expect(smtp.countByRecipient().size).toBeLessThanOrEqual(600);

  // A person decides that they are to be sent again: the run goes on by a new execution and ends.
  if (counts.uncertain > 0) {
    expect(await resolveUncertain(database.pool, { runId, resolution: 'resend', by: 'a test' })).toBe(counts.uncertain);
    expect(await runs.reopen(runId)).toBe(true);
    await untilRun(database, runId, 'completed', 60_000);
    expect(await statesOf(database, runId)).toEqual({ sent: 600 });
    expect(smtp.countByRecipient().size).toBe(600);
  }
  await second.terminate();
}, 240_000);

it('a worker told to end (SIGTERM) finishes what it holds: nothing is uncertain, nobody is mailed twice', async ({
  scene,
  expect,
}) => {
  const { database, processes, smtp } = scene;
  const first = await processes.startWorker();
  const runId = await givenRun(scene, 400);
  await received(scene, 100);
  await first.terminate();
  // It claims nothing more, rather than to go on with its chunk.
  expect(smtp.count).toBeLessThan(300);
  expect(await statesOf(database, runId)).toEqual({ sent: smtp.count, pending: 400 - smtp.count });
  const second = await processes.startWorker();
  await untilRun(database, runId, 'completed', 60_000);
  expect(await statesOf(database, runId)).toEqual({ sent: 400 });
  expect(smtp.duplicates()).toEqual([]);
  expect(smtp.received()).toHaveLength(400);
  await second.terminate();
}, 150_000);

it('an execution that is deleted is continued by a new one; one that is terminated stops its run, which can be resumed', async ({
  scene,
  expect,
}) => {
  const { database, runs, client, platform, processes, smtp } = scene;
  const worker = await processes.startWorker();
  const runId = await givenRun(scene, 300);
  await received(scene, 50);
  const { rows } = await database.pool.query<{ workflow_id: string }>(`SELECT workflow_id FROM runs WHERE id = $1`, [
    runId,
  ]);
  const workflowId = rows[0]!.workflow_id;
  const execution = await client.workflow.getHandle(workflowId).describe();
  await client.workflow.workflowService.deleteWorkflowExecution({
    namespace: platform.namespace,
    workflowExecution: { workflowId, runId: execution.runId },
  });
  await database.pool.query(`UPDATE runs SET started_at = now() - interval '1 minute' WHERE id = $1`, [runId]);
  await until(
    () => runs.reconcile(),
    ({ continued }) => continued === 1,
  );
  await until(
    () => countDeliveries(database.pool, runId),
    ({ sent }) => sent > 100,
    60_000,
  );

  await client.workflow.getHandle(workflowId).terminate('by hand');
  await until(
    () => runs.reconcile(),
    ({ ended }) => ended === 1,
  );
  const stopped = await untilRun(database, runId, 'stopped');
  expect(stopped.status_reason).toContain('terminated');
  expect(await runs.reopen(runId)).toBe(true);
  await untilRun(database, runId, 'completed', 100_000);
  const counts = await countDeliveries(database.pool, runId);
  expect(counts).toMatchObject({ total: 300, sent: 300 });
  expect(smtp.duplicates()).toEqual([]);
  await worker.terminate();
}, 240_000);

it('a frozen worker that wakes after its activities were retried elsewhere sends nothing that others have', async ({
  scene,
  expect,
}) => {
  const { database, processes, smtp } = scene;
  const first = await processes.startWorker();
  const runId = await givenRun(scene, 500);
  await received(scene, 100);
  first.freeze();
  const second = await processes.startWorker();
  await untilRun(database, runId, 'completed', 110_000);
  first.resume();
  // The late settles turn uncertain into what happened.
  await until(
    () => countDeliveries(database.pool, runId),
    ({ sent, uncertain, pending }) => sent + uncertain + pending === 500,
  );
  await first.terminate();
  await second.terminate();
  expect(smtp.duplicates()).toEqual([]);
  const counts = await countDeliveries(database.pool, runId);
  expect(counts.uncertain).toBeLessThanOrEqual(connections * 2);
  expect(counts.sent).toBeLessThanOrEqual(smtp.countByRecipient().size);
}, 240_000);

it('paused stays paused over kill -9 of the API and every worker; resume goes on, stop cancels', async ({
  scene,
  expect,
}) => {
  const { database, client, processes, smtp } = scene;
  let api = await processes.startApi();
  let workers = [await processes.startWorker(), await processes.startWorker()];
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 30 } : undefined);
  const campaignId = await givenCampaign(database, {
    listIds: [await givenList(database, 700)],
    senderIds: [await givenSender(database, { port: smtp.port, maxConnections: connections })],
  });
  const run = await api.client.ok<RunView>('POST', `campaigns/${campaignId}/runs`);
  const read = () => api.client.ok<RunView>('GET', `runs/${run.id}`);
  const act = async (action: 'pause' | 'resume' | 'stop') =>
    (await api.client.request('POST', `runs/${run.id}/${action}`)).status;

  await received(scene, 80);
  expect(await act('pause')).toBe(202);
  await Promise.all([api.kill(), ...workers.map((w) => w.kill())]);
  const atKill = smtp.received().length;

  api = await processes.startApi();
  workers = [await processes.startWorker()];
  expect(await read()).toMatchObject({ status: 'paused', control: 'pause', statusReason: 'paused by an operator' });
  // The workflow is at work again, and has looked. A look that died with its worker is repeated when its heartbeats are missed.
  await until(
    () => client.workflow.getHandle(run.workflowId).query<{ status: string }, []>('progress'),
    ({ status }) => status === 'paused',
    100_000,
  );
  await delay(2_000);
  expect(smtp.received().length).toBe(atKill);
  expect((await read()).status).toBe('paused');

  expect(await act('resume')).toBe(202);
  await received(scene, atKill + 80);
  // With no worker there: what is wanted stands in the ledger, and is done when one comes.
  await Promise.all(workers.map((w) => w.kill()));
  expect(await act('stop')).toBe(202);
  expect(await read()).toMatchObject({ control: 'stop' });
  await api.kill();
  api = await processes.startApi();
  workers = [await processes.startWorker(), await processes.startWorker()];
  const stopped = await until(read, (view) => view.status === 'stopped' && view, 100_000);
  const { total, sent, cancelled, uncertain, ...others } = stopped.counts;
  expect([total, sent + cancelled + uncertain]).toEqual([700, 700]);
  expect(Object.values(others).every((n) => n === 0)).toBe(true);
  expect(cancelled).toBeGreaterThan(0);
  expect(uncertain).toBeLessThanOrEqual(3 * 2 * connections);
  expect(await statesOf(database, run.id)).toEqual({ sent, cancelled, ...(uncertain > 0 ? { uncertain } : {}) });
  expect(smtp.duplicates()).toEqual([]);
  expect(await act('stop')).toBe(409);
}, 300_000);

it('workers killed with -9 in the middle leave nothing uncertain at a provider that knows keys: everybody gets one email', async ({
  scene,
  expect,
  onTestFinished,
}) => {
  const { database, client, platform, processes } = scene;
  const provider = await startHttpMailServer({ latencyMs: 20 });
  onTestFinished(() => provider.close());
  const accepted = (n: number) =>
    until(
      async () => provider.accepted().length,
      (count) => count >= n,
      60_000,
    );
  const first = await processes.startWorker();
  const senderId = await givenHttpSender(database, platform.env['ONCEMAIL_SECRET_KEY'] as string, {
    url: provider.url,
    apiKey: provider.apiKey,
    maxConnections: connections,
  });
  const runId = await begun(scene, 600, senderId);
  await accepted(150);
  await first.kill();
  const held = await statesOf(database, runId);
  expect(held.sending).toBeGreaterThan(0);
  expect(held.sending).toBeLessThanOrEqual(connections * 2);
  const second = await processes.startWorker();
  await accepted(350);
  await second.kill();
  const third = await processes.startWorker();
  await untilRun(database, runId, 'completed', 150_000);
  expect(await statesOf(database, runId)).toEqual({ sent: 600 });
  expect(provider.duplicates()).toEqual([]);
  expect(provider.accepted()).toHaveLength(600);
  // Some were asked about, and the provider had them.
  const repeated = provider.requests().filter((r) => r.repeats > 0);
  expect(repeated.length).toBeGreaterThan(0);
  await third.terminate();

  // The key is in no log and in no history.
  const { rows } = await database.pool.query(`SELECT workflow_id FROM runs WHERE id = $1`, [runId]);
  const history = await client.workflow.getHandle(rows[0].workflow_id as string).fetchHistory();
  expect(JSON.stringify(history)).not.toContain(provider.apiKey);
  expect(JSON.stringify(history)).not.toContain(Buffer.from(provider.apiKey).toString('base64').slice(4, 20));
  expect(processes.logs()).not.toContain(provider.apiKey);
}, 300_000);
