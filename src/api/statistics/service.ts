import { Inject, Injectable } from '@nestjs/common';
import { dayBounds, hourBounds, quarterBounds } from '../../domain/timeBuckets.js';
import { formatLocal, toLocal } from '../../domain/timeZone.js';
import type { Database } from '../../ledger/database.js';
import { countedStates } from '../../ledger/statistics/countRun.js';
import {
  noEnds,
  readBySender,
  readByTime,
  readRunBySender,
  readRunCurve,
  type Ends,
} from '../../ledger/statistics/readStatistics.js';
import { StatisticsRefresher } from '../../ledger/statistics/refreshStatistics.js';
import { notFound, Problem } from '../common/problems.js';
import { DATABASE } from '../common/tokens.js';
import type { RunStatistics, Statistics, StatisticsQuery } from './schemas.js';

const day = 86_400;
const longest = { hour: 31 * day, day: 400 * day, sender: 400 * day, state: 400 * day };
const usual = { hour: day, day: 30 * day, sender: 30 * day, state: 30 * day };

/** How long an answer may wait for runs that go on to be counted, in milliseconds. */
const patienceMs = 3_000;

/** What became of deliveries, for charts. Reads sums that are counted when a run ends; of runs that go on at most once a second. */
@Injectable()
export class StatisticsService {
  private readonly refresher: StatisticsRefresher;
  private refreshing: Promise<Date> | undefined;

  constructor(@Inject(DATABASE) private readonly database: Database) {
    this.refresher = new StatisticsRefresher(database);
  }

  async read(query: StatisticsQuery): Promise<Statistics> {
    const { by, timeZone, automationId, campaignId, senderId } = query;
    const to = seconds(query.to ?? new Date());
    const from = query.from ? seconds(query.from) : Math.max(0, to - usual[by]);
    if (to < from) throw outside('Must not be earlier than from');
    if (to - from > longest[by]) throw outside(`Must be at most ${longest[by] / day} days after from, by ${by}`);
    const bounds =
      by === 'hour'
        ? hourBounds(timeZone, from, to)
        : by === 'day'
          ? dayBounds(timeZone, from, to)
          : quarterBounds(from, to);
    const asOf = await this.refreshed();
    const dates = bounds.map((at) => new Date(at * 1000));
    const [first, last] = [dates[0] as Date, dates.at(-1) as Date];
    const filter = { from: first, to: last, automationId, campaignId, senderId };
    const common = { from: first.toISOString(), to: last.toISOString(), timeZone, asOf: asOf.toISOString() };
    const { pool } = this.database;
    if (by === 'sender') {
      const items = await readBySender(pool, filter);
      return { by, ...common, total: sum(items), items: items.map(({ id, ...rest }) => ({ senderId: id, ...rest })) };
    }
    const sums = await readByTime(pool, dates, filter);
    const total = sum(sums);
    if (by === 'state') {
      return { by, ...common, total, items: countedStates.map((state) => ({ state, count: total[state] })) };
    }
    const items = sums.map((ends, i) => ({ at: (dates[i] as Date).toISOString(), ...ends }));
    if (by === 'hour') return { by, ...common, total, items };
    const dayOf = (at: string) => formatLocal(toLocal(timeZone, seconds(new Date(at)))).slice(0, 10);
    return { by, ...common, total, items: items.map((item) => ({ day: dayOf(item.at), ...item })) };
  }

  /** @throws Problem 404. */
  async ofRun(runId: string): Promise<RunStatistics> {
    const { pool } = this.database;
    const { rows } = await pool.query<{ created_at: Date }>(`SELECT created_at FROM runs WHERE id = $1`, [runId]);
    const run = rows[0];
    if (!run) throw notFound('run', runId);
    await this.refresher.run(runId);
    const curve = (await readRunCurve(pool, runId)) ?? {
      countedAt: new Date(),
      from: run.created_at,
      to: run.created_at,
      pointSeconds: 1,
      points: [],
    };
    const senders = await readRunBySender(pool, runId);
    return {
      runId,
      asOf: curve.countedAt.toISOString(),
      from: curve.from.toISOString(),
      to: curve.to.toISOString(),
      pointSeconds: curve.pointSeconds,
      points: curve.points.map(({ at, ...ends }) => ({ at: at.toISOString(), ...ends })),
      total: sum(curve.points),
      senders: senders.map(({ id, ...rest }) => ({ senderId: id, ...rest })),
    };
  }

  /** However many ask at once, they share one look at all runs. */
  private refreshed(): Promise<Date> {
    this.refreshing ??= this.refresher.all(patienceMs).finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

function sum(items: readonly Ends[]): Ends {
  const total = noEnds();
  for (const item of items) for (const state of countedStates) total[state] += item[state];
  return total;
}

function outside(message: string): Problem {
  return new Problem('invalid-parameter', `to: ${message}.`, { errors: [{ parameter: 'to', message }] });
}
