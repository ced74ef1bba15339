import { Inject, Injectable } from '@nestjs/common';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { isOpen, type RunControl } from '../../domain/run.js';
import type { Database } from '../../ledger/database.js';
import { resolveUncertain } from '../../ledger/deliveries/resolveUncertain.js';
import { countDeliveriesOf } from '../../ledger/runs/countDeliveries.js';
import { NothingToRetry, requestRetry } from '../../ledger/runs/requestRetry.js';
import {
  KeyUsedOtherwise,
  NothingToRun,
  requestManualRun,
  requestRelaunch,
  RunGoesOn,
  type RequestedRun,
} from '../../ledger/runs/requestRun.js';
import type { Audience } from '../../ledger/schema.js';
import type { Runs } from '../../temporal/runs.js';
import { paginate, type Page } from '../common/pagination.js';
import { followUp } from '../common/patience.js';
import { notFound, Problem } from '../common/problems.js';
import type { RunRequest } from '../common/idempotencyKey.js';
import type { Caller } from '../common/roles.js';
import { CONFIG, DATABASE, LOGGER, RUNS, TEMPORAL } from '../common/tokens.js';
import { presentRun, runColumns, runJoins, temporalUrl, type RunRow } from './present.js';
import type { RunDetail, RunQuery, RunView, UncertainInput } from './schemas.js';

const sorts = {
  createdAt: { columns: [{ column: 'r.id', kind: 'uuid' }] },
  scheduledFor: {
    columns: [
      { column: 'r.scheduled_for', kind: 'timestamptz' },
      { column: 'r.id', kind: 'uuid' },
    ],
  },
} as const;

@Injectable()
export class RunsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(RUNS) private readonly runs: Runs,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async list(query: RunQuery): Promise<Page<RunView>> {
    const { automationId, campaignId, status, kind, ...page } = query;
    let q = this.database.db
      .selectFrom('runs as r')
      .leftJoin('automations as a', 'a.id', 'r.automation_id')
      .leftJoin('campaigns as c', 'c.id', 'r.campaign_id')
      .select([
        'r.id',
        'r.automation_id',
        'r.campaign_id',
        'r.workflow_type',
        'r.kind',
        'r.scheduled_for',
        'r.occurrence_key',
      ])
      .select([
        'r.workflow_id',
        'r.first_execution_run_id',
        'r.status',
        'r.status_reason',
        'r.waiting_until',
        'r.control',
      ])
      .select([
        'r.audience',
        'r.retry_of',
        'r.uncertain_policy',
        'r.result',
        'r.created_at',
        'r.started_at',
        'r.finished_at',
      ])
      .select(sql<string>`coalesce(a.name, c.name, r.workflow_type)`.as('title'));
    if (automationId) q = q.where('r.automation_id', '=', automationId);
    if (campaignId) q = q.where('r.campaign_id', '=', campaignId);
    if (status) q = q.where(sql<string>`r.status`, 'in', status);
    if (kind) q = q.where('r.kind', 'in', kind);
    const { rows, nextCursor } = await paginate(q, {
      list: 'runs',
      filters: { automationId, campaignId, status, kind },
      sorts,
      ...page,
    });
    return { items: await this.present(rows), nextCursor };
  }

  async get(id: string): Promise<RunView> {
    const [view] = await this.byIds([id]);
    if (!view) throw notFound('run', id);
    return view;
  }

  /** Several runs with their counts, in two statements; unknown IDs are left out. */
  async byIds(ids: readonly string[]): Promise<RunView[]> {
    const { rows } = await this.database.pool.query<RunRow>(
      `SELECT ${runColumns} FROM runs r ${runJoins} WHERE r.id = ANY ($1::uuid[])`,
      [ids],
    );
    return this.present(rows);
  }

  async detail(id: string): Promise<RunDetail> {
    const view = await this.get(id);
    const { rows: duplicates } = await this.database.pool.query<{
      workflow_id: string;
      first_execution_run_id: string;
      at: Date;
    }>(
      `SELECT workflow_id, first_execution_run_id, at FROM run_duplicates WHERE run_id = $1 ORDER BY id DESC LIMIT 100`,
      [id],
    );
    const { rows: senders } = await this.database.pool.query<{ id: string; name: string }>(
      `SELECT s.id, s.name FROM runs r, unnest(r.sender_ids) WITH ORDINALITY AS u (id, no) JOIN senders s ON s.id = u.id
        WHERE r.id = $1 ORDER BY u.no`,
      [id],
    );
    const { rows: content } = await this.database.pool.query<{ subject: string | null; requestId: string | null }>(
      `SELECT content ->> 'subject' AS subject, request_id AS "requestId" FROM runs WHERE id = $1`,
      [id],
    );
    return {
      ...view,
      duplicates: duplicates.map((d) => ({
        workflowId: d.workflow_id,
        firstExecutionRunId: d.first_execution_run_id,
        at: d.at.toISOString(),
        temporalUrl: temporalUrl(this.config, this.temporal.options.namespace, d.workflow_id, d.first_execution_run_id),
      })),
      senders,
      subject: content[0]?.subject ?? null,
      requestId: content[0]?.requestId ?? null,
    };
  }

  /**
   * Starts a run of an automation or campaign now. The row is committed first: an execution that cannot be started at once is started by the
   * reconciler. The same key answers the same run.
   */
  start(
    owner: { automationId: string } | { campaignId: string },
    request: RunRequest,
    audience: Audience | undefined,
  ): Promise<RunView> {
    return this.begin(
      request,
      (asked) => requestManualRun(this.database, owner, { ...asked, ...(audience === undefined ? {} : { audience }) }),
      'automationId' in owner ? notFound('automation', owner.automationId) : notFound('campaign', owner.campaignId),
    );
  }

  /** Sends a campaign again. @throws Problem 409 while a run of it goes on. */
  relaunch(campaignId: string, audience: Audience, request: RunRequest): Promise<RunView> {
    return this.begin(
      request,
      (asked) => requestRelaunch(this.database, campaignId, { ...asked, audience }),
      notFound('campaign', campaignId),
    );
  }

  /** Mails those again whose delivery failed in a run. @throws Problem 409 when it has not ended, or nobody is left to retry. */
  retryFailed(runId: string, request: RunRequest): Promise<RunView> {
    return this.begin(request, (asked) => requestRetry(this.database, runId, asked), notFound('run', runId));
  }

  private async begin(
    { idempotencyKey, requestId, repeats }: RunRequest,
    insert: (asked: { idempotencyKey?: string; requestId: string }) => Promise<RequestedRun>,
    missing: Problem,
  ): Promise<RunView> {
    let requested;
    try {
      requested = await insert({ requestId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
    } catch (error) {
      if (error instanceof NothingToRun) throw missing;
      if (error instanceof NothingToRetry) throw new Problem('conflict', error.message);
      if (error instanceof RunGoesOn) {
        throw new Problem('conflict', `Run ${error.runId} has not ended; wait for its end, or stop it.`, {
          extensions: { runId: error.runId },
        });
      }
      if (error instanceof KeyUsedOtherwise) {
        throw new Problem('idempotency-key-reused', error.message, { extensions: { runId: error.runId } });
      }
      throw error;
    }
    const { runId } = requested;
    if (!requested.created) repeats();
    // A repeated request also starts what the first one could not; an execution that runs is left alone.
    const view = await this.get(runId);
    if (requested.created || view.startedAt === null) await this.startExecution(runId);
    return requested.created ? this.get(runId) : view;
  }

  /** Starts the execution of a run that the ledger has, as far as Temporal is there. */
  async startExecution(runId: string): Promise<void> {
    await followUp(this.temporal, this.logger, `start of run ${runId}`, () => this.runs.start(runId));
  }

  /**
   * Pauses, resumes or stops. Resuming a run that was stopped or has failed lets it go on with what is left.
   * @throws Problem 409 when the run has ended, or is being stopped.
   */
  async control(id: string, control: RunControl): Promise<RunView> {
    const before = await this.get(id);
    if (isOpen(before.status)) {
      const changed = await followUp(this.temporal, this.logger, `${control} of run ${id}`, () =>
        this.runs.control(id, control),
      );
      if (changed !== false) return this.get(id);
    } else if (control === 'run' && (before.status === 'stopped' || before.status === 'failed')) {
      await followUp(this.temporal, this.logger, `reopening of run ${id}`, () => this.runs.reopen(id));
    }
    const now = await this.get(id);
    if (!isOpen(now.status)) throw new Problem('conflict', `The run has ended (${now.status}).`);
    if (now.control === 'stop') throw new Problem('conflict', 'The run is being stopped.');
    // Somebody else has resumed it, or it is open again: what is wanted may still have to be written.
    if (now.control !== control) throw new Problem('conflict', 'The run changed meanwhile; read it again.');
    return now;
  }

  /** Decides what became of uncertain deliveries. `resend` lets a run that has ended go on. */
  async resolveUncertain(
    id: string,
    input: UncertainInput,
    caller: Caller,
  ): Promise<{ resolved: number; run: RunView }> {
    await this.get(id);
    const resolved = await resolveUncertain(this.database.pool, {
      runId: id,
      resolution: input.action,
      by: caller.name,
      ...(input.contactIds ? { contactIds: input.contactIds } : {}),
    });
    if (resolved > 0 && input.action === 'resend') {
      // Read afterwards: a run that ended in between has to be reopened.
      const { status } = await this.get(id);
      await followUp(this.temporal, this.logger, `resending of run ${id}`, async () => {
        if (isOpen(status)) await this.runs.wake(id);
        else await this.runs.reopen(id);
      });
    }
    return { resolved, run: await this.get(id) };
  }

  private async present(rows: readonly RunRow[]): Promise<RunView[]> {
    const counts = await countDeliveriesOf(
      this.database.pool,
      rows.map((r) => r.id),
    );
    return rows.map((r) => presentRun(r, counts.get(r.id), this.config, this.temporal.options.namespace));
  }
}
