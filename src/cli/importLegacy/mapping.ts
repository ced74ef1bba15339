import type { ScheduleSpec, ScheduleSpecInput } from '../../domain/schedule/spec.js';
import { scheduleSpecSchema } from '../../domain/schedule/spec.js';
import { instantOf } from '../../domain/schedule/dateTime.js';
import { formatLocal, toLocal } from '../../domain/timeZone.js';
import type { Role } from '../../ledger/schema.js';
import type { LegacyAccount, LegacyLimits, LegacySchedule, LegacyUser } from './shapes.js';

/** How records of the old manager become ours. Pure: what cannot be decided here (IDs, what exists) is the importer's. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const tag = /<\/?[a-z][^>]*>/i;

/** The variables that the old templates may have named, by what they are here. */
const variables: Record<string, string> = {
  name: 'contact.name',
  full_name: 'contact.name',
  email: 'contact.email',
  email_address: 'contact.email',
};

/**
 * Text of the old manager as Liquid. It knew no template language, so `{{ name }}` and the like are taken for what they were meant to be, and
 * everything else that Liquid would act on is kept as it stands. Answers the names that became variables.
 */
export function asLiquid(source: string): { liquid: string; named: string[]; kept: boolean } {
  const named = new Set<string>();
  let kept = false;
  const liquid = source.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{\{|\{%/g, (found) => {
    const name = /^\{\{\s*([a-z][a-z0-9_]{0,60})\s*\}\}$/i.exec(found)?.[1];
    if (name !== undefined) {
      named.add(name);
      return `{{ ${variables[name.toLowerCase()] ?? `contact.attributes.${name}`} }}`;
    }
    kept = true;
    return found.replace(/\{[{%]/g, (open) => `{{ "${open}" }}`);
  });
  return { liquid, named: [...named], kept };
}

/** A message as HTML: as it is when it has tags, otherwise its paragraphs and lines. */
export function asHtml(message: string): string {
  if (tag.test(message)) return message;
  return message
    .replace(/[&<>]/g, (c) => entities[c] as string)
    .split(/\r?\n\s*\r?\n/)
    .map((paragraph) => `<p>${paragraph.trim().replace(/\r?\n/g, '<br>\n')}</p>`)
    .join('\n');
}

export type SenderLimits = Partial<Record<'perSecond' | 'perMinute' | 'perHour' | 'perDay', number>>;

/** Limits of a sender. A wait between mails becomes the number that fits a minute, or a second if several fit one. */
export function asLimits(limits: LegacyLimits): SenderLimits {
  if (!limits.enabled) return {};
  const whole = (n: number | undefined) => (n === undefined || n < 1 ? undefined : Math.min(1_000_000, Math.floor(n)));
  const least = (a: number | undefined, b: number | undefined) =>
    a === undefined ? b : b === undefined ? a : Math.min(a, b);
  const wait = limits.wait !== undefined && limits.wait > 0 ? limits.wait : undefined;
  const found = {
    perSecond: least(whole(limits.perSecond), wait !== undefined && wait <= 1 ? whole(1 / wait) : undefined),
    perMinute: least(whole(limits.perMinute), wait !== undefined && wait > 1 ? (whole(60 / wait) ?? 1) : undefined),
    perHour: whole(limits.perHour),
    perDay: whole(limits.perDay),
  };
  return Object.fromEntries(Object.entries(found).filter(([, n]) => n !== undefined));
}

/** How an account connects. Port 465 speaks TLS from the first byte (RFC 8314 section 3.3), whatever the old flags say. */
export function smtpSecurity(account: LegacyAccount): 'none' | 'starttls' | 'tls' {
  const word = account.security?.trim().toLowerCase();
  if (account.port === 465 || account.ssl === true || word === 'ssl') return 'tls';
  if (word === 'starttls') return 'starttls';
  if (word === 'tls') return 'starttls';
  if (word === 'none' || account.tls === false) return 'none';
  return 'starttls';
}

/**
 * The role of a user: administrators stay that; who may change anything becomes operator; the rest may look. The old permissions were finer (a user saw
 * what was theirs); here everybody who signs in sees everything.
 */
export function roleOf(user: LegacyUser): Role {
  const role = user.role.trim().toLowerCase();
  if (['admin', 'administrator', 'superuser', 'superadmin', 'owner'].includes(role)) return 'admin';
  if (['viewer', 'readonly', 'read_only', 'guest'].includes(role)) return 'viewer';
  const permissions = Array.isArray(user.permissions)
    ? user.permissions
    : Object.entries(user.permissions).flatMap(([name, on]) => (on ? [name] : []));
  const changes = permissions.some((p) => !/^(view|read|see)[_-]/i.test(p));
  return changes || ['operator', 'manager', 'editor'].includes(role) ? 'operator' : 'viewer';
}

/** A schedule, and what is different about it; or why it cannot be one. */
export type MappedSchedule =
  { ok: true; schedule: ScheduleSpec; remarks: { reason: string; todo: string }[] } | { ok: false; reason: string };

/**
 * The schedule of an automation. The old manager wrote the local time of its server, without a zone: `timeZone` says which. It moved a schedule
 * on from the moment of its last run, so runs drifted; here they keep the time they were set to.
 */
export function asSchedule(legacy: LegacySchedule, defaultZone: string): MappedSchedule {
  const timeZone = legacy.timeZone ?? defaultZone;
  const parsed = scheduleSpecSchema.safeParse({ type: 'once', at: legacy.time, timeZone });
  if (!parsed.success) {
    return { ok: false, reason: `The time ${legacy.time} cannot be read: ${parsed.error.issues[0]?.message}` };
  }
  const once = parsed.data as ScheduleSpec & { type: 'once' };
  const local = formatLocal(toLocal(once.timeZone, instantOf(once.at, once.timeZone)));
  const [date, clock] = local.split('T') as [string, string];
  const time = clock.slice(0, 8);
  const remarks: { reason: string; todo: string }[] = [];
  let input: ScheduleSpecInput;
  switch (legacy.type) {
    case 'once':
      return { ok: true, schedule: once, remarks };
    case 'daily':
      input = { type: 'daily', time, timeZone };
      break;
    case 'weekly':
      input = { type: 'weekly', daysOfWeek: [new Date(`${date}T00:00:00Z`).getUTCDay()], time, timeZone };
      break;
    case 'monthly': {
      const day = Number(date.slice(8, 10));
      input = { type: 'monthly', dayOfMonth: day === 31 ? 'last' : day, time, timeZone };
      remarks.push({
        reason: `"Monthly" was every 30 days; it is ${day === 31 ? 'the last day' : `day ${day}`} of each month now${day === 29 || day === 30 ? ', and months without that day are left out' : ''}`,
        todo:
          day === 29 || day === 30 ? 'Choose "last" to run in every month' : 'Change the schedule if that is not meant',
      });
      break;
    }
    case 'custom':
      if (legacy.minutes === undefined) return { ok: false, reason: 'A custom schedule has no repeat_interval' };
      input = { type: 'interval', everyMinutes: Math.round(legacy.minutes), timeZone, startAt: once.at };
  }
  const mapped = scheduleSpecSchema.safeParse(input);
  if (mapped.success) return { ok: true, schedule: mapped.data, remarks };
  return { ok: false, reason: mapped.error.issues.map((i) => i.message).join('; ') };
}

/** An instant that the old manager wrote, in its server's zone when it has no offset; undefined when it cannot be read. */
export function asInstant(written: string | undefined, timeZone: string): Date | undefined {
  if (written === undefined) return undefined;
  const parsed = scheduleSpecSchema.safeParse({ type: 'once', at: written, timeZone });
  if (!parsed.success) return undefined;
  const once = parsed.data as ScheduleSpec & { type: 'once' };
  return new Date(instantOf(once.at, once.timeZone) * 1000);
}
