import { z } from 'zod';
import { id, timestamp, timeZoneQuery } from '../common/schemas.js';
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
    next: z
      .array(
        z.object({
          automationId: id,
          name: z.string(),
          at: timestamp,
          timeZone: z.string(),
          scheduleText: z.string(),
        }),
      )
      .meta({ description: 'The next occurrence of each of the automations that are due soonest, at most 10' }),
    attention: z
      .object({
        uncertain: z.array(z.object({ runId: id, title: z.string(), count })).meta({
          description: 'Runs with deliveries that wait for a decision',
        }),
        failedRuns: z
          .array(
            z.object({
              runId: id,
              title: z.string(),
              reason: z.string().nullable(),
              finishedAt: timestamp.nullable(),
            }),
          )
          .meta({ description: 'Runs that failed in the last seven days and have not been retried' }),
        missed: z.array(z.object({ automationId: id, name: z.string(), count })).meta({
          description:
            'Automations with occurrences of the last seven days that did not run and have not been run since',
        }),
        senders: z
          .array(z.object({ senderId: id, name: z.string(), message: z.string(), runId: id, at: timestamp }))
          .meta({ description: 'Senders that cannot send, and a run that waits for each' }),
        outOfSync: z
          .array(z.object({ automationId: id, name: z.string(), error: z.string().nullable() }))
          .meta({ description: 'Automations that Temporal does not show as they are' }),
      })
      .meta({
        id: 'Attention',
        description: 'What needs eyes as things stand now, at most twenty of each; it goes when its cause does',
      }),
    running: z.array(run).meta({ description: 'Runs that are not final, newest first, at most 50' }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.output<typeof overview>;
