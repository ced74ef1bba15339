import { z } from 'zod';
import { timestamp, timeZoneQuery } from '../common/schemas.js';
import { run } from '../runs/schemas.js';

export const overviewQuery = z.strictObject({
  timeZone: timeZoneQuery.meta({ description: 'Where today begins' }),
});

const count = z.number().int();
export const overview = z
  .object({
    total: count.meta({ description: 'Automations' }),
    active: count.meta({ description: 'Automations that are not paused' }),
    completedToday: count.meta({ description: 'Runs that completed today' }),
    failedToday: count,
    sentToday: count.meta({ description: 'Mails sent by runs that ended today or are going on' }),
    nextRunAt: timestamp.nullable().meta({ description: 'The next occurrence of any automation' }),
    uncertain: count.meta({ description: 'Deliveries that wait for a decision' }),
    unreadNotifications: count,
    running: z.array(run).meta({ description: 'Runs that are not final, newest first, at most 50' }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.output<typeof overview>;
