import { Inject, Injectable } from '@nestjs/common';
import type { Client } from '@temporalio/client';
import type { Database } from '../../ledger/database.js';
import type { Preparation } from '../common/preparation.js';
import { DATABASE, PREPARATION, TEMPORAL } from '../common/tokens.js';

export interface PartState {
  ok: boolean;
  /** What is wrong; absent when nothing is. */
  reason?: string;
  milliseconds: number;
}

export interface Readiness {
  status: 'ready' | 'not-ready';
  parts: { postgres: PartState; temporal: PartState };
}

const patienceMs = 3000;

/** Asks each part the API needs whether it answers, within three seconds. */
@Injectable()
export class ReadinessService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(PREPARATION) private readonly preparation: Preparation,
  ) {}

  async check(): Promise<Readiness> {
    const [postgres, temporal] = await Promise.all([
      probe(async () => {
        await this.database.pool.query('SELECT 1');
        if (this.preparation.pending !== null) throw new Error(this.preparation.pending);
      }),
      probe(() =>
        this.temporal.connection.withDeadline(Date.now() + patienceMs, () =>
          this.temporal.workflowService.describeNamespace({ namespace: this.temporal.options.namespace }),
        ),
      ),
    ]);
    return { status: postgres.ok && temporal.ok ? 'ready' : 'not-ready', parts: { postgres, temporal } };
  }
}

async function probe(ask: () => Promise<unknown>): Promise<PartState> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      ask(),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
      }),
    ]);
    return { ok: true, milliseconds: Math.round(performance.now() - started) };
  } catch (error) {
    const { message, code } = error as Error & { code?: unknown };
    return { ok: false, reason: message || String(code), milliseconds: Math.round(performance.now() - started) };
  } finally {
    clearTimeout(timer);
  }
}
