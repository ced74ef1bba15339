import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { untilRun } from '../support/campaignFixtures.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { until } from '../support/restClient.js';
import { sceneTest } from '../support/scene.js';

const it = sceneTest.concurrent;

const ways = [
  ['closes the connection at RCPT', 'rcpt', 'drop'],
  ['says 421 at RCPT', 'rcpt', '421 4.7.0 Not now, closing'],
  ['says 421 at DATA', 'data', '421 4.7.0 Not now, closing'],
] as const;

interface Row {
  state: string;
  attempts: number;
  due: number | null;
  response: string;
}

for (const [way, at, misbehaviour] of ways) {
  it(`a server that ${way} for one recipient does not keep their run open for ever: they are tried ten times, as after any "not now"`, async ({
    scene,
    expect,
    onTestFailed,
  }) => {
    const { database, processes, runs, smtp } = scene;
    processes.printLogsOnFailure(onTestFailed);
    let asked = 0;
    smtp.script = ({ stage, to }) => {
      if (stage !== at || !to.at(-1)?.startsWith('hang-7@')) return undefined;
      asked++;
      return misbehaviour;
    };
    await processes.startWorker();
    const campaignId = await givenCampaign(database, {
      listIds: [await givenList(database, 20, 'hang-')],
      senderIds: [await givenSender(database, { port: smtp.port, maxConnections: 3 })],
    });
    const { runId } = await requestManualRun(database, { campaignId });
    await runs.start(runId);
    const one = async () =>
      (
        await database.pool.query<Row>(
          `SELECT state, attempts, extract(epoch FROM due_at - now())::float8 AS due, response FROM deliveries WHERE run_id = $1 AND email = 'hang-7@example.com'`,
          [runId],
        )
      ).rows[0];
    const first = await until(one, (row) => row?.attempts === 1 && row.due !== null && row, 60_000);
    expect(first).toMatchObject({ state: 'pending', response: expect.stringContaining('6 times without an answer') });
    expect(first.due).toBeGreaterThan(5);
    expect(await statesOf(database, runId)).toEqual({ pending: 1, sent: 19 });

    // The waits between attempts grow to an hour: time passes by hand, until the run has looked.
    const timePasses = async () => {
      await database.pool.query(`UPDATE deliveries SET due_at = now() WHERE run_id = $1 AND due_at > now()`, [runId]);
      await database.pool.query(`UPDATE chunks SET due_at = NULL WHERE run_id = $1 AND due_at > now()`, [runId]);
      await runs.wake(runId);
      return (await one())?.state;
    };
    await expect.poll(timePasses, { timeout: 90_000, interval: 1_000 }).toBe('failed');
    await untilRun(database, runId, 'completed', 60_000);
    expect(await statesOf(database, runId)).toEqual({ sent: 19, failed: 1 });
    expect((await one())?.response).toContain('given up after 10 attempts');
    expect(asked).toBeGreaterThanOrEqual(15);
    expect(smtp.countByRecipient().size).toBe(19);
    expect(smtp.duplicates()).toEqual([]);
  }, 180_000);
}
