import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunView } from '../../src/api/runs/schemas.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { controlRun } from '../../src/ledger/runs/controlRun.js';
import { reopenRun } from '../../src/ledger/runs/reopenRun.js';
import { startGround, type Ground } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenOpenRun, givenSender, statesOf } from '../support/ledgerFixtures.js';
import type { ApiProcess, ServerProcess } from '../support/processes.js';
import { until } from '../support/restClient.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

let ground: Ground;
let smtp: SmtpTestServer;
let api: ApiProcess;
let workers: ServerProcess[];
beforeAll(async () => {
  ground = await startGround();
  smtp = await startSmtpServer();
  api = await ground.processes.startApi();
  workers = [await ground.processes.startWorker(), await ground.processes.startWorker()];
});
afterAll(async () => {
  await ground?.close();
  await smtp?.close();
});
beforeEach(() => {
  ground.processes.printLogsOnFailure();
  smtp.clear();
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 30 } : undefined);
});

const connections = 4;
/** What a worker may have claimed: two mails a connection. */
const heldByWorker = connections * 2;

async function givenRun(contacts: number, sender: object = {}): Promise<RunView> {
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, contacts)],
    senderIds: [await givenSender(ground.database, { port: smtp.port, maxConnections: connections, ...sender })],
  });
  return api.client.ok<RunView>('POST', `campaigns/${campaignId}/runs`);
}

const read = (run: RunView) => api.client.ok<RunView>('GET', `runs/${run.id}`);
const reads = (run: RunView, accept: (view: RunView) => boolean, timeoutMs = 60_000) =>
  until(
    () => read(run),
    (view) => accept(view) && view,
    timeoutMs,
  );
const received = (more: number) => {
  const goal = smtp.received().length + more;
  return expect.poll(() => smtp.received().length, { timeout: 40_000 }).toBeGreaterThanOrEqual(goal);
};
const act = (run: RunView, action: 'pause' | 'resume' | 'stop') =>
  api.client.request<RunView>('POST', `runs/${run.id}/${action}`);

/** Waits until nothing is on its way any more, and tells how many mails have arrived since `from`. */
async function arrivedSince(run: RunView, from: number): Promise<number> {
  await reads(run, (view) => view.counts.sending === 0);
  return smtp.received().length - from;
}

/** The run's figures, the rows and the mail server tell the same, and nobody is in no state or has two mails. */
async function consistent(view: RunView): Promise<void> {
  const { total, ...states } = view.counts;
  expect(Object.values(states).reduce((a, b) => a + b, 0)).toBe(total);
  expect(await statesOf(ground.database, view.id)).toEqual(
    Object.fromEntries(Object.entries(states).filter(([, n]) => n > 0)),
  );
  expect(smtp.duplicates()).toEqual([]);
}

describe('pause, resume and stop', () => {
  it('take effect within what the workers hold: two mails a connection', async () => {
    const run = await givenRun(1_500);
    const after: number[] = [];
    for (let round = 0; round < 8; round++) {
      await received(60);
      const { status, body } = await act(run, 'pause');
      const at = smtp.received().length;
      expect([status, body.status, body.control]).toEqual([202, 'paused', 'pause']);
      after.push(await arrivedSince(run, at));
      const resumed = await act(run, 'resume');
      expect([resumed.status, resumed.body.control]).toEqual([202, 'run']);
    }
    await received(60);
    const { status } = await act(run, 'stop');
    const at = smtp.received().length;
    expect(status).toBe(202);
    const stopped = await reads(run, (view) => view.status === 'stopped');
    after.push(smtp.received().length - at);
    process.stderr.write(`mails after the answer to pause (8 times) and stop: ${after.join(', ')}\n`);
    for (const n of after) expect(n).toBeLessThanOrEqual(workers.length * heldByWorker);
    expect(stopped.counts.cancelled).toBeGreaterThan(0);
    expect(stopped.counts.sent).toBe(smtp.received().length);
    expect(stopped.counts.sent + stopped.counts.cancelled).toBe(1_500);
    await consistent(stopped);
  });

  it('of a run that no worker has begun are kept for it', async () => {
    await Promise.all(workers.map((w) => w.terminate()));
    const [paused, stopped] = [await givenRun(20), await givenRun(20)];
    expect((await act(paused, 'pause')).body).toMatchObject({ status: 'paused', control: 'pause' });
    expect((await act(stopped, 'stop')).status).toBe(202);
    expect((await act(stopped, 'resume')).status).toBe(409);
    workers = [await ground.processes.startWorker(), await ground.processes.startWorker()];
    expect((await reads(stopped, (view) => view.status === 'stopped')).counts).toMatchObject({ cancelled: 20 });
    expect((await reads(paused, (view) => view.counts.total === 20)).status).toBe('paused');
    expect(smtp.received()).toHaveLength(0);
    await act(paused, 'resume');
    await reads(paused, (view) => view.status === 'completed');
    expect(smtp.received()).toHaveLength(20);
  });

  it('a stopped run that is resumed at once goes on at once, with what was not cancelled', async () => {
    const run = await givenRun(300);
    await received(30);
    await act(run, 'stop');
    await reads(run, (view) => view.status === 'stopped');
    const { status, body } = await act(run, 'resume');
    expect([status, body.control]).toEqual([202, 'run']);
    const done = await reads(run, (view) => view.status === 'completed', 8_000);
    expect(done.counts).toMatchObject({ pending: 0, sent: smtp.received().length });
    await consistent(done);
  });
});

describe('two operators at once', () => {
  const rounds = 10;

  it('who pause and stop end in a stopped run', async () => {
    for (let round = 0; round < rounds; round++) {
      const run = await givenRun(80);
      await received(3);
      const [, stop] = await Promise.all([act(run, 'pause'), act(run, 'stop')]);
      expect(stop.status).toBe(202);
      const view = await reads(run, (v) => v.status === 'stopped');
      expect(view).toMatchObject({ control: 'stop', counts: { pending: 0, sending: 0 } });
      await consistent(view);
      smtp.clear();
    }
  });

  it('who resume a paused run and stop it end in a stopped run', async () => {
    for (let round = 0; round < rounds; round++) {
      const run = await givenRun(80);
      await received(3);
      await act(run, 'pause');
      const [resume, stop] = await Promise.all([act(run, 'resume'), act(run, 'stop')]);
      expect(stop.status).toBe(202);
      expect([202, 409]).toContain(resume.status);
      const view = await reads(run, (v) => v.status === 'stopped');
      expect(view).toMatchObject({ control: 'stop', counts: { pending: 0, sending: 0 } });
      await consistent(view);
      smtp.clear();
    }
  });

  it('who resume an ended run, while others stop it again, end as the last accepted word said', async () => {
    for (let round = 0; round < rounds; round++) {
      // Terminated by hand: what was pending is left to be resumed.
      const run = await givenRun(60);
      await received(3);
      await act(run, 'pause');
      await reads(run, (v) => v.counts.sending === 0);
      await ground.client.workflow.getHandle(run.workflowId).terminate('by hand');
      await ground.database.pool.query(`UPDATE runs SET started_at = now() - interval '1 minute' WHERE id = $1`, [
        run.id,
      ]);
      await ground.runs.reconcile();
      expect((await read(run)).status).toBe('stopped');
      const answers = await Promise.all([
        act(run, 'resume'),
        act(run, 'resume'),
        delay(round * 3).then(() => act(run, 'stop')),
        act(run, 'resume'),
      ]);
      const stop = answers[2]!;
      const view = await reads(run, (v) => ['stopped', 'completed'].includes(v.status) && v.counts.sending === 0);
      if (stop.status === 202) expect(view).toMatchObject({ status: 'stopped', control: 'stop' });
      else {
        expect(stop.status).toBe(409);
        expect(answers.some((a) => a.status === 202)).toBe(true);
        await reads(run, (v) => v.status === 'completed');
      }
      const final = await read(run);
      expect(final.counts).toMatchObject({ pending: 0, sending: 0 });
      await consistent(final);
      smtp.clear();
    }
  }, 120_000);

  it('of whom one resumes a run that ended, is overtaken by a stop, and has pressed twice: the stop holds', async () => {
    const campaignId = await givenCampaign(ground.database, {
      listIds: [await givenList(ground.database, 3)],
      senderIds: [await givenSender(ground.database, { port: smtp.port })],
    });
    const runId = await givenOpenRun(ground.database, campaignId, 'an execution');
    await closeRun(ground.database, runId, 'an execution', { status: 'failed', reason: 'a test' });
    expect(await reopenRun(ground.database, runId, 'an execution')).toBe(true);
    expect(await controlRun(ground.database.pool, runId, 'stop')).toBe(true);
    expect(await reopenRun(ground.database, runId, 'an execution')).toBe(false);
    expect(await reopenRun(ground.database, runId, null)).toBe(false);
    expect(await controlRun(ground.database.pool, runId, 'run')).toBe(false);
    const { rows } = await ground.database.pool.query(`SELECT status, control FROM runs WHERE id = $1`, [runId]);
    expect(rows).toEqual([{ status: 'preparing', control: 'stop' }]);
  });
});
