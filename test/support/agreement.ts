import { ScheduleNotFoundError, ServiceError, type Client } from '@temporalio/client';
import { automationScheduleId, manualWorkflowId } from '../../src/domain/ids.js';
import type { Database } from '../../src/ledger/database.js';
import type { SmtpTestServer } from './smtpServer.js';
import type { Clients } from './loadClients.js';

interface Compared {
  database: Database;
  temporal: Client;
  smtp: SmtpTestServer;
  clients: Clients;
  /** How long the reconciler may take to bring everything together, in milliseconds. */
  patienceMs: number;
}

interface AutomationRow {
  id: string;
  enabled: boolean;
  deleted: boolean;
  every_minutes: number;
  revision: number;
  synced_revision: number;
}

/**
 * What PostgreSQL, Temporal, the answers that clients got and the mail server still disagree about after at most `patienceMs`; empty when nothing. Compares for
 * each automation whether it exists, is paused, and how often it runs; for each run that it is one, and that each of its mails came once.
 */
export async function disagreements(compared: Compared): Promise<string[]> {
  const deadline = Date.now() + compared.patienceMs;
  for (;;) {
    const wrong = [...(await ofAutomations(compared)), ...(await ofRuns(compared))];
    if (wrong.length === 0 || Date.now() > deadline) return [...wrong, ...ofMails(compared)];
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

async function ofAutomations({ database, temporal, clients }: Compared): Promise<string[]> {
  const { rows } = await database.pool.query<AutomationRow>(
    `SELECT id, enabled, deleted_at IS NOT NULL AS deleted, (schedule ->> 'everyMinutes')::int AS every_minutes, revision, synced_revision
       FROM automations ORDER BY id`,
  );
  const wrong: string[] = [];
  if (rows.length !== clients.automations.size)
    wrong.push(`clients were told of ${clients.automations.size} automations, PostgreSQL has ${rows.length}`);
  for (const row of rows) {
    const known = clients.automations.get(row.id);
    if (!known) wrong.push(`automation ${row.id}: no client was told of it`);
    else if (known.deleted !== row.deleted)
      wrong.push(`automation ${row.id}: told deleted ${known.deleted}, is ${row.deleted}`);
    const shown = await schedule(temporal, row.id);
    const wanted = row.deleted ? 'none' : `${row.enabled ? 'active' : 'paused'}, every ${row.every_minutes} minutes`;
    if (shown !== wanted) wrong.push(`automation ${row.id}: PostgreSQL wants ${wanted}, Temporal shows ${shown}`);
    if (!row.deleted && row.revision !== row.synced_revision) wrong.push(`automation ${row.id}: not in sync`);
  }
  return wrong;
}

async function schedule(temporal: Client, automationId: string): Promise<string> {
  try {
    const { state, spec } = await temporal.schedule.getHandle(automationScheduleId(automationId)).describe();
    const every = spec.intervals?.map((i) => Number(i.every) / 60_000).join(' and ');
    return `${state.paused ? 'paused' : 'active'}, every ${every} minutes`;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return 'none';
    if (error instanceof ServiceError) return `no answer (${String(error.cause)})`;
    throw error;
  }
}

async function ofRuns({ database, temporal, clients }: Compared): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string; status: string; workflow_id: string; duplicates: number }>(
    `SELECT r.id, r.status, r.workflow_id, (SELECT count(*) FROM run_duplicates d WHERE d.run_id = r.id)::int AS duplicates FROM runs r
      WHERE r.automation_id IS NOT NULL`,
  );
  const wrong: string[] = [];
  if (rows.length !== clients.runs.size)
    wrong.push(`clients were told of ${clients.runs.size} runs, PostgreSQL has ${rows.length}`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const { id, automationId, key } of clients.runs.values()) {
    const row = byId.get(id);
    if (row?.workflow_id !== manualWorkflowId({ automationId }, key))
      wrong.push(`run ${id} is not in PostgreSQL, or another's`);
  }
  for (const row of rows) {
    if (row.status !== 'completed') wrong.push(`run ${row.id} is ${row.status}`);
    if (row.duplicates > 0) wrong.push(`run ${row.id} was asked for by ${row.duplicates} executions more`);
  }
  const executions = await temporal.workflow.count(`WorkflowType = 'campaignRun'`).then(
    ({ count }) => count,
    (error: Error) => error.message,
  );
  if (executions !== rows.length) wrong.push(`Temporal has executions: ${executions}, runs: ${rows.length}`);
  return wrong;
}

function ofMails({ smtp, clients }: Compared): string[] {
  const seen = new Map<string, number>();
  for (const { raw } of smtp.received()) {
    const id = /^Message-ID: *(\S+)/im.exec(raw.subarray(0, 4000).toString())?.[1] ?? 'no Message-ID';
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  const wrong = [...seen].filter(([, n]) => n > 1).map(([id, n]) => `mail ${id} came ${n} times`);
  if (seen.size !== 2 * clients.runs.size)
    wrong.push(`${clients.runs.size} runs to two people were ${seen.size} mails`);
  return wrong;
}
