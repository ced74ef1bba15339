import { resolveLocal, toLocal } from './timeZone.js';

/** Seconds of the shortest interval that statistics know: offsets of time zones are multiples of it, so hours and days are too. */
export const quarterHour = 900;
const hour = 3600;
const day = 86_400;

/** The instant (in seconds) at which the local day of an instant begins: midnight, or the first instant after it where the clocks skip midnight. */
export function startOfDay(zone: string, at: number): number {
  return localMidnight(zone, floor(toLocal(zone, at), day));
}

/** The instants at which local days begin, from that of `from` to the first that is not before `to`. */
export function dayBounds(zone: string, from: number, to: number): number[] {
  const bounds: number[] = [];
  // A zone that skips a whole day (Pacific/Apia, 30 December 2011) answers the same instant twice.
  for (let local = floor(toLocal(zone, from), day); ; local += day) {
    const at = localMidnight(zone, local);
    if (at !== bounds.at(-1)) bounds.push(at);
    if (at >= to && bounds.length > 1) return bounds;
  }
}

/** The instants at which hours of the local clock begin, from that of `from` to the first that is not before `to`. A repeated hour stands twice. */
export function hourBounds(zone: string, from: number, to: number): number[] {
  const startOfHour = (at: number) => at - (((toLocal(zone, at) % hour) + hour) % hour);
  const bounds = [startOfHour(from)];
  for (;;) {
    const last = bounds.at(-1) as number;
    if (last >= to && bounds.length > 1) return bounds;
    // Clocks that change by half an hour (Australia/Lord_Howe) make one hour shorter or longer.
    const next = startOfHour(last + hour);
    bounds.push(next > last ? next : startOfHour(last + hour + hour / 2));
  }
}

/** The quarters of an hour around a span. */
export function quarterBounds(from: number, to: number): [from: number, to: number] {
  const first = floor(from, quarterHour);
  return [first, Math.max(first + quarterHour, Math.ceil(to / quarterHour) * quarterHour)];
}

function floor(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

function localMidnight(zone: string, local: number): number {
  const found = resolveLocal(zone, local);
  return found.kind === 'unique' ? found.at : found.kind === 'repeated' ? found.first : found.transition.at;
}
