import { setTimeout as delay } from 'node:timers/promises';
import {
  type Client,
  type ScheduleDescription,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
} from '@temporalio/client';
import { automationScheduleId } from '../domain/ids.js';
import { type DesiredAutomation, readAutomation } from '../ledger/automations/readAutomation.js';
import { enableAutomation, recordSync } from '../ledger/automations/writeAutomation.js';
import type { Database } from '../ledger/database.js';
import { notify } from '../ledger/notifications.js';
import { desiredSchedule, newSchedule, shows } from './automationSchedule.js';

/**
 * What a sync did. `drifted` says that the automation was in sync before, so that somebody else changed or deleted its Schedule; `paused` that the Schedule
 * was found paused. `failed` carries the reason; the automation then stays `inSync: false` and the reconciler tries again.
 */
export type SyncOutcome =
  | { outcome: 'unchanged' | 'deleted' | 'adopted' }
  | { outcome: 'created'; drifted: boolean }
  | { outcome: 'updated'; drifted: boolean; paused: boolean }
  | { outcome: 'failed'; error: string };

/** How often the server is asked whether it shows an update, and how often the update is sent again when it does not. */
const readBacks = [20, 50, 100, 200, 400, 800, 1600];
const resends = 3;
/** Syncs at once in a process; each holds a database connection for its lock. */
const concurrency = 4;

/**
 * Brings an automation's Schedule to what its row wants: the row is the desired state, the Schedule is derived.
 *
 * Guarantees: one writer per automation, over all processes (an advisory lock on one connection); one update carries everything; it is read
 * back until the server shows it and sent again when it does not, as the server's scheduler can drop one of two commands without a word
 * (measured: 19 of 20 tries). Calls for the same automation are merged: whoever waits gets the state of the last row.
 */
export class ScheduleSync {
  private readonly pending = new Map<string, Promise<SyncOutcome>>();
  private readonly running = new Map<string, Promise<SyncOutcome>>();
  private readonly slots: (() => void)[] = [];
  private active = 0;

  constructor(
    private readonly database: Database,
    private readonly client: Client,
    private readonly taskQueue: string,
  ) {}

  /** Never rejects for a reason of Temporal's: an outage is an outcome. Rejects when the ledger is away. */
  sync(automationId: string): Promise<SyncOutcome> {
    const queued = this.pending.get(automationId);
    if (queued) return queued;
    const next = this.syncAfter(this.running.get(automationId), automationId);
    this.pending.set(automationId, next);
    return next;
  }

  private async syncAfter(before: Promise<SyncOutcome> | undefined, automationId: string): Promise<SyncOutcome> {
    // Whoever calls while a sync runs may have written after it read: one more sync serves them all.
    await before?.catch(() => undefined);
    await this.takeSlot();
    const mine = this.pending.get(automationId);
    this.pending.delete(automationId);
    if (mine) this.running.set(automationId, mine);
    try {
      return await this.syncAlone(automationId);
    } finally {
      this.releaseSlot();
      if (this.running.get(automationId) === mine) this.running.delete(automationId);
    }
  }

  private async takeSlot(): Promise<void> {
    if (this.active < concurrency) {
      this.active++;
      return;
    }
    await new Promise<void>((resolve) => this.slots.push(resolve));
  }

  private releaseSlot(): void {
    const next = this.slots.shift();
    if (next) next();
    else this.active--;
  }

  private async syncAlone(automationId: string): Promise<SyncOutcome> {
    const lock = await this.database.pool.connect();
    let broken: Error | undefined;
    try {
      await lock.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [automationScheduleId(automationId)]);
      const automation = await readAutomation(lock, automationId);
      if (!automation) return { outcome: 'unchanged' };
      try {
        if (automation.deleted) {
          const outcome = await this.remove(automationId);
          await recordSync(lock, automationId, automation.revision, null);
          return { outcome };
        }
        const { outcome, revision } = await this.apply(automation);
        await recordSync(lock, automationId, revision, null);
        return outcome;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        await recordSync(lock, automationId, automation.revision, message);
        return { outcome: 'failed', error: message };
      }
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      // A connection in doubt is destroyed: its session ends and the lock with it.
      if (!broken) {
        await lock
          .query(`SELECT pg_advisory_unlock(hashtextextended($1, 0))`, [automationScheduleId(automationId)])
          .catch((error: Error) => (broken = error));
      }
      lock.release(broken);
    }
  }

  private async apply(automation: DesiredAutomation): Promise<{ outcome: SyncOutcome; revision: number }> {
    const { revision } = automation;
    const drifted = automation.syncedRevision === revision;
    const handle = this.client.schedule.getHandle(automationScheduleId(automation.id));
    const present = await describe(() => handle.describe());
    if (present && shows(present, automation, this.taskQueue)) return { outcome: { outcome: 'unchanged' }, revision };
    if (present && automation.enabled && pausedByFailure(present)) {
      // The server paused it because a run failed, as the policy asks: the row follows, and people are told.
      await enableAutomation(this.database, automation.id, false);
      await notify(this.database.pool, {
        kind: 'automation-paused',
        severity: 'warning',
        message: `Automation "${automation.name}" was paused because a run failed: ${present.state.note ?? ''}`,
        automationId: automation.id,
        dedupeKey: `automation-paused/${automation.id}/${revision}`,
      });
      const adopted = await readAutomation(this.database.pool, automation.id);
      return {
        outcome: { outcome: 'adopted' },
        revision: adopted ? (await this.apply(adopted)).revision : revision,
      };
    }

    for (let attempt = 0; attempt < resends; attempt++) {
      if (!present && attempt === 0) {
        try {
          await this.client.schedule.create(newSchedule(automation, this.taskQueue));
        } catch (error) {
          if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        }
      } else {
        await handle.update(() => desiredSchedule(automation, this.taskQueue) as never);
      }
      for (const waitMs of readBacks) {
        const shown = await describe(() => handle.describe());
        if (shown && shows(shown, automation, this.taskQueue)) {
          const outcome: SyncOutcome = present
            ? { outcome: 'updated', drifted, paused: present.state.paused }
            : { outcome: 'created', drifted };
          return { outcome, revision };
        }
        await delay(waitMs);
      }
    }
    throw new Error(`Temporal does not show revision ${revision} of the Schedule after ${resends} updates`);
  }

  private async remove(automationId: string): Promise<'deleted' | 'unchanged'> {
    const handle = this.client.schedule.getHandle(automationScheduleId(automationId));
    if (!(await describe(() => handle.describe()))) return 'unchanged';
    for (let attempt = 0; attempt < resends; attempt++) {
      try {
        await handle.delete();
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
      for (const waitMs of readBacks) {
        if (!(await describe(() => handle.describe()))) return 'deleted';
        await delay(waitMs);
      }
    }
    throw new Error(`Temporal still shows the Schedule after ${resends} deletions`);
  }
}

async function describe(call: () => Promise<ScheduleDescription>): Promise<ScheduleDescription | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

/** The server's own note after pause-on-failure; it overwrites ours. */
function pausedByFailure(description: ScheduleDescription): boolean {
  return description.state.paused && /paused due to workflow/i.test(description.state.note ?? '');
}
