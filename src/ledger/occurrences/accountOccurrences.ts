import type { AutomationPolicy } from '../../domain/policy.js';
import type { RunStatus } from '../../domain/run.js';
import { type Occurrence, occurrencesBetween } from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
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
  /** In words: why it was skipped, missed or paused over. */
  reason: string | null;
  runId: string | null;
  runStatus: RunStatus | null;
}

/** How long after its nominal time an occurrence without a run is still on its way, milliseconds (plus jitter). */
const onItsWayMs = 90_000;

interface Revision {
  schedule: ScheduleSpec;
  policy: AutomationPolicy;
  enabled: boolean;
  valid_from: Date;
  valid_to: Date | null;
}

/**
 * Accounts for every occurrence of an automation in a window, both ends inclusive: what each revision of the automation wanted while it was valid,
 * against the runs there are. At most `limit` occurrences, from the start of the window. Null when there is no such automation.
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
  if (expected.length === 0) return [];
  const first = expected[0] as Expected;
  const last = expected[expected.length - 1] as Expected;
  const { rows: runs } = await db.query<{
    id: string;
    occurrence_key: string;
    status: RunStatus;
    started_at: Date | null;
    finished_at: Date | null;
    kind: string;
  }>(
    `SELECT id, occurrence_key, status, started_at, finished_at, kind FROM runs
      WHERE automation_id = $1 AND kind <> 'manual'
        AND (occurrence_key = ANY ($2::text[]) OR (started_at <= $4::timestamptz + interval '1 day' AND coalesce(finished_at, now()) >= $3))`,
    [automationId, expected.map((e) => e.key), first.at, last.at],
  );
  const { rows: skips } = await db.query<{ scheduled_for: Date; reason: string }>(
    `SELECT scheduled_for, reason FROM skipped_occurrences WHERE automation_id = $1 AND scheduled_for BETWEEN $2 AND $3`,
    [automationId, first.at, last.at],
  );
  const runByKey = new Map(runs.map((r) => [r.occurrence_key, r]));
  const skipByTime = new Map(skips.map((s) => [s.scheduled_for.getTime(), s.reason]));

  return expected.map(({ at, key, localTime, dst, revision }) => {
    const base = { at, key, localTime, ...(dst ? { dst } : {}) };
    const run = runByKey.get(key);
    if (run) {
      const open = run.finished_at === null;
      return { ...base, fate: open ? 'running' : 'ran', reason: null, runId: run.id, runStatus: run.status } as const;
    }
    const none = { runId: null, runStatus: null };
    if (!revision.enabled) return { ...base, fate: 'paused', reason: 'the automation was paused', ...none } as const;
    if (at > now) return { ...base, fate: 'coming', reason: null, ...none } as const;
    const recorded = skipByTime.get(at.getTime());
    if (recorded) {
      const fate = recorded.includes('paused') ? 'paused' : 'skipped';
      return { ...base, fate, reason: recorded, ...none } as const;
    }
    const busy =
      revision.policy.overlap === 'skip' &&
      runs.find((r) => r.started_at && r.started_at <= at && (r.finished_at === null || r.finished_at >= at));
    if (busy) {
      return {
        ...base,
        fate: 'skipped',
        reason: `run ${busy.id} was still going (overlap policy: skip)`,
        ...none,
      } as const;
    }
    const waitMs = onItsWayMs + (revision.schedule.jitterSeconds ?? 0) * 1000;
    if (now.getTime() - at.getTime() < waitMs) return { ...base, fate: 'due', reason: null, ...none } as const;
    const beyond = now.getTime() - at.getTime() > revision.policy.catchUpSeconds * 1000;
    return {
      ...base,
      fate: 'missed',
      reason: beyond
        ? `it was not run within the catch-up window of ${revision.policy.catchUpSeconds} s`
        : 'no execution has asked for it',
      ...none,
    } as const;
  });
}

type Expected = Occurrence & { revision: Revision };

/** What each revision wanted while it was valid; the first one also speaks for the time before it is looked at, the last for the future. */
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
