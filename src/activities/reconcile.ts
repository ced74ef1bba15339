import { Context } from '@temporalio/activity';
import type { ScheduleSpec } from '../domain/schedule/spec.js';
import { automationScheduleId } from '../domain/ids.js';
import { readAutomations } from '../ledger/automations/readAutomation.js';
import { continueImports } from '../ledger/imports/continueImports.js';
import { purgeDeletedLists } from '../ledger/lists/deleteList.js';
import { notify } from '../ledger/notifications.js';
import { accountOccurrences } from '../ledger/occurrences/accountOccurrences.js';
import { ensureDeliveryPartitions } from '../ledger/partitions.js';
import { requestOccurrence } from '../ledger/runs/requestRun.js';
import { pruneUsage } from '../ledger/senders/reserveSlots.js';
import { revisionOfNote } from '../temporal/automationSchedule.js';
import { Runs, type RunsReconciled } from '../temporal/runs.js';
import { sameTemporalSpec, toTemporalScheduleSpec } from '../temporal/scheduleSpec.js';
import { ScheduleSync } from '../temporal/scheduleSync.js';
import type { ActivityDependencies } from './dependencies.js';

/** Occurrences older than this are left to the page of occurrences; the reconciler looks at what is recent. */
const lookBackMs = 7 * 86_400_000;

export function reconcileActivities(deps: ActivityDependencies) {
  const { database, temporal, taskQueue, log } = deps;
  const schedules = new ScheduleSync(database, temporal, taskQueue);
  const runs = new Runs(database, temporal, taskQueue);

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
     * Finds occurrences that should have run: local times that a DST change skipped are started, others are raised as missed, once each.
     * A missed one is repaired by a backfill of its time.
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
          found.missed++;
          await notify(database.pool, {
            kind: 'occurrence-missed',
            severity: 'warning',
            message: `"${automation.name}" did not run at ${occurrence.localTime}: ${occurrence.reason ?? 'unknown'}. A backfill of that time repairs it.`,
            automationId: automation.id,
            dedupeKey: `occurrence-missed/${automation.id}/${occurrence.key}`,
          });
        }
      }
      return found;
    },

    /** Makes the coming months' partitions, drops old usage figures and memberships of deleted lists, finishes imports whose process is gone. */
    async keepHouse(): Promise<void> {
      const activity = Context.current();
      await ensureDeliveryPartitions(database);
      await pruneUsage(database);
      await purgeDeletedLists(database.pool, () => activity.heartbeat());
      await continueImports(database);
    },
  };
}

/** Frequent schedules are looked at over a shorter time, so that one look stays below the limit of occurrences. */
function lookBackFor(schedule: ScheduleSpec): number {
  if (schedule.type === 'interval') return Math.min(lookBackMs, schedule.everyMinutes * 60_000 * 1_500);
  if (schedule.type === 'cron') return 86_400_000;
  return lookBackMs;
}
