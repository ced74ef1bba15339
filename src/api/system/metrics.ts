import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../../ledger/database.js';
import { DATABASE } from '../common/tokens.js';

/** The metrics of this API process, in a registry of its own, so that several applications live in one process (tests). */
@Injectable()
export class MetricsService {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'oncemail_http_request_duration_seconds',
    help: 'Duration of requests by route pattern, method and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor(@Inject(DATABASE) database: Database) {
    collectDefaultMetrics({ register: this.registry });
    const pool = database.pool;
    new Gauge({
      name: 'oncemail_pg_connections',
      help: 'Connections of this process to PostgreSQL',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    });
    new Gauge({
      name: 'oncemail_open_runs',
      help: 'Runs that are not final, by status',
      labelNames: ['status'],
      registers: [this.registry],
      async collect() {
        this.reset();
        const statuses = `'preparing','sending','waiting','paused'`;
        try {
          const { rows } = await pool.query<{ status: string; n: number }>(
            `SELECT status, count(*)::int AS n FROM runs WHERE status IN (${statuses}) GROUP BY status`,
          );
          for (const row of rows) this.set({ status: row.status }, row.n);
        } catch {
          // A scrape still answers what this process knows while PostgreSQL is away; /readyz says that it is.
          this.reset();
        }
      },
    });
  }

  /** Times every request; the label is the route's pattern, never an address with IDs in it. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', async (request, reply) => {
      this.requests.observe(
        { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) },
        reply.elapsedTime / 1000,
      );
    });
  }
}
