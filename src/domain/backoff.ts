/** How often a delivery that the server defers (4xx) is attempted before it counts as failed. */
export const maxAttempts = 10;

/**
 * How long a deferred delivery waits before attempt `attempts + 1`, in milliseconds: 10 s, then four times longer each time, at most an hour,
 * spread by up to a fifth so that a deferred thousand does not return as one wave. RFC 5321 section 4.5.4.1 asks for at least 30 minutes
 * between attempts only in general and allows for short first retries, which greylisting needs. `random` is in [0, 1).
 */
export function deferralMs(attempts: number, random: number): number {
  const base = Math.min(10_000 * 4 ** Math.max(0, attempts - 1), 3_600_000);
  return Math.round(base * (1 + 0.2 * random));
}

/** How long a run waits before it tries a sender again that refused it `failures` times in a row, in milliseconds: 5 s to 5 min. */
export function senderRetryMs(failures: number): number {
  return Math.min(5_000 * 2 ** Math.max(0, failures - 1), 300_000);
}

/**
 * How long a delivery in doubt waits until its provider is asked again, milliseconds: 2 s, then three times longer each time, at most ten minutes,
 * spread by up to a fifth. `random` is in [0, 1).
 */
export function doubtRetryMs(attempts: number, random: number): number {
  const base = Math.min(2_000 * 3 ** Math.max(0, attempts - 1), 600_000);
  return Math.round(base * (1 + 0.2 * random));
}
