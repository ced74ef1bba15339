import { Context } from '@temporalio/activity';

/**
 * Heartbeats while a step is under way, so that Temporal gives it to another worker soon after this one has died, and not before. A local activity has
 * none: its workflow task tells.
 */
export async function whileBeating<T>(step: () => Promise<T>): Promise<T> {
  const activity = Context.current();
  if (activity.info.isLocal) return step();
  const timer = setInterval(() => activity.heartbeat(), 3_000);
  try {
    return await step();
  } finally {
    clearInterval(timer);
  }
}
