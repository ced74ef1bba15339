import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { automationScheduleId } from '../../src/domain/ids.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { ScheduleSpec } from '../../src/domain/schedule/spec.js';
import {
  type AutomationFields,
  deleteAutomation,
  enableAutomation,
  insertAutomation,
  updateAutomation,
} from '../../src/ledger/automations/writeAutomation.js';
import { readAutomation } from '../../src/ledger/automations/readAutomation.js';
import type { Database } from '../../src/ledger/database.js';
import { createTemporalClient } from '../../src/temporal/connect.js';
import { shows } from '../../src/temporal/automationSchedule.js';
import { ScheduleSync } from '../../src/temporal/scheduleSync.js';
import { pauseByHand } from '../support/byHand.js';
import { givenCampaign, givenList, givenSender, openLedger } from '../support/ledgerFixtures.js';
import { type Platform, startPlatform } from '../support/platform.js';

let platform: Platform;
let database: Database;
let client: Client;
let campaignId: string;
const taskQueue = 'nobody-listens';

beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl, 20);
  client = createTemporalClient({
    connectionOptions: { address: platform.temporalAddress },
    namespace: platform.namespace,
  });
  campaignId = await givenCampaign(database, {
    listIds: [await givenList(database, 1)],
    senderIds: [await givenSender(database, { port: 25 })],
  });
});
afterAll(async () => {
  await client?.connection.close();
  await database?.close();
  await platform?.close();
});

const daily: ScheduleSpec = { type: 'daily', time: '09:00', timeZone: 'Europe/Riga', jitterSeconds: 0 } as ScheduleSpec;

async function givenAutomation(fields: Partial<AutomationFields> = {}): Promise<string> {
  const id = uuidv7();
  await insertAutomation(database, id, {
    name: 'an automation',
    campaignId,
    workflowType: null,
    workflowInput: null,
    schedule: daily,
    policy: defaultPolicy,
    enabled: true,
    ...fields,
  });
  return id;
}

const described = (id: string) => client.schedule.getHandle(automationScheduleId(id)).describe();

async function agrees(id: string): Promise<boolean> {
  const automation = await readAutomation(database.pool, id);
  return (
    automation !== null &&
    automation.syncedRevision === automation.revision &&
    shows(await described(id), automation, taskQueue)
  );
}

it('creates, changes and deletes the Schedule of an automation, and says when there is nothing to do', async () => {
  const sync = new ScheduleSync(database, client, taskQueue);
  const id = await givenAutomation();
  expect(await sync.sync(id)).toMatchObject({ outcome: 'created' });
  expect(await sync.sync(id)).toEqual({ outcome: 'unchanged' });
  expect(await agrees(id)).toBe(true);
  expect((await described(id)).action.args).toEqual([{ automationId: id }]);

  await updateAutomation(database, id, (a) => ({
    ...a,
    enabled: false,
    schedule: { ...daily, time: '10:30' } as ScheduleSpec,
    policy: { ...a.policy, overlap: 'bufferOne', catchUpSeconds: 120, pauseOnFailure: true },
  }));
  expect(await agrees(id)).toBe(false);
  expect(await sync.sync(id)).toMatchObject({ outcome: 'updated' });
  expect(await agrees(id)).toBe(true);

  await deleteAutomation(database, id);
  expect(await sync.sync(id)).toEqual({ outcome: 'deleted' });
  await expect(described(id)).rejects.toThrow(ScheduleNotFoundError);
  expect(await sync.sync(id)).toEqual({ outcome: 'unchanged' });
});

it('ends with the last row when two processes write the same automation at once, many times', async () => {
  const syncs = [new ScheduleSync(database, client, taskQueue), new ScheduleSync(database, client, taskQueue)];
  const id = await givenAutomation();
  await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      if (i % 3 === 0) await enableAutomation(database, id, i % 2 === 0);
      else
        await updateAutomation(database, id, (a) => ({
          ...a,
          name: `name ${i}`,
          schedule: { ...daily, time: `09:${10 + i}` } as ScheduleSpec,
        }));
      await syncs[i % 2]!.sync(id);
    }),
  );
  expect(await agrees(id)).toBe(true);
});

it('brings back a Schedule that was edited, paused or deleted by hand', async () => {
  const sync = new ScheduleSync(database, client, taskQueue);
  const id = await givenAutomation();
  await sync.sync(id);
  const handle = client.schedule.getHandle(automationScheduleId(id));
  await pauseByHand(handle);
  expect(await sync.sync(id)).toEqual({ outcome: 'updated', drifted: true, paused: true });
  await expect
    .poll(async () => {
      await handle.update((previous) => ({ ...previous, spec: { calendars: [{ hour: 3 }] } }) as never);
      return agrees(id);
    })
    .toBe(false);
  expect(await sync.sync(id)).toEqual({ outcome: 'updated', drifted: true, paused: false });
  await handle.delete();
  await expect
    .poll(() =>
      described(id).then(
        () => true,
        () => false,
      ),
    )
    .toBe(false);
  expect(await sync.sync(id)).toMatchObject({ outcome: 'created' });
  expect(await agrees(id)).toBe(true);
});

it('answers an outage as an outcome and keeps the row unsynced', async () => {
  const away = createTemporalClient({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
  const id = await givenAutomation();
  const outcome = await away.withDeadline(Date.now() + 2_000, () =>
    new ScheduleSync(database, away, taskQueue).sync(id),
  );
  expect(outcome.outcome).toBe('failed');
  const automation = await readAutomation(database.pool, id);
  expect(automation?.syncedRevision).toBe(0);
  expect(await new ScheduleSync(database, client, taskQueue).sync(id)).toMatchObject({ outcome: 'created' });
  await away.connection.close();
});
