import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type Api } from './apiClient.js';
import type { Progress } from './progress.js';

/** What the demo consists of, kept in `<data dir>/demo.json` once it is complete. */
export interface Demo {
  automationId: string;
  senderId: string;
}

/** A run as the demo and the summary read it. */
export interface DemoRun {
  id: string;
  status: string;
  statusReason?: string | null;
  workflowId: string;
  temporalUrl?: string | null;
  scheduledFor: string;
  counts: {
    total: number;
    pending: number;
    sending: number;
    sent: number;
    failed: number;
    skipped: number;
    cancelled: number;
    uncertain: number;
  };
}

const NAME = 'Demo: hello';
const CONTACTS = 1000;
/** Long enough that the automation exists in Temporal before it is due. */
const DUE_IN_MS = 5_000;
const FINAL = ['completed', 'stopped', 'failed'];

interface Named {
  id: string;
  name: string;
}

/**
 * Makes the demo through the REST API: 1,000 contacts imported from a CSV, a template, a sender that points at the mail
 * catcher, a campaign, and an automation that is due once in a few seconds. Made only once: later starts find it again
 * (by the file in the data directory, or by its name), and one that an interruption left half made is completed.
 * Returns `undefined` when somebody has deleted it since.
 */
export async function ensureDemo(
  api: Api,
  dataDir: string,
  smtpPort: number,
  progress: Progress,
): Promise<(Demo & { made: boolean }) | undefined> {
  const file = join(dataDir, 'demo.json');
  const known = read(file);
  if (known) {
    if (!(await exists(api, `/automations/${known.automationId}`))) return undefined;
    await pointSender(api, known.senderId, smtpPort);
    return { ...known, made: false };
  }
  const step = progress.step('Making the demo');
  try {
    step.update('a sender that points at the mail catcher');
    const sender = await ensure(api, '/senders', {
      name: NAME,
      fromName: 'Oncemail demo',
      fromEmail: 'hello@demo.example',
      smtp: { host: '127.0.0.1', port: smtpPort, security: 'none' },
      maxConnections: 5,
    });
    await pointSender(api, sender.id, smtpPort);
    const list = await ensure(api, '/lists', { name: NAME, description: 'A thousand contacts that do not exist' });
    await importContacts(api, list.id, (detail) => step.update(detail));
    step.update('template and campaign');
    const template = await ensure(api, '/templates', { name: NAME, ...CONTENT });
    const campaign = await ensure(api, '/campaigns', {
      name: NAME,
      listIds: [list.id],
      senderIds: [sender.id],
      templateId: template.id,
      audience: 'everyone',
    });
    step.update('the automation');
    const due = new Date(Math.ceil((Date.now() + DUE_IN_MS) / 1000) * 1000);
    const automation = await ensure(api, '/automations', {
      name: NAME,
      campaignId: campaign.id,
      schedule: { type: 'once', at: due.toISOString().replace('.000', ''), timeZone: 'UTC' },
      enabled: true,
    });
    const demo: Demo = { automationId: automation.id, senderId: sender.id };
    writeFileSync(file, `${JSON.stringify(demo, null, 2)}\n`);
    step.done(`an automation that mails ${CONTACTS.toLocaleString('en')} contacts once`);
    return { ...demo, made: true };
  } catch (error) {
    step.failed();
    throw error;
  }
}

/**
 * Shows the progress of the demo's run until it has ended and resolves with it; with what there is when it makes no
 * progress for a minute; with `undefined` when there is no run.
 */
export async function watchRun(
  api: Api,
  automationId: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<DemoRun | undefined> {
  const first = await latestRun(api, automationId);
  if (first && FINAL.includes(first.status)) return first;
  const step = progress.step('The demo automation');
  let run = first;
  let seen = '';
  let movedAt = Date.now();
  for (;;) {
    if (run && FINAL.includes(run.status)) {
      step.done(`${run.counts.sent.toLocaleString('en')} of ${run.counts.total.toLocaleString('en')} mails sent`);
      return run;
    }
    const now = JSON.stringify([run?.status, run?.counts]);
    if (now !== seen) {
      seen = now;
      movedAt = Date.now();
    } else if (Date.now() - movedAt > 60_000) {
      step.skipped(run ? `the run is ${run.status}${run.statusReason ? `: ${run.statusReason}` : ''}` : 'no run yet');
      return run;
    }
    if (!run) step.update('waits until it is due');
    else if (run.counts.total === 0) step.update(run.status);
    else {
      const { total, pending, sending } = run.counts;
      step.fraction((total - pending - sending) / total, `${total - pending - sending} of ${total}`);
    }
    try {
      await delay(250, undefined, { signal });
    } catch (error) {
      step.skipped('stopped; it goes on at the next start');
      throw error;
    }
    run = await latestRun(api, automationId);
  }
}

async function latestRun(api: Api, automationId: string): Promise<DemoRun | undefined> {
  const { items } = await api.get<{ items: DemoRun[] }>(`/runs?automationId=${automationId}&limit=1`);
  return items[0];
}

async function ensure(api: Api, path: string, body: { name: string } & Record<string, unknown>): Promise<Named> {
  return (await api.find<Named>(path, (item) => item.name === body.name)) ?? (await api.post<Named>(path, body));
}

/** The catcher's port differs when its usual one was taken. */
async function pointSender(api: Api, senderId: string, smtpPort: number): Promise<void> {
  try {
    const { smtp } = await api.get<{ smtp?: { host: string; port: number } }>(`/senders/${senderId}`);
    // Somebody pointed it elsewhere: theirs to do.
    if (smtp?.host !== '127.0.0.1' || smtp.port === smtpPort) return;
    await api.patch(`/senders/${senderId}`, { smtp: { port: smtpPort } });
  } catch (error) {
    // Somebody deleted the demo's sender: theirs to do.
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
}

async function importContacts(api: Api, listId: string, update: (detail: string) => void): Promise<void> {
  interface Import {
    id: string;
    status: string;
    rows: number;
    error?: string | null;
  }
  let job = await api.postCsv<Import>(`/lists/${listId}/import`, contactsCsv());
  while (job.status !== 'completed') {
    if (job.status === 'failed') throw new Error(`The import of the demo's contacts failed: ${job.error ?? ''}`);
    update(`importing contacts, ${job.rows} of ${CONTACTS}`);
    await delay(100);
    job = await api.get<Import>(`/imports/${job.id}`);
  }
}

async function exists(api: Api, path: string): Promise<boolean> {
  try {
    await api.get(path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

function read(path: string): Demo | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Demo;
  } catch {
    // Absent, or torn: the demo is then found by its name.
    return undefined;
  }
}

const GIVEN = 'Ada Grace Alan Edsger Barbara Donald Margaret Dennis Radia Ken Frances Linus Hedy Tim Katherine'.split(
  ' ',
);
const FAMILY = 'Moss Rivers Stone Field Marsh Brook Hill Wood Lake Shore Vale Frost Dale Heath Glen Reed Forge'.split(
  ' ',
);
const TOWNS = 'Lisbon Oslo Kyoto Quito Nairobi Bergen Tartu Porto Galway Hobart Turku'.split(' ');

/** Addresses below .example, which never exist (RFC 2606). */
function contactsCsv(): string {
  const rows = Array.from({ length: CONTACTS }, (_, i) => {
    const name = `${GIVEN[i % GIVEN.length]} ${FAMILY[Math.floor(i / GIVEN.length) % FAMILY.length]}`;
    const number = String(i + 1).padStart(4, '0');
    return `contact-${number}@list.example,${name},${TOWNS[i % TOWNS.length]}`;
  });
  return ['email,name,town', ...rows, ''].join('\n');
}

const CONTENT = {
  subject: 'Hello {{ contact.name }}, this reached you once',
  html: `<!doctype html>
<html>
  <body style="margin:0;padding:24px;background:#f4f5f7;font-family:sans-serif;color:#1f2430">
    <div style="max-width:34rem;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
      <h1 style="font-size:20px">Hello {{ contact.name }}</h1>
      <p>How is {{ contact.attributes.town | default: "your town" }}? This mail is one of a thousand. The automation that
        sent it was due at {{ run.scheduledFor }} and will not run for that time again, and nobody on its list got it twice.</p>
      <p style="font-size:12px;color:#6b7280">Sent by {{ sender.name }} for {{ campaign.name }}.
        <a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>
    </div>
  </body>
</html>
`,
};
