/**
 * Cron expressions of five fields: minute, hour, day of month, month, day of week.
 *
 * A field is a star, a value, a range `a-b`, any of these with a step (a slash and a number; a value with a step runs to the end of
 * the field), or a list of these with commas. Months and weekdays also have their English names; Sunday is 0 or 7. `L` in the day of
 * month is the month's last day; `?` means a star. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` stand for five fields.
 *
 * Days follow POSIX (crontab: if both day of month and day of week are restricted, either matches) in the reading of Vixie cron and
 * its heirs: a field that begins with a star restricts nothing by itself, so with "every second day" in one of them both have to match.
 */
export interface CronFields {
  /** Ascending, without repetition; so are the others. */
  minutes: number[];
  hours: number[];
  /** Days of the month by number. */
  daysOfMonth: number[];
  /** True when the month's last day is named as well (`L`). */
  lastDayOfMonth: boolean;
  months: number[];
  /** 0 is Sunday. */
  daysOfWeek: number[];
  /** True when a day matches by its number or by its weekday; otherwise it has to match by both. */
  eitherDay: boolean;
  /**
   * True when the hours follow real time instead of naming local times of day: an item of the hour field steps over the whole day (a
   * star or `0-23`, or `0`, with or without a step) and yields at least two hours. "Every sixth hour" is free; `0,6,12,18` is fixed.
   */
  freeHours: boolean;
}

/** A cron expression that cannot be read; the message says what to write instead. */
export class CronError extends Error {
  override name = 'CronError';
}

interface FieldRule {
  title: string;
  min: number;
  max: number;
  names?: readonly string[];
  /** The number of the first name. */
  firstName?: number;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fullMonthNames = 'january february march april may june july august september october november december'.split(
  ' ',
);
const fullDayNames = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

const fieldRules: readonly [FieldRule, FieldRule, FieldRule, FieldRule, FieldRule] = [
  { title: 'minute', min: 0, max: 59 },
  { title: 'hour', min: 0, max: 23 },
  { title: 'day of month', min: 1, max: 31 },
  { title: 'month', min: 1, max: 12, names: monthNames, firstName: 1 },
  { title: 'day of week', min: 0, max: 7, names: dayNames, firstName: 0 },
];

const macros: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * The one way an expression is stored: five fields with one space between them, macros written out, names as three capital letters,
 * `?` as `*`.
 * @throws CronError when the expression cannot be read.
 */
export function canonicalCron(text: string): string {
  const fields = splitFields(text).map((field) =>
    field
      .replace(/[A-Za-z]+/g, (word) => {
        const lower = word.toLowerCase();
        const full = fullMonthNames.includes(lower) || fullDayNames.includes(lower);
        return (full ? lower.slice(0, 3) : lower).toUpperCase();
      })
      .replace(/^\?$/, '*'),
  );
  const canonical = fields.join(' ');
  parseCron(canonical);
  return canonical;
}

/**
 * Reads an expression.
 * @throws CronError naming the field and what it may hold.
 */
export function parseCron(text: string): CronFields {
  const fields = splitFields(text) as [string, string, string, string, string];
  const [minuteRule, hourRule, dayOfMonthRule, monthRule, dayOfWeekRule] = fieldRules;
  const minutes = parseField(fields[0], minuteRule);
  const hours = parseField(fields[1], hourRule);
  const dayItems = fields[2].split(',');
  const numberedDays = dayItems.filter((item) => item.toUpperCase() !== 'L');
  const daysOfMonth = numberedDays.length === 0 ? [] : parseField(numberedDays.join(','), dayOfMonthRule).values;
  const daysOfWeek = parseField(fields[4], dayOfWeekRule).values.map((d) => d % 7);
  return {
    minutes: minutes.values,
    hours: hours.values,
    daysOfMonth,
    lastDayOfMonth: numberedDays.length < dayItems.length,
    months: parseField(fields[3], monthRule).values,
    daysOfWeek: ascending(daysOfWeek),
    eitherDay: isRestricted(fields[2]) && isRestricted(fields[4]),
    freeHours: hours.free,
  };
}

function isRestricted(field: string): boolean {
  return !/^[*?]/.test(field);
}

function splitFields(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) {
    const macro = macros[trimmed.toLowerCase()];
    if (macro !== undefined) return macro.split(' ');
    if (/^@every\b/i.test(trimmed)) {
      throw new CronError('@every is not part of a cron expression: use a schedule of type interval with everyMinutes');
    }
    throw new CronError(
      `${trimmed} is not known: use five fields, or one of @hourly, @daily, @weekly, @monthly, @yearly`,
    );
  }
  if (/^(CRON_)?TZ=/i.test(trimmed)) {
    throw new CronError('The time zone belongs in the field timeZone, not in the cron expression');
  }
  const fields = trimmed === '' ? [] : trimmed.split(/\s+/);
  if (fields.length !== 5) {
    const hint =
      fields.length === 6 || fields.length === 7
        ? ' Fields for seconds and years are not supported: leave them out'
        : ' For example "30 9 * * MON-FRI"';
    throw new CronError(
      `A cron expression has five fields (minute, hour, day of month, month, day of week), this one has ${fields.length}.${hint}`,
    );
  }
  return fields;
}

function parseField(text: string, rule: FieldRule): { values: number[]; free: boolean } {
  const values: number[] = [];
  let free = false;
  for (const item of text.split(',')) {
    const { start, end, step } = parseItem(item, rule);
    let count = 0;
    for (let value = start; value <= end; value += step) {
      values.push(value);
      count += 1;
    }
    if (start === rule.min && end === rule.max && count >= 2) free = true;
  }
  return { values: ascending(values), free };
}

function parseItem(item: string, rule: FieldRule): { start: number; end: number; step: number } {
  const fail = (what: string): never => {
    throw new CronError(`The ${rule.title} field cannot hold "${item}": ${what}`);
  };
  const parts = item.split('/');
  const range = parts[0] as string;
  if (item === '') fail('an entry between the commas is empty');
  if (parts.length > 2) fail('it has more than one step');
  let step = 1;
  if (parts[1] !== undefined) {
    step = /^\d{1,4}$/.test(parts[1]) ? Number(parts[1]) : 0;
    if (step < 1) fail('a step is a whole number from 1 on');
  }
  // Sunday's second number is a name for the first, not a day of its own: a step over the whole week ends on Saturday.
  const top = rule.title === 'day of week' ? 6 : rule.max;
  if (range === '*' || range === '?') return { start: rule.min, end: top, step };
  const bounds = range.split('-');
  if (bounds.length > 2) fail('a range has two ends');
  const start = parseValue(bounds[0] as string, rule, fail);
  if (bounds[1] === undefined) return { start, end: parts[1] === undefined ? start : Math.max(start, top), step };
  let end = parseValue(bounds[1], rule, fail);
  if (end === 0 && start > 0 && rule.title === 'day of week') end = 7;
  if (end < start) {
    fail(`the range runs backwards; write it as two, such as ${start}-${rule.max},${rule.min}-${end}`);
  }
  return { start, end, step };
}

function parseValue(text: string, rule: FieldRule, fail: (what: string) => never): number {
  const lower = text.toLowerCase();
  const full = rule.title === 'month' ? fullMonthNames : fullDayNames;
  const name = rule.names ? Math.max(rule.names.indexOf(lower), full.indexOf(lower)) : -1;
  if (name >= 0) return name + (rule.firstName ?? 0);
  if (!/^\d{1,2}$/.test(text)) {
    if (/[LW#]/i.test(text)) {
      return fail('of L, W and # only L alone, as the last day of the month, is supported');
    }
    return fail(
      rule.names
        ? `use ${rule.min}-${rule.max} or names such as ${rule.names[1]?.toUpperCase()}`
        : `use ${rule.min}-${rule.max}`,
    );
  }
  const value = Number(text);
  if (value < rule.min || value > rule.max) fail(`use ${rule.min}-${rule.max}`);
  return value;
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
