import { Context } from '@temporalio/activity';
import type { ScheduleSpec } from '../domain/schedule/spec.js';
import { automationScheduleId, occurrenceWorkflowId } from '../domain/ids.js';
import { type DesiredAutomation, readAutomations } from '../ledger/automations/readAutomation.js';
import { recordRepair } from '../ledger/automations/writeAutomation.js';
import { pruneAttachments } from '../ledger/attachments/pruneAttachments.js';
import { pruneIdempotencyKeys } from '../ledger/idempotencyKeys.js';
import { continueImports } from '../ledger/imports/continueImports.js';
import { purgeDeletedLists } from '../ledger/lists/deleteList.js';
import { notify } from '../ledger/notifications.js';
import { type AccountedOccurrence, accountOccurrences } from '../ledger/occurrences/accountOccurrences.js';
import { type MissedOccurrence, recordedAsMissed, recordMissed } from '../ledger/occurrences/recordMissed.js';
import { ensureDeliveryPartitions } from '../ledger/partitions.js';
import { requestOccurrence } from '../ledger/runs/requestRun.js';
import { pruneUsage } from '../ledger/senders/reserveSlots.js';
import { pruneWebhooks } from '../ledger/webhooks/prune.js';
import { revisionOfNote } from '../temporal/automationSchedule.js';
import { describeExecution, Runs, type RunsReconciled } from '../temporal/runs.js';
import { sameTemporalSpec, toTemporalScheduleSpec } from '../temporal/scheduleSpec.js';
import { ScheduleSync, type SyncOutcome } from '../temporal/scheduleSync.js';
import type { ActivityDependencies } from './dependencies.js';

/** Occurrences older than this are left to the page of occurrences; the reconciler looks at what is recent. */
const lookBackMs = 7 * 86_400_000;

export function reconcileActivities(deps: ActivityDependencies) {
  const { database, temporal, taskQueue, log } = deps;
  const schedules = new ScheduleSync(database, temporal, taskQueue);
  const runs = new Runs(database, temporal, taskQueue);

  /**
   * The ledger keeps how a Schedule was found that had to be brought back; operators are told when the automation had been in sync, as somebody else
   * changed it then.
   */
  async function tellOfRepair(
    automation: DesiredAutomation,
    repair: Extract<SyncOutcome, { outcome: 'created' | 'updated' }>,
  ): Promise<void> {
    const found =
      repair.outcome === 'created'
        ? repair.drifted || automation.syncedRevision > 0
          ? 'was missing in Temporal'
          : 'did not exist in Temporal yet'
        : repair.drifted && repair.paused && automation.enabled
          ? 'was paused in Temporal'
          : 'was not as the automation wants it';
    await recordRepair(database.pool, automation.id, found);
    if (!repair.drifted) return;
    await notify(database.pool, {
      kind: 'schedule-repaired',
      severity: 'warning',
      message: `The Schedule of "${automation.name}" ${found}, and has been brought back. Change automations here, not in Temporal.`,
      automationId: automation.id,
    });
  }

  /** Asks Temporal about an occurrence without a run; null when its execution is there and has only not begun yet (no worker was free). */
  async function whyNotRun(automationId: string, occurrence: AccountedOccurrence): Promise<string | null> {
    const execution = await describeExecution(temporal, occurrenceWorkflowId(automationId, occurrence.at));
    const reason = occurrence.reason ?? 'unknown';
    switch (execution?.status.name) {
      case 'RUNNING':
      case 'PAUSED':
        return null;
      case 'TERMINATED':
        return 'its execution was terminated in Temporal before it had begun';
      case 'CANCELLED':
        return 'its execution was cancelled in Temporal before it had begun';
      default:
        return reason;
    }
  }

  return {
    /**
     * Compares each automation with its Schedule, as one listing of all Schedules shows it, and syncs those that differ. The listing may lag: a
     * sync looks itself before it writes.
     */
    async reconcileSchedules(): Promise<{ checked: number; repaired: number; failed: number }> {
      const activity = Context.current();
      const listed = new Map<string, { note: string | undefined; paused: boolean; spec: unknown }>();
      for await (const s of temporal.schedule.list()) {
        listed.set(s.scheduleId, { note: s.state.note, paused: s.state.paused, spec: s.spec });
        activity.heartbeat();
      }
      let checked = 0;
      let repaired = 0;
      let failed = 0;
      for await (const automation of readAutomations(database.pool)) {
        checked++;
        const shown = listed.get(automationScheduleId(automation.id));
        const agrees = automation.deleted
          ? shown === undefined && automation.syncedRevision === automation.revision
          : shown !== undefined &&
            automation.syncedRevision === automation.revision &&
            shown.paused === !automation.enabled &&
            revisionOfNote(shown.note) === automation.revision &&
            (!shown.spec ||
              sameTemporalSpec(shown.spec as never, toTemporalScheduleSpec(automation.schedule, new Date())));
        if (agrees) continue;
        activity.heartbeat();
        const outcome = await schedules.sync(automation.id);
        if (outcome.outcome === 'failed') {
          failed++;
          log.warn({ automationId: automation.id, error: outcome.error }, 'a Schedule could not be brought in line');
        } else if (outcome.outcome !== 'unchanged') {
          repaired++;
          if (outcome.outcome === 'created' || outcome.outcome === 'updated') await tellOfRepair(automation, outcome);
          log.info({ automationId: automation.id, outcome: outcome.outcome }, 'a Schedule was repaired');
        }
      }
      return { checked, repaired, failed };
    },

    /** Looks at every open run's execution; see Runs.reconcile. */
    async reconcileRuns(): Promise<RunsReconciled> {
      const activity = Context.current();
      return runs.reconcile(() => activity.heartbeat());
    },

    /**
     * Finds occurrences that should have run: local times that a DST change skipped are started, others are recorded as missed, and operators are told
     * once. A missed one is run with one call, or by a backfill of its time.
     */
    async reconcileOccurrences(): Promise<{ started: number; missed: number }> {
      const activity = Context.current();
      const now = new Date();
      const found = { started: 0, missed: 0 };
      for await (const automation of readAutomations(database.pool)) {
        if (automation.deleted) continue;
        activity.heartbeat();
        const from = new Date(now.getTime() - lookBackFor(automation.schedule));
        const occurrences = (await accountOccurrences(database.pool, automation.id, from, now, 2_000, now)) ?? [];
        const missed: AccountedOccurrence[] = [];
        for (const occurrence of occurrences) {
          if (occurrence.fate !== 'missed') continue;
          const late = now.getTime() - occurrence.at.getTime();
          if (occurrence.dst === 'skipped' && automation.enabled && late < automation.policy.catchUpSeconds * 1000) {
            const { runId, created } = await requestOccurrence(database, automation.id, occurrence.at, 'scheduled');
            if (created) {
              await runs.start(runId);
              found.started++;
            }
            continue;
          }
          missed.push(occurrence);
        }
        const known = await recordedAsMissed(
          database,
          automation.id,
          missed.map((o) => o.key),
        );
        found.missed += known.size;
        const fresh: MissedOccurrence[] = [];
        for (const occurrence of missed.filter((o) => !known.has(o.key)).slice(0, askedAtATime)) {
          activity.heartbeat();
          const reason = await whyNotRun(automation.id, occurrence);
          if (reason !== null) fresh.push({ ...occurrence, reason });
        }
        found.missed += await recordMissed(database, automation, fresh);
      }
      return found;
    },

    /**
     * Makes the coming months' partitions, drops old usage figures, idempotency keys, memberships of deleted lists and attachments that nothing uses, finishes
     * imports whose process is gone.
     */
    async keepHouse(): Promise<void> {
      const activity = Context.current();
      await ensureDeliveryPartitions(database);
      await pruneUsage(database);
      await pruneIdempotencyKeys(database.pool);
      await purgeDeletedLists(database.pool, () => activity.heartbeat());
      await continueImports(database);
      await pruneAttachments(database, () => activity.heartbeat());
      await pruneWebhooks(database.pool, () => activity.heartbeat());
    },
  };
}

/** New missed occurrences of one automation that Temporal is asked about at a time; the next reconciliation takes the next ones. */
const askedAtATime = 200;

/** Frequent schedules are looked at over a shorter time, so that one look stays below the limit of occurrences. */
function lookBackFor(schedule: ScheduleSpec): number {
  if (schedule.type === 'interval') return Math.min(lookBackMs, schedule.everyMinutes * 60_000 * 1_500);
  if (schedule.type === 'cron') return 86_400_000;
  return lookBackMs;
}
