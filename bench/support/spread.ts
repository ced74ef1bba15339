/** How values are spread; all in the unit of the values. NaN where there are none. */
export interface Spread {
  p50: number;
  p95: number;
  max: number;
}

/** The value below or at which `fraction` of the values lie (nearest rank). */
export function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), max: quantile(sorted, 1) };
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
