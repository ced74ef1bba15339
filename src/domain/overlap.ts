import type { OverlapPolicy } from './policy.js';

/**
 * What an overlap policy did with an occurrence that has no run. Temporal's Schedule keeps counts of what it skips and buffers, not which; so it is worked out
 * from the runs that there are, by the rules of its buffer (temporal/service/worker/scheduler/buffer.go).
 */

/** A run that the Schedule started; times in milliseconds. */
export interface ScheduledRun {
  id: string;
  /** The nominal time of its occurrence. */
  due: number;
  started: number;
  /** Null while it goes on. */
  finished: number | null;
}

/** `skipped`: the Schedule dropped it. `waits`: it is to start when what runs has ended. Null: the policy does not explain why it has no run. */
export type OverlapVerdict = { fate: 'skipped' | 'waits'; reason: string } | null;

export interface OverlapQuestion {
  policy: OverlapPolicy;
  /** The nominal time of the occurrence without a run. */
  at: number;
  now: number;
  /** Scheduled runs of the automation, around that time. */
  runs: readonly ScheduledRun[];
  /** How late the Schedule starts an occurrence after an outage. */
  catchUpMs: number;
  /** How long an occurrence that may start is on its way. */
  onItsWayMs: number;
  /** The nominal time of the schedule's first occurrence after an instant; null when there is none. */
  firstAfter: (instant: number) => number | null;
}

/** A run is over for the Schedule a little after the ledger has closed it: its workflow has to end, and the Schedule to hear of it. */
export const heardMs = 5_000;

/** Judges an occurrence whose time has come and which has no run. */
export function judgeOverlap(question: OverlapQuestion): OverlapVerdict {
  const { policy, at, now, runs } = question;
  if (policy === 'allowAll') return null;
  const busy = runs
    .filter((r) => beginOf(r, question) <= at && (r.finished === null || r.finished + heardMs >= at))
    .sort((a, b) => a.due - b.due)
    .at(-1);
  const because = `(overlap policy: ${policy})`;
  switch (policy) {
    case 'skip':
      return busy ? { fate: 'skipped', reason: `run ${busy.id} was still going ${because}` } : null;
    case 'bufferOne': {
      if (!busy) return null;
      if (question.firstAfter(beginOf(busy, question)) !== at) {
        const reason = `run ${busy.id} was still going and another occurrence was waiting already ${because}`;
        return { fate: 'skipped', reason };
      }
      return mayStillStart(busy)
        ? { fate: 'waits', reason: `it waits for the end of run ${busy.id} ${because}` }
        : null;
    }
    case 'bufferAll': {
      const before = runs.filter((r) => r.due < at && (r.finished === null || r.finished + heardMs >= at));
      const last = before.find((r) => r.finished === null) ?? before.sort((a, b) => a.due - b.due).at(-1);
      return last && mayStillStart(last)
        ? { fate: 'waits', reason: `it waits for the end of run ${last.id}, and of those before it ${because}` }
        : null;
    }
    case 'cancelOther':
    case 'terminateOther': {
      const next = runs.filter((r) => r.due > at).sort((a, b) => a.due - b.due)[0];
      // The later of several that wait, for the end of a run or of an outage, takes the place of the earlier ones.
      if (next && (busy || next.started - next.due > heardMs)) {
        return { fate: 'skipped', reason: `a later occurrence, run ${next.id}, took its place ${because}` };
      }
      return busy && mayStillStart(busy)
        ? { fate: 'waits', reason: `it waits for run ${busy.id} to be ${ended[policy]} ${because}` }
        : null;
    }
  }

  function mayStillStart(run: ScheduledRun): boolean {
    return run.finished === null || now - run.finished < question.onItsWayMs;
  }
}

/** What cancelOther and terminateOther do to the run before. */
const ended = { cancelOther: 'cancelled', terminateOther: 'terminated' } as const;

/** Says that a run which ended in Temporal, by no operator's word, was ended for the occurrence after it; null when it was not. */
export function endedForNext(policy: OverlapPolicy, run: ScheduledRun, runs: readonly ScheduledRun[]): string | null {
  if ((policy !== 'cancelOther' && policy !== 'terminateOther') || run.finished === null) return null;
  const { finished } = run;
  const next = runs.filter((r) => r.due > run.due && r.due <= finished).sort((a, b) => a.due - b.due)[0];
  return next
    ? `it was ${ended[policy]} for the next occurrence, run ${next.id} (overlap policy: ${policy}); what it left pending can be resumed`
    : null;
}

/**
 * From when the Schedule counted a run as running. That is from its nominal time on, also when an outage made it late: the occurrences of the outage are
 * judged together. One that waited for another run, or was backfilled long after, counts from its start.
 */
function beginOf(run: ScheduledRun, question: OverlapQuestion): number {
  const late = run.started - run.due > question.catchUpMs + heardMs;
  const waited = question.runs.some(
    (r) => r.due < run.due && r.finished !== null && r.finished > run.due && r.finished <= run.started + heardMs,
  );
  return late || waited ? run.started : run.due;
}
