import { z } from 'zod';
import { id, idParam, timestamp, timestampInput, timeZoneQuery } from '../common/schemas.js';

const count = z.number().int();
export const ends = {
  sent: count,
  failed: count,
  skipped: count,
  cancelled: count,
  uncertain: count.meta({ description: 'Accepted or not: it waits for a decision' }),
};

const endCounts = z.object(ends).meta({ id: 'EndCounts', description: 'How many deliveries came to each end' });

export const statisticsQuery = z.strictObject({
  by: z.enum(['hour', 'day', 'sender', 'state']).default('day').meta({ description: 'What the items are' }),
  from: timestampInput.optional().meta({ description: 'Default: a day before `to` by hour, 30 days otherwise' }),
  to: timestampInput.optional().meta({
    description: 'Exclusive. Default: now. At most 31 days after `from` by hour, 400 days otherwise',
  }),
  timeZone: timeZoneQuery.meta({ description: 'Where hours and days begin' }),
  automationId: idParam.optional(),
  campaignId: idParam.optional(),
  senderId: idParam.optional(),
});
export type StatisticsQuery = z.output<typeof statisticsQuery>;

const common = {
  from: timestamp.meta({ description: '`from`, set back to the beginning of its hour, day or quarter of an hour' }),
  to: timestamp.meta({ description: '`to`, put forward to the end of its hour, day or quarter of an hour' }),
  timeZone: z.string(),
  asOf: timestamp.meta({
    description: 'What happened until then is counted; a run that goes on is counted once a minute or more often',
  }),
  total: endCounts,
};

const senderEnds = z
  .object({
    senderId: id.nullable().meta({ description: 'null: no sender had handled them' }),
    name: z.string().nullable(),
    ...ends,
  })
  .meta({ id: 'SenderEnds' });

export const statistics = z
  .discriminatedUnion('by', [
    z.object({
      by: z.literal('hour'),
      ...common,
      items: z.array(z.object({ at: timestamp, ...ends })).meta({ description: 'Each hour, empty ones too' }),
    }),
    z.object({
      by: z.literal('day'),
      ...common,
      items: z
        .array(z.object({ day: z.iso.date().meta({ description: 'In `timeZone`' }), at: timestamp, ...ends }))
        .meta({ description: 'Each day, empty ones too' }),
    }),
    z.object({
      by: z.literal('sender'),
      ...common,
      items: z.array(senderEnds).meta({ description: 'Those that handled anything, the largest first' }),
    }),
    z.object({
      by: z.literal('state'),
      ...common,
      items: z.array(z.object({ state: z.enum(['sent', 'failed', 'skipped', 'cancelled', 'uncertain']), count })),
    }),
  ])
  .meta({ id: 'Statistics' });
export type Statistics = z.output<typeof statistics>;

export const runStatistics = z
  .object({
    runId: id,
    asOf: timestamp.meta({ description: 'When the deliveries were counted' }),
    from: timestamp,
    to: timestamp,
    pointSeconds: count.meta({ description: 'Seconds of one point: as short as at most 301 points allow' }),
    points: z.array(z.object({ at: timestamp, ...ends })).meta({
      description:
        'What became of deliveries in the `pointSeconds` from `at` on; points without any are left out. What is decided after the end of the run is in its last point',
    }),
    total: endCounts,
    senders: z.array(senderEnds),
  })
  .meta({ id: 'RunStatistics' });
export type RunStatistics = z.output<typeof runStatistics>;
