import { Inject, Injectable } from '@nestjs/common';
import { nextOccurrences } from '../../domain/schedule/occurrences.js';
import type { ScheduleSpec } from '../../domain/schedule/spec.js';
import { scheduleInWords } from '../../domain/schedule/words.js';
import { startOfDay } from '../../domain/timeBuckets.js';
import { readAttention } from '../../ledger/attention.js';
import type { Database } from '../../ledger/database.js';
import { DATABASE } from '../common/tokens.js';
import { RunsService } from '../runs/service.js';
import type { Overview } from './schemas.js';

/** Most open runs that the overview shows. */
const mostRunning = 50;
/** Most occurrences to come that the overview shows. */
const mostNext = 10;

/** The figures of the dashboard. */
@Injectable()
export class OverviewService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(RunsService) private readonly runs: RunsService,
  ) {}

  /** `timeZone` says when today begins. */
  async read(timeZone: string): Promise<Overview> {
    const { pool } = this.database;
    const today = new Date(startOfDay(timeZone, Math.floor(Date.now() / 1000)) * 1000);
    const [automations, ended, open, sums, attention] = await Promise.all([
      pool.query<{ id: string; name: string; enabled: boolean; schedule: ScheduleSpec }>(
        `SELECT id, name, enabled, schedule FROM automations WHERE deleted_at IS NULL`,
      ),
      pool.query<{ completed: number; failed: number; sent: number }>(
        `SELECT count(*) FILTER (WHERE status = 'completed')::int AS completed, count(*) FILTER (WHERE status = 'failed')::int AS failed,
                coalesce(sum((SELECT sum(c.sent) FROM chunks c WHERE c.run_id = r.id)), 0)::int AS sent
           FROM runs r WHERE finished_at >= $1`,
        [today],
      ),
      pool.query<{ id: string }>(
        `SELECT id FROM runs WHERE status IN ('preparing', 'sending', 'waiting', 'paused') ORDER BY id DESC LIMIT $1`,
        [mostRunning],
      ),
      pool.query<{ unread: number; uncertain: number }>(
        `SELECT (SELECT count(*)::int FROM notifications WHERE read_at IS NULL) AS unread,
                (SELECT coalesce(sum(c.uncertain), 0)::int FROM chunks c WHERE c.uncertain > 0) AS uncertain`,
      ),
      readAttention(pool),
    ]);
    const active = automations.rows.filter((a) => a.enabled);
    const now = new Date();
    const next = active
      .flatMap((a) => nextOccurrences(a.schedule, now, 1).map(({ at }) => ({ automation: a, at })))
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .slice(0, mostNext);
    const running = await this.runs.byIds(open.rows.map((r) => r.id));
    return {
      total: automations.rows.length,
      active: active.length,
      completedToday: ended.rows[0]?.completed ?? 0,
      failedToday: ended.rows[0]?.failed ?? 0,
      sentToday: (ended.rows[0]?.sent ?? 0) + running.reduce((sum, r) => sum + r.counts.sent, 0),
      nextRunAt: next[0]?.at.toISOString() ?? null,
      uncertain: sums.rows[0]?.uncertain ?? 0,
      unreadNotifications: sums.rows[0]?.unread ?? 0,
      next: next.map(({ automation, at }) => ({
        automationId: automation.id,
        name: automation.name,
        at: at.toISOString(),
        timeZone: automation.schedule.timeZone,
        scheduleText: scheduleInWords(automation.schedule),
      })),
      attention: {
        ...attention,
        failedRuns: attention.failedRuns.map((r) => ({ ...r, finishedAt: r.finishedAt?.toISOString() ?? null })),
        senders: attention.senders.map((s) => ({ ...s, at: s.at.toISOString() })),
      },
      running: running.sort((a, b) => (a.id < b.id ? 1 : -1)),
    };
  }
}
