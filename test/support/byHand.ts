import type { ScheduleHandle } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Pauses a Schedule as somebody would in the Temporal Web UI. The server's scheduler can drop a command that comes right behind another without a word,
 * so it is sent again until the Schedule shows it.
 */
export async function pauseByHand(handle: ScheduleHandle): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    await handle.pause('by hand');
    for (const waitMs of [20, 50, 100, 200, 400, 800]) {
      if ((await handle.describe()).state.paused) return;
      await delay(waitMs);
    }
  }
  throw new Error(`The Schedule ${handle.scheduleId} does not show that it is paused`);
}
