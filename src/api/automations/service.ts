import { Inject, Injectable } from '@nestjs/common';
import type { Client } from '@temporalio/client';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { noDeliveries, type DeliveryCounts } from '../../domain/delivery.js';
import { automationScheduleId } from '../../domain/ids.js';
import type { RunStatus } from '../../domain/run.js';
import { checkSchedule, scheduleWarnings, type ScheduleRemark } from '../../domain/schedule/check.js';
import { nextOccurrences, occurrencesBetween } from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import { scheduleInWords } from '../../domain/schedule/words.js';
import {
  CampaignMissing,
  deleteAutomation,
  insertAutomation,
  updateAutomation,
  type AutomationFields,
} from '../../ledger/automations/writeAutomation.js';
import type { Database } from '../../ledger/database.js';
import { accountOccurrences } from '../../ledger/occurrences/accountOccurrences.js';
import { countDeliveriesOf } from '../../ledger/runs/countDeliveries.js';
import { NothingToRun, requestOccurrence } from '../../ledger/runs/requestRun.js';
import type { AutomationsTable, Schema } from '../../ledger/schema.js';
import type { ScheduleSync } from '../../temporal/scheduleSync.js';
import { workflowType } from '../../workflows/registry.js';
import { versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { checked, mergePatch } from '../common/mergePatch.js';
import { paginate, readTimeCursor, timeCursor, type Page } from '../common/pagination.js';
import { followUp } from '../common/patience.js';
import { invalidField, jsonPointer, notFound, Problem } from '../common/problems.js';
import { contains } from '../common/search.js';
import { CONFIG, DATABASE, LOGGER, SCHEDULE_SYNC, TEMPORAL } from '../common/tokens.js';
import { validationProblem } from '../common/validation.js';
import type { RunView } from '../runs/schemas.js';
import { RunsService } from '../runs/service.js';
import {
  automationInput,
  type AutomationInput,
  type AutomationPatch,
  type AutomationQuery,
  type AutomationView,
  type BackfillInput,
  type OccurrenceQuery,
  type PreviewScheduleInput,
} from './schemas.js';

interface LastRun {
  id: string;
  status: RunStatus;
  scheduledFor: string;
  startedAt: string | null;
  finishedAt: string | null;
}
type Row = Selectable<AutomationsTable> & {
  campaign_name: string | null;
  last_run: LastRun | null;
  total_runs: number;
  missed: number;
};

const sorts = {
  createdAt: { columns: [{ column: 'a.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'a.name', kind: 'text' },
      { column: 'a.id', kind: 'uuid' },
    ],
  },
} as const;

/** Most occurrences of one backfill: each is a run that mails people. */
const longestBackfill = 100;
const dayMs = 86_400_000;

@Injectable()
export class AutomationsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(SCHEDULE_SYNC) private readonly schedules: ScheduleSync,
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async list(query: AutomationQuery): Promise<Page<AutomationView>> {
    const { search, enabled, campaignId, ...page } = query;
    let q = select(this.database.db);
    if (search) q = q.where(contains('a.name', search));
    if (enabled !== undefined) q = q.where('a.enabled', '=', enabled);
    if (campaignId) q = q.where('a.campaign_id', '=', campaignId);
    const { rows, nextCursor } = await paginate(q, {
      list: 'automations',
      filters: { search, enabled, campaignId },
      sorts,
      ...page,
    });
    return { items: await this.presentAll(rows), nextCursor };
  }

  async get(id: string): Promise<AutomationView> {
    const row = await select(this.database.db).where('a.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('automation', id);
    const [view] = await this.presentAll([row]);
    return view as AutomationView;
  }

  async create(input: AutomationInput, id = newId()): Promise<AutomationView> {
    const fields = fieldsOf(input);
    if (fields.enabled) refuseWhatNeverRuns(fields.schedule);
    await refusingMissingCampaign(() => insertAutomation(this.database, id, fields));
    await this.sync(id);
    return this.get(id);
  }

  replace(id: string, input: AutomationInput, condition?: Precondition): Promise<AutomationView> {
    return this.change(id, () => fieldsOf(input), condition);
  }

  patch(id: string, patch: AutomationPatch, condition?: Precondition): Promise<AutomationView> {
    const decide = (present: AutomationFields) => {
      const before: Record<string, unknown> = {
        name: present.name,
        ...(present.campaignId && !patch.workflow ? { campaignId: present.campaignId } : {}),
        ...(present.workflowType && !patch.campaignId
          ? { workflow: { type: present.workflowType, input: present.workflowInput } }
          : {}),
        // Fields of one type mean nothing to another.
        schedule:
          patch.schedule?.type !== undefined && patch.schedule.type !== present.schedule.type ? {} : present.schedule,
        policy: present.policy,
        enabled: present.enabled,
      };
      return fieldsOf(checked(automationInput, mergePatch(before, patch)));
    };
    return this.change(id, decide, condition);
  }

  async delete(id: string, condition?: Precondition): Promise<void> {
    const deleted = await deleteAutomation(this.database, id, (revision) => condition?.require(revision));
    if (!deleted) throw notFound('automation', id);
    await this.sync(id);
  }

  /** Pauses: the row is what every occurrence looks at, so nothing runs from now on even while Temporal does not follow. */
  pause(id: string): Promise<AutomationView> {
    return this.change(id, (present) => (present.enabled ? { ...present, enabled: false } : null));
  }

  resume(id: string): Promise<AutomationView> {
    return this.change(id, (present) => {
      const [remark] = checkSchedule(present.schedule, new Date());
      if (remark) throw new Problem('conflict', `The schedule would never run: ${remark.message}.`);
      return present.enabled ? null : { ...present, enabled: true };
    });
  }

  async duplicate(id: string, name: string | undefined, copyId = newId()): Promise<AutomationView> {
    const original = await this.get(id);
    const copy = {
      name: name ?? `${original.name.slice(0, 190)} (copy)`,
      campaignId: original.campaignId,
      workflow: original.workflow as AutomationInput['workflow'],
      schedule: original.schedule,
      policy: original.policy,
      // A copy that ran by itself would mail everybody twice.
      enabled: false,
    };
    return this.create(copy, copyId);
  }

  /**
   * Runs the occurrences of a past window that have no run. The keys are the occurrences' own, so what ran is never run again, however often a
   * window is backfilled.
   */
  async backfill(id: string, input: BackfillInput, requestId: string) {
    const { schedule } = await this.get(id);
    // What is still to come is the Schedule's: a window that reaches into the future ends now.
    const to = new Date(Math.min(input.to.getTime(), Date.now()));
    if (input.from > to) throw invalidField('/from', 'Must not be in the future');
    const occurrences = occurrencesBetween(schedule, input.from, to, longestBackfill + 1);
    if (occurrences.length > longestBackfill) {
      throw invalidField('/to', `The window holds more than ${longestBackfill} occurrences; backfill it in parts`);
    }
    const items = [];
    for (const { at } of occurrences) {
      try {
        const requested = await requestOccurrence(this.database, id, at, 'backfill', requestId);
        const { occurrenceKey: key, runId, created } = requested;
        items.push({ at: at.toISOString(), key, runId, created });
      } catch (error) {
        if (error instanceof NothingToRun) throw notFound('automation', id);
        throw error;
      }
    }
    for (const { runId, created } of items) if (created) await this.runs.startExecution(runId);
    return { items };
  }

  /**
   * Runs an occurrence that has no run. Asked again it answers the same run.
   * @throws Problem 404 when the automation had no occurrence at that time, 409 when it is to come or was run by its Schedule.
   */
  async runOccurrence(id: string, scheduledFor: Date, requestId: string): Promise<RunView> {
    await this.get(id);
    const at = scheduledFor.toISOString();
    const [occurrence] = (await accountOccurrences(this.database.pool, id, scheduledFor, scheduledFor, 1)) ?? [];
    if (!occurrence) throw new Problem('not-found', `The automation has no occurrence at ${at}.`);
    if (occurrence.fate === 'coming') {
      throw new Problem('conflict', `The occurrence at ${at} is still to come; run the automation now instead.`);
    }
    let runId = occurrence.runId;
    if (runId === null) {
      try {
        const requested = await requestOccurrence(this.database, id, occurrence.at, 'backfill', requestId);
        ({ runId } = requested);
        if (requested.created) await this.runs.startExecution(runId);
      } catch (error) {
        if (error instanceof NothingToRun) throw notFound('automation', id);
        throw error;
      }
    }
    const run = await this.runs.get(runId);
    if (run.kind !== 'backfill') {
      throw new Problem('conflict', `The occurrence at ${at} has run (${run.status}).`, { extensions: { runId } });
    }
    return run;
  }

  /** What became of every occurrence in a window, and which are to come. */
  async occurrences(id: string, query: OccurrenceQuery) {
    const now = Date.now();
    const list = `automations/${id}/occurrences?${query.to?.getTime() ?? ''}`;
    const from = query.cursor ? readTimeCursor(query.cursor, list) : (query.from ?? new Date(now - 7 * dayMs));
    const to = query.to ?? new Date(now + 30 * dayMs);
    await this.get(id);
    const found =
      from > to ? [] : ((await accountOccurrences(this.database.pool, id, from, to, query.limit + 1)) ?? []);
    const items = found.slice(0, query.limit).map((o) => ({
      at: o.at.toISOString(),
      key: o.key,
      localTime: o.localTime,
      dst: o.dst ?? null,
      fate: o.fate,
      reason: o.reason,
      runId: o.runId,
      runStatus: o.runStatus,
    }));
    const next = found[query.limit];
    return { items, nextCursor: next ? timeCursor(list, next.at) : null };
  }

  /** What a schedule means, before it is saved. */
  previewSchedule(input: PreviewScheduleInput) {
    const now = new Date();
    const remarks = (list: ScheduleRemark[]) =>
      list.map((r) => ({ pointer: jsonPointer([...input.at, ...r.path]), message: r.message }));
    return {
      schedule: input.schedule,
      text: scheduleInWords(input.schedule),
      occurrences: nextOccurrences(input.schedule, input.after ?? now, input.count).map((o) => ({
        at: o.at.toISOString(),
        localTime: o.localTime,
        dst: o.dst ?? null,
      })),
      problems: remarks(checkSchedule(input.schedule, now)),
      warnings: remarks(scheduleWarnings(input.schedule, now)),
    };
  }

  private async change(
    id: string,
    decide: (present: AutomationFields & { revision: number }) => AutomationFields | null,
    condition?: Precondition,
  ): Promise<AutomationView> {
    const revision = await refusingMissingCampaign(() =>
      updateAutomation(this.database, id, (present) => {
        condition?.require(present.revision);
        const next = decide(present);
        if (!next) return null;
        const rescheduled = stable(next.schedule) !== stable(present.schedule);
        if (next.enabled && (rescheduled || !present.enabled)) refuseWhatNeverRuns(next.schedule);
        return same(present, next) ? null : next;
      }),
    );
    if (revision === null) throw notFound('automation', id);
    await this.sync(id);
    return this.get(id);
  }

  /** Temporal follows the row; when it cannot now, the answer says `inSync: false` and the reconciler sees to it. */
  private async sync(id: string): Promise<void> {
    await followUp(this.temporal, this.logger, `sync of automation ${id}`, () => this.schedules.sync(id));
  }

  /** With the counts of their last runs, in one statement for all: sums of chunk rows, so a thousand rows for a run of a million. */
  private async presentAll(rows: readonly Row[]): Promise<AutomationView[]> {
    const counts = await countDeliveriesOf(
      this.database.pool,
      rows.flatMap(({ last_run }) => last_run?.id ?? []),
    );
    return rows.map((row) => this.present(row, counts.get(row.last_run?.id ?? '') ?? noDeliveries()));
  }

  private present(row: Row, counts: DeliveryCounts): AutomationView {
    const schedule = row.schedule as ScheduleSpec;
    const [next] = row.enabled ? nextOccurrences(schedule, new Date(), 1) : [];
    const time = (text: string | null) => (text === null ? null : new Date(text).toISOString());
    const view: AutomationView = {
      id: row.id,
      name: row.name,
      campaignId: row.campaign_id,
      campaignName: row.campaign_name,
      workflow: row.workflow_type ? { type: row.workflow_type, input: row.workflow_input ?? {} } : null,
      schedule,
      scheduleText: scheduleInWords(schedule),
      policy: row.policy,
      enabled: row.enabled,
      revision: row.revision,
      nextRunAt: next?.at.toISOString() ?? null,
      lastRun: row.last_run
        ? {
            id: row.last_run.id,
            status: row.last_run.status,
            scheduledFor: new Date(row.last_run.scheduledFor).toISOString(),
            startedAt: time(row.last_run.startedAt),
            finishedAt: time(row.last_run.finishedAt),
            counts,
          }
        : null,
      totalRuns: row.total_runs,
      missed: row.missed,
      inSync: row.synced_revision === row.revision,
      syncError: row.sync_error,
      temporalUrl: this.config.temporalUiUrl
        ? `${this.config.temporalUiUrl}/namespaces/${encodeURIComponent(this.temporal.options.namespace)}/schedules/${encodeURIComponent(automationScheduleId(row.id))}`
        : null,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    };
    return versioned(view, row.revision);
  }
}

function select(db: Kysely<Schema>) {
  return db
    .selectFrom('automations as a')
    .selectAll('a')
    .select([
      sql<string | null>`(SELECT c.name FROM campaigns c WHERE c.id = a.campaign_id)`.as('campaign_name'),
      sql<LastRun | null>`(SELECT jsonb_build_object('id', r.id, 'status', r.status, 'scheduledFor', r.scheduled_for,
                                                    'startedAt', r.started_at, 'finishedAt', r.finished_at)
                             FROM runs r WHERE r.automation_id = a.id ORDER BY r.scheduled_for DESC LIMIT 1)`.as(
        'last_run',
      ),
      sql<number>`(SELECT count(*)::int FROM runs r WHERE r.automation_id = a.id)`.as('total_runs'),
      sql<number>`(SELECT count(*)::int FROM missed_occurrences m
                    WHERE m.automation_id = a.id AND m.scheduled_for > now() - interval '7 days'
                      AND NOT EXISTS (SELECT FROM runs r WHERE r.automation_id = a.id AND r.occurrence_key = m.occurrence_key))`.as(
        'missed',
      ),
    ])
    .where('a.deleted_at', 'is', null);
}

/** What is stored of an input. @throws Problem `validation` for an unknown workflow type or an input its schema refuses. */
function fieldsOf(input: AutomationInput): AutomationFields {
  let workflowInput: unknown = null;
  if (input.workflow) {
    const type = workflowType(input.workflow.type);
    if (!type)
      throw invalidField('/workflow/type', 'There is no such workflow type; GET /api/v1/workflow-types lists them');
    const result = type.input.safeParse(input.workflow.input);
    if (!result.success) {
      const issues = result.error.issues.map((issue) => ({ ...issue, path: ['workflow', 'input', ...issue.path] }));
      throw validationProblem(issues as never, 'body');
    }
    workflowInput = result.data;
  }
  return {
    name: input.name,
    campaignId: input.campaignId ?? null,
    workflowType: input.workflow?.type ?? null,
    workflowInput,
    schedule: input.schedule,
    policy: input.policy,
    enabled: input.enabled,
  };
}

function refuseWhatNeverRuns(schedule: ScheduleSpec): void {
  const remarks = checkSchedule(schedule, new Date());
  if (remarks.length === 0) return;
  const errors = remarks.map((r) => ({ pointer: jsonPointer(['schedule', ...r.path]), message: r.message }));
  throw new Problem('validation', errors.map((e) => `${e.pointer}: ${e.message}`).join('; '), { errors });
}

async function refusingMissingCampaign<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof CampaignMissing) throw invalidField('/campaignId', error.message);
    throw error;
  }
}

function same(a: AutomationFields, b: AutomationFields): boolean {
  const parts = (f: AutomationFields) =>
    stable([
      f.name,
      f.campaignId,
      f.workflowType,
      f.workflowType === null ? null : f.workflowInput,
      f.schedule,
      f.policy,
      f.enabled,
    ]);
  return parts(a) === parts(b);
}

/** JSON with sorted keys: jsonb does not keep the order of writing. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
