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
  const expected = expectedOccurrences(revisions, from, to, limit);
  // Where a page is full, what comes after its last expected occurrence belongs to the next one.
  const until = expected.length < limit ? to : (expected[expected.length - 1] as Expected).at;
  const runs = await runsAround(db, automationId, expected, from, until);
  const page = withUnexpected(revisions, expected, runs, { from, until, limit });
  if (page.length === 0) return [];
  const first = page[0] as Expected;
  const last = page[page.length - 1] as Expected;
  const { rows: skips } = await db.query<{ scheduled_for: Date; reason: string }>(
    `SELECT scheduled_for, reason FROM skipped_occurrences WHERE automation_id = $1 AND scheduled_for BETWEEN $2 AND $3`,
    [automationId, first.at, last.at],
  );
  const { rows: missed } = await db.query<{ occurrence_key: string; reason: string; found_at: Date }>(
    `SELECT occurrence_key, reason, found_at FROM missed_occurrences WHERE automation_id = $1 AND occurrence_key = ANY ($2::text[])`,
    [automationId, page.map((e) => e.key)],
  );
  const { rows: repairs } = await db.query<{ repaired_at: Date | null; repair_found: string | null }>(
    `SELECT repaired_at, repair_found FROM automations WHERE id = $1`,
    [automationId],
  );
  const runByKey = new Map(runs.map((r) => [r.occurrence_key, r]));
  const skipByTime = new Map(skips.map((s) => [s.scheduled_for.getTime(), s.reason]));
  const missedByKey = new Map(missed.map((m) => [m.occurrence_key, m]));
  const repair = repairs[0]?.repaired_at
    ? { at: repairs[0].repaired_at, found: repairs[0].repair_found ?? 'was not as it should be' }
    : null;
  // Only these the Schedule knows of: a backfill through the API and a manual run do not make an occurrence wait.
  const scheduled = runs.filter((r) => r.kind === 'scheduled').flatMap((r) => scheduledRun(r) ?? []);

  return page.map(({ at, key, localTime, dst, revision }) => {
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
    // What was found to be missed stays so: runs that had begun by then did not explain it, and going on after they had ended (resumed) they explain no more.
    const known = missedByKey.get(key);
    const verdict = judgeOverlap({
      policy: policy.overlap,
      at: at.getTime(),
      now: now.getTime(),
      runs: known ? scheduled.filter((r) => r.started > known.found_at.getTime()) : scheduled,
      catchUpMs: policy.catchUpSeconds * 1000,
      onItsWayMs: waitMs,
      firstAfter: (instant) => nextOccurrences(revision.schedule, new Date(instant), 1)[0]?.at.getTime() ?? null,
    });
    if (verdict) {
      return { ...base, fate: verdict.fate === 'waits' ? 'due' : 'skipped', reason: verdict.reason, ...none } as const;
    }
    if (now.getTime() - at.getTime() < waitMs) return { ...base, fate: 'due', reason: null, ...none } as const;
    const reason = known?.reason ?? whyMissed(at, now, policy, repair, scheduled);
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

/**
 * The runs that tell what became of a window: those of its occurrences, those due in it or within a day after it, and the last ones of the Schedule due
 * before it, which may have gone on into it. Of these a hundred are enough: only where all may run side by side are there more at once, and there none has to wait for another.
 * Each part is a range of an index, however many runs there are.
 */
async function runsAround(
  db: Queryable,
  automationId: string,
  expected: readonly Expected[],
  from: Date,
  until: Date,
): Promise<Run[]> {
  const columns = 'id, occurrence_key, status, status_reason, scheduled_for, started_at, finished_at, kind';
  const { rows } = await db.query<Run>(
    `SELECT ${columns} FROM runs WHERE automation_id = $1 AND kind <> 'manual' AND occurrence_key = ANY ($2::text[])
     UNION
     SELECT ${columns} FROM runs
      WHERE automation_id = $1 AND kind <> 'manual' AND scheduled_for BETWEEN $3 AND $4::timestamptz + interval '1 day'
     UNION
     (SELECT ${columns} FROM runs
       WHERE automation_id = $1 AND kind <> 'manual' AND kind = 'scheduled' AND scheduled_for < $3 ORDER BY scheduled_for DESC LIMIT 100)`,
    [automationId, expected.map((e) => e.key), from, until],
  );
  return rows;
}

/** The expected occurrences with those of the window that have a run without being expected; at most `limit`, in the order of their times. */
function withUnexpected(
  revisions: readonly Revision[],
  expected: readonly Expected[],
  runs: readonly Run[],
  { from, until, limit }: { from: Date; until: Date; limit: number },
): Expected[] {
  const keys = new Set(expected.map((e) => e.key));
  const unexpected = runs
    .filter((run) => run.scheduled_for >= from && run.scheduled_for <= until && !keys.has(run.occurrence_key))
    .map((run) => {
      const at = run.scheduled_for;
      const revision = revisions.findLast((r) => r.valid_from <= at) ?? (revisions[0] as Revision);
      const { localTime, dst } = occurrenceKey(revision.schedule, at);
      return { at, key: run.occurrence_key, localTime, ...(dst ? { dst } : {}), revision };
    });
  return [...expected, ...unexpected].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, limit);
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
