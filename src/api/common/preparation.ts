import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { problemFromError } from './problemFromError.js';
import { unavailable } from './problems.js';

/** Between two attempts, in milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/**
 * What a process does to the database before it can answer anything from it (migrations, the first key). The process listens meanwhile, so that whoever
 * asks hears why there is no answer yet.
 */
export class Preparation {
  /** Why it is not done; null when it is. */
  pending: string | null = 'the database is being prepared';

  /** For an application whose database is ready. */
  static readonly done = Object.assign(new Preparation(), { pending: null });

  /**
   * Does `work` until it succeeds; as long as PostgreSQL cannot be reached it is tried again, a few seconds apart. Answers undefined when `signal` stopped it.
   * @throws what `work` throws for any other reason.
   */
  async complete<T>(work: () => Promise<T>, logger: Logger, signal: AbortSignal): Promise<T | undefined> {
    for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        const result = await work();
        this.pending = null;
        return result;
      } catch (error) {
        if (problemFromError(error).type !== 'unavailable') throw error;
        const { message, code } = error as Error & { code?: unknown };
        this.pending = message || String(code);
        logger.warn(
          { reason: this.pending, againInMs: pause },
          'PostgreSQL cannot be used; requests are answered 503 until it can',
        );
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}

/** The routes that answer from the database; by their pattern, as the address of a request can be written in many ways. */
const needsDatabase = /^\/(api\/v1|u)\//;

/** Answers 503 to whatever needs the database as long as it is not prepared. Must be registered before the authentication. */
export function registerPreparation(fastify: FastifyInstance, preparation: Preparation): void {
  fastify.addHook('onRequest', async (request) => {
    if (preparation.pending === null || !needsDatabase.test(request.routeOptions.url ?? '')) return;
    throw unavailable('PostgreSQL', 'The server is starting, and waits for PostgreSQL.');
  });
}
