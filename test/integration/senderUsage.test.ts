import { afterAll, beforeAll, expect, it } from 'vitest';
import { reserveSlots } from '../../src/ledger/senders/reserveSlots.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});

const usage = async (id: string, query = '') => (await api.get(`senders/${id}/usage${query}`)).body;
const secondsFromNow = (time: string) => (Date.parse(time) - Date.now()) / 1000;
const none = { perSecond: null, perMinute: null, perHour: null, perDay: null };

it('tells what was taken of each limit, which one stands in the way, and until when', async () => {
  const id = await givenSender(api.database, { port: smtp.port, perMinute: 5, perHour: 8 });
  expect(await usage(id)).toMatchObject({
    used: { second: 0, minute: 0, hour: 0, day: 0 },
    limits: { ...none, perMinute: 5, perHour: 8 },
    limitedBy: null,
  });
  const limits = { ...none, perMinute: 5, perHour: 8 };
  expect((await reserveSlots(api.database, id, limits, 4)).slots).toHaveLength(4);
  const some = await usage(id);
  expect(some).toMatchObject({ used: { minute: 4, hour: 4, day: 4 }, limitedBy: null });
  expect(Math.abs(secondsFromNow(some.nextSlotAt))).toBeLessThan(2);
  const { slots, retryInMs } = await reserveSlots(api.database, id, limits, 4);
  expect(slots).toHaveLength(1);
  const full = await usage(id);
  expect(full).toMatchObject({ used: { minute: 5 }, limitedBy: 'perMinute' });
  // The same moment that the workers are told.
  expect(Math.abs(secondsFromNow(full.nextSlotAt) - retryInMs! / 1000)).toBeLessThan(1.5);

  await api.patch(`senders/${id}`, { limits: { perMinute: null, perHour: 3 } });
  const hourly = await usage(id);
  expect(hourly.limitedBy).toBe('perHour');
  expect(secondsFromNow(hourly.nextSlotAt)).toBeGreaterThan(58 * 60);
  expect(secondsFromNow(hourly.nextSlotAt)).toBeLessThanOrEqual(61 * 60);
});

it('looks to the bucket that has to leave when a limit was lowered, and to the slots that are handed out ahead', async () => {
  const id = await givenSender(api.database, { port: smtp.port, perDay: 10 });
  const at = async (minutes: number, reserved: number) =>
    api.database.pool.query(
      `INSERT INTO sender_usage VALUES ($1, 'minute', date_trunc('minute', now()) - $2 * interval '1 minute', $3)`,
      [id, minutes, reserved],
    );
  await at(600, 10);
  await at(300, 10);
  await at(200, 5);
  // 25 of 10: when those of five hours ago have left, five remain.
  const { nextSlotAt, limitedBy, used } = await usage(id);
  expect([limitedBy, used.day, used.hour]).toEqual(['perDay', 25, 0]);
  expect(secondsFromNow(nextSlotAt) / 60).toBeGreaterThan(1440 - 301);
  expect(secondsFromNow(nextSlotAt) / 60).toBeLessThanOrEqual(1441 - 300);

  const paced = await givenSender(api.database, { port: smtp.port, perSecond: 1 });
  await reserveSlots(api.database, paced, { ...none, perSecond: 1 }, 5);
  const busy = await usage(paced);
  expect(busy.limitedBy).toBe('perSecond');
  expect(secondsFromNow(busy.nextSlotAt)).toBeLessThan(1.1);
});

it('counts what a run sends, and draws it minute by minute', async () => {
  const id = await givenSender(api.database, { port: smtp.port, perSecond: 40 });
  const campaignId = await givenCampaign(api.database, {
    listIds: [await givenList(api.database, 100)],
    senderIds: [id],
  });
  await processes.startWorker();
  const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
  let fastest = 0;
  await expect
    .poll(
      async () => {
        fastest = Math.max(fastest, (await usage(id)).used.second);
        return (await api.get(`runs/${run.id}`)).body.status;
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe('completed');
  expect(fastest).toBeGreaterThan(20);
  expect(fastest).toBeLessThanOrEqual(60);
  const { used, series } = await usage(id);
  // Never below what was sent; a slot that came too late for its mail is taken all the same.
  expect(smtp.received()).toHaveLength(100);
  expect(used.day).toBeGreaterThanOrEqual(100);
  expect(used.day).toBeLessThan(120);
  expect(used).toMatchObject({ minute: used.day, hour: used.day });
  expect(series).toHaveLength(60);
  expect(series.reduce((sum: number, m: { reserved: number }) => sum + m.reserved, 0)).toBe(used.day);
  const times = series.map((m: { at: string }) => Date.parse(m.at));
  expect(times.every((t: number, i: number) => t % 60_000 === 0 && (i === 0 || t - times[i - 1] === 60_000))).toBe(
    true,
  );
  expect((await usage(id, '?minutes=5')).series).toHaveLength(5);
  expect((await api.get(`senders/${id}/usage?minutes=0`)).status).toBe(400);
});

it('a sender that a digest names is not deleted under it', async () => {
  const id = await givenSender(api.database, { port: smtp.port });
  const { body: automation } = await api.post('automations', {
    name: 'figures',
    workflow: { type: 'dailyDigest', input: { senderId: id, to: ['boss@example.com'] } },
    schedule: { type: 'daily', time: '07:00' },
  });
  const named = await api.delete(`senders/${id}`);
  expect([named.status, named.body.usedBy]).toEqual([409, [{ id: automation.id, name: 'figures' }]]);
  await api.delete(`automations/${automation.id}`);
  expect((await api.delete(`senders/${id}`)).status).toBe(204);
});
