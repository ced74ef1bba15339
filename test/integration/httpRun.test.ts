import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { requestManualRun } from '../../src/ledger/runs/requestRun.js';
import { untilRun, type Ground } from '../support/campaignFixtures.js';
import { type HttpMailServer, startHttpMailServer } from '../support/httpMailServer.js';
import { givenCampaign, givenHttpSender, givenList, givenSender, statesOf } from '../support/ledgerFixtures.js';
import type { SmtpTestServer } from '../support/smtpServer.js';
import { useGround } from '../support/useGround.js';

let ground: Ground;
let smtp: SmtpTestServer;
let provider: HttpMailServer;
useGround((g, s) => ([ground, smtp] = [g, s]), 0);
beforeAll(async () => {
  provider = await startHttpMailServer({ latencyMs: 20 });
});
afterAll(() => provider?.close());
beforeEach(() => {
  provider.clear();
  provider.script = undefined;
});

const connections = 5;

const httpSender = () =>
  givenHttpSender(ground.database, ground.platform.env['ONCEMAIL_SECRET_KEY'] as string, {
    url: provider.url,
    apiKey: provider.apiKey,
    maxConnections: connections,
  });

async function givenRun(count: number, senderIds: string[]): Promise<string> {
  const campaignId = await givenCampaign(ground.database, {
    listIds: [await givenList(ground.database, count)],
    senderIds,
  });
  const { runId } = await requestManualRun(ground.database, { campaignId });
  await ground.runs.start(runId);
  return runId;
}

it('requests that are dropped, refused for now or answered with a fault are asked again until there is an answer', async () => {
  const worker = await ground.processes.startWorker();
  const orders = [
    { accept: true, end: 'drop' },
    { end: 'drop' },
    { accept: true, end: 'cut' },
    { accept: true, status: 500, name: 'internal_server_error' },
    { status: 409, name: 'concurrent_idempotent_requests' },
    { status: 429, name: 'rate_limit_exceeded', headers: { 'retry-after': '1' } },
  ] as const;
  // Every tenth request goes wrong, in turn in each of these ways.
  provider.script = ({ no }) => (no % 10 === 0 ? orders[(no / 10) % orders.length] : undefined);
  const runId = await givenRun(150, [await httpSender()]);
  await untilRun(ground.database, runId, 'completed', 150_000);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: 150 });
  expect(provider.duplicates()).toEqual([]);
  expect(provider.accepted()).toHaveLength(150);
  const bodies = new Map<string, Set<string>>();
  for (const { key, body } of provider.requests())
    bodies.set(key as string, (bodies.get(key as string) ?? new Set()).add(body));
  expect([...bodies.values()].every((b) => b.size === 1)).toBe(true);
  await worker.terminate();
}, 200_000);

it('what is in doubt at a provider waits for it, while an SMTP server does the rest', async () => {
  const worker = await ground.processes.startWorker();
  let broken = true;
  provider.script = () => (broken ? { accept: true, end: 'drop' } : undefined);
  smtp.script = ({ stage }) => (stage === 'dot' ? { delayMs: 5 } : undefined);
  const senderIds = [await httpSender(), await givenSender(ground.database, { port: smtp.port, maxConnections: 2 })];
  const runId = await givenRun(300, senderIds);
  const settled = async () => {
    const states = await statesOf(ground.database, runId);
    return (states.sent ?? 0) === smtp.received().length && (states.sent ?? 0) + (states.pending ?? 0) === 300
      ? states.pending
      : undefined;
  };
  await expect.poll(settled, { timeout: 60_000 }).toBeLessThanOrEqual(connections * 2);
  // Nobody of those whom the provider has was mailed by the other server.
  const provided = new Set([...provider.countByRecipient().keys()].map((a) => a.toLowerCase()));
  expect(provided.size).toBeGreaterThan(0);
  expect([...smtp.countByRecipient().keys()].filter((a) => provided.has(a.toLowerCase()))).toEqual([]);

  broken = false;
  await untilRun(ground.database, runId, 'completed', 150_000);
  expect(await statesOf(ground.database, runId)).toEqual({ sent: 300 });
  expect(provider.duplicates()).toEqual([]);
  expect(smtp.duplicates()).toEqual([]);
  expect(provider.accepted().length + smtp.received().length).toBe(300);
  await worker.terminate();
}, 250_000);
