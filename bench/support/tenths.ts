/** Mails a second over the first and the last tenth of all mails, and the last over the first. */
export interface Tenths {
  firstPerSecond: number;
  lastPerSecond: number;
  ratio: number;
}

/**
 * Whether the rate is steady, from counts of mails in each step of `stepSeconds`; within a step mails are taken as evenly spread. Null where
 * a tenth is shorter than four steps: nothing can be said then.
 */
export function tenths(counts: readonly number[], stepSeconds: number): Tenths | null {
  const total = counts.reduce((a, b) => a + b, 0);
  const first = timeOf(counts, total * 0.1) * stepSeconds;
  // The last step is only as long as its mails came at the pace of the one before.
  const before = counts[counts.length - 2] ?? 0;
  const end =
    (counts.length - 1 + Math.min(1, before > 0 ? (counts[counts.length - 1] ?? 0) / before : 1)) * stepSeconds;
  const last = end - timeOf(counts, total * 0.9) * stepSeconds;
  if (Math.min(first, last) < stepSeconds * 4) return null;
  const [firstPerSecond, lastPerSecond] = [(total * 0.1) / first, (total * 0.1) / last];
  return { firstPerSecond, lastPerSecond, ratio: lastPerSecond / firstPerSecond };
}

/** When so many mails were there, in steps. */
function timeOf(counts: readonly number[], mails: number): number {
  let sum = 0;
  for (const [i, count] of counts.entries()) {
    if (sum + count >= mails) return i + (count > 0 ? (mails - sum) / count : 0);
    sum += count;
  }
  return counts.length;
}
