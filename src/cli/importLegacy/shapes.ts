import { z } from 'zod';
import { unstorable } from '../../api/common/jsonBody.js';
import { rename, type JsonObject } from './records.js';

/** The records of the old manager: under which names their fields are read, and what they must be. */

/** Texts, and numbers where a text is meant. */
const text = z.union([z.string(), z.number()]).transform(String);
const number = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^\d+(\.\d+)?$/, 'Must be a number')
    .transform(Number),
]);
const yes = z.union([
  z.boolean(),
  z.number().transform((n) => n !== 0),
  z
    .string()
    .transform((s) => s.trim().toLowerCase())
    .pipe(z.enum(['true', 'false', 'yes', 'no', '1', '0', 'on', 'off', 'ssl', 'tls', 'starttls', 'none']))
    .transform((s) => !['false', 'no', '0', 'off', 'none'].includes(s)),
]);
const reference = z.union([z.number(), z.string().trim().min(1)]).transform(String);
const references = z.union([z.array(reference), reference.transform((one) => [one])]);

interface Shape<T extends z.ZodType> {
  names: Record<string, readonly string[]>;
  schema: T;
}
const shape = <T extends z.ZodType>(names: Record<string, readonly string[]>, schema: T): Shape<T> => ({
  names,
  schema,
});

const limitNames = {
  enabled: ['enabled'],
  perSecond: ['emails_per_second', 'per_second', 'second_quota'],
  perMinute: ['emails_per_minute', 'per_minute', 'minute_quota'],
  perHour: ['emails_per_hour', 'per_hour', 'hourly_limit', 'hourly_quota'],
  perDay: ['emails_per_day', 'per_day', 'daily_limit', 'daily_quota'],
  wait: ['wait_time_between_emails', 'delay_between_emails', 'delay'],
};

export const limitsShape = shape(
  limitNames,
  z.object({
    enabled: yes.default(true),
    perSecond: number.optional(),
    perMinute: number.optional(),
    perHour: number.optional(),
    perDay: number.optional(),
    wait: number.optional(),
  }),
);
export type LegacyLimits = z.output<typeof limitsShape.schema>;

/** An SMTP account: of accounts.json, or the one of smtp_config.json. */
export const accountShape = shape(
  {
    name: ['name', 'account_name', 'label', 'title'],
    enabled: ['enabled'],
    host: ['smtp_host', 'smtp_server', 'smtp.host', 'smtp.server', 'host', 'server'],
    port: ['smtp_port', 'smtp.port', 'port'],
    username: ['smtp_username', 'smtp_user', 'smtp.username', 'smtp.user', 'username', 'user', 'login'],
    password: ['smtp_password', 'smtp_pass', 'smtp.password', 'smtp.pass', 'app_password', 'password'],
    ssl: ['use_ssl', 'smtp_ssl', 'smtp.use_ssl', 'ssl'],
    tls: ['use_tls', 'smtp_tls', 'smtp.use_tls', 'starttls', 'tls'],
    security: ['security', 'encryption', 'smtp.security', 'smtp_security'],
    fromEmail: ['from_email', 'sender_email', 'email', 'from', 'email_address'],
    fromName: ['from_name', 'sender_name', 'display_name'],
    replyTo: ['reply_to'],
    limits: ['rate_limits', 'rate_limit', 'limits'],
    cookies: ['cookies'],
    ...Object.fromEntries(Object.entries(limitNames).flatMap(([k, v]) => (k === 'enabled' ? [] : [[k, v]]))),
  },
  z.object({
    name: text.optional(),
    enabled: yes.default(true),
    host: z.string().trim().optional(),
    port: number.optional(),
    username: text.optional(),
    password: text.optional(),
    ssl: yes.optional(),
    tls: yes.optional(),
    security: z.string().optional(),
    fromEmail: z.string().optional(),
    fromName: text.optional(),
    replyTo: z.string().optional(),
    limits: z.record(z.string(), z.unknown()).optional(),
    cookies: z.unknown().optional(),
    perSecond: number.optional(),
    perMinute: number.optional(),
    perHour: number.optional(),
    perDay: number.optional(),
    wait: number.optional(),
  }),
);
export type LegacyAccount = z.output<typeof accountShape.schema>;

export const listShape = shape(
  {
    name: ['name', 'list_name', 'title'],
    description: ['description', 'notes'],
    geography: ['geography', 'geo', 'country', 'region'],
    isp: ['isp', 'provider'],
    file: ['filename', 'file_name', 'file', 'file_path', 'path'],
    emails: ['emails', 'recipients', 'contacts'],
  },
  z.object({
    name: text,
    description: text.default(''),
    geography: text.default(''),
    isp: text.default(''),
    file: z.string().optional(),
    emails: z.array(z.union([z.string(), z.looseObject({ email: z.string(), name: z.string().nullish() })])).optional(),
  }),
);
export type LegacyList = z.output<typeof listShape.schema>;

export const templateShape = shape(
  {
    name: ['name', 'template_name', 'title'],
    subject: ['subject'],
    html: ['html', 'html_content', 'body_html', 'content', 'body', 'message'],
    text: ['text', 'text_content', 'plain_text'],
  },
  z.object({ name: text, subject: text, html: text, text: text.optional() }),
);

export const campaignShape = shape(
  {
    name: ['name', 'campaign_name', 'title'],
    subject: ['subject', 'email_subject'],
    message: ['message', 'html', 'html_content', 'body', 'content'],
    accounts: ['account_ids', 'accounts', 'account_id', 'account', 'smtp_account_id'],
    lists: ['data_list_ids', 'data_list_id', 'list_ids', 'list_id', 'data_list'],
    template: ['template_id', 'template'],
    customTemplate: ['use_custom_template'],
    fromName: ['from_name', 'sender_name'],
    limits: ['rate_limits'],
    startLine: ['start_line'],
    status: ['status'],
    sent: ['total_sent', 'sent_count', 'sent'],
    tests: ['test_after_config'],
  },
  z.object({
    name: text,
    subject: text.optional(),
    message: text.optional(),
    accounts: references.default([]),
    lists: references.default([]),
    template: text.optional(),
    customTemplate: yes.default(true),
    fromName: text.optional(),
    limits: z.record(z.string(), z.unknown()).optional(),
    startLine: number.default(1),
    status: z.string().optional(),
    sent: number.default(0),
    tests: z.looseObject({ enabled: yes.optional() }).optional(),
  }),
);
export type LegacyCampaign = z.output<typeof campaignShape.schema>;

export const scheduleShape = shape(
  {
    campaign: ['campaign_id', 'campaign'],
    type: ['schedule_type', 'type', 'frequency', 'repeat'],
    time: ['schedule_time', 'scheduled_time', 'scheduled_at', 'start_time', 'datetime'],
    minutes: ['repeat_interval', 'interval_minutes', 'interval'],
    enabled: ['enabled', 'is_active', 'active'],
    lastRun: ['last_run'],
    runs: ['total_runs', 'run_count'],
    timeZone: ['timezone', 'time_zone', 'tz'],
  },
  z.object({
    campaign: reference,
    type: z
      .string()
      .transform((s) => s.trim().toLowerCase())
      .pipe(z.enum(['once', 'daily', 'weekly', 'monthly', 'custom']))
      .default('once'),
    time: z.string(),
    minutes: number.optional(),
    enabled: yes.default(true),
    lastRun: z.string().optional(),
    runs: number.default(0),
    timeZone: z.string().optional(),
  }),
);
export type LegacySchedule = z.output<typeof scheduleShape.schema>;

export const userShape = shape(
  {
    name: ['name', 'full_name', 'username', 'user_name'],
    email: ['email', 'email_address'],
    role: ['role'],
    active: ['is_active', 'active', 'enabled'],
    permissions: ['permissions'],
  },
  z.object({
    name: text.optional(),
    email: z.string(),
    role: z.string().default('user'),
    active: yes.default(true),
    permissions: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  }),
);
export type LegacyUser = z.output<typeof userShape.schema>;

export const bounceShape = shape(
  {
    email: ['email', 'recipient', 'address'],
    reason: ['reason', 'bounce_reason', 'message', 'details'],
    kind: ['bounce_type', 'type', 'status'],
    at: ['timestamp', 'bounced_at', 'date', 'created_at'],
  },
  z.object({ email: z.string(), reason: text.default(''), kind: z.string().default(''), at: z.string().optional() }),
);

export const notificationShape = shape(
  {
    message: ['message', 'text', 'title'],
    type: ['type', 'level', 'category'],
    at: ['timestamp', 'created_at', 'date'],
    read: ['read', 'is_read', 'seen'],
  },
  z.object({ message: text, type: z.string().default('info'), at: z.string().optional(), read: yes.default(false) }),
);

/** Something about a field, with its pointer below the record. */
interface FieldFinding {
  pointer: string;
  message: string;
}

/** What a record is read as, with what had to be left out of its texts; or what is wrong with it. */
export type Reading<T> = { ok: true; value: T; mended: FieldFinding[] } | { ok: false; problems: FieldFinding[] };

/** Fields that name something: left as they are, since with a character less they would name something else. */
const exact = new Set([
  'email',
  'fromEmail',
  'replyTo',
  'host',
  'username',
  'password',
  'file',
  'campaign',
  'template',
]);

/**
 * Reads a record by its shape. Fields it does not know are left alone. What PostgreSQL cannot store in a text (NUL, unpaired surrogates) is taken out of
 * it rather than that the record is lost: it has no meaning in any of them.
 */
export function read<T extends z.ZodType>({ names, schema }: Shape<T>, record: JsonObject): Reading<z.output<T>> {
  const { fields, at } = rename(record, names);
  const mended: FieldFinding[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const message = typeof value === 'string' && !exact.has(name) ? unstorable(value) : undefined;
    if (message === undefined) continue;
    fields[name] = (value as string).toWellFormed().replace(/[\0\uFFFD]/g, '');
    mended.push({ pointer: at(name), message });
  }
  const parsed = schema.safeParse(fields);
  if (parsed.success) return { ok: true, value: parsed.data, mended };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => ({
      pointer:
        at(String(issue.path[0] ?? '')) +
        issue.path
          .slice(1)
          .map((p) => `/${String(p)}`)
          .join(''),
      message:
        issue.code === 'invalid_type' && fields[String(issue.path[0])] === undefined ? 'is missing' : issue.message,
    })),
  };
}
