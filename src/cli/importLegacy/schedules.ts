import { v7 as uuidv7 } from 'uuid';
import { defaultPolicy } from '../../domain/policy.js';
import { checkSchedule } from '../../domain/schedule/check.js';
import { insertAutomationRow } from '../../ledger/automations/writeAutomation.js';
import type { FileStep } from './fileStep.js';
import { asSchedule } from './mapping.js';
import { scheduleShape } from './shapes.js';
import { oneLine } from './text.js';

/** `scheduled_campaigns.json`: paused automations. */
export async function importSchedules(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['scheduled_campaigns', 'schedules']), async (record) => {
    const legacy = step.reading(scheduleShape, record);
    if (!legacy) return;
    const legacyId = record.id ?? `${legacy.campaign}/${legacy.type}/${legacy.time}`;
    const what = `campaign ${legacy.campaign}, ${legacy.type}`;
    if (step.isDone(record, 'automation', legacyId, what)) return;
    const [campaignId] = await step.living('campaigns', 'campaign', [legacy.campaign]);
    if (campaignId === undefined) {
      step.skip(record, what, 'Its campaign was not imported', 'Import the campaign first, and import again');
      return;
    }
    const mapped = asSchedule(legacy, step.options.timeZone);
    if (!mapped.ok) {
      step.skip(record, what, mapped.reason, 'Create the automation by hand');
      return;
    }
    if (mapped.schedule.type === 'once' && legacy.runs > 0) {
      step.skip(record, what, `It has run (${legacy.lastRun ?? 'at some time'})`, 'Nothing');
      return;
    }
    const [never] = checkSchedule(mapped.schedule, new Date());
    if (never) {
      step.skip(record, what, never.message, 'Create an automation with a time to come if it is still wanted');
      return;
    }
    const { rows } = await step.client.query<{ name: string }>(`SELECT name FROM campaigns WHERE id = $1`, [
      campaignId,
    ]);
    const id = uuidv7();
    await insertAutomationRow(step.client, id, {
      name: oneLine(`${rows[0]?.name.slice(0, 180)} (${legacy.type})`, 200),
      campaignId,
      workflowType: null,
      workflowInput: null,
      schedule: mapped.schedule,
      policy: defaultPolicy,
      enabled: false,
    });
    await step.remember('automation', legacyId, id);
    step.report.imported++;
    step.state.report.paused++;
    for (const { reason, todo } of mapped.remarks) step.remark(record, what, reason, todo);
  });
}
