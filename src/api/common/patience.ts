import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';

/** How long an answer waits for Temporal to follow the ledger, in milliseconds. */
const patienceMs = 4000;

/**
 * Lets Temporal follow what the ledger has accepted, within a few seconds. When it does not, the answer is given all the same: the ledger holds
 * what was accepted, and the reconciler has Temporal do it. Answers undefined then.
 * Errors of the ledger itself are thrown.
 */
export async function followUp<T>(
  client: Client,
  logger: Logger,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  const following = client.connection.withDeadline(Date.now() + patienceMs, work).catch((error: unknown) => {
    if (!isTemporalError(error)) throw error;
    logger.warn({ err: error }, `${what}: Temporal does not follow yet; the reconciler sees to it`);
    return undefined;
  });
  try {
    const result = await Promise.race([following, late]);
    following.catch((error: unknown) => logger.warn({ err: error }, `${what} failed after the answer was given`));
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** gRPC errors carry a numeric code and details; the SDK wraps them in errors whose cause they are. */
function isTemporalError(error: unknown): boolean {
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if ('details' in e && 'code' in e && typeof e.code === 'number') return true;
  }
  return false;
}
