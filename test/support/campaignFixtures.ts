import type { Client } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import { defaultPolicy, type AutomationPolicy } from '../../src/domain/policy.js';
import { parseScheduleSpec } from '../../src/domain/schedule/spec.js';
import { insertAutomation } from '../../src/ledger/automations/writeAutomation.js';
import type { Database } from '../../src/ledger/database.js';
import { createTemporalClient } from '../../src/temporal/connect.js';
import { Runs } from '../../src/temporal/runs.js';
import { ScheduleSync } from '../../src/temporal/scheduleSync.js';
import { openLedger } from './ledgerFixtures.js';
import { type Platform, startPlatform } from './platform.js';
import { Processes } from './processes.js';
import { until } from './restClient.js';

/** A platform with the client side of Oncemail in this process and workers as processes of their own. */
export interface Ground {
  platform: Platform;
  database: Database;
  client: Client;
  schedules: ScheduleSync;
  runs: Runs;
  processes: Processes;
  close(): Promise<void>;
}

/** `temporal`: another server than the tests' own. */
export async function startGround(temporal?: { address: string; namespace: string }): Promise<Ground> {
  const platform = await startPlatform();
  if (temporal) {
    platform.temporalAddress = temporal.address;
    platform.namespace = temporal.namespace;
    Object.assign(platform.env, { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace });
  }
  const database = openLedger(platform.databaseUrl, 10);
  const client = createTemporalClient({
    connectionOptions: { address: platform.temporalAddress },
    namespace: platform.namespace,
  });
  const processes = new Processes(platform);
  return {
    platform,
    database,
    client,
    schedules: new ScheduleSync(database, client, 'oncemail'),
    runs: new Runs(database, client, 'oncemail'),
    processes,
    close: async () => {
      await processes.stopAll();
      await client.connection.close();
      await database.close();
      await platform.close();
    },
  };
}

/** An automation of a campaign with a Schedule that Temporal shows. */
export async function givenAutomation(
  ground: Ground,
  campaignId: string,
  schedule: object,
  policy: Partial<AutomationPolicy> = {},
): Promise<string> {
  const id = uuidv7();
  await insertAutomation(ground.database, id, {
    name: 'Weekly news',
    campaignId,
    workflowType: null,
    workflowInput: null,
    schedule: parseScheduleSpec(schedule),
    policy: { ...defaultPolicy, ...policy },
    enabled: true,
  });
  expect((await ground.schedules.sync(id)).outcome).toBe('created');
  return id;
}

/** An automation that mails the daily digest, with a Schedule that Temporal shows. */
export async function givenDigest(
  ground: Ground,
  schedule: object,
  input: { senderId: string; to: string[]; timeZone?: string },
): Promise<string> {
  const id = uuidv7();
  await insertAutomation(ground.database, id, {
    name: 'Figures of the day',
    campaignId: null,
    workflowType: 'dailyDigest',
    workflowInput: input,
    schedule: parseScheduleSpec(schedule),
    policy: defaultPolicy,
    enabled: true,
  });
  expect((await ground.schedules.sync(id)).outcome).toBe('created');
  return id;
}

export interface RunRow {
  id: string;
  status: string;
  status_reason: string | null;
  workflow_id: string;
  first_execution_run_id: string | null;
  occurrence_key: string;
}

/** The runs of an automation, or of a campaign, in the order they were made. */
export async function runsOf(database: Database, ownerId: string): Promise<RunRow[]> {
  const { rows } = await database.pool.query<RunRow>(
    `SELECT id, status, status_reason, workflow_id, first_execution_run_id, occurrence_key FROM runs
      WHERE automation_id = $1 OR (automation_id IS NULL AND campaign_id = $1) ORDER BY id`,
    [ownerId],
  );
  return rows;
}

/** Waits until a run has this status. */
export async function untilRun(database: Database, runId: string, status: string, timeoutMs = 25_000): Promise<RunRow> {
  return until(
    async () => (await database.pool.query<RunRow>(`SELECT * FROM runs WHERE id = $1`, [runId])).rows[0],
    (row) => row?.status === status && row,
    timeoutMs,
  );
}
