import { DeterminismViolationError } from '@temporalio/workflow';
import { expect, it } from 'vitest';
import { replay, storedHistories, textsOf } from '../support/histories.js';

const histories = storedHistories();

it('has a history of every way through a workflow', () => {
  expect(histories.map((h) => h.name)).toEqual(
    expect.arrayContaining([
      'campaignRun-completed-after-deferral',
      'campaignRun-continued-1-first',
      'campaignRun-continued-2-last',
      'campaignRun-duplicate',
      'campaignRun-failed',
      'campaignRun-paused-resumed',
      'campaignRun-sender-fault',
      'campaignRun-stopped',
      'dailyDigest-completed',
      'reconcile',
      'webhookDelivery-one-refused',
    ]),
  );
});

it.each(histories)('the present workflows go on with an execution begun before: $name', async (stored) => {
  await replay(stored);
});

it.each(histories)('the history holds no address and no content: $name', ({ history }) => {
  const texts = textsOf(history);
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => /@|example\.com|sender\.example|Dear |Hello |<p>|<html/.test(text))).toEqual([]);
});

it('notices a workflow that takes another step than before', async () => {
  const { name, history } = structuredClone(histories.find((h) => h.name === 'campaignRun-completed-after-deferral')!);
  const scheduled = history.events.find((e) => e.eventType === 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED')!;
  (scheduled['activityTaskScheduledEventAttributes'] as { activityType: { name: string } }).activityType.name =
    'closeRun';
  await expect(replay({ name, history })).rejects.toThrow(DeterminismViolationError);
});
