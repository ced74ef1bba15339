import type { EmbeddedPostgres } from '../../src/embedded/postgres.js';
import { openDatabase } from '../../src/ledger/database.js';
import { recordMissed } from '../../src/ledger/occurrences/recordMissed.js';
import { until, type RestClient } from '../support/restClient.js';
import type { SmtpTestServer } from '../support/smtpServer.js';

/** What the pictures show, by what they need to find it. */
export interface Showcase {
  email: string;
  password: string;
  automationId: string;
  missedAutomationId: string;
  campaignId: string;
  templateId: string;
  listId: string;
  contactId: string;
  senderId: string;
  /** A run that is sending while the pictures are taken. */
  runningRunId: string;
  /** One that is over, with failures and a delivery that is uncertain. */
  finishedRunId: string;
}

const given = [
  'Ada',
  'Grace',
  'Alan',
  'Edsger',
  'Barbara',
  'Donald',
  'Hedy',
  'Tim',
  'Radia',
  'Ken',
  'Frances',
  'Leslie',
];
const family = [
  'Lovelace',
  'Hopper',
  'Turing',
  'Dijkstra',
  'Liskov',
  'Knuth',
  'Lamarr',
  'Lee',
  'Perlman',
  'Allen',
  'Lamport',
];
const towns = ['Riga', 'London', 'Lisbon', 'Oslo', 'Kyoto', 'Boston'];

function contactsCsv(count: number, domain: string): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const first = given[i % given.length] as string;
    const last = family[(i * 7) % family.length] as string;
    return `${first}.${last}${i}@${domain}`.toLowerCase() + `,${first} ${last},${towns[i % towns.length]}`;
  });
  return ['email,name,town', ...rows].join('\n');
}

const letter = `<h1>{{ campaign.name }}</h1>
<p>Dear {{ contact.name | default: "reader" }},</p>
<p>Three things have changed this week in {{ contact.attributes.town | default: "your town" }}.</p>
<ul><li>The harbour bridge opens on Friday.</li><li>The market moves to the square.</li><li>Trams run every six minutes.</li></ul>
<p>Until next week,<br>{{ sender.name }}</p>
<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>`;

/** Fills an empty Oncemail with what a small company would have in it, and lets some of it run. */
export async function makeShowcase(
  client: RestClient,
  postgres: EmbeddedPostgres,
  smtp: SmtpTestServer,
): Promise<Showcase> {
  const make = async (path: string, body: object) => (await client.ok<{ id: string }>('POST', path, { body })).id;
  const email = 'ada@example.org';
  const password = 'correct horse battery staple';
  await make('users', { email, name: 'Ada Lovelace', role: 'admin', password });
  await make('users', { email: 'grace@example.org', name: 'Grace Hopper', role: 'operator', password });
  await make('users', { email: 'alan@example.org', name: 'Alan Turing', role: 'viewer' });
  await make('api-keys', { name: 'Shop', role: 'operator' });

  const sender = (name: string, fromEmail: string, limits: object) =>
    make('senders', {
      name,
      fromName: name,
      fromEmail,
      smtp: { host: '127.0.0.1', port: smtp.port, security: 'none' },
      limits,
    });
  const senderId = await sender('Harbour News', 'news@harbour.example', { perMinute: 6000, perDay: 200_000 });
  const slowSenderId = await sender('Harbour Events', 'events@harbour.example', { perSecond: 12, perHour: 20_000 });

  const list = async (name: string, description: string, count: number, domain: string) => {
    const id = await make('lists', { name, description });
    const imported = await client.ok<{ id: string }>('POST', `lists/${id}/import`, {
      raw: contactsCsv(count, domain),
      headers: { 'content-type': 'text/csv' },
    });
    await until(
      () => client.ok<{ status: string }>('GET', `imports/${imported.id}`),
      (i) => i.status === 'completed',
      60_000,
    );
    return id;
  };
  const listId = await list('Newsletter', 'Everybody who signed up on the site', 2400, 'readers.example');
  const members = await list('Members', 'Who pays a yearly fee', 640, 'members.example');
  const beta = await list('Beta testers', 'They see everything first', 85, 'beta.example');
  for (const [i, reason] of ['manual', 'complained', 'bounced'].entries()) {
    await client.ok('POST', 'suppressions', { body: { email: `gone${i}@readers.example`, reason } });
  }

  const templateId = await make('templates', {
    name: 'Letter',
    subject: 'This week in {{ contact.attributes.town }}',
    html: letter,
  });
  await make('templates', {
    name: 'Short note',
    subject: '{{ campaign.name }}',
    html: '<p>{{ contact.name }}, a word.</p>',
  });
  const campaign = (name: string, listIds: string[], senderIds: string[], subject: string) =>
    make('campaigns', { name, listIds, senderIds, content: { subject, html: letter } });
  const campaignId = await campaign(
    'Weekly letter',
    [listId],
    [senderId],
    'This week in {{ contact.attributes.town }}',
  );
  const renewal = await campaign('Renewal reminder', [members], [senderId], 'Your membership, {{ contact.name }}');
  const betaNews = await campaign('Beta notes', [beta], [senderId], 'What is new in the beta');
  const festival = await campaign(
    'Harbour festival',
    [listId, members],
    [slowSenderId],
    'You are invited, {{ contact.name }}',
  );

  const automation = (name: string, of: string, schedule: object, more: object = {}) =>
    make('automations', { name, campaignId: of, schedule, ...more });
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
  const automationId = await automation('Weekday letter', campaignId, {
    type: 'weekly',
    daysOfWeek: weekdays,
    time: '09:00',
    timeZone: 'Europe/Riga',
  });
  const renewals = await automation('Renewals', renewal, {
    type: 'monthly',
    dayOfMonth: 'last',
    time: '10:00',
    timeZone: 'Europe/Lisbon',
  });
  const missedAutomationId = await automation('Beta notes', betaNews, {
    type: 'daily',
    time: '06:30',
    timeZone: 'America/New_York',
  });
  const tokyo = await automation('Tokyo edition', campaignId, { type: 'daily', time: '08:00', timeZone: 'Asia/Tokyo' });
  await automation(
    'Every six hours',
    betaNews,
    { type: 'interval', everyMinutes: 360, timeZone: 'UTC' },
    { enabled: false },
  );
  await automation('Quarterly report', renewal, { type: 'cron', cron: '0 8 1 */3 *', timeZone: 'Europe/Riga' });
  await automation('Festival invitation', festival, { type: 'once', at: '2099-06-01T12:00', timeZone: 'Europe/Riga' });
  const figures = await make('automations', {
    name: 'Figures of the day',
    workflow: { type: 'dailyDigest', input: { senderId, to: [email], timeZone: 'Europe/Riga' } },
    schedule: { type: 'daily', time: '07:00', timeZone: 'Europe/Riga' },
  });

  // Some addresses do not exist, and one server never says whether it took a mail.
  smtp.script = ({ stage, to }) => {
    const address = to.at(-1) ?? '';
    if (stage === 'rcpt' && /(13|77|402)@/.test(address)) return '550 5.1.1 No such user';
    if (stage === 'dot' && /(25|61)@members/.test(address)) return 'accept-drop';
    return undefined;
  };
  const run = async (path: string) => (await client.ok<{ id: string }>('POST', path, { body: {} })).id;
  const finished = (id: string) =>
    until(
      () => client.ok<{ status: string; counts: { pending: number; sending: number } }>('GET', `runs/${id}`),
      (r) =>
        ['completed', 'failed'].includes(r.status) ||
        (r.status === 'waiting' && r.counts.pending + r.counts.sending === 0),
      180_000,
    );
  for (const id of [automationId, tokyo, figures]) await finished(await run(`automations/${id}/runs`));
  const finishedRunId = await run(`automations/${renewals}/runs`);
  await finished(finishedRunId);

  // Days of history that Temporal never ran.
  const database = openDatabase({ url: postgres.url(), maxConnections: 2 });
  try {
    await database.pool.query(
      `UPDATE automation_revisions SET valid_from = now() - interval '40 hours' WHERE automation_id = $1`,
      [missedAutomationId],
    );
    const { items } = await client.ok<{
      items: { fate: string; key: string; at: string; localTime: string; reason: string }[];
    }>('GET', `automations/${missedAutomationId}/occurrences`);
    const missed = items.filter((o) => o.fate === 'missed').map((o) => ({ ...o, at: new Date(o.at) }));
    await recordMissed(database, { id: missedAutomationId, name: 'Beta notes' }, missed);
  } finally {
    await database.close();
  }
  const runningRunId = await run(`campaigns/${festival}/runs`);
  await until(
    () => client.ok<{ counts: { sent: number } }>('GET', `runs/${runningRunId}`),
    (r) => r.counts.sent > 100,
    120_000,
  );
  const { items } = await client.ok<{ items: { id: string }[] }>('GET', `lists/${listId}/contacts?limit=1`);
  const contactId = items[0]?.id as string;
  return {
    email,
    password,
    automationId,
    missedAutomationId,
    campaignId,
    templateId,
    listId,
    contactId,
    senderId,
    runningRunId,
    finishedRunId,
  };
}
