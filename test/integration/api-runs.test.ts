import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/api/common/ids.js';
import { automationScheduleId } from '../../src/domain/ids.js';
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

const givenMailing = async (contacts: number, sender: object = {}) =>
  givenCampaign(api.database, {
    listIds: [await givenList(api.database, contacts)],
    senderIds: [await givenSender(api.database, { port: smtp.port, ...sender })],
  });

const weekly = { type: 'weekly', daysOfWeek: ['monday'], time: '09:00', timeZone: 'Europe/Riga' };

async function untilStatus(runId: string, status: string) {
  await expect
    .poll(
      async () => {
        const { body } = await api.get(`runs/${runId}`);
        return body.status === status ? status : `${body.status}: ${body.statusReason} ${JSON.stringify(body.counts)}`;
      },
      { timeout: 40_000, interval: 200 },
    )
    .toBe(status);
  return (await api.get(`runs/${runId}`)).body;
}

describe('automations', () => {
  test('are created with a Schedule that Temporal shows, and answer in canonical form', async () => {
    const campaignId = await givenMailing(1);
    const { status, headers, body } = await api.post('automations', {
      name: 'Monday news',
      campaignId,
      schedule: { type: 'weekly', daysOfWeek: ['mon', 5], time: '9:00', timeZone: 'europe/riga', endAt: null },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/automations/${body.id}`);
    expect(body).toMatchObject({
      schedule: {
        type: 'weekly',
        daysOfWeek: ['monday', 'friday'],
        time: '09:00',
        timeZone: 'Europe/Riga',
        jitterSeconds: 0,
      },
      policy: { overlap: 'skip', catchUpSeconds: 21600, pauseOnFailure: false, uncertain: 'hold' },
      enabled: true,
      inSync: true,
      revision: 1,
      lastRun: null,
      totalRuns: 0,
    });
    const shown = await api.temporal.schedule.getHandle(automationScheduleId(body.id)).describe();
    expect(shown.info.nextActionTimes[0]?.toISOString()).toBe(body.nextRunAt);
    expect(body.temporalUrl).toMatch(/^http.*\/schedules\/automation%2F/);
  });

  test('follow every change, and deletion takes the Schedule away', async () => {
    const { body: created } = await api.post('automations', {
      name: 'a',
      campaignId: await givenMailing(1),
      schedule: weekly,
    });
    const handle = api.temporal.schedule.getHandle(automationScheduleId(created.id));
    const changed = await api.patch(`automations/${created.id}`, {
      schedule: { time: '10:30' },
      policy: { overlap: 'allowAll' },
    });
    expect(changed.body).toMatchObject({
      revision: 2,
      inSync: true,
      schedule: { ...weekly, time: '10:30' },
      policy: { overlap: 'allowAll', catchUpSeconds: 21600 },
    });
    expect((await handle.describe()).info.nextActionTimes[0]?.toISOString()).toBe(changed.body.nextRunAt);
    const other = await api.patch(`automations/${created.id}`, { schedule: { type: 'interval', everyMinutes: 90 } });
    expect(other.body.schedule).toEqual({ type: 'interval', everyMinutes: 90, timeZone: 'UTC', jitterSeconds: 0 });
    const paused = await api.post(`automations/${created.id}/pause`);
    expect(paused.body).toMatchObject({ enabled: false, nextRunAt: null, inSync: true });
    expect((await handle.describe()).state.paused).toBe(true);
    expect((await api.post(`automations/${created.id}/pause`)).body.revision).toBe(paused.body.revision);
    expect((await api.post(`automations/${created.id}/resume`)).body.enabled).toBe(true);
    expect((await api.delete(`automations/${created.id}`)).status).toBe(204);
    await expect(handle.describe()).rejects.toThrow();
    expect((await api.get(`automations/${created.id}`)).status).toBe(404);
    expect((await api.post(`automations/${created.id}/runs`)).status).toBe(404);
  });

  test('a change that changes nothing keeps the revision', async () => {
    const { body } = await api.post('automations', {
      name: 'same',
      campaignId: await givenMailing(1),
      schedule: weekly,
    });
    const { id, name, campaignId, schedule, policy, enabled } = body;
    expect((await api.put(`automations/${id}`, { name, campaignId, schedule, policy, enabled })).body.revision).toBe(1);
  });

  test.each([
    ['/schedule/time', { schedule: { type: 'daily', time: '25:00' } }],
    ['/schedule/timeZone', { schedule: { ...weekly, timeZone: 'Mars/Olympus' } }],
    ['/schedule/at', { schedule: { type: 'once', at: '2020-01-01T00:00:00Z' } }],
    ['/schedule/cron', { schedule: { type: 'cron', cron: '0 9 30 2 *' } }],
    ['/schedule/everyMinutes', { schedule: { type: 'interval', everyMinutes: 0 } }],
    ['/policy/overlap', { policy: { overlap: 'maybe' } }],
    ['/campaignId', { campaignId: newId() }],
    ['/campaignId', { campaignId: null }],
    ['/workflow/type', { campaignId: null, workflow: { type: 'nothing' } }],
    [
      '/workflow/input/senderId',
      { campaignId: null, workflow: { type: 'dailyDigest', input: { to: ['a@example.com'] } } },
    ],
  ])('%s is refused at its place', async (pointer, over) => {
    const { status, body } = await api.post('automations', {
      name: 'x',
      campaignId: await givenMailing(1),
      schedule: weekly,
      ...over,
    });
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });

  test('a preview of a schedule tells its next occurrences and what is odd about it', async () => {
    const { body } = await api.post('automations/preview-schedule', {
      schedule: { type: 'monthly', dayOfMonth: 31, time: '03:30', timeZone: 'Europe/Riga' },
      count: 3,
      after: '2027-01-01T00:00:00Z',
    });
    expect(body.occurrences.map((o: { localTime: string }) => o.localTime)).toEqual([
      '2027-01-31T03:30:00',
      '2027-03-31T03:30:00',
      '2027-05-31T03:30:00',
    ]);
    expect(body.warnings[0]).toMatchObject({ pointer: '/schedule/dayOfMonth' });
    const past = { type: 'once', at: '2020-01-01T00:00:00Z' };
    const never = await api.post('automations/preview-schedule', { schedule: past });
    expect(never.body).toMatchObject({ occurrences: [], problems: [{ pointer: '/schedule/at' }] });
    const alone = await api.post('automations/preview-schedule', past);
    expect(alone.body).toEqual({ ...never.body, problems: [{ ...never.body.problems[0], pointer: '/at' }] });
    for (const [wrong, pointers] of [
      [{}, ['/schedule']],
      [{ type: 'daily', timeZone: 'UTC' }, ['/time']],
      [{ type: 'daily', time: '25:00', zone: 'UTC' }, ['/time', '/zone']],
      [{ schedule: { type: 'daily' }, count: 3 }, ['/schedule/time']],
      [{ schedule: {}, counts: 3 }, ['/schedule/type', '/counts']],
    ] as const) {
      const { status, body: problem } = await api.post('automations/preview-schedule', wrong);
      expect([status, problem.errors.map((e: { pointer: string }) => e.pointer).sort()], JSON.stringify(wrong)).toEqual(
        [422, [...pointers].sort()],
      );
    }
  });

  test('a workflow of its own runs instead of a campaign', async () => {
    const senderId = await givenSender(api.database, { port: smtp.port });
    const { body } = await api.post('automations', {
      name: 'digest',
      workflow: { type: 'dailyDigest', input: { senderId, to: ['boss@example.com'] } },
      schedule: { type: 'daily', time: '07:00' },
    });
    expect(body.workflow).toEqual({
      type: 'dailyDigest',
      input: { senderId, to: ['boss@example.com'], timeZone: 'UTC' },
    });
    const { status, body: run } = await api.post(`automations/${body.id}/runs`);
    expect([status, run.workflowType]).toEqual([202, 'dailyDigest']);
    await untilStatus(run.id, 'completed');
    expect(smtp.received().map((m) => m.to[0])).toEqual(['boss@example.com']);
  });

  test('backfill runs what has not run, once; occurrences account for it', async () => {
    const { body: created } = await api.post('automations', {
      name: 'daily',
      campaignId: await givenMailing(2),
      schedule: { type: 'interval', everyMinutes: 1440, timeZone: 'UTC' },
    });
    // It has been there for half a week.
    await api.database.pool.query(
      `UPDATE automation_revisions SET valid_from = now() - interval '84 hours' WHERE automation_id = $1`,
      [created.id],
    );
    const day = 86_400_000;
    const today = Math.floor(Date.now() / day) * day;
    const window = { from: new Date(today - 2 * day).toISOString(), to: new Date(today - day).toISOString() };
    expect(
      (
        await api.post(`automations/${created.id}/backfill`, {
          from: new Date(Date.now() + 60_000).toISOString(),
          to: new Date(Date.now() + 120_000).toISOString(),
        })
      ).status,
    ).toBe(422);
    const first = await api.post(`automations/${created.id}/backfill`, window);
    expect(first.status).toBe(202);
    expect(first.body.items.map((i: { created: boolean }) => i.created)).toEqual([true, true]);
    const again = await api.post(`automations/${created.id}/backfill`, window);
    expect(again.body.items.map((i: { created: boolean }) => i.created)).toEqual([false, false]);
    for (const { runId } of first.body.items) await untilStatus(runId, 'completed');
    expect(smtp.received()).toHaveLength(4);

    const { body: page } = await api.get(
      `automations/${created.id}/occurrences?from=${window.from}&to=${window.to}&limit=1`,
    );
    expect(page.items).toMatchObject([
      { at: window.from, fate: 'ran', runId: first.body.items[0].runId, runStatus: 'completed' },
    ]);
    const { body: rest } = await api.get(
      `automations/${created.id}/occurrences?to=${window.to}&cursor=${page.nextCursor}`,
    );
    expect(rest.items.map((o: { at: string }) => o.at)).toEqual([window.to]);
    const wide = await api.post(`automations/${created.id}/backfill`, { from: '2026-01-01T00:00:00Z', to: window.to });
    expect([wide.status, wide.body.errors[0].pointer]).toEqual([422, '/to']);
    const { body: read } = await api.get(`automations/${created.id}`);
    const last = await untilStatus(first.body.items[1].runId, 'completed');
    expect(read).toMatchObject({
      totalRuns: 2,
      lastRun: {
        id: last.id,
        status: 'completed',
        scheduledFor: window.to,
        startedAt: last.startedAt,
        finishedAt: last.finishedAt,
        counts: { total: 2, sent: 2, failed: 0, pending: 0 },
      },
    });
    const { body: listed } = await api.get(`automations?campaignId=${created.campaignId}`);
    expect(listed.items).toEqual([read]);
  });
});

describe('runs', () => {
  test('the same key, twenty times at once, is one run that mails everybody once', async () => {
    const campaignId = await givenMailing(30);
    const key = `click-${newId()}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        api.post(`campaigns/${campaignId}/runs`, undefined, { headers: { 'idempotency-key': key } }),
      ),
    );
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([202]));
    const ids = new Set(answers.map((a) => a.body.id));
    expect(ids.size).toBe(1);
    const [runId] = [...ids] as [string];
    expect(answers[0]!.headers.get('location')).toBe(`/api/v1/runs/${runId}`);
    const run = await untilStatus(runId, 'completed');
    expect(run.counts).toMatchObject({ total: 30, sent: 30 });
    expect(run).toMatchObject({
      kind: 'manual',
      campaignId,
      automationId: null,
      duplicates: [],
      workflowId: `campaign/${campaignId}/manual/${key}`,
    });
    expect(smtp.duplicates()).toEqual([]);
    expect(smtp.received()).toHaveLength(30);
    expect(
      (await api.post(`campaigns/${campaignId}/runs`, undefined, { headers: { 'idempotency-key': 'a b' } })).status,
    ).toBe(400);
  });

  test('can be paused, resumed and stopped; what has ended says so', async () => {
    const campaignId = await givenMailing(400, { perSecond: 40 });
    const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
    await expect.poll(() => smtp.received().length, { timeout: 30_000 }).toBeGreaterThan(5);
    const paused = await api.post(`runs/${run.id}/pause`);
    expect([paused.status, paused.body.status, paused.body.control]).toEqual([202, 'paused', 'pause']);
    const resumed = await api.post(`runs/${run.id}/resume`);
    expect([resumed.status, resumed.body.control]).toEqual([202, 'run']);
    expect((await api.delete(`campaigns/${campaignId}`)).status).toBe(409);
    const stopped = await api.post(`runs/${run.id}/stop`);
    expect(stopped.status).toBe(202);
    const final = await untilStatus(run.id, 'stopped');
    expect(final.counts.cancelled).toBeGreaterThan(0);
    expect(final.counts.cancelled + final.counts.sent).toBe(400);
    const refused = await api.post(`runs/${run.id}/pause`);
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/conflict']);
  });

  test('are watched as server-sent events until they end', async () => {
    const campaignId = await givenMailing(60, { perSecond: 60 });
    const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
    const response = await fetch(`${api.url}/api/v1/runs/${run.id}/events`, {
      headers: { authorization: `Bearer ${api.adminKey}` },
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    const events = text.split('\n\n').filter((e) => e.startsWith('id:'));
    const states = events.map((e) => JSON.parse(/data: (.*)/.exec(e)![1]!));
    expect(states.length).toBeGreaterThan(1);
    expect(states.at(-1)).toMatchObject({ id: run.id, status: 'completed', counts: { sent: 60 } });
    expect(text.trimEnd().endsWith('event: end\ndata: {}')).toBe(true);
    const sent = states.map((s) => s.counts.sent);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));

    const lastId = /id: (.*)/.exec(events.at(-1)!)![1]!;
    const again = await fetch(`${api.url}/api/v1/runs/${run.id}/events`, {
      headers: { authorization: `Bearer ${api.adminKey}`, 'last-event-id': lastId },
    });
    expect(await again.text()).not.toContain('event: run');
    expect((await api.get(`runs/${newId()}/events`)).status).toBe(404);
  });

  test('say what became of every recipient, as pages and as CSV', async () => {
    const bad = (c: { to: readonly string[] }) => c.to.at(-1)!.includes('-7@');
    smtp.script = (c) => (c.stage === 'rcpt' && bad(c) ? '550 5.1.1 "No such user", sorry' : undefined);
    const listId = await givenList(api.database, 12, 'row-');
    const campaignId = await givenCampaign(api.database, {
      listIds: [listId],
      senderIds: [await givenSender(api.database, { port: smtp.port })],
    });
    const { body: run } = await api.post(`campaigns/${campaignId}/runs`);
    await untilStatus(run.id, 'completed');

    const seen: { email: string; state: string; messageId: string }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: { items: typeof seen; nextCursor: string | null } } = await api.get(
        `runs/${run.id}/deliveries?limit=5${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(new Set(seen.map((d) => d.email)).size).toBe(12);
    const { body: failed } = await api.get(`runs/${run.id}/deliveries?state=failed,uncertain`);
    expect(failed.items).toMatchObject([
      { email: 'row-7@example.com', state: 'failed', smtpCode: 550, response: expect.stringContaining('No such user') },
    ]);
    const received = smtp.received()[0]!;
    expect(received.raw.toString()).toContain(seen.find((d) => d.email === received.to[0])!.messageId);
    expect((await api.get(`runs/${run.id}/deliveries?state=nothing`)).status).toBe(400);
    expect((await api.get(`runs/${run.id}/deliveries?search=ROW-7`)).body.items).toHaveLength(1);

    const csv = await api.get(`runs/${run.id}/deliveries.csv`);
    expect(csv.headers.get('content-disposition')).toContain(run.id);
    const lines = (csv.body as string).trimEnd().split('\r\n');
    expect(lines[0]).toBe('email,contactId,state,attempts,smtpCode,response,senderId,messageId,dueAt,changedAt');
    expect(lines).toHaveLength(13);
    expect(lines.find((l) => l.startsWith('row-7@'))).toContain('""No such user""');
    expect((await api.get(`runs/${newId()}/deliveries.csv`)).status).toBe(404);
  });

  test('uncertain deliveries are decided by an operator', async () => {
    smtp.script = (c) => (c.stage === 'dot' ? 'accept-drop' : undefined);
    const { body: run } = await api.post(`campaigns/${await givenMailing(3)}/runs`);
    await expect
      .poll(async () => (await api.get(`runs/${run.id}`)).body.counts.uncertain, { timeout: 40_000, interval: 200 })
      .toBe(3);
    smtp.script = undefined;
    const { body: page } = await api.get(`runs/${run.id}/deliveries?state=uncertain&limit=1`);
    const one = await api.post(`runs/${run.id}/uncertain`, {
      action: 'assume-sent',
      contactIds: [page.items[0].contactId],
    });
    expect(one.body).toMatchObject({ resolved: 1, run: { counts: { uncertain: 2, sent: 1 } } });
    const before = smtp.received().length;
    // What was maybe sent and its copy are recognised by their Message-ID, whatever became of the sender.
    const [sender] = (await api.get(`campaigns/${run.campaignId}`)).body.senderIds as string[];
    expect((await api.patch(`senders/${sender}`, { fromEmail: 'another@elsewhere.example' })).status).toBe(200);
    const rest = await api.post(`runs/${run.id}/uncertain`, { action: 'resend' });
    expect(rest.body.resolved).toBe(2);
    const final = await untilStatus(run.id, 'completed');
    expect(final.counts).toMatchObject({ sent: 3, uncertain: 0 });
    expect(smtp.received().length).toBe(before + 2);
    const ids = smtp.received().map(({ raw }) => /^Message-ID: (.*)\r$/im.exec(raw.toString())?.[1] ?? '');
    const { body: deliveries } = await api.get(`runs/${run.id}/deliveries`);
    expect([...new Set(ids.filter((messageId) => messageId.includes(run.id)))].sort()).toEqual(
      deliveries.items.map((d: { messageId: string }) => d.messageId).sort(),
    );
    expect((await api.post(`runs/${run.id}/uncertain`, { action: 'resend' })).body.resolved).toBe(0);
    const { body: proof } = await api.get(`runs/${run.id}/proof`);
    expect(proof).toMatchObject({
      occurrence: { runs: 1 },
      execution: { workflowId: run.workflowId },
      ledger: { planned: 3, deliveries: 3, addresses: 3 },
    });
    expect(proof.execution.firstExecutionRunId).toBeTruthy();
    expect(proof.answers.map((a: { state: string; count: number }) => [a.state, a.count])).toContainEqual(['sent', 2]);
  });

  test('the overview and the list of runs agree with the ledger', async () => {
    const { body } = await api.get('overview?timeZone=Pacific/Apia');
    const { rows } = await api.database.pool.query(
      `SELECT count(*)::int AS n FROM automations WHERE deleted_at IS NULL`,
    );
    expect(body.total).toBe(rows[0].n);
    expect(Date.parse(body.nextRunAt)).toBeGreaterThan(Date.now());
    expect(body.next[0].at).toBe(body.nextRunAt);
    expect(Object.keys(body.attention)).toEqual(['uncertain', 'failedRuns', 'missed', 'senders', 'outOfSync']);
    expect((await api.get('overview?timeZone=Nowhere')).status).toBe(400);
    const { body: completed } = await api.get('runs?status=completed&kind=manual&sort=-scheduledFor&limit=2');
    expect(completed.items).toHaveLength(2);
    expect(completed.items[0].scheduledFor >= completed.items[1].scheduledFor).toBe(true);
    const next = await api.get(
      `runs?status=completed&kind=manual&sort=-scheduledFor&limit=2&cursor=${completed.nextCursor}`,
    );
    expect(next.status).toBe(200);
    expect(next.body.items.map((r: { id: string }) => r.id)).not.toContain(completed.items[1].id);
  });
});
