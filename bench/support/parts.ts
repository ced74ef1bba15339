import type { Child } from '../../src/embedded/childProcess.js';
import type { Stage } from '../../test/support/stage.js';
import { processUse } from './processUse.js';

/** The processes of a stage by part; a Temporal server that is not ours is none. */
export type Parts = Readonly<Record<string, readonly Child[]>>;

export function partsOf(stage: Stage<{ address: string; child?: Child }>): Parts {
  return {
    worker: stage.workers.map((w) => w.child),
    api: [stage.api.child],
    ...(stage.temporal.child ? { temporal: [stage.temporal.child] } : {}),
    postgresql: [stage.postgres.child],
  };
}

/** CPU time since its making, and the most memory that `look` has seen. */
export class PartsWatch {
  private readonly cpuBefore: Record<string, number>;
  /** By part, bytes. */
  readonly peak: Record<string, number> = {};

  constructor(private readonly parts: Parts) {
    this.cpuBefore = this.sum('cpuMs');
  }

  /** Resident memory now, by part, bytes. */
  look(): Record<string, number> {
    const now = this.sum('rss');
    for (const [name, rss] of Object.entries(now)) this.peak[name] = Math.max(this.peak[name] ?? 0, rss);
    return now;
  }

  /** Milliseconds of CPU since the watch began, by part. */
  cpuMs(): Record<string, number> {
    const now = this.sum('cpuMs');
    return Object.fromEntries(Object.entries(now).map(([name, ms]) => [name, ms - (this.cpuBefore[name] ?? 0)]));
  }

  private sum(what: 'cpuMs' | 'rss'): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.parts).map(([name, children]) => [
        name,
        children.reduce((sum, child) => sum + processUse(child.pid)[what], 0),
      ]),
    );
  }
}

/** Bytes by part as MiB. */
export function inMiB(bytes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(bytes).map(([name, b]) => [name, b / 2 ** 20]));
}
