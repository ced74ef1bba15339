import type { Api } from './apiClient.js';
import type { DemoRun } from './demo.js';
import { receivedOfRun } from './mailCatcher.js';

/** What the ledger says of a run, held against what the mail server received of it. */
export interface Proof {
  /** Everybody in the run's snapshot. */
  recipients: number;
  /** Deliveries that the ledger has as sent. */
  sent: number;
  /** Mails that the catcher received of this run. */
  mails: number;
  /** Mails beyond the first to the same address. */
  duplicates: number;
  /** Sent by the ledger, not received. */
  missing: number;
  /** In flight when a process was killed or a connection broke: by its own records the ledger cannot tell. */
  uncertain: number;
  /** Of the uncertain ones, those the catcher did receive. */
  uncertainReceived: number;
  /** Received, although the ledger does not have them as sent or uncertain. */
  unexpected: number;
}

/** Compares recipient by recipient: the ledger's deliveries (through the API) and the catcher's journal. */
export async function proveRun(api: Api, run: DemoRun, dataDir: string): Promise<Proof> {
  const received = await receivedOfRun(dataDir, run.id);
  const proof: Proof = {
    recipients: 0,
    sent: 0,
    mails: received.mails,
    duplicates: 0,
    missing: 0,
    uncertain: 0,
    uncertainReceived: 0,
    unexpected: 0,
  };
  for (const count of received.perAddress.values()) proof.duplicates += count - 1;
  let columns: string[] | undefined;
  for await (const line of api.lines(`/runs/${run.id}/deliveries.csv`)) {
    if (line === '') continue;
    const cells = line.replace(/^\uFEFF/, '').split(',');
    if (!columns) {
      columns = cells;
      continue;
    }
    const email = (cells[columns.indexOf('email')] ?? '').replaceAll('"', '').toLowerCase();
    const state = cells[columns.indexOf('state')];
    proof.recipients++;
    if (state === 'sent') {
      proof.sent++;
      if (!received.perAddress.has(email)) proof.missing++;
    } else if (state === 'uncertain') {
      proof.uncertain++;
      if (received.perAddress.has(email)) proof.uncertainReceived++;
    } else if (received.perAddress.has(email)) proof.unexpected++;
    received.perAddress.delete(email);
  }
  // What is left went to addresses that the run does not have.
  proof.unexpected += received.perAddress.size;
  return proof;
}

/** The proof as it is printed. */
export function proofLines(run: DemoRun, proof: Proof): string[] {
  const n = (value: number) => value.toLocaleString('en');
  const kept = run.status === 'completed' && proof.duplicates + proof.missing + proof.unexpected === 0;
  const mark = !kept ? '✘' : proof.uncertain > 0 ? '!' : '✔';
  return [
    `${mark} ${n(proof.recipients)} recipients, ${n(proof.mails)} mails received, ` +
      `${n(proof.duplicates)} duplicates, ${n(proof.missing)} missing`,
    `  ledger: ${n(proof.sent)} sent, ${n(run.counts.failed)} failed, ${n(run.counts.skipped)} skipped, ` +
      `${n(proof.uncertain)} uncertain; the run is ${run.status}${run.statusReason ? ` (${run.statusReason})` : ''}`,
    ...(proof.uncertain > 0
      ? [
          `  uncertain: in flight when something was killed or broke; ${n(proof.uncertainReceived)} of these arrived. ` +
            `People decide: POST /api/v1/runs/${run.id}/uncertain`,
        ]
      : []),
    ...(proof.unexpected > 0 ? [`  ${n(proof.unexpected)} mails went to people the ledger does not have as sent`] : []),
    `  execution: ${run.workflowId}`,
  ];
}

export interface Places {
  web: string;
  apiDocs: string;
  temporalUi?: string | undefined;
  run?: string | undefined;
  mails?: string | undefined;
  /** Where the mail catcher takes mail. */
  smtp?: string | undefined;
  temporal?: string | undefined;
  database?: string | undefined;
  logs: string;
}

/** Where everything is, and how to stop. */
export function placeLines(places: Places): string[] {
  const rows: [string, string | undefined][] = [
    ['Web app', places.web],
    ['API docs', places.apiDocs],
    ['This run in Temporal', places.run],
    ['Temporal Web UI', places.temporalUi],
    ['Mails sent', places.mails],
    ['Mail catcher (SMTP)', places.smtp],
    ['Temporal', places.temporal],
    ['PostgreSQL', places.database],
    ['Logs', places.logs],
  ];
  const shown = rows.filter((row): row is [string, string] => Boolean(row[1]));
  return [
    ...shown.map(([label, value]) => `  ${label.padEnd(22)}${value}`),
    '',
    '  Ctrl-C stops everything; npm start goes on from there.',
  ];
}
