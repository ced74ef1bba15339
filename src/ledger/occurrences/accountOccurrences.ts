import { durationInWords } from '../../domain/duration.js';
import type { AutomationPolicy } from '../../domain/policy.js';
import { endedForNext, judgeOverlap, type ScheduledRun } from '../../domain/overlap.js';
import type { RunKind, RunStatus } from '../../domain/run.js';
import {
  nextOccurrences,
  type Occurrence,
  occurrenceKey,
  occurrencesBetween,
} from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import { formatInstant } from '../../domain/timeZone.js';
import type { Queryable } from '../database.js';

/** What became of an occurrence. */
export type OccurrenceFate = 'ran' | 'running' | 'skipped' | 'missed' | 'paused' | 'due' | 'coming';

export interface AccountedOccurrence {
  /** The nominal time. */
  at: Date;
  key: string;
  localTime: string;
  dst?: 'skipped' | 'repeated';
  fate: OccurrenceFate;
  /** In words: why it was skipped, missed or paused over, what it waits for, or why its run is not sending or ended early. */
  reason: string | null;
  runId: string | null;
  runStatus: RunStatus | null;
}

/**
 * How long after its nominal time an occurrence without a run is still on its way, in milliseconds (plus jitter): a Temporal server that comes back, and
 * a worker that is free. With a short catch-up window there is less to wait for.
 */
export function onItsWayMs(revision: { schedule: ScheduleSpec; policy: AutomationPolicy }): number {
  const { catchUpSeconds } = revision.policy;
  return Math.min(90_000, catchUpSeconds * 1000 + 20_000) + (revision.schedule.jitterSeconds ?? 0) * 1000;
}

interface Revision {
  schedule: ScheduleSpec;
  policy: AutomationPolicy;
  enabled: boolean;
  valid_from: Date;
  valid_to: Date | null;
}

interface Run {
  id: string;
  occurrence_key: string;
  status: RunStatus;
  status_reason: string | null;
  scheduled_for: Date;
  started_at: Date | null;
  finished_at: Date | null;
  kind: RunKind;
}

/**
 * Accounts for every occurrence of an automation in a window, both ends inclusive: what each revision of the automation wanted while it was valid,
 * against the runs there are. A run of an occurrence that nobody expected (a backfill of the time before the automation was made) is in it, too. At most
 * `limit` occurrences, from the start of the window, in the order of their times. Null when there is no such automation.
 */
export async function accountOccurrences(
  db: Queryable,
  automationId: string,
  from: Date,
  to: Date,
  limit: number,
  now = new Date(),
): Promise<AccountedOccurrence[] | null> {
  const { rows: revisions } = await db.query<Revision>(
    `SELECT schedule, policy, enabled, valid_from, lead(valid_from) OVER (ORDER BY revision) AS valid_to
       FROM automation_revisions WHERE automation_id = $1 ORDER BY revision`,
    [automationId],
  );
  if (revisions.length === 0) return null;
  const expected = await withUnexpected(db, automationId, revisions, expectedOccurrences(revisions, from, to, limit), {
    from,
    to,
    limit,
  });
  if (expected.length === 0) return [];
  const first = expected[0] as Expected;
  const last = expected[expected.length - 1] as Expected;
  const { rows: runs } = await db.query<Run>(
    `SELECT id, occurrence_key, status, status_reason, scheduled_for, started_at, finished_at, kind FROM runs
      WHERE automation_id = $1 AND kind <> 'manual'
        AND (occurrence_key = ANY ($2::text[]) OR (started_at <= $4::timestamptz + interval '1 day' AND coalesce(finished_at, now()) >= $3))`,
    [automationId, expected.map((e) => e.key), first.at, last.at],
  );
  const { rows: skips } = await db.query<{ scheduled_for: Date; reason: string }>(
    `SELECT scheduled_for, reason FROM skipped_occurrences WHERE automation_id = $1 AND scheduled_for BETWEEN $2 AND $3`,
    [automationId, first.at, last.at],
  );
  const { rows: missed } = await db.query<{ occurrence_key: string; reason: string }>(
    `SELECT occurrence_key, reason FROM missed_occurrences WHERE automation_id = $1 AND occurrence_key = ANY ($2::text[])`,
    [automationId, expected.map((e) => e.key)],
  );
  const { rows: repairs } = await db.query<{ repaired_at: Date | null; repair_found: string | null }>(
    `SELECT repaired_at, repair_found FROM automations WHERE id = $1`,
    [automationId],
  );
  const runByKey = new Map(runs.map((r) => [r.occurrence_key, r]));
  const skipByTime = new Map(skips.map((s) => [s.scheduled_for.getTime(), s.reason]));
  const missedByKey = new Map(missed.map((m) => [m.occurrence_key, m.reason]));
  const repair = repairs[0]?.repaired_at
    ? { at: repairs[0].repaired_at, found: repairs[0].repair_found ?? 'was not as it should be' }
    : null;
  // Only these the Schedule knows of: a backfill through the API and a manual run do not make an occurrence wait.
  const scheduled = runs.filter((r) => r.kind === 'scheduled').flatMap((r) => scheduledRun(r) ?? []);

  return expected.map(({ at, key, localTime, dst, revision }) => {
    const base = { at, key, localTime, ...(dst ? { dst } : {}) };
    const { policy } = revision;
    const run = runByKey.get(key);
    if (run) {
      const open = run.finished_at === null;
      const own = run.status === 'stopped' && /in Temporal\b/.test(run.status_reason ?? '') ? scheduledRun(run) : null;
      const reason = (own && endedForNext(policy.overlap, own, scheduled)) ?? run.status_reason;
      return { ...base, fate: open ? 'running' : 'ran', reason, runId: run.id, runStatus: run.status } as const;
    }
    const none = { runId: null, runStatus: null };
    if (!revision.enabled) return { ...base, fate: 'paused', reason: 'the automation was paused', ...none } as const;
    if (at > now) return { ...base, fate: 'coming', reason: null, ...none } as const;
    const recorded = skipByTime.get(at.getTime());
    if (recorded) {
      const fate = recorded.includes('paused') ? 'paused' : 'skipped';
      return { ...base, fate, reason: recorded, ...none } as const;
    }
    const waitMs = onItsWayMs(revision);
    const verdict = judgeOverlap({
      policy: policy.overlap,
      at: at.getTime(),
      now: now.getTime(),
      runs: scheduled,
      catchUpMs: policy.catchUpSeconds * 1000,
      onItsWayMs: waitMs,
      firstAfter: (instant) => nextOccurrences(revision.schedule, new Date(instant), 1)[0]?.at.getTime() ?? null,
    });
    if (verdict) {
      return { ...base, fate: verdict.fate === 'waits' ? 'due' : 'skipped', reason: verdict.reason, ...none } as const;
    }
    if (now.getTime() - at.getTime() < waitMs) return { ...base, fate: 'due', reason: null, ...none } as const;
    const reason = missedByKey.get(key) ?? whyMissed(at, now, policy, repair, scheduled);
    return { ...base, fate: 'missed', reason, ...none } as const;
  });
}

function scheduledRun(run: Run): ScheduledRun | null {
  if (run.started_at === null) return null;
  return {
    id: run.id,
    due: run.scheduled_for.getTime(),
    started: run.started_at.getTime(),
    finished: run.finished_at?.getTime() ?? null,
  };
}

function whyMissed(
  at: Date,
  now: Date,
  policy: AutomationPolicy,
  repair: { at: Date; found: string } | null,
  scheduled: readonly ScheduledRun[],
): string {
  // A Schedule that worked in between was right at that time.
  const worked = (until: Date) => scheduled.some((r) => r.due > at.getTime() && r.started < until.getTime());
  if (repair && repair.at > at && !worked(repair.at)) {
    return `its Schedule ${repair.found}; it was repaired at ${formatInstant(Math.floor(repair.at.getTime() / 1000))}`;
  }
  return now.getTime() - at.getTime() > policy.catchUpSeconds * 1000
    ? `it was not run within the catch-up window of ${durationInWords(policy.catchUpSeconds * 1000)}`
    : 'no execution has asked for it';
}

type Expected = Occurrence & { revision: Revision };

/** The expected occurrences with those of the window that have a run without being expected; at most `limit`, in the order of their times. */
async function withUnexpected(
  db: Queryable,
  automationId: string,
  revisions: readonly Revision[],
  expected: Expected[],
  window: { from: Date; to: Date; limit: number },
): Promise<Expected[]> {
  const { rows } = await db.query<{ occurrence_key: string; scheduled_for: Date }>(
    `SELECT occurrence_key, scheduled_for FROM runs
      WHERE automation_id = $1 AND kind <> 'manual' AND scheduled_for BETWEEN $2 AND $3 AND occurrence_key <> ALL ($4::text[])
      ORDER BY scheduled_for LIMIT $5`,
    [automationId, window.from, window.to, expected.map((e) => e.key), window.limit],
  );
  if (rows.length === 0) return expected;
  const unexpected = rows.map((run) => {
    const at = run.scheduled_for;
    const revision = revisions.findLast((r) => r.valid_from <= at) ?? (revisions[0] as Revision);
    const { localTime, dst } = occurrenceKey(revision.schedule, at);
    return { at, key: run.occurrence_key, localTime, ...(dst ? { dst } : {}), revision };
  });
  return [...expected, ...unexpected].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, window.limit);
}

/** What each revision wanted while it was valid, the last one also for the future. Before the first nothing was. */
function expectedOccurrences(revisions: Revision[], from: Date, to: Date, limit: number): Expected[] {
  const expected: Expected[] = [];
  const seen = new Set<string>();
  for (const revision of revisions) {
    const start = new Date(Math.max(from.getTime(), revision.valid_from.getTime()));
    const end = new Date(Math.min(to.getTime(), (revision.valid_to?.getTime() ?? Infinity) - 1, 8.64e15));
    if (end < start) continue;
    for (const occurrence of occurrencesBetween(revision.schedule, start, end, limit - expected.length)) {
      if (seen.has(occurrence.key)) continue;
      seen.add(occurrence.key);
      expected.push({ ...occurrence, revision });
    }
    if (expected.length >= limit) break;
  }
  return expected;
}
