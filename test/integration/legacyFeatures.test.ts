import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient, dataOf, ProblemError, type ApiClient, type Schema } from '../../src/client/client.js';
import { follow, type Run } from '../../src/cli/api/follow.js';
import { automationScheduleId } from '../../src/domain/ids.js';
import { createTemporalClient } from '../../src/temporal/connect.js';
import { cli } from '../support/cli.js';
import { dumpDatabase } from '../support/dump.js';
import { legacyDirectory, legacyFiles } from '../support/legacyFiles.js';
import { startPlatform, type Platform } from '../support/platform.js';
import { Processes } from '../support/processes.js';
import { startSmtpServer, type Script, type SmtpTestServer } from '../support/smtpServer.js';

/**
 * "What the old system had and where it lives now", row by row: each feature of the campaign manager that Oncemail replaces, done with the generated
 * client against API and worker processes.
 */
let platform: Platform;
let processes: Processes;
let smtp: SmtpTestServer;
let url: string;
let api: ApiClient;
beforeAll(async () => {
  [platform, smtp] = await Promise.all([startPlatform(), startSmtpServer()]);
  processes = new Processes(platform);
  [{ url }] = await Promise.all([processes.startApi(), processes.startWorker()]);
  api = createClient({ baseUrl: url, apiKey: platform.adminApiKey });
});
afterAll(async () => {
  await processes?.stopAll();
  await platform?.close();
  await smtp?.close();
});
beforeEach(() => {
  smtp.script = undefined;
  processes.printLogsOnFailure();
});

/** Five mails a second and connection: slow enough to be stopped in the middle. */
const slow: Script = ({ stage }) => (stage === 'dot' ? { delayMs: 200 } : undefined);

let serial = 0;
const at = (id: string) => ({ params: { path: { id } } });
const smtpOf = (port: number) => ({ host: '127.0.0.1', port, security: 'none' as const });

async function givenSender(more: Partial<Schema<'SenderInput'>> = {}): Promise<string> {
  const body = { name: 'Sender', fromEmail: 'news@sender.example', smtp: smtpOf(smtp.port), ...more };
  return (await dataOf(api.POST('/api/v1/senders', { body: body as never }))).id;
}

async function importInto(listId: string, csv: string): Promise<Schema<'Import'>> {
  return dataOf(
    api.POST('/api/v1/lists/{id}/import', {
      ...at(listId),
      body: csv as never,
      bodySerializer: (text: unknown) => text as string,
      headers: { 'Content-Type': 'text/csv' },
    }),
  );
}

async function givenList(
  count: number,
  more: Partial<Schema<'ListInput'>> = {},
): Promise<{ id: string; emails: string[] }> {
  const name = `List ${++serial}`;
  const { id } = await dataOf(api.POST('/api/v1/lists', { body: { name, ...more } as never }));
  const emails = Array.from({ length: count }, (_, i) => `l${serial}-${i}@example.com`);
  await importInto(id, `email,name\n${emails.map((email, i) => `${email},Person ${i}`).join('\n')}\n`);
  return { id, emails };
}

const content = { subject: 'News for {{ contact.name }}', html: '<p>Hello {{ contact.name }}</p>' };
async function givenCampaign(
  more: { senderIds?: string[]; listIds?: string[]; contacts?: number } = {},
): Promise<string> {
  const body = {
    name: `Campaign ${++serial}`,
    content,
    listIds: more.listIds ?? [(await givenList(more.contacts ?? 4)).id],
    senderIds: more.senderIds ?? [await givenSender()],
  };
  return (await dataOf(api.POST('/api/v1/campaigns', { body: body as never }))).id;
}

const start = (campaignId: string, key?: string): Promise<Run> =>
  dataOf(
    api.POST('/api/v1/campaigns/{id}/runs', {
      params: { path: { id: campaignId }, header: key === undefined ? {} : { 'Idempotency-Key': key } },
    }),
  );
const readRun = (id: string) => dataOf(api.GET('/api/v1/runs/{id}', at(id)));
const untilStatus = (id: string, status: string) =>
  expect.poll(async () => (await readRun(id)).status, { timeout: 30_000 }).toBe(status);
async function ended(run: Run): Promise<Run> {
  let last = run;
  for await (const state of follow(api, run.id)) last = state;
  return last;
}
const refusal = async (call: Promise<unknown>): Promise<ProblemError> => {
  const error: unknown = await call.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ProblemError);
  return error as ProblemError;
};

/** A run that is paused in the middle from the first test to the last: it goes on in the restored database. */
let halfway: { run: Run; emails: string[] };

describe('What the old system had, and where it lives now', () => {
  test('campaigns: start, pause, resume, stop, relaunch, duplicate, test', async () => {
    smtp.script = slow;
    const list = await givenList(60);
    const senderIds = [await givenSender({ maxConnections: 2 })];
    const campaignId = await givenCampaign({ listIds: [list.id], senderIds });
    const check = await dataOf(api.POST('/api/v1/campaigns/{id}/check', at(campaignId)));
    expect(check.recipients).toBe(60);
    const tested = await dataOf(
      api.POST('/api/v1/campaigns/{id}/test-send', { ...at(campaignId), body: { to: 'me@example.com' } }),
    );
    expect([tested.ok, smtp.received().map((m) => m.to)]).toEqual([true, [['me@example.com']]]);

    const run = await start(campaignId);
    await expect.poll(async () => (await readRun(run.id)).counts.sent, { timeout: 30_000 }).toBeGreaterThan(0);
    await dataOf(api.POST('/api/v1/runs/{id}/pause', at(run.id)));
    await untilStatus(run.id, 'paused');
    expect(
      (
        await refusal(
          dataOf(api.POST('/api/v1/campaigns/{id}/relaunch', { ...at(campaignId), body: { audience: 'everyone' } })),
        )
      ).status,
    ).toBe(409);
    await dataOf(api.POST('/api/v1/runs/{id}/resume', at(run.id)));
    await expect.poll(async () => (await readRun(run.id)).status, { timeout: 30_000 }).not.toBe('paused');
    await dataOf(api.POST('/api/v1/runs/{id}/stop', at(run.id)));
    const stopped = await ended(run);
    expect([stopped.status, stopped.counts.total, stopped.counts.cancelled > 0]).toEqual(['stopped', 60, true]);

    smtp.script = undefined;
    const relaunched = await dataOf(
      api.POST('/api/v1/campaigns/{id}/relaunch', { ...at(campaignId), body: { audience: 'not-yet-received' } }),
    );
    expect((await ended(relaunched)).counts.sent).toBe(60 - stopped.counts.sent);
    const mailed = smtp
      .received()
      .flatMap((m) => m.to)
      .filter((email) => email !== 'me@example.com');
    expect([mailed.length, new Set(mailed).size]).toEqual([60, 60]);

    const copy = await dataOf(api.POST('/api/v1/campaigns/{id}/duplicate', { ...at(campaignId), body: {} }));
    expect(copy).toMatchObject({ listIds: [list.id], content, name: expect.stringMatching(/\(copy\)$/) as string });

    smtp.script = slow;
    const other = await givenList(50);
    const second = await start(await givenCampaign({ listIds: [other.id], senderIds }));
    await expect.poll(async () => (await readRun(second.id)).counts.sent, { timeout: 30_000 }).toBeGreaterThan(0);
    await dataOf(api.POST('/api/v1/runs/{id}/pause', at(second.id)));
    await untilStatus(second.id, 'paused');
    halfway = { run: second, emails: other.emails };
  });

  test('accounts are senders: made, tried, changed, deleted; a password is never answered', async () => {
    const id = await givenSender({
      name: 'Account',
      smtp: { ...smtpOf(smtp.port), username: 'user', password: 'never-answered' },
    } as never);
    const read = await api.GET('/api/v1/senders/{id}', at(id));
    expect(JSON.stringify(read.data)).not.toContain('never-answered');
    await dataOf(api.PATCH('/api/v1/senders/{id}', { ...at(id), body: { smtp: { username: null } } as never }));
    const tried = await dataOf(api.POST('/api/v1/senders/{id}/test', { ...at(id), body: { to: 'try@example.com' } }));
    expect([tried.ok, smtp.received().at(-1)?.to]).toEqual([true, ['try@example.com']]);
    await api.DELETE('/api/v1/senders/{id}', at(id));
    expect((await refusal(api.GET('/api/v1/senders/{id}', at(id)))).is('not-found')).toBe(true);
  });

  test('data lists keep geography and ISP, are imported and exported', async () => {
    const { id, emails } = await givenList(3, { geography: 'Latvia', isp: 'gmail' });
    await givenList(1, { geography: 'Latvia', isp: 'other' });
    const query = { geography: 'Latvia', isp: 'gmail' };
    const found = await dataOf(api.GET('/api/v1/lists', { params: { query } }));
    expect(found.items).toMatchObject([{ id, contacts: 3, ...query }]);
    const again = await importInto(id, `email\n${emails[0]}\nnonsense\n`);
    expect(again).toMatchObject({ rows: 2, added: 0, rejected: 1 });
    const { data } = await api.GET('/api/v1/lists/{id}/contacts.csv', { ...at(id), parseAs: 'text' });
    for (const email of emails) expect(data).toContain(email);
  });

  test('templates are previewed and used by campaigns', async () => {
    const template = await dataOf(api.POST('/api/v1/templates', { body: { name: 'Template', ...content } as never }));
    const shown = await dataOf(
      api.POST('/api/v1/templates/preview', {
        body: { ...content, contact: { email: 'a@b.example', name: 'Ada' } } as never,
      }),
    );
    expect(shown).toMatchObject({ subject: 'News for Ada', html: expect.stringContaining('Hello Ada') as string });
    const list = await givenList(1);
    const body = { name: 'By template', templateId: template.id, listIds: [list.id], senderIds: [await givenSender()] };
    const { id } = await dataOf(api.POST('/api/v1/campaigns', { body: body as never }));
    expect((await ended(await start(id))).counts.sent).toBe(1);
    expect(smtp.received().at(-1)?.raw.toString()).toMatch(/^Subject: News for Person 0\r$/m);
  });

  test('schedules: once, daily, weekly, monthly, custom; and one that fires by itself, once', async () => {
    const campaignId = await givenCampaign({ contacts: 2 });
    const soon = new Date(Date.now() + 5_000).toISOString().slice(0, 19) + 'Z';
    const schedules = [
      { type: 'once', at: soon },
      { type: 'daily', time: '09:00', timeZone: 'Europe/Riga' },
      { type: 'weekly', daysOfWeek: ['monday', 'friday'], time: '09:00', timeZone: 'Europe/Riga' },
      { type: 'monthly', dayOfMonth: 'last', time: '09:00', timeZone: 'Europe/Riga' },
      { type: 'interval', everyMinutes: 90 },
    ];
    const made: Schema<'Automation'>[] = [];
    for (const schedule of schedules) {
      const body = { name: `Schedule ${schedule.type}`, campaignId, schedule };
      made.push(await dataOf(api.POST('/api/v1/automations', { body: body as never })));
    }
    for (const automation of made.slice(1)) {
      expect(Date.parse(automation.nextRunAt as string)).toBeGreaterThan(Date.now());
      expect(automation.enabled).toBe(true);
    }
    const once = made[0] as Schema<'Automation'>;
    const runsOfOnce = () => dataOf(api.GET('/api/v1/runs', { params: { query: { automationId: once.id } } }));
    await expect.poll(async () => (await runsOfOnce()).items[0]?.status, { timeout: 40_000 }).toBe('completed');
    const { items } = await runsOfOnce();
    expect(items).toMatchObject([
      { kind: 'scheduled', scheduledFor: soon.replace('Z', '.000Z'), counts: { sent: 2, total: 2 } },
    ]);
    const occurrences = await dataOf(api.GET('/api/v1/automations/{id}/occurrences', at(once.id)));
    expect(occurrences.items).toMatchObject([{ fate: 'ran', runId: items[0]?.id }]);
  });

  test('rate limits and their statistics belong to senders', async () => {
    const senderId = await givenSender({ limits: { perSecond: 20, perHour: 1000 } });
    const run = await ended(await start(await givenCampaign({ senderIds: [senderId], contacts: 30 })));
    expect([run.counts.sent, Date.parse(run.finishedAt as string) - Date.parse(run.startedAt as string) > 400]).toEqual(
      [30, true],
    );
    const usage = await dataOf(api.GET('/api/v1/senders/{id}/usage', at(senderId)));
    // A worker that is late for a slot lets it go and takes another one.
    expect(usage.used.hour).toBeGreaterThanOrEqual(30);
    expect(usage.limits).toMatchObject({ perSecond: 20, perHour: 1000 });
    expect(usage.series.reduce((sum, minute) => sum + minute.reserved, 0)).toBe(usage.used.hour);
    const sums = await dataOf(api.GET('/api/v1/statistics/sent', { params: { query: { senderId } as never } }));
    expect(JSON.stringify(sums)).toContain('30');
  });

  test('execution status is that of runs; there is no tracking to clear, and a double click is one run', async () => {
    const campaignId = await givenCampaign();
    const before = smtp.received().length;
    const [first, second] = await Promise.all([start(campaignId, 'one-click'), start(campaignId, 'one-click')]);
    expect(second.id).toBe(first.id);
    const done = await ended(first);
    expect([done.status, done.counts.sent]).toEqual(['completed', 4]);
    expect((await start(campaignId, 'one-click')).status).toBe('completed');
    expect(smtp.received().length - before).toBe(4);
    const listed = await dataOf(api.GET('/api/v1/runs', { params: { query: { campaignId } } }));
    expect(listed.items.map((r) => [r.id, r.status])).toEqual([[first.id, 'completed']]);
  });

  test('live campaigns are server-sent events, from the present state to the end', async () => {
    smtp.script = slow;
    const run = await start(
      await givenCampaign({ contacts: 30, senderIds: [await givenSender({ maxConnections: 4 })] }),
    );
    const states: Run[] = [];
    for await (const state of follow(api, run.id)) states.push(state);
    expect(states.length).toBeGreaterThan(2);
    const sent = states.map((s) => s.counts.sent);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(states.at(-1)).toMatchObject({ status: 'completed', counts: { sent: 30, pending: 0 } });
  });

  test('delivery logs are deliveries, recipient by recipient, with what the server said', async () => {
    const list = await givenList(3);
    smtp.script = ({ stage, to }) =>
      stage === 'rcpt' && to.at(-1) === list.emails[1] ? '550 5.1.1 No such user' : undefined;
    const run = await ended(await start(await givenCampaign({ listIds: [list.id] })));
    const failed = await dataOf(
      api.GET('/api/v1/runs/{id}/deliveries', { params: { path: { id: run.id }, query: { state: 'failed' } } }),
    );
    expect(failed.items).toMatchObject([
      { email: list.emails[1], smtpCode: 550, response: expect.stringContaining('No such user') as string },
    ]);
    const { data } = await api.GET('/api/v1/runs/{id}/deliveries.csv', { ...at(run.id), parseAs: 'text' });
    expect((data as unknown as string).trim().split('\n')).toHaveLength(4);
    const suppressed = await dataOf(
      api.GET('/api/v1/suppressions', { params: { query: { search: list.emails[1] as string } } }),
    );
    expect(suppressed.items).toMatchObject([{ reason: 'bounced' }]);
  });

  test('users and permissions are users with roles, and keys with them', async () => {
    const body = { email: 'colleague@example.org', name: 'Colleague', role: 'operator' as const };
    const user = await dataOf(api.POST('/api/v1/users', { body }));
    const accepted = await dataOf(
      api.POST('/api/v1/session/invitation', {
        body: { token: user.invitation?.token as string, password: 'correct horse battery staple' },
      }),
    );
    expect(accepted).toMatchObject({ role: 'operator', invited: false });
    const keyOf = async (role: 'viewer' | 'operator') =>
      createClient({
        baseUrl: url,
        apiKey: (await dataOf(api.POST('/api/v1/api-keys', { body: { name: role, role } }))).key,
      });
    const [viewer, operator] = await Promise.all([keyOf('viewer'), keyOf('operator')]);
    expect((await dataOf(viewer.GET('/api/v1/campaigns'))).items.length).toBeGreaterThan(0);
    const list = { body: { name: 'By somebody' } as never };
    expect((await refusal(viewer.POST('/api/v1/lists', list))).is('forbidden')).toBe(true);
    expect((await operator.POST('/api/v1/lists', list)).response.status).toBe(201);
    expect((await refusal(operator.GET('/api/v1/users'))).status).toBe(403);
  });

  test('notifications tell of what needs eyes, and a run goes on when its sender is repaired', async () => {
    const senderId = await givenSender({ smtp: smtpOf(1) } as never);
    const run = await start(await givenCampaign({ senderIds: [senderId], contacts: 2 }));
    const unread = () => dataOf(api.GET('/api/v1/notifications', { params: { query: { unread: true } } }));
    await expect
      .poll(async () => (await unread()).items.map((n) => [n.kind, n.senderId]), { timeout: 30_000 })
      .toContainEqual(['sender-fault', senderId]);
    await dataOf(api.PATCH('/api/v1/senders/{id}', { ...at(senderId), body: { smtp: { port: smtp.port } } as never }));
    expect((await ended(run)).counts.sent).toBe(2);
    await dataOf(api.POST('/api/v1/notifications/read'));
    expect((await unread()).items).toEqual([]);
  });

  test('dashboard figures are the overview', async () => {
    const overview = await dataOf(api.GET('/api/v1/overview'));
    expect(overview).toMatchObject({ total: 5, active: 5, unreadNotifications: 0 });
    expect(overview.completedToday).toBeGreaterThan(5);
    expect(overview.sentToday).toBeGreaterThan(100);
    expect(Date.parse(overview.nextRunAt as string)).toBeGreaterThan(Date.now());
    expect(overview.running.map((r) => r.id)).toEqual([halfway.run.id]);
  });

  test('its JSON files are imported, and what they scheduled waits for somebody to resume it', async () => {
    const directory = await legacyDirectory(legacyFiles);
    try {
      const before = smtp.received().length;
      const imported = await cli(['import-legacy', directory.path, '--time-zone', 'Europe/Riga'], {
        env: platform.env,
      });
      expect(imported).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('5 automations were imported paused') as string,
      });
      const automations = await dataOf(api.GET('/api/v1/automations', { params: { query: { enabled: false } } }));
      expect(automations.items).toHaveLength(5);
      const daily = automations.items.find((a) => a.schedule.type === 'daily') as Schema<'Automation'>;
      const resumed = await dataOf(api.POST('/api/v1/automations/{id}/resume', at(daily.id)));
      expect([resumed.enabled, Date.parse(resumed.nextRunAt as string) > Date.now()]).toEqual([true, true]);
      expect(smtp.received()).toHaveLength(before);
    } finally {
      await directory.remove();
    }
  });

  test('backup and restore: a dump in a fresh database, an empty Temporal; Schedules come back, and what was under way goes on', async () => {
    const automations = await dataOf(api.GET('/api/v1/automations', { params: { query: { limit: 200 } } }));
    const before = await readRun(halfway.run.id);
    expect(before.status).toBe('paused');
    await processes.stopAll();
    const dump = await dumpDatabase(platform.databaseUrl);
    const elsewhere = await startPlatform({ migrated: false });
    const there = new Processes(elsewhere);
    there.printLogsOnFailure();
    let temporal: Client | undefined;
    try {
      await dump.restore(elsewhere.databaseUrl);
      const [served] = await Promise.all([there.startApi(), there.startWorker()]);
      // Keys are in the dump; the API of the first database has ended.
      api = createClient({ baseUrl: served.url, apiKey: platform.adminApiKey });
      temporal = createTemporalClient({
        connectionOptions: { address: elsewhere.temporalAddress },
        namespace: elsewhere.namespace,
      });
      const { schedule } = temporal;
      for (const { id, enabled, name } of automations.items) {
        const paused = () =>
          schedule
            .getHandle(automationScheduleId(id))
            .describe()
            .then(
              (d) => d.state.paused,
              () => 'there is none',
            );
        await expect.poll(paused, { timeout: 40_000, message: `the Schedule of ${name}` }).toBe(!enabled);
      }
      expect((await readRun(halfway.run.id)).counts).toEqual(before.counts);
      await dataOf(api.POST('/api/v1/runs/{id}/resume', at(halfway.run.id)));
      const done = await ended(halfway.run);
      expect([done.status, done.counts.sent]).toEqual(['completed', 50]);
      const mailed = smtp
        .received()
        .flatMap((m) => m.to)
        .filter((email) => halfway.emails.includes(email));
      expect([mailed.length, new Set(mailed).size]).toEqual([50, 50]);
    } finally {
      await temporal?.connection.close();
      await there.stopAll();
      await elsewhere.close();
      await dump.remove();
    }
  }, 180_000);
});
