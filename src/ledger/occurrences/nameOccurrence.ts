import { formatInstant } from '../../domain/timeZone.js';
import { occurrenceKey } from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import type { Queryable } from '../database.js';

/** An occurrence of an automation as the ledger names it. */
export interface NamedOccurrence {
  key: string;
  /** Whether the schedule had (or, for a time before the automation was made, has) an occurrence at that time. */
  matches: boolean;
  /** The same as `matches`, by the schedule as it is now. */
  matchesNow: boolean;
  /** Whether the automation was enabled at that time; null for a time before it was made. */
  enabledThen: boolean | null;
}

/**
 * Names the occurrence of an automation at a nominal time, for whoever runs it: a Schedule, a backfill, the repair of a missed one.
 *
 * Guarantees: the same name whenever it is asked for, and by whomever, so that no edit makes a second occurrence of the same moment. It is the name
 * that the schedule valid at that time gives it; before the automation was made, its first schedule, which no edit changes any more, and where
 * that has nothing then, the instant. Null when there is no such automation.
 */
export async function nameOccurrence(db: Queryable, automationId: string, at: Date): Promise<NamedOccurrence | null> {
  const { rows } = await db.query<{ schedule: ScheduleSpec; enabled: boolean; made: boolean; now: ScheduleSpec }>(
    `SELECT v.schedule, v.enabled, v.valid_from <= $2 AS made, a.schedule AS now
       FROM automations a JOIN automation_revisions v ON v.automation_id = a.id
      WHERE a.id = $1
      ORDER BY v.valid_from <= $2 DESC, CASE WHEN v.valid_from <= $2 THEN -v.revision ELSE v.revision END
      LIMIT 1`,
    [automationId, at],
  );
  const row = rows[0];
  if (!row) return null;
  const named = occurrenceKey(row.schedule, at);
  const matchesNow = occurrenceKey(row.now, at).matches;
  if (row.made) return { key: named.key, matches: named.matches, matchesNow, enabledThen: row.enabled };
  return {
    key: named.matches ? named.key : formatInstant(Math.floor(at.getTime() / 1000)),
    matches: named.matches || matchesNow,
    matchesNow,
    enabledThen: null,
  };
}
