import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/policy.js';
import { parseScheduleSpec } from '../../src/domain/schedule/spec.js';
import { insertAutomation } from '../../src/ledger/automations/writeAutomation.js';
import type { Database } from '../../src/ledger/database.js';
import { accountOccurrences } from '../../src/ledger/occurrences/accountOccurrences.js';
import { recordMissed } from '../../src/ledger/occurrences/recordMissed.js';
import { givenCampaign, givenList, givenSender, openLedger } from '../support/ledgerFixtures.js';
import { type Platform, startPlatform } from '../support/platform.js';

let platform: Platform;
let database: Database;
let campaignId: string;
let automationId: string;
beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl, 5);
  campaignId = await givenCampaign(database, {
    listIds: [await givenList(database, 1)],
    senderIds: [await givenSender(database, { port: 25 })],
  });
  automationId = uuidv7();
  await insertAutomation(database, automationId, {
    name: 'Every minute',
    campaignId,
    workflowType: null,
    workflowInput: null,
    schedule: parseScheduleSpec({ type: 'interval', everyMinutes: 1 }),
    policy: defaultPolicy,
    enabled: true,
  });
  await database.pool.query(
    `UPDATE automation_revisions SET valid_from = now() - interval '3 days' WHERE automation_id = $1`,
    [automationId],
  );
});
afterAll(async () => {
  await database?.close();
  await platform?.close();
});

/** So many minutes after a full hour a day ago. */
const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 86_400_000;
const minute = (n: number) => new Date(hour + n * 60_000);
const keyOf = (at: Date) => at.toISOString().replace('.000Z', 'Z');

async function givenRun(kind: 'scheduled' | 'backfill', at: Date, started: Date, finished: Date): Promise<string> {
  const id = uuidv7();
  await database.pool.query(
    `INSERT INTO runs (id, automation_id, campaign_id, workflow_type, kind, occurrence_key, scheduled_for, workflow_id, first_execution_run_id, status,
                       audience, started_at, finished_at)
     VALUES ($1, $2, $3, 'campaignRun', $4, $5, $6, $7, 'an execution', 'completed', 'everyone', $8, $9)`,
    [id, automationId, campaignId, kind, keyOf(at), at, `automation/${automationId}-${keyOf(at)}`, started, finished],
  );
  return id;
}

const account = async (from: number, to: number) =>
  (await accountOccurrences(database.pool, automationId, minute(from), minute(to), 10))!.map(
    ({ fate, reason }) => `${fate}: ${reason}`,
  );

it('a run that went on into a window explains what was skipped in it, however many backfills there are between', async () => {
  const long = await givenRun('scheduled', minute(0), minute(0), minute(180));
  for (let n = 1; n <= 110; n++) await givenRun('backfill', minute(n), minute(300), minute(301));
  const skipped = `skipped: run ${long} was still going (overlap policy: skip)`;
  expect(await account(150, 152)).toEqual([skipped, skipped, skipped]);
});

it('what was told of as missed stays missed when a run of before is resumed and goes on beyond its time', async () => {
  const reason = 'its Schedule was paused in Temporal; it was repaired at 2027-01-01T00:00:00Z';
  await givenRun('scheduled', minute(400), minute(400), minute(401));
  const at = minute(410);
  await recordMissed(database, { id: automationId, name: 'Every minute' }, [
    { key: keyOf(at), at, localTime: keyOf(at), reason },
  ]);
  await database.pool.query(
    `UPDATE missed_occurrences SET found_at = scheduled_for + interval '2 minutes' WHERE automation_id = $1`,
    [automationId],
  );
  expect(await account(410, 410)).toEqual([`missed: ${reason}`]);
  await database.pool.query(`UPDATE runs SET finished_at = $2 WHERE automation_id = $1 AND scheduled_for = $3`, [
    automationId,
    minute(430),
    minute(400),
  ]);
  expect(await account(410, 410)).toEqual([`missed: ${reason}`]);
});
