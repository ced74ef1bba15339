import { transaction, type Database, type Queryable } from '../database.js';
import { notify } from '../notifications.js';
import { raiseEvents } from '../webhooks/raiseEvents.js';

/** An occurrence that should have run and did not. */
export interface MissedOccurrence {
  key: string;
  at: Date;
  localTime: string;
  reason: string;
}

/**
 * Records occurrences of an automation as missed, and tells of those that were not recorded yet: operators in one notification, webhooks of each. Safe
 * to repeat: nothing is told twice. Answers how many were new.
 */
export async function recordMissed(
  database: Database,
  automation: { id: string; name: string },
  missed: readonly MissedOccurrence[],
): Promise<number> {
  if (missed.length === 0) return 0;
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ occurrence_key: string }>(
      `INSERT INTO missed_occurrences (automation_id, occurrence_key, scheduled_for, reason)
       SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::text[])
       ON CONFLICT DO NOTHING RETURNING occurrence_key`,
      [automation.id, missed.map((m) => m.key), missed.map((m) => m.at), missed.map((m) => m.reason.slice(0, 500))],
    );
    const recorded = new Set(rows.map((r) => r.occurrence_key));
    const found = missed.filter((m) => recorded.has(m.key));
    const [first, last] = [found[0], found[found.length - 1]];
    if (!first || !last) return 0;
    await raiseEvents(
      client,
      'occurrence.missed',
      found.map(({ key, at, reason }) => ({
        automationId: automation.id,
        occurrenceKey: key,
        scheduledFor: at.toISOString(),
        reason: reason.slice(0, 500),
      })),
    );
    const zone = await zoneOf(client, automation.id);
    const said = (m: MissedOccurrence) => m.localTime.slice(0, 16).replace('T', ' ');
    const times =
      found.length === 1
        ? `at ${said(first)} (${zone}): ${first.reason}`
        : `${found.length} times, from ${said(first)} to ${said(last)} (${zone}): ${first.reason}`;
    await notify(client, {
      kind: 'occurrence-missed',
      severity: 'warning',
      message: `"${automation.name}" did not run ${times}. It can be run from the automation's occurrences, or by a backfill.`,
      automationId: automation.id,
      dedupeKey: `occurrence-missed/${automation.id}/${first.key}`,
    });
    return found.length;
  });
}

/** The time zone that an automation's schedule is in. */
async function zoneOf(client: Queryable, automationId: string): Promise<string> {
  const { rows } = await client.query<{ zone: string }>(
    `SELECT schedule->>'timeZone' AS zone FROM automations WHERE id = $1`,
    [automationId],
  );
  return rows[0]?.zone ?? 'UTC';
}

/** Which of these occurrences have been recorded as missed already. */
export async function recordedAsMissed(
  database: Database,
  automationId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await database.pool.query<{ occurrence_key: string }>(
    `SELECT occurrence_key FROM missed_occurrences WHERE automation_id = $1 AND occurrence_key = ANY ($2::text[])`,
    [automationId, keys],
  );
  return new Set(rows.map((r) => r.occurrence_key));
}
