import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunView } from '../../src/api/runs/schemas.js';
import { overlapPolicies, type OverlapPolicy } from '../../src/domain/policy.js';
import { givenAutomation } from '../support/campaignFixtures.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { Processes, type ServerProcess } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';
import { ScheduleSync } from '../../src/temporal/scheduleSync.js';

/**
 * Three occurrences, a minute apart, of an automation for each policy; the run of the first would last longer than all three. After the third, the
 * senders are let go, so that what is to run ends soon.
 */
let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
let worker: ServerProcess;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer({ keepRaw: false });
  processes = new Processes(api.platform);
  worker = await processes.startWorker();
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});

const recipients = 150;
const minute = 60_000;

interface Occurrence {
  at: string;
  fate: string;
  reason: string | null;
  runId: string | null;
  runStatus: string | null;
}

it('overlap policies do what they say, and each occurrence is accounted for', async () => {
  processes.printLogsOnFailure();
  const schedules = new ScheduleSync(api.database, api.temporal, 'oncemail');
  const ground = { database: api.database, schedules } as Parameters<typeof givenAutomation>[0];
  const automations = new Map<OverlapPolicy, { id: string; prefix: string; senderId: string }>();
  const start = Math.ceil(Date.now() / 1000) * 1000 + 8_000;
  for (const overlap of overlapPolicies) {
    const senderId = await givenSender(api.database, { port: smtp.port, perSecond: 1 });
    const prefix = `${overlap.toLowerCase()}-`;
    const campaignId = await givenCampaign(api.database, {
      listIds: [await givenList(api.database, recipients, prefix)],
      senderIds: [senderId],
    });
    const id = await givenAutomation(
      ground,
      campaignId,
      {
        type: 'interval',
        everyMinutes: 1,
        startAt: new Date(start).toISOString(),
        endAt: new Date(start + 2 * minute + 1_000).toISOString(),
        timeZone: 'UTC',
      },
      { overlap },
    );
    automations.set(overlap, { id, prefix, senderId });
  }
  const occurrences = async (overlap: OverlapPolicy): Promise<Occurrence[]> =>
    (await api.get(`automations/${automations.get(overlap)!.id}/occurrences`)).body.items;
  const fates = async (overlap: OverlapPolicy) => (await occurrences(overlap)).map((o) => o.fate);
  const until = (time: number) => delay(Math.max(0, time - Date.now()));

  // Ten seconds after the second occurrence.
  await until(start + minute + 10_000);
  expect(await fates('skip')).toEqual(['running', 'skipped', 'coming']);
  expect(await fates('bufferOne')).toEqual(['running', 'due', 'coming']);
  expect(await fates('bufferAll')).toEqual(['running', 'due', 'coming']);
  expect(await fates('allowAll')).toEqual(['running', 'running', 'coming']);
  await expect.poll(() => fates('cancelOther'), { timeout: 20_000 }).toEqual(['ran', 'running', 'coming']);
  await expect.poll(() => fates('terminateOther'), { timeout: 20_000 }).toEqual(['ran', 'running', 'coming']);
  const waiting = (await occurrences('bufferOne'))[1]!;
  expect(waiting.reason).toContain('it waits for the end of run');
  // A terminated run's workers stop with it, not when they next hear of it.
  const terminated = (await occurrences('terminateOther'))[0]!.runId!;
  const sentOf = async (runId: string) => (await statesOf(api.database, runId))['sent'] ?? 0;
  const sentByThen = await sentOf(terminated);

  await until(start + 2 * minute);
  const third: Record<OverlapPolicy, string[]> = {
    skip: ['running', 'skipped', 'skipped'],
    bufferOne: ['running', 'due', 'skipped'],
    bufferAll: ['running', 'due', 'due'],
    cancelOther: ['ran', 'ran', 'running'],
    terminateOther: ['ran', 'ran', 'running'],
    allowAll: ['running', 'running', 'running'],
  };
  for (const policy of overlapPolicies) {
    await expect.poll(() => fates(policy), { timeout: 20_000 }).toEqual(third[policy]);
  }
  expect(await sentOf(terminated)).toBe(sentByThen);

  for (const { senderId } of automations.values())
    await api.patch(`senders/${senderId}`, { limits: { perSecond: null } });
  // A chunk in hand keeps for up to a minute to the limit that it began with; another worker begins anew.
  await worker.terminate();
  await processes.startWorker();
  const settled: Record<OverlapPolicy, string[]> = {
    skip: ['ran completed', 'skipped', 'skipped'],
    bufferOne: ['ran completed', 'ran completed', 'skipped'],
    bufferAll: ['ran completed', 'ran completed', 'ran completed'],
    cancelOther: ['ran stopped', 'ran stopped', 'ran completed'],
    terminateOther: ['ran stopped', 'ran stopped', 'ran completed'],
    allowAll: ['ran completed', 'ran completed', 'ran completed'],
  };
  for (const policy of overlapPolicies) {
    await expect
      .poll(async () => (await occurrences(policy)).map((o) => (o.runStatus ? `${o.fate} ${o.runStatus}` : o.fate)), {
        timeout: 90_000,
        interval: 500,
      })
      .toEqual(settled[policy]);
  }

  const received = smtp.countByRecipient();
  for (const policy of overlapPolicies) {
    const { id, prefix } = automations.get(policy)!;
    const items = await occurrences(policy);
    const { body } = await api.get(`runs?automationId=${id}&sort=scheduledFor`);
    const runs = body.items as RunView[];
    expect(runs.map((r) => r.id)).toEqual(items.flatMap((o) => o.runId ?? []));
    let sent = 0;
    for (const run of runs) {
      // Nobody is lost: everybody of the audience stands in one state, and only an ended run has anybody left.
      const { total, ...states } = run.counts;
      expect([total, Object.values(states).reduce((a, b) => a + b)]).toEqual([recipients, recipients]);
      expect(states).toMatchObject({ sending: 0, failed: 0, cancelled: 0, skipped: 0 });
      if (run.status === 'completed') expect(states.sent).toBe(recipients);
      else expect(states.pending).toBeGreaterThan(0);
      sent += states.sent;
      // A terminated run's workers may have had something in their hands.
      if (policy !== 'terminateOther') expect(states.uncertain).toBe(0);
    }
    // Nobody is mailed twice: the server has as many as the ledger, and of each occurrence at most one for each.
    const ofPolicy = [...received].filter(([address]) => address.startsWith(prefix));
    expect(ofPolicy.reduce((sum, [, n]) => sum + n, 0)).toBe(sent);
    expect(ofPolicy.every(([, n]) => n <= runs.length)).toBe(true);
    const [first, second, third] = items as [Occurrence, Occurrence, Occurrence];
    switch (policy) {
      case 'skip':
        expect(second.reason).toBe(`run ${first.runId} was still going (overlap policy: skip)`);
        expect(third.reason).toBe(second.reason);
        break;
      case 'bufferOne':
        expect(Date.parse(runs[1]!.startedAt!)).toBeGreaterThanOrEqual(Date.parse(runs[0]!.finishedAt!));
        expect(third.reason).toContain('another occurrence was waiting already');
        break;
      case 'bufferAll':
        for (const n of [1, 2]) {
          expect(Date.parse(runs[n]!.startedAt!)).toBeGreaterThanOrEqual(Date.parse(runs[n - 1]!.finishedAt!));
        }
        break;
      case 'cancelOther':
      case 'terminateOther':
        for (const [ended, by] of [
          [first, second],
          [second, third],
        ] as const) {
          expect(ended.reason).toContain(`for the next occurrence, run ${by.runId} (overlap policy: ${policy})`);
        }
        // Not when the reconciler comes by.
        for (const n of [0, 1]) {
          expect(Date.parse(runs[n]!.finishedAt!)).toBeLessThan(Date.parse(runs[n + 1]!.startedAt!) + 5_000);
        }
        break;
      case 'allowAll':
        expect(Date.parse(runs[2]!.startedAt!)).toBeLessThan(Date.parse(runs[0]!.finishedAt!));
        break;
    }
  }
  // What a cancelled run left can still be sent, to those who have not got this content since: nobody.
  const { runId } = (await occurrences('cancelOther'))[0]!;
  const before = smtp.received().length;
  expect((await api.post(`runs/${runId}/resume`)).status).toBe(202);
  await expect.poll(async () => (await api.get(`runs/${runId}`)).body.status, { timeout: 20_000 }).toBe('completed');
  expect(smtp.received().length).toBe(before);
  expect((await api.get('notifications')).body.items.map((n: { kind: string }) => n.kind)).not.toContain(
    'occurrence-missed',
  );
}, 300_000);
