import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { automationScheduleId } from '../../src/domain/ids.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenSender } from '../support/ledgerFixtures.js';
import { Processes, type ServerProcess } from '../support/processes.js';
import { startSmtpServer, type SmtpTestServer } from '../support/smtpServer.js';

/** What happens to a run, or an automation, whose parts are deleted or changed meanwhile: the table of docs/operations.md. */
let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
let worker: ServerProcess;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
  worker = await processes.startWorker();
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});
beforeEach(() => {
  processes.printLogsOnFailure();
  smtp.clear();
});

const recipients = 30;

async function givenMailing(perSecond = 30) {
  const listId = await givenList(api.database, recipients);
  const senderId = await givenSender(api.database, { port: smtp.port, perSecond });
  const campaignId = await givenCampaign(api.database, { listIds: [listId], senderIds: [senderId] });
  return { listId, senderId, campaignId };
}

const weekly = { type: 'weekly', daysOfWeek: ['monday'], time: '09:00' };
const givenAutomation = async (campaignId: string, more: object = {}) =>
  (await api.post('automations', { name: 'Weekly news', campaignId, schedule: weekly, ...more })).body.id as string;

/** A run that has begun and is paused in the middle. */
async function givenPausedRun(path: string): Promise<string> {
  const { status, body } = await api.post(path);
  expect(status).toBe(202);
  await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBeGreaterThan(2);
  expect((await api.post(`runs/${body.id}/pause`)).status).toBe(202);
  await expect.poll(async () => (await api.get(`runs/${body.id}`)).body.counts.sending, { timeout: 20_000 }).toBe(0);
  expect(smtp.received().length).toBeLessThan(recipients);
  return body.id as string;
}

async function resumedToEnd(runId: string) {
  expect((await api.post(`runs/${runId}/resume`)).status).toBe(202);
  await expect.poll(async () => (await api.get(`runs/${runId}`)).body.status, { timeout: 30_000 }).toBe('completed');
  return (await api.get(`runs/${runId}`)).body;
}

it('a run goes on when its automation is paused or deleted; nothing further begins', async () => {
  const { campaignId } = await givenMailing();
  const id = await givenAutomation(campaignId);
  const runId = await givenPausedRun(`automations/${id}/runs`);
  expect((await api.post(`automations/${id}/pause`)).body).toMatchObject({ enabled: false, nextRunAt: null });
  expect((await api.delete(`automations/${id}`)).status).toBe(204);
  const run = await resumedToEnd(runId);
  expect(run).toMatchObject({ automationId: id, title: 'Weekly news', counts: { sent: recipients } });
  expect(smtp.duplicates()).toEqual([]);
  for (const path of [`automations/${id}/runs`, `automations/${id}/occurrences/2026-03-02T09:00:00Z/run`]) {
    expect((await api.post(path)).status).toBe(404);
  }
  expect((await api.get(`automations/${id}/occurrences`)).status).toBe(404);
});

it('an occurrence that was waiting for its turn is passed over when the automation is paused, and can be run', async () => {
  const { campaignId, senderId } = await givenMailing(1);
  const id = await givenAutomation(campaignId, {
    schedule: { type: 'interval', everyMinutes: 60 },
    policy: { overlap: 'bufferAll' },
  });
  await api.database.pool.query(
    `UPDATE automation_revisions SET valid_from = now() - interval '12 hours' WHERE automation_id = $1`,
    [id],
  );
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const schedule = api.temporal.schedule.getHandle(automationScheduleId(id));
  const items = async () =>
    (
      await api.get(
        `automations/${id}/occurrences?from=${new Date(hour - 2 * 3_600_000).toISOString()}&to=${new Date(hour - 3_600_000).toISOString()}`,
      )
    ).body.items;
  // The server drops a backfill now and then without a word.
  await expect
    .poll(
      async () => {
        const [first] = await items();
        if (first.fate === 'running') return 'running';
        await schedule.backfill({
          start: new Date(hour - 2 * 3_600_000 - 1_000),
          end: new Date(hour - 3_600_000 + 1_000),
          overlap: 'BUFFER_ALL',
        });
        return first.fate as string;
      },
      { timeout: 20_000, interval: 4_000 },
    )
    .toBe('running');
  const { runId } = (await items())[0];
  await api.post(`runs/${runId}/pause`);
  await api.post(`automations/${id}/pause`);
  await api.patch(`senders/${senderId}`, { limits: { perSecond: null } });
  // A chunk in hand keeps for up to a minute to the limit that it began with; another worker begins anew.
  await worker.terminate();
  worker = await processes.startWorker();
  await resumedToEnd(runId);
  await expect.poll(async () => (await items())[1].fate, { timeout: 20_000 }).toBe('paused');
  const [, passedOver] = await items();
  expect(passedOver.reason).toBe('the automation is paused');
  expect(smtp.received()).toHaveLength(recipients);
  const { status, body: run } = await api.post(`automations/${id}/occurrences/${passedOver.at}/run`);
  expect(status).toBe(202);
  await expect.poll(async () => (await api.get(`runs/${run.id}`)).body.status, { timeout: 30_000 }).toBe('completed');
  expect((await items())[1]).toMatchObject({ fate: 'ran', runId: run.id });
  expect(smtp.received()).toHaveLength(2 * recipients);
});

it('a campaign is not deleted while an automation names it or a run of it is open; its past runs stay', async () => {
  const { campaignId } = await givenMailing();
  const id = await givenAutomation(campaignId);
  const named = await api.delete(`campaigns/${campaignId}`);
  expect([named.status, named.body.usedBy]).toEqual([409, [{ id, name: 'Weekly news' }]]);
  const runId = await givenPausedRun(`campaigns/${campaignId}/runs`);
  await api.delete(`automations/${id}`);
  const open = await api.delete(`campaigns/${campaignId}`);
  expect([open.status, open.body.detail]).toEqual([409, expect.stringContaining(runId)]);
  // What is edited meanwhile is for the next run.
  await api.patch(`campaigns/${campaignId}`, { content: { subject: 'Edited' } });
  expect((await resumedToEnd(runId)).counts.sent).toBe(recipients);
  expect(smtp.received().some((m) => m.raw.toString().includes('Subject: Edited'))).toBe(false);
  expect((await api.delete(`campaigns/${campaignId}`)).status).toBe(204);
  expect((await api.get(`runs/${runId}`)).body).toMatchObject({ campaignId, title: 'a campaign' });
  expect((await api.post(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' })).status).toBe(404);
  expect((await api.post(`runs/${runId}/retry-failed`)).status).toBe(409);
});

it('a list is not deleted while a campaign names it; a run keeps the audience it fixed', async () => {
  const { campaignId, listId } = await givenMailing();
  const id = await givenAutomation(campaignId);
  const named = await api.delete(`lists/${listId}`);
  expect([named.status, named.body.usedBy.map((u: { id: string }) => u.id)]).toEqual([409, [campaignId, id]]);
  const runId = await givenPausedRun(`campaigns/${campaignId}/runs`);
  await api.patch(`campaigns/${campaignId}`, { listIds: [await givenList(api.database, 1)] });
  expect((await api.delete(`lists/${listId}`)).status).toBe(204);
  expect((await resumedToEnd(runId)).counts).toMatchObject({ sent: recipients, skipped: 0 });
});

it('a sender is not deleted while a campaign names it or an open run uses it', async () => {
  const { campaignId, senderId } = await givenMailing();
  const named = await api.delete(`senders/${senderId}`);
  expect([named.status, named.body.usedBy.map((u: { id: string }) => u.id)]).toEqual([409, [campaignId]]);
  const runId = await givenPausedRun(`campaigns/${campaignId}/runs`);
  await api.patch(`campaigns/${campaignId}`, { senderIds: [await givenSender(api.database, { port: smtp.port })] });
  const open = await api.delete(`senders/${senderId}`);
  expect([open.status, open.body.detail]).toEqual([409, expect.stringContaining(runId)]);
  expect((await resumedToEnd(runId)).counts.sent).toBe(recipients);
  expect((await api.delete(`senders/${senderId}`)).status).toBe(204);
  expect((await api.get(`runs/${runId}`)).body.senders).toEqual([{ id: senderId, name: 'a sender' }]);
});

it('a template is not deleted while a campaign names it; a run keeps the content it fixed', async () => {
  const { listId, senderId } = await givenMailing();
  const { body: template } = await api.post('templates', { name: 't', subject: 'As it was', html: '<p>Hello</p>' });
  const { body: campaign } = await api.post('campaigns', {
    name: 'from a template',
    listIds: [listId],
    senderIds: [senderId],
    templateId: template.id,
  });
  const named = await api.delete(`templates/${template.id}`);
  expect([named.status, named.body.usedBy]).toEqual([409, [{ id: campaign.id, name: 'from a template' }]]);
  const runId = await givenPausedRun(`campaigns/${campaign.id}/runs`);
  await api.patch(`templates/${template.id}`, { subject: 'As it is' });
  await api.patch(`campaigns/${campaign.id}`, { content: { subject: 'Own', html: '<p>Own</p>' } });
  expect((await api.delete(`templates/${template.id}`)).status).toBe(204);
  expect((await resumedToEnd(runId)).counts.sent).toBe(recipients);
  expect(smtp.received().every((m) => m.raw.toString().includes('Subject: As it was'))).toBe(true);
});

it('a contact that is deleted is skipped, one that moved gets its mail where the run knew it, one that left the list too', async () => {
  const { campaignId, listId } = await givenMailing();
  const runId = await givenPausedRun(`campaigns/${campaignId}/runs`);
  const { body: pending } = await api.get(`runs/${runId}/deliveries?state=pending`);
  const [deleted, moved, left, suppressed] = pending.items;
  await api.delete(`contacts/${deleted.contactId}`);
  await api.patch(`contacts/${moved.contactId}`, { email: `elsewhere-${moved.email}` });
  await api.delete(`lists/${listId}/contacts/${left.contactId}`);
  await api.post('suppressions', { email: suppressed.email, reason: 'manual' });
  const run = await resumedToEnd(runId);
  expect(run.counts).toMatchObject({ sent: recipients - 2, skipped: 2 });
  const { body: skipped } = await api.get(`runs/${runId}/deliveries?state=skipped`);
  const reasons = new Map(skipped.items.map((d: { email: string; response: string }) => [d.email, d.response]));
  expect(reasons.get(deleted.email)).toBe('the contact was deleted');
  expect(reasons.get(suppressed.email)).toBe('suppressed since the snapshot');
  const received = smtp.countByRecipient();
  expect([moved.email, left.email, deleted.email, suppressed.email].map((e) => received.get(e) ?? 0)).toEqual([
    1, 1, 0, 0,
  ]);
});
