import type { Database } from '../../../src/ledger/database.js';
import {
  deliveryMoves,
  deliveryStates,
  type DeliveryCounts,
  type DeliveryState,
} from '../../../src/domain/delivery.js';
import { isOpen, type RunControl, type RunStatus } from '../../../src/domain/run.js';
import type { World } from './world.js';

export interface DeliveryRow {
  contact_id: string;
  chunk_no: number;
  state: DeliveryState;
  claim_token: string | null;
  attempts: number;
  email: string;
  response: string | null;
}

/** One view of everything the ledger says of a run. */
export interface LedgerView {
  run: { status: RunStatus; control: RunControl; owner: string | null; total: number };
  chunks: ({ no: number; total: number } & Record<DeliveryState, number>)[];
  deliveries: DeliveryRow[];
}

/** Reads a run in one statement, so with one view of the database. */
export async function readLedger(database: Database, runId: string): Promise<LedgerView> {
  const { rows } = await database.pool.query<LedgerView>(
    `SELECT json_build_object('status', r.status, 'control', r.control, 'owner', r.first_execution_run_id, 'total', r.total) AS run,
            (SELECT json_agg(c ORDER BY c.no) FROM chunks c WHERE c.run_id = r.id) AS chunks,
            (SELECT json_agg(d ORDER BY d.contact_id) FROM deliveries d WHERE d.run_id = r.id) AS deliveries
       FROM runs r WHERE r.id = $1`,
    [runId],
  );
  return rows[0]!;
}

/** Applies every rule that holds at all times. */
export function judge(world: World, before: LedgerView, now: LedgerView, counts: DeliveryCounts): void {
  noteDecisions(world, before, now);
  judgeSums(world, now, counts);
  for (const row of now.deliveries) {
    judgeTruth(world, row);
    const was = before.deliveries.find((d) => d.contact_id === row.contact_id)!;
    judgeMove(world, was, row, before.run.control === 'stop' || now.run.control === 'stop');
  }
  judgeEnd(world, now);
}

/** Decisions to send again are read from the rows themselves: each is written there with who decided. */
function noteDecisions(world: World, before: LedgerView, now: LedgerView): void {
  const { record } = world;
  for (const row of now.deliveries) {
    const was = before.deliveries.find((d) => d.contact_id === row.contact_id);
    if (!row.response?.startsWith('sent again') || !was) continue;
    if (was.response === row.response && was.attempts === row.attempts) continue;
    record.resent(row.contact_id, row.claim_token);
    const goesOn = [before.run, now.run].some((run) => run.control === 'run' && isOpen(run.status));
    if (!goesOn && row.response.includes('policy')) {
      record.violated(`the policy sends ${world.label(row.contact_id)} again although the run does not go on`);
    }
  }
}

/** Each delivery stands once, in one chunk, in one state; sums and counts say what the rows say; nobody is left out. */
function judgeSums(world: World, now: LedgerView, counts: DeliveryCounts): void {
  const { record } = world;
  if (now.deliveries.length !== world.setting.recipients || now.run.total !== world.setting.recipients) {
    record.violated(
      `the run has ${now.deliveries.length} deliveries and says ${now.run.total}, of ${world.setting.recipients}`,
    );
  }
  for (const chunk of now.chunks) {
    const rows = now.deliveries.filter((d) => d.chunk_no === chunk.no);
    if (chunk.total !== rows.length)
      record.violated(`chunk ${chunk.no} says ${chunk.total}, and has ${rows.length} rows`);
    for (const state of deliveryStates) {
      const n = rows.filter((d) => d.state === state).length;
      if (chunk[state] !== n)
        record.violated(`chunk ${chunk.no} says ${chunk[state]} ${state}, and has ${n} such rows`);
    }
  }
  for (const state of deliveryStates) {
    const n = now.deliveries.filter((d) => d.state === state).length;
    if (counts[state] !== n) record.violated(`the counts say ${counts[state]} ${state}, the rows ${n}`);
  }
  if (counts.total !== world.setting.recipients) record.violated(`the counts say ${counts.total} in total`);
}

/** What the ledger says of a delivery agrees with what the server accepted. */
function judgeTruth(world: World, row: DeliveryRow): void {
  const { record } = world;
  const label = world.label(row.contact_id);
  const assumed = row.response?.startsWith('assumed') ?? false;
  const held = row.claim_token !== null;
  const open = row.state === 'sending' || row.state === 'uncertain';
  if (row.state === 'sent') {
    if (!assumed && !record.accepted(row.contact_id)) record.violated(`${label} is sent, but no server accepted it`);
  } else if (!open && !assumed && record.stands(row.contact_id)) {
    record.violated(`${label} is ${row.state}, but the server accepted it`);
  }
  if (open && !held) record.violated(`${label} is ${row.state}, and no claim holds it`);
  if (held && !open) record.violated(`${label} is ${row.state}, and a claim still holds it`);
  if (row.state === 'skipped' && !world.suppressed.has(row.contact_id)) {
    record.violated(`${label} is skipped, but nobody suppressed its address`);
  }
}

/** A state is left only by the moves of `src/domain/delivery.ts`; so a final state is never left. Only a stop cancels. */
function judgeMove(world: World, was: DeliveryRow, is: DeliveryRow, stops: boolean): void {
  const reached = new Set<DeliveryState>([was.state]);
  for (const state of reached) for (const next of deliveryMoves[state]) reached.add(next);
  const { record } = world;
  if (!reached.has(is.state)) record.violated(`${world.label(is.contact_id)} went from ${was.state} to ${is.state}`);
  if (is.state === 'cancelled' && was.state !== 'cancelled' && !stops) {
    record.violated(`${world.label(is.contact_id)} is cancelled, but nobody wants the run to stop`);
  }
}

/** A run that has ended has nothing left to do, now and whatever comes late. */
function judgeEnd(world: World, now: LedgerView): void {
  const { status, control } = now.run;
  const left = (state: DeliveryState) => now.deliveries.filter((d) => d.state === state);
  if (isOpen(status)) return;
  for (const row of left('sending')) {
    world.record.violated(`the run is ${status}, but ${world.label(row.contact_id)} is still being sent`);
  }
  if (status === 'completed' || control === 'stop') {
    for (const row of left('pending')) {
      world.record.violated(
        `the run is ${status}, but ${world.label(row.contact_id)} is pending and nobody will send it`,
      );
    }
  }
}
