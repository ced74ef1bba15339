/** A sender's limits as this estimate sees them; null means none. */
export interface RateLimits {
  perSecond: number | null;
  perMinute: number | null;
  perHour: number | null;
  perDay: number | null;
}

const windows = [
  ['perSecond', 1],
  ['perMinute', 60],
  ['perHour', 3600],
  ['perDay', 86_400],
] as const;

/** Beyond this nobody plans: ten years, in seconds. */
const longest = 10 * 365 * 86_400;

/**
 * The least time, in seconds, that limits leave for `mails` over several idle senders that share the work: each window may be filled once at its
 * beginning. 0 when a sender has no limit; null when it would take more than ten years, or there is no sender.
 */
export function leastSendingSeconds(mails: number, senders: readonly RateLimits[]): number | null {
  if (mails <= 0) return 0;
  if (senders.length === 0 || capacity(longest, senders) < mails) return null;
  let low = 0;
  let high = longest;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (capacity(middle, senders) >= mails) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many mails the senders may have handed over `seconds` after the first. */
function capacity(seconds: number, senders: readonly RateLimits[]): number {
  return senders.reduce((sum, limits) => {
    const most = windows.map(([name, length]) => {
      const limit = limits[name];
      return limit === null ? Infinity : limit * (Math.floor(seconds / length) + 1);
    });
    return sum + Math.min(...most);
  }, 0);
}
