import { v7 as uuidv7 } from 'uuid';
import { senderInput } from '../../api/senders/schemas.js';
import type { FileStep } from './fileStep.js';
import { asLimits, smtpSecurity } from './mapping.js';
import { isObject, UnreadableCollection, type JsonObject, type LegacyRecord } from './records.js';
import { accountShape, limitsShape, read, type LegacyAccount } from './shapes.js';
import { issues, oneLine } from './text.js';

export const createSender = 'Create a sender for it, and import again with --sender and its ID';

/** `rate_limit_config.json`: the limits of senders that have none of their own. */
export function importRateLimits(step: FileStep, json: unknown): void {
  if (!isObject(json)) throw new UnreadableCollection('The file holds no object.');
  const record: LegacyRecord = { id: null, pointer: '', value: json };
  const limits = step.reading(limitsShape, record);
  if (!limits) return;
  step.state.limits = asLimits(limits);
  step.report.imported = 1;
  step.report.remarks.push({
    pointer: '',
    what: 'limits',
    reason:
      'They held for each user of the old manager; here they become the limits of each sender that has none of its own',
    todo: 'Look at the limits of the senders. Bursts and cooldowns have no counterpart: mails are spread evenly',
  });
}

/** `smtp_config.json`: one sender, which also stands in for accounts that cannot be imported. */
export async function importSmtpConfig(step: FileStep, json: unknown): Promise<void> {
  if (!isObject(json)) throw new UnreadableCollection('The file holds no object.');
  const record: LegacyRecord = { id: 'smtp_config', pointer: '', value: json };
  const account = step.reading(accountShape, record);
  if (!account) return;
  if (!account.enabled) {
    step.skip(record, 'smtp_config', 'It is not enabled', 'Create a sender by hand if you want to use it');
    return;
  }
  const name = account.name ?? account.fromName ?? 'SMTP';
  await step.each([record], () => importSender(step, 'smtp_config', name, account, record));
}

/** `accounts.json`: a sender for each SMTP account. */
export async function importAccounts(step: FileStep, json: unknown): Promise<void> {
  await step.each(step.records(json, ['accounts', 'smtp_accounts']), async (record) => {
    const account = step.reading(accountShape, record);
    if (!account) return;
    const name = account.name ?? account.fromEmail ?? account.username ?? `Account ${record.id ?? ''}`;
    if (account.host === undefined) {
      const reason = account.cookies
        ? 'It is a session of a mail account in a browser (cookies), with which only the old manager could send'
        : 'It names no SMTP server';
      step.skip(record, name, reason, createSender);
      return;
    }
    await importSender(step, record.id ?? `name:${name}`, name, account, record);
  });
}

async function importSender(
  step: FileStep,
  legacyId: string,
  name: string,
  account: LegacyAccount,
  record: LegacyRecord,
): Promise<void> {
  if (step.isDone(record, 'sender', legacyId, name)) return;
  const security = smtpSecurity(account);
  const own = read(limitsShape, { ...account.limits, ...definedLimits(account) });
  const ownLimits = own.ok ? asLimits(own.value) : {};
  const parsed = senderInput.safeParse({
    name: oneLine(name, 200),
    fromName: oneLine(account.fromName ?? name, 200),
    fromEmail: account.fromEmail ?? account.username ?? '',
    replyTo: account.replyTo ?? null,
    smtp: {
      host: account.host ?? '',
      port: account.port ?? (security === 'tls' ? 465 : 587),
      security,
      username: account.username ?? null,
    },
    limits: Object.keys(ownLimits).length > 0 ? ownLimits : step.state.limits,
  });
  if (!parsed.success) {
    step.skip(record, name, issues(parsed.error), createSender);
    return;
  }
  const input = parsed.data;
  if (!('smtp' in input)) return;
  const id = uuidv7();
  const password = account.password !== undefined && account.username !== undefined ? account.password : undefined;
  await step.client.query(
    `INSERT INTO senders (id, name, from_name, from_email, reply_to, transport, smtp_host, smtp_port, smtp_security, smtp_username,
                          smtp_password_encrypted, max_connections, limit_per_second, limit_per_minute, limit_per_hour, limit_per_day)
     VALUES ($1, $2, $3, $4, $5, 'smtp', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      input.name,
      input.fromName,
      input.fromEmail,
      input.replyTo ?? null,
      input.smtp.host,
      input.smtp.port,
      input.smtp.security,
      input.smtp.username ?? null,
      password === undefined ? null : step.state.secrets.encrypt(password, id),
      input.maxConnections,
      input.limits.perSecond ?? null,
      input.limits.perMinute ?? null,
      input.limits.perHour ?? null,
      input.limits.perDay ?? null,
    ],
  );
  await step.remember('sender', legacyId, id);
  step.report.imported++;
  if (password === undefined && account.username !== undefined) {
    step.remark(record, name, 'It has a user name and no password', 'Set the password of the sender');
  }
}

function definedLimits(account: LegacyAccount): JsonObject {
  const { perSecond, perMinute, perHour, perDay, wait } = account;
  const named = {
    per_second: perSecond,
    per_minute: perMinute,
    per_hour: perHour,
    per_day: perDay,
    wait_time_between_emails: wait,
  };
  return Object.fromEntries(Object.entries(named).filter(([, n]) => n !== undefined));
}
