import type { Database } from '../database.js';

/** So many answers in a row that come so much later than expected, milliseconds, say that the server's clock was set back. */
const stepMs = 250;
const stepSamples = 20;

/**
 * The database's clock as this process sees it, on the scale of performance.now(), milliseconds. The clocks of several machines differ, the
 * database has one; slots are times of that one. An answer arrives after the server read its clock, never before, so the smallest
 * difference seen is the best (as NTP filters its samples); it may grow by 0.01 ms a sample, to follow a clock that drifts. A clock that is set back is
 * followed, too: by its old time every slot would have passed.
 */
class ServerClock {
  private offset = Infinity;
  private late = 0;
  private leastLate = Infinity;

  /** Learns from an answer that has just arrived and carries the server's time. */
  observe(serverMs: number): void {
    const difference = performance.now() - serverMs;
    if (difference > this.offset + stepMs) {
      this.leastLate = Math.min(this.leastLate, difference);
      if (++this.late < stepSamples) return;
      this.offset = this.leastLate;
    }
    this.offset = Math.min(this.offset + 0.01, difference);
    this.late = 0;
    this.leastLate = Infinity;
  }

  /** The local time at which the server's clock shows `serverMs`. */
  toLocal(serverMs: number): number {
    return serverMs + this.offset;
  }
}

const clocks = new WeakMap<Database, Promise<ServerClock>>();

/** The clock of a database; one a process, made at its first use from five samples, as the first answer of a connection is late. */
export function serverClock(database: Database): Promise<ServerClock> {
  let clock = clocks.get(database);
  if (!clock) {
    clock = calibrate(database);
    clocks.set(database, clock);
    clock.catch(() => clocks.delete(database));
  }
  return clock;
}

async function calibrate(database: Database): Promise<ServerClock> {
  const clock = new ServerClock();
  for (let sample = 0; sample < 5; sample++) {
    const { rows } = await database.pool.query<{ now_ms: number }>(
      `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`,
    );
    clock.observe((rows[0] as { now_ms: number }).now_ms);
  }
  return clock;
}
