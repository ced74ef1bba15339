import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { snapshotAudience } from '../../src/ledger/deliveries/snapshotAudience.js';
import { closeRun } from '../../src/ledger/runs/closeRun.js';
import { Runs } from '../../src/temporal/runs.js';
import { startApi, type TestApi } from '../support/api.js';
import { givenCampaign, givenList, givenOpenRun, givenSender, statesOf } from '../support/ledgerFixtures.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type Script, type SmtpTestServer } from '../support/smtpServer.js';

let api: TestApi;
let smtp: SmtpTestServer;
let processes: Processes;
beforeAll(async () => {
  api = await startApi();
  smtp = await startSmtpServer();
  processes = new Processes(api.platform);
  await processes.startWorker();
});
afterAll(async () => {
  await processes?.stopAll();
  await api?.close();
  await smtp?.close();
});
beforeEach(() => {
  processes.printLogsOnFailure();
  smtp.clear();
  smtp.script = undefined;
});

interface Mailing {
  campaignId: string;
  prefix: string;
}

let mailings = 0;
async function givenMailing(contacts: number, sender: object = {}): Promise<Mailing> {
  const prefix = `m${++mailings}x`;
  const campaignId = await givenCampaign(api.database, {
    listIds: [await givenList(api.database, contacts, prefix)],
    senderIds: [await givenSender(api.database, { port: smtp.port, ...sender })],
  });
  return { campaignId, prefix };
}

async function until(runId: string, status: string) {
  await expect
    .poll(
      async () => {
        const { body } = await api.get(`runs/${runId}`);
        return body.status === status ? status : `${body.status}: ${body.statusReason} ${JSON.stringify(body.counts)}`;
      },
      { timeout: 40_000, interval: 100 },
    )
    .toBe(status);
  return (await api.get(`runs/${runId}`)).body;
}

async function runToEnd(path: string, body?: unknown, key?: string) {
  const answer = await api.post(path, body, key ? { headers: { 'idempotency-key': key } } : {});
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/api/v1/runs/${answer.body.id}`);
  return until(answer.body.id, 'completed');
}

/** The numbers of the contacts that the server has accepted a mail for since it was last cleared, in order; one that got two stands twice. */
const got = () =>
  smtp
    .received()
    .map((m) => Number(/x(\d+)@/.exec(m.to[0]!)![1]))
    .sort((a, b) => a - b);

/** Answers for the recipient with this number. */
const refusing =
  (answers: Record<number, string>): Script =>
  ({ stage, to }) => {
    if (stage !== 'rcpt') return undefined;
    return answers[Number(/x(\d+)@/.exec(to[to.length - 1]!)?.[1])];
  };

async function contactIds(prefix: string): Promise<string[]> {
  const { rows } = await api.database.pool.query<{ id: string; email: string }>(
    `SELECT id, email FROM contacts WHERE email LIKE $1 || '%' ORDER BY length(email), email`,
    [prefix],
  );
  return rows.map((r) => r.id);
}

describe('a campaign is sent again', () => {
  it('only to those whom the caller names: there is no default', async () => {
    const { campaignId } = await givenMailing(1);
    for (const body of [undefined, {}, { audience: 'some' }]) {
      const { status, body: problem } = await api.post(`campaigns/${campaignId}/relaunch`, body);
      expect(status).toBe(422);
      if (body) expect(problem.errors[0].pointer).toBe('/audience');
    }
    expect((await api.post(`campaigns/${newId()}/relaunch`, { audience: 'everyone' })).status).toBe(404);
    expect(got()).toEqual([]);
  });

  it('to those who have not received it: nobody who did, who may have, or whose address is suppressed', async () => {
    const { campaignId, prefix } = await givenMailing(10);
    const ids = await contactIds(prefix);
    smtp.script = ({ stage, to, ...rest }) => {
      if (stage === 'dot' && /x[345]@/.test(to[0]!)) return 'accept-drop';
      return refusing({ 1: '550 5.7.1 not from you', 2: '550 5.1.1 no such user' })({ stage, to, ...rest });
    };
    const first = await runToEnd(`campaigns/${campaignId}/runs`);
    expect(first.counts).toMatchObject({ sent: 5, failed: 2, uncertain: 3 });
    smtp.script = undefined;
    await api.post(`runs/${first.id}/uncertain`, { action: 'assume-failed', contactIds: [ids[4]] });
    await api.post(`runs/${first.id}/uncertain`, { action: 'assume-sent', contactIds: [ids[5]] });
    // As if these had come to another end: stopped before they were sent, suppressed for a while, in the hands of a process that is away.
    for (const [state, n] of [
      ['cancelled', 6],
      ['skipped', 7],
      ['sending', 8],
    ] as const) {
      await api.database.pool.query(`UPDATE deliveries SET state = $3 WHERE run_id = $1 AND contact_id = $2`, [
        first.id,
        ids[n],
        state,
      ]);
    }
    // 0 and 9 were sent, 1 failed, 2 failed and is suppressed, 3 is uncertain, 4 is assumed to have failed, 5 to have been sent.
    smtp.clear();
    await api.patch(`campaigns/${campaignId}`, { audience: 'not-yet-received' });
    const { body: check } = await api.post(`campaigns/${campaignId}/check`);
    expect(check).toMatchObject({ recipients: 4, suppressed: 1, alreadyReceived: 5 });
    const second = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'not-yet-received' });
    expect(got()).toEqual([1, 4, 6, 7]);
    expect(second).toMatchObject({ audience: 'not-yet-received', retryOf: null, kind: 'manual', counts: { total: 4 } });
    const third = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'not-yet-received' });
    expect(third.counts.total).toBe(0);
    expect(got()).toHaveLength(4);
  });

  it('counts a person as the same when the address was written or the contact made anew', async () => {
    const { campaignId, prefix } = await givenMailing(3);
    await runToEnd(`campaigns/${campaignId}/runs`);
    const [moved, renewed] = await contactIds(prefix);
    await api.patch(`contacts/${moved}`, { email: `${prefix}new0@example.com` });
    const { lists } = (await api.get(`contacts/${renewed}`)).body;
    await api.delete(`contacts/${renewed}`);
    await api.post('contacts', {
      email: `${prefix.toUpperCase()}1@example.com`,
      listIds: lists.map((l: { id: string }) => l.id),
    });
    smtp.clear();
    const again = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'not-yet-received' });
    expect(again.counts.total).toBe(0);
  });

  it('to everyone, when that is asked for; the same key is one run, and not for another audience', async () => {
    const { campaignId } = await givenMailing(5);
    await runToEnd(`campaigns/${campaignId}/runs`);
    smtp.clear();
    const run = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' }, 'a-dialog');
    expect([run.audience, got()]).toEqual(['everyone', [0, 1, 2, 3, 4]]);
    const again = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' }, 'a-dialog');
    expect([again.id, got()]).toEqual([run.id, [0, 1, 2, 3, 4]]);
    for (const path of ['relaunch', 'runs']) {
      const other = await api.post(
        `campaigns/${campaignId}/${path}`,
        { audience: 'not-yet-received' },
        { headers: { 'idempotency-key': 'a-dialog' } },
      );
      expect([other.status, other.body.type]).toEqual([422, expect.stringContaining('idempotency-key-reused')]);
    }
  });

  it('not while a run of it goes on, and once however often it is clicked', async () => {
    const { campaignId } = await givenMailing(40, { perSecond: 40 });
    await runToEnd(`campaigns/${campaignId}/runs`);
    smtp.clear();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.post(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' })),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([202, ...Array<number>(9).fill(409)]);
    const run = answers.find((a) => a.status === 202)!.body;
    for (const a of answers.filter((b) => b.status === 409)) expect(a.body.runId).toBe(run.id);
    await until(run.id, 'completed');
    expect(got()).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('leaves to a run that is paused what that run is going to send', async () => {
    const { campaignId } = await givenMailing(60, { perSecond: 40 });
    const { body: first } = await api.post(`campaigns/${campaignId}/runs`);
    await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBeGreaterThan(5);
    await api.post(`runs/${first.id}/pause`);
    const other = await runToEnd(`campaigns/${campaignId}/runs`, { audience: 'not-yet-received' });
    expect(other.counts.total).toBe(0);
    await api.post(`runs/${first.id}/resume`);
    await until(first.id, 'completed');
    expect(got()).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  it('at once by several runs that fill the gaps: each person is in one of them', async () => {
    const campaignId = await givenCampaign(api.database, {
      listIds: [await givenList(api.database, 20_000)],
      senderIds: [await givenSender(api.database, { port: smtp.port })],
      audience: 'not-yet-received',
    });
    const runIds = await Promise.all([1, 2, 3, 4].map((n) => givenOpenRun(api.database, campaignId, `execution ${n}`)));
    const snapshots = await Promise.all(runIds.map((id) => snapshotAudience(api.database, id)));
    expect(snapshots.map((s) => s.total).sort((a, b) => a - b)).toEqual([0, 0, 0, 20_000]);
    for (const [i, id] of runIds.entries())
      await closeRun(api.database, id, `execution ${i + 1}`, { status: 'stopped' });
  });

  it('takes over what a terminated run left; that one, resumed later, mails none of them', async () => {
    const { campaignId } = await givenMailing(60, { perSecond: 30 });
    const { body: first } = await api.post(`campaigns/${campaignId}/runs`);
    await expect.poll(() => smtp.received().length, { timeout: 20_000 }).toBeGreaterThan(5);
    await api.post(`runs/${first.id}/pause`);
    await expect.poll(async () => (await api.get(`runs/${first.id}`)).body.counts.sending, { timeout: 20_000 }).toBe(0);
    await api.temporal.workflow.getHandle(first.workflowId).terminate('by hand');
    // As if it had been under way for long enough that the reconciler looks at it.
    await api.database.pool.query(`UPDATE runs SET started_at = now() - interval '1 minute' WHERE id = $1`, [first.id]);
    await new Runs(api.database, api.temporal, 'oncemail').reconcile();
    expect((await api.get(`runs/${first.id}`)).body.status).toBe('stopped');
    const sentBefore = smtp.received().length;
    const second = await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'not-yet-received' });
    expect(second.counts.total).toBe(60 - sentBefore);
    expect((await api.post(`runs/${first.id}/resume`)).status).toBe(202);
    const resumed = await until(first.id, 'completed');
    expect(resumed.counts).toMatchObject({ total: 60, sent: sentBefore, skipped: 60 - sentBefore, pending: 0 });
    expect(got()).toEqual(Array.from({ length: 60 }, (_, n) => n));
    const { body } = await api.get(`runs/${first.id}/deliveries?state=skipped&limit=1`);
    expect(body.items[0].response).toBe('a later run of the campaign has this recipient');
  });

  it("does not touch an automation's coming occurrences", async () => {
    const { campaignId } = await givenMailing(2);
    const { body: automation } = await api.post('automations', {
      name: 'weekly',
      campaignId,
      schedule: { type: 'weekly', daysOfWeek: ['monday'], time: '09:00' },
    });
    const coming = async () => (await api.get(`automations/${automation.id}/occurrences`)).body.items;
    const before = await coming();
    await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' });
    expect(await coming()).toEqual(before);
    expect((await api.get(`automations/${automation.id}`)).body).toMatchObject({
      nextRunAt: automation.nextRunAt,
      totalRuns: 0,
    });
  });
});

describe('those whose delivery failed in a run', () => {
  it('are mailed again by a run of their own: the same content, at their present address, hard bounces left out', async () => {
    const { campaignId, prefix } = await givenMailing(8);
    const ids = await contactIds(prefix);
    smtp.script = refusing({
      1: '550 5.7.1 not from you',
      2: '550 5.1.1 no such user',
      3: '554 5.6.0 no',
      4: '550 5.7.1 not from you',
    });
    const first = await runToEnd(`campaigns/${campaignId}/runs`);
    expect(first.counts).toMatchObject({ sent: 4, failed: 4 });
    // Slow enough for five requests to arrive while the retry goes on.
    smtp.script = (c) => (c.stage === 'dot' ? { delayMs: 1_000 } : refusing({ 4: '550 5.7.1 not from you' })(c));
    smtp.clear();
    await api.patch(`campaigns/${campaignId}`, { content: { subject: 'Next week' } });
    await api.patch(`contacts/${ids[3]}`, { email: `${prefix}33@example.com` });

    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post(`runs/${first.id}/retry-failed`)));
    expect(answers.map((a) => a.status).sort()).toEqual([202, 409, 409, 409, 409]);
    const asked = answers.find((a) => a.status === 202)!.body;
    const retry = await until(asked.id, 'completed');
    expect(retry).toMatchObject({
      audience: 'retry-failed',
      retryOf: first.id,
      kind: 'manual',
      campaignId,
      counts: { total: 3, sent: 2, failed: 1 },
      subject: first.subject,
    });
    expect(got()).toEqual([1, 33]);
    expect(smtp.received()[0]!.raw.toString()).not.toContain('Next week');
    expect(await statesOf(api.database, first.id)).toEqual({ failed: 4, sent: 4 });

    // Once more, of either run: whoever has it now is left out.
    smtp.script = undefined;
    const again = await runToEnd(`runs/${retry.id}/retry-failed`, undefined, 'again');
    expect([again.counts.total, got()]).toEqual([1, [1, 4, 33]]);
    expect((await runToEnd(`runs/${retry.id}/retry-failed`, undefined, 'again')).id).toBe(again.id);
    const nobody = await runToEnd(`runs/${first.id}/retry-failed`);
    expect([nobody.counts.total, got()]).toEqual([0, [1, 4, 33]]);
  });

  it('are left out when a later run has reached them with the same content, or was made for them', async () => {
    const { campaignId } = await givenMailing(4);
    smtp.script = refusing({ 0: '550 5.7.1 no', 1: '550 5.7.1 no' });
    const first = await runToEnd(`campaigns/${campaignId}/runs`);
    smtp.script = refusing({ 1: '550 5.7.1 no' });
    await runToEnd(`campaigns/${campaignId}/relaunch`, { audience: 'everyone' });
    smtp.script = undefined;
    smtp.clear();
    const retry = await runToEnd(`runs/${first.id}/retry-failed`);
    expect([retry.counts.total, got()]).toEqual([1, [1]]);
  });

  it('are not retried while the run goes on, when nothing failed, or when the run is no campaign’s', async () => {
    const { campaignId } = await givenMailing(30, { perSecond: 10 });
    const { body: open } = await api.post(`campaigns/${campaignId}/runs`);
    const going = await api.post(`runs/${open.id}/retry-failed`);
    expect([going.status, going.body.runId]).toEqual([409, open.id]);
    await api.post(`runs/${open.id}/stop`);
    await until(open.id, 'stopped');
    const none = await api.post(`runs/${open.id}/retry-failed`);
    expect([none.status, none.body.detail]).toEqual([409, 'No delivery of the run has failed.']);

    const { body: digest } = await api.post('automations', {
      name: 'digest',
      workflow: {
        type: 'dailyDigest',
        input: { senderId: await givenSender(api.database, { port: smtp.port }), to: ['boss@example.com'] },
      },
      schedule: { type: 'daily', time: '07:00' },
    });
    const run = await runToEnd(`automations/${digest.id}/runs`);
    expect((await api.post(`runs/${run.id}/retry-failed`)).status).toBe(409);
    expect((await api.post(`runs/${newId()}/retry-failed`)).status).toBe(404);
  });
});
