import { parse } from 'csv-parse/sync';
import { createTemporalClient } from '../../../src/temporal/connect.js';
import { contactOf } from '../../../bench/support/mail.js';
import type { RunAnswer, Scene } from './scene.js';

/** What the three records say of a run, and where they disagree. */
export interface Comparison {
  accepted: number;
  distinct: number;
  /** Recipients of more than one message. */
  duplicates: number;
  /** Recipients without a final state that is true, other than those. */
  lost: number;
  uncertain: number;
  /** Of the uncertain ones, those whose 250 the server did send. */
  uncertainThoughConfirmed: number;
  failed: number;
  /** Each breach of the promise, in words; none when it held. */
  breaches: string[];
  /** Temporal's executions of the run's Workflow ID, and how many of them are open. */
  executions: number;
  openExecutions: number;
}

/** Breaches that are listed; the rest is counted. */
const listed = 20;

/**
 * Compares the mail server's record, the ledger (through the API) and Temporal's for one run that has ended:
 * nobody has two messages; who is `sent` has one, and the server said so; who is `failed`, `skipped` or `cancelled` has none; who is `uncertain` has none or one; every contact of
 * the list stands in the run once, and nobody else has a message; the counts are those of the rows; and the execution has closed.
 */
export async function compareRecords(scene: Scene, run: RunAnswer): Promise<Comparison> {
  const breaches: string[] = [];
  const breach = (text: string) => void breaches.push(text);
  const { recipients } = await scene.record();
  const rows = parse(await scene.stage.client.ok<string>('GET', `runs/${run.id}/deliveries.csv`), {
    columns: true,
  }) as { email: string; state: string; response: string }[];

  const expected = new Set(Array.from({ length: scene.recipients }, (_, i) => contactOf(i + 1).email));
  const others = new Set(Object.keys(recipients));
  const states: Record<string, number> = {};
  let lost = 0;
  let uncertainThoughConfirmed = 0;
  for (const { email, state, response } of rows) {
    states[state] = (states[state] ?? 0) + 1;
    if (!expected.delete(email)) breach(`${email} stands in the run twice, or is not of the list`);
    others.delete(email);
    const { accepted = 0, confirmed = 0 } = recipients[email] ?? {};
    if (state === 'uncertain' && confirmed > 0) uncertainThoughConfirmed++;
    const untrue =
      state === 'sent'
        ? accepted !== 1 || confirmed !== 1
        : state === 'uncertain'
          ? accepted > 1
          : state === 'failed' || state === 'skipped' || state === 'cancelled'
            ? accepted !== 0
            : true;
    if (untrue) {
      if (accepted <= 1) lost++;
      breach(`${email} is ${state} (${response}), and the server accepted ${accepted} (said so of ${confirmed})`);
    }
  }
  for (const email of expected) {
    lost++;
    breach(`${email} is not in the run`);
  }
  for (const email of others) {
    const accepted = recipients[email]?.accepted ?? 0;
    if (accepted > 0) breach(`${email} is not in the run, and the server accepted ${accepted}`);
  }
  const duplicates = Object.entries(recipients).filter(([, r]) => r.accepted > 1);
  for (const [state, count] of Object.entries(run.counts)) {
    const counted = state === 'total' ? rows.length : (states[state] ?? 0);
    if (count !== counted) breach(`the run counts ${count} ${state}, and there are ${counted}`);
  }
  const temporal = await executionsOf(scene.stage.temporal.address, run.workflowId);
  if (temporal.open > 0) breach(`${temporal.open} execution(s) of ${run.workflowId} are still open in Temporal`);
  return {
    accepted: Object.values(recipients).reduce((n, r) => n + r.accepted, 0),
    distinct: Object.values(recipients).filter((r) => r.accepted > 0).length,
    duplicates: duplicates.length,
    lost,
    uncertain: states['uncertain'] ?? 0,
    uncertainThoughConfirmed,
    failed: states['failed'] ?? 0,
    breaches:
      breaches.length > listed
        ? [...breaches.slice(0, listed), `… and ${breaches.length - listed} more of the kind`]
        : breaches,
    executions: temporal.all,
    openExecutions: temporal.open,
  };
}

async function executionsOf(address: string, workflowId: string): Promise<{ all: number; open: number }> {
  const client = createTemporalClient({ connectionOptions: { address }, namespace: 'default' });
  try {
    let [all, open] = [0, 0];
    // Visibility lags behind; what it lists as running is asked itself.
    for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      all++;
      if (status.name !== 'RUNNING') continue;
      const described = await client.workflow.getHandle(workflowId, runId).describe();
      if (described.status.name === 'RUNNING') open++;
    }
    return { all, open };
  } finally {
    await client.connection.close();
  }
}
