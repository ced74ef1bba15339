import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../src/ledger/database.js';
import type { Settlement } from '../../../src/ledger/deliveries/settleSql.js';
import { snapshotAudience, snapshotRecipients } from '../../../src/ledger/deliveries/snapshotAudience.js';
import type { ResendRule } from '../../../src/ledger/runs/planChunks.js';
import { isOpen, type RunControl, type RunStatus } from '../../../src/domain/run.js';
import { givenCampaign, givenList, givenSender } from '../../support/ledgerFixtures.js';
import { judge, type LedgerView, readLedger } from './invariants.js';
import type { DeliveryProtocol } from './protocol.js';
import { type Claim, MailRecord } from './record.js';

/** Attempts that a delivery may spend in the model; few, so that giving up is reached often. */
export const maxAttempts = 3;
const resendRule: ResendRule = { afterMs: 45_000, maxAttempts };

/** What an SMTP server does with one message, as far as it matters here. */
export const serverBehaviours = [
  'accepts',
  'accepts, answer lost',
  'drops it, no answer',
  'defers',
  'refuses',
  'hangs up early',
] as const;
export type ServerBehaviour = (typeof serverBehaviours)[number];

/** A claim in a claimer's hands: not yet handed over, or with an outcome that is not yet settled. */
export interface Held {
  claim: Claim;
  outcome: Omit<Settlement, 'contactId' | 'claimToken'> | null;
}

/** One attempt of the activity deliverChunk in a worker process. */
export interface Claimer {
  name: string;
  chunkNo: number;
  owner: string;
  execution: Execution;
  /** False from the moment the process was frozen for longer than its lease. */
  lease: boolean;
  /** True when it found that another execution owns the run: it claims nothing. */
  outdated: boolean;
  held: Held[];
}

/** One Workflow Execution of the run. */
export interface Execution {
  name: string;
  /** What Temporal would say of it. `ended`: completed by itself. */
  fate: 'alive' | 'ended' | 'lost' | 'terminated';
  step: 'plan' | 'cancel' | 'close';
  end: { status: 'completed' | 'stopped'; reason?: string };
  queue: number[];
  /** Chunks whose activity has not completed, with the attempt that Temporal believes in; an attempt that died stays until it is retried. */
  inFlight: Map<number, Claimer>;
}

/** What is the same for all runs of a model: contacts, campaign, sender. */
export interface Audience {
  database: Database;
  campaignId: string;
  senderId: string;
  emails: string[];
}

/** The most recipients a run of the model has. */
export const largestAudience = 4;

/** Puts the contacts, the sender and one campaign for each size of audience into the ledger. */
export async function givenAudience(database: Database): Promise<(recipients: number) => Audience> {
  const senderId = await givenSender(database, { port: 25 });
  const audiences: Audience[] = [];
  for (let n = 1; n <= largestAudience; n++) {
    const prefix = `model-${n}-`;
    const listId = await givenList(database, n, prefix);
    const campaignId = await givenCampaign(database, { listIds: [listId], senderIds: [senderId] });
    const emails = Array.from({ length: n }, (_, i) => `${prefix}${i}@example.com`);
    audiences.push({ database, campaignId, senderId, emails });
  }
  return (recipients) => audiences[recipients - 1] as Audience;
}

export interface Setting {
  policy: 'hold' | 'resend';
  recipients: number;
  /** Whether the run names its recipients itself, as workflow types do, or mails a campaign's lists. */
  named: boolean;
}

/** One run in a real ledger, the processes around it, and the record of what they did. */
export class World {
  readonly record = new MailRecord();
  readonly claimers: Claimer[] = [];
  readonly executions: Execution[] = [];
  readonly suppressed = new Set<string>();
  /** An operator has asked for the run to be stopped, be it that it was resumed later. */
  everStopped = false;
  view!: LedgerView;
  private names = 0;

  private constructor(
    readonly protocol: DeliveryProtocol,
    readonly database: Database,
    readonly runId: string,
    readonly setting: Setting,
  ) {}

  /** Opens a fresh run with its snapshot made, cut into two chunks where it has two recipients or more. */
  static async begin(protocol: DeliveryProtocol, audience: Audience, setting: Setting): Promise<World> {
    const { database } = audience;
    const world = new World(protocol, database, uuidv7(), setting);
    await database.pool.query(`DELETE FROM suppressions WHERE address = ANY ($1)`, [audience.emails]);
    await database.pool.query(
      `INSERT INTO runs (id, campaign_id, workflow_type, kind, occurrence_key, scheduled_for, workflow_id, status, uncertain_policy, audience)
       VALUES ($1::uuid, $2, 'campaignRun', 'manual', 'manual/' || $1::text, now(), 'model/' || $1::text, 'preparing', $3, $4)`,
      [world.runId, setting.named ? null : audience.campaignId, setting.policy, setting.named ? null : 'everyone'],
    );
    await world.openBy('execution 1');
    if (setting.named) {
      await snapshotRecipients(database, world.runId, {
        recipients: audience.emails.map((email) => ({ email })),
        content: { subject: 's', html: '<p>h</p>', text: null },
        senderIds: [audience.senderId],
      });
    } else await snapshotAudience(database, world.runId);
    await world.cutInTwo();
    world.view = await readLedger(database, world.runId);
    await world.check();
    return world;
  }

  /** Reads the ledger and applies every rule to it. */
  async check(): Promise<void> {
    const before = this.view;
    this.view = await readLedger(this.database, this.runId);
    const counts = await this.protocol.countDeliveries(this.database.pool, this.runId);
    judge(this, before, this.view, counts);
  }

  label(contactId: string): string {
    return `delivery ${this.view.deliveries.findIndex((d) => d.contact_id === contactId) + 1}`;
  }

  say(line: string): void {
    this.record.say(line);
  }

  get owner(): Execution | undefined {
    return this.executions.find((e) => e.name === this.view.run.owner);
  }

  // The workflow and the reconciler.

  /** Another execution asks for the run; it joins only if the ledger gives the run to it. */
  async openBy(name = `execution ${this.executions.length + 1}`): Promise<string> {
    const opened = await this.protocol.openRun(this.database, {
      runId: this.runId,
      workflowType: 'campaignRun',
      workflowId: `model/${this.runId}`,
      firstExecutionRunId: name,
    });
    this.say(`${name} asks for the run: ${opened.outcome}`);
    if (opened.outcome === 'opened') {
      this.executions.push({
        name,
        fate: 'alive',
        step: 'plan',
        end: { status: 'completed' },
        queue: [],
        inFlight: new Map(),
      });
    }
    return opened.outcome;
  }

  /** One step of a workflow, as `src/workflows/deliverAll.ts` takes it: begin a planned chunk, or look at the ledger, or the steps to the end. */
  async stepExecution(e: Execution): Promise<void> {
    const { pool } = this.database;
    if (e.step === 'cancel') {
      const n = await this.protocol.cancelPending(pool, this.runId);
      this.say(`${e.name} cancels what is pending: ${n}`);
      e.step = 'close';
      e.end = { status: 'stopped', reason: 'stopped by an operator' };
    } else if (e.step === 'close') {
      const closed = await this.protocol.closeRun(this.database, this.runId, e.name, e.end);
      this.say(`${e.name} closes the run as ${e.end.status}: ${closed?.status ?? 'refused'}`);
      e.fate = 'ended';
    } else if (e.queue.length > 0) {
      const chunkNo = e.queue.shift() as number;
      if (!e.inFlight.has(chunkNo)) await this.beginAttempt(e, chunkNo);
    } else await this.plan(e);
  }

  private async plan(e: Execution): Promise<void> {
    const plan = await this.protocol.planChunks(
      this.database,
      { runId: this.runId, owner: e.name, inFlight: [...e.inFlight.keys()], limit: 10 },
      resendRule,
    );
    const drained = e.inFlight.size === 0;
    this.say(
      `${e.name} plans: control ${plan.control}, chunks [${plan.chunks.join(', ')}], next ${plan.nextDueInMs === null ? 'none' : 'later'}` +
        `${plan.owned ? '' : ', not owned'}`,
    );
    if (!plan.owned) {
      if (drained) e.fate = 'ended';
    } else if (plan.control === 'stop') {
      if (drained) e.step = 'cancel';
    } else if (plan.control === 'run') {
      e.queue = plan.chunks;
      const done = plan.chunks.length === 0 && drained && plan.nextDueInMs === null;
      if (done && plan.counts.pending === 0 && plan.counts.sending === 0) {
        e.step = 'close';
        e.end = { status: 'completed' };
      }
    }
  }

  /** A reconciliation of the run with Temporal, as `src/temporal/runs.ts` does it. */
  async reconcile(): Promise<void> {
    const { rows } = await this.database.pool.query<{ status: RunStatus; owner: string | null }>(
      `SELECT status, first_execution_run_id AS owner FROM runs WHERE id = $1`,
      [this.runId],
    );
    const { status, owner } = rows[0]!;
    if (!isOpen(status)) return;
    const execution = this.executions.find((e) => e.name === owner);
    if (owner === null) await this.openBy();
    else if (execution?.fate === 'terminated') {
      const end = { status: 'stopped' as const, reason: 'the execution was terminated in Temporal' };
      await this.protocol.closeRun(this.database, this.runId, owner, end);
      this.say(`the reconciler finds that ${owner} was terminated and closes the run as stopped`);
    } else if (execution?.fate !== 'alive') await this.takeOver(owner);
  }

  /** The run is taken from its execution, whatever that does, and given to a new one. */
  async takeOver(owner: string): Promise<void> {
    const released = await this.protocol.releaseRun(this.database.pool, this.runId, owner, false);
    this.say(`the run is released from ${owner}: ${released}`);
    if (released) await this.openBy();
  }

  // The workers.

  /** Temporal begins an attempt at a chunk; one that lives already has timed out for Temporal, whether or not it is dead. */
  async beginAttempt(e: Execution, chunkNo: number): Promise<Claimer> {
    const claimer: Claimer = {
      name: `claimer ${++this.names}`,
      chunkNo,
      owner: e.name,
      execution: e,
      lease: true,
      outdated: false,
      held: [],
    };
    e.inFlight.set(chunkNo, claimer);
    this.claimers.push(claimer);
    const n = await this.protocol.abandonClaims(this.database.pool, { runId: this.runId, chunkNo, owner: e.name });
    this.say(`${claimer.name} begins chunk ${chunkNo} for ${e.name} and finds ${n} of a dead attempt`);
    const { rows } = await this.database.pool.query<{ owner: string | null }>(
      `SELECT first_execution_run_id AS owner FROM runs WHERE id = $1`,
      [this.runId],
    );
    claimer.outdated = rows[0]!.owner !== e.name;
    return claimer;
  }

  /** The claimer claims, and settles what it has learned in the same statement if `settling`. */
  async claim(c: Claimer, limit: number, settling = false): Promise<void> {
    const claimToken = randomUUID();
    const request = { runId: this.runId, chunkNo: c.chunkNo, owner: c.owner, claimToken, senderNo: 0, limit };
    const settlements = settling ? this.learned([c]) : [];
    const { pool } = this.database;
    const { claimed, settled } = settling
      ? await this.protocol.exchangeDeliveries(pool, this.runId, settlements, request)
      : { ...(await this.protocol.claimDeliveries(pool, request)), settled: 0 };
    for (const d of claimed) {
      c.held.push({ claim: this.record.claimed(d.contactId, claimToken, c.name, d.attempts), outcome: null });
    }
    if (settling) this.say(`${c.name} settles ${this.inWords(settlements)}: ${settled} took effect, and`);
    this.say(`${c.name} claims: ${claimed.map((d) => this.label(d.contactId)).join(', ') || 'nothing'}`);
  }

  /** The claimer hands its next claim over and learns what it can. */
  handOver(c: Claimer, behaviour: ServerBehaviour): void {
    const held = c.held.find((h) => h.outcome === null);
    if (!held) return;
    const label = this.label(held.claim.contactId);
    if (this.protocol.leaseChecked && !c.lease) {
      held.outcome = { state: 'pending', spent: false, dueInMs: 0 };
      this.say(`${c.name} does not hand ${label} over: its lease has run out`);
      return;
    }
    this.say(`${c.name} hands ${label} over; the server ${behaviour}`);
    this.record.handOver(held.claim, behaviour.startsWith('accepts'), c.lease, label);
    held.outcome = outcomeOf(behaviour, held.claim.attempts);
  }

  /** Claimers settle outcomes that they have learned, in one statement: the claimers of one process share it, whatever their chunks are. */
  async settle(claimers: readonly Claimer[], atMost = Infinity): Promise<void> {
    const settlements = this.learned(claimers, atMost);
    if (settlements.length === 0) return;
    const n = await this.protocol.settleDeliveries(this.database.pool, this.runId, settlements);
    const who = claimers.map((c) => c.name).join(' and ');
    this.say(`${who} settle${claimers.length > 1 ? '' : 's'} ${this.inWords(settlements)}: ${n} took effect`);
  }

  /** Takes from claimers what they know the outcome of: it is out of their hands from here on. */
  private learned(claimers: readonly Claimer[], atMost = Infinity): Settlement[] {
    return claimers.flatMap((c) => {
      const known = c.held.filter((h) => h.outcome !== null).slice(0, atMost);
      c.held = c.held.filter((h) => !known.includes(h));
      return known.map(({ claim, outcome }) => ({ contactId: claim.contactId, claimToken: claim.token, ...outcome! }));
    });
  }

  private inWords(settlements: readonly Settlement[]): string {
    return settlements.map((s) => `${this.label(s.contactId)} as ${s.state}`).join(', ') || 'nothing';
  }

  /** The activity completes: Temporal hears of it, if it still believes in this attempt. */
  async leave(c: Claimer): Promise<void> {
    await this.protocol.finishChunk(this.database, this.runId, c.chunkNo);
    this.say(`${c.name} leaves chunk ${c.chunkNo}`);
    this.forget(c);
    if (c.execution.inFlight.get(c.chunkNo) === c) c.execution.inFlight.delete(c.chunkNo);
  }

  crash(c: Claimer): void {
    this.say(`${c.name} is killed holding ${c.held.length}`);
    this.forget(c);
  }

  freeze(c: Claimer): void {
    this.say(`${c.name} is frozen for longer than its lease, and wakes`);
    c.lease = false;
  }

  isAlive(c: Claimer): boolean {
    return this.claimers.includes(c);
  }

  private forget(c: Claimer): void {
    this.claimers.splice(this.claimers.indexOf(c), 1);
  }

  /** A settle by whoever has no right to it: with a token that was never given out, or with one whose claim is over. */
  async settleWithoutRight(pick: number, state: Settlement['state'], invented: boolean): Promise<void> {
    const rows = this.view.deliveries;
    const current = new Map(rows.map((d) => [d.contact_id, d.claim_token]));
    const over = this.record.claims.filter((c) => current.get(c.contactId) !== c.token);
    const target = invented
      ? { contactId: rows[pick % rows.length]!.contact_id, token: randomUUID() }
      : over[pick % Math.max(over.length, 1)];
    if (!target) return;
    const { contactId, token } = target;
    const n = await this.protocol.settleDeliveries(this.database.pool, this.runId, [
      { contactId, claimToken: token, state, spent: true, dueInMs: 0 },
    ]);
    this.say(
      `somebody settles ${this.label(contactId)} as ${state} with ${invented ? 'an invented' : 'an old'} token: ${n}`,
    );
    const after = await readLedger(this.database, this.runId);
    if (n !== 0 || JSON.stringify(after) !== JSON.stringify(this.view)) {
      this.record.violated(`a settle with a token that holds no claim changed ${this.label(contactId)}`);
    }
  }

  // People and time.

  /** Pauses, resumes or stops, as the API does: a run that was stopped goes on. */
  async control(control: RunControl): Promise<void> {
    const { status, owner } = this.view.run;
    if (isOpen(status)) {
      const done = await this.protocol.controlRun(this.database.pool, this.runId, control);
      this.say(`an operator asks for ${control}: ${done ? 'taken' : 'refused'}`);
      if (done && control === 'stop') this.everStopped = true;
    } else if (control === 'run' && status !== 'completed') await this.reopen(owner);
  }

  /** An operator decides about uncertain deliveries, one or all. */
  async resolve(how: 'resend' | 'assume-sent' | 'assume-failed', pick: number | null): Promise<void> {
    const uncertain = this.view.deliveries.filter((d) => d.state === 'uncertain');
    const one = pick === null ? undefined : uncertain[pick % Math.max(uncertain.length, 1)];
    const n = await this.protocol.resolveUncertain(this.database.pool, {
      runId: this.runId,
      resolution: how,
      by: `operator, decision ${this.record.trace.length}`,
      ...(one ? { contactIds: [one.contact_id] } : {}),
    });
    this.say(`an operator decides ${how} for ${one ? this.label(one.contact_id) : 'all that is uncertain'}: ${n}`);
    if (n > 0 && how === 'resend') {
      const { status, owner } = (await readLedger(this.database, this.runId)).run;
      if (!isOpen(status)) await this.reopen(owner);
    }
  }

  private async reopen(owner: string | null): Promise<void> {
    const released = await this.protocol.reopenRun(this.database, this.runId, owner);
    this.say(`the run is reopened: ${released}`);
    if (released) await this.openBy();
  }

  async suppress(pick: number): Promise<void> {
    const { email, contact_id } = this.view.deliveries[pick % this.view.deliveries.length]!;
    await this.protocol.suppress(this.database.pool, { address: email, email, reason: 'unsubscribed' });
    this.suppressed.add(contact_id);
    this.say(`the recipient of ${this.label(contact_id)} unsubscribes`);
  }

  /** Time passes until all that is deferred is due and all that is uncertain has rested. */
  async timePasses(): Promise<void> {
    const { pool } = this.database;
    await pool.query(
      `UPDATE deliveries SET due_at = least(due_at, now()), changed_at = changed_at - interval '1 hour' WHERE run_id = $1`,
      [this.runId],
    );
    await pool.query(`UPDATE chunks SET due_at = least(due_at, now()) WHERE run_id = $1 AND due_at IS NOT NULL`, [
      this.runId,
    ]);
    await pool.query(`UPDATE runs SET waiting_until = least(waiting_until, now()) WHERE id = $1`, [this.runId]);
    this.say('time passes');
  }

  /** Chunks of a real run are of 50 and more; the model wants two with as few rows as possible. */
  private async cutInTwo(): Promise<void> {
    if (this.setting.recipients < 2) return;
    const { pool } = this.database;
    await pool.query(
      `UPDATE deliveries d SET chunk_no = n.no
         FROM (SELECT contact_id, ntile(2) OVER (ORDER BY contact_id) - 1 AS no FROM deliveries WHERE run_id = $1) AS n
        WHERE d.run_id = $1 AND d.contact_id = n.contact_id`,
      [this.runId],
    );
    await pool.query(`DELETE FROM chunks WHERE run_id = $1`, [this.runId]);
    await pool.query(
      `INSERT INTO chunks (run_id, no, first_contact, last_contact, total, pending)
       SELECT run_id, chunk_no, min(contact_id::text)::uuid, max(contact_id::text)::uuid, count(*), count(*)
         FROM deliveries WHERE run_id = $1 GROUP BY run_id, chunk_no`,
      [this.runId],
    );
  }
}

/** What a claimer makes of an answer, as `settlementOf` of `src/activities/deliverChunk.ts` does. */
function outcomeOf(behaviour: ServerBehaviour, attempts: number): NonNullable<Held['outcome']> {
  switch (behaviour) {
    case 'accepts':
      return { state: 'sent', spent: true, smtpCode: 250 };
    case 'accepts, answer lost':
    case 'drops it, no answer':
      return { state: 'uncertain', spent: true };
    case 'defers':
      return attempts + 1 >= maxAttempts
        ? { state: 'failed', spent: true, smtpCode: 451 }
        : { state: 'pending', spent: true, dueInMs: 10_000, smtpCode: 451 };
    case 'refuses':
      return { state: 'failed', spent: true, smtpCode: 550 };
    case 'hangs up early':
      return { state: 'pending', spent: false, dueInMs: 0 };
  }
}
