/** Times as people read them; a zone is always said. English throughout, as the app is. */

/** The zone of the reader's device. */
export const readersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

type Style = 'full' | 'time' | 'date';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, style: Style, year: boolean): Intl.DateTimeFormat {
  const key = `${zone} ${style} ${String(year)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      ...(style === 'time'
        ? {}
        : { weekday: 'short', day: 'numeric', month: 'short', ...(year ? { year: 'numeric' } : {}) }),
      ...(style === 'date' ? {} : { hour: '2-digit', minute: '2-digit' }),
    });
    formats.set(key, made);
  }
  return made;
}

/** `Tue, 24 Nov, 09:00` in a zone, with the year when it is not this one. The zone is to be said beside it. */
export function formatInstant(at: string | Date, zone = readersZone, style: Style = 'full', now = Date.now()): string {
  const date = new Date(at);
  const year = date.getUTCFullYear() !== new Date(now).getUTCFullYear();
  return format(zone, style, year).format(date);
}

/** The zone's short name at a time, as `EET` or `GMT+2`. */
export function zoneName(at: string | Date, zone = readersZone): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts(new Date(at));
  return parts.find((p) => p.type === 'timeZoneName')?.value ?? zone;
}

/** Whether two zones show the same clock at a time. */
export function sameClock(at: string | Date, a: string, b: string): boolean {
  return a === b || format(a, 'full', true).format(new Date(at)) === format(b, 'full', true).format(new Date(at));
}

/** The reader's clock at a time that is shown in another zone beside it: `13:30 EET`, with the day where it is another one there. */
export function readersTime(at: string | Date, zone: string): string {
  const sameDay = formatInstant(at, zone, 'date') === formatInstant(at, readersZone, 'date');
  return `${formatInstant(at, readersZone, sameDay ? 'time' : 'full')} ${zoneName(at)}`;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `in 3 minutes`, `2 days ago`, `now`. */
export function formatRelative(at: string | Date, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  if (Math.abs(seconds) < 2) return 'now';
  const [unit, size] = units.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** `850 ms`, `12 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** A clock that runs down: `00:04:31`, with days before it when there are some. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor((seconds % 86_400) / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
    .map(two)
    .join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}

const whole = new Intl.NumberFormat('en');

/** `12,345`. */
export function formatCount(count: number): string {
  return whole.format(count);
}
