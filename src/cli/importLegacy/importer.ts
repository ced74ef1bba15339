import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { generateToken, hashToken } from '../../api/auth/tokens.js';
import { campaignInput } from '../../api/campaigns/schemas.js';
import { listInput } from '../../api/lists/schemas.js';
import { senderInput } from '../../api/senders/schemas.js';
import { templateInput } from '../../api/templates/schemas.js';
import { parseAddress } from '../../domain/address.js';
import { contactReader } from '../../domain/csv/contactRows.js';
import { detectLayout, UnreadableFile } from '../../domain/csv/layout.js';
import { csvLine } from '../../domain/csv/write.js';
import { defaultPolicy } from '../../domain/policy.js';
import { checkSchedule } from '../../domain/schedule/check.js';
import { insertAutomationRow } from '../../ledger/automations/writeAutomation.js';
import { transaction, type Database } from '../../ledger/database.js';
import { mergeImport } from '../../ledger/imports/mergeImport.js';
import { readImport } from '../../ledger/imports/readImport.js';
import { ImportFailed, receiveImport } from '../../ledger/imports/receiveImport.js';
import { suppress } from '../../ledger/suppressions.js';
import type { SecretBox } from '../../mail/secrets.js';
import { compileContent, TemplateSyntaxError } from '../../mail/template.js';
import {
  asHtml,
  asInstant,
  asLimits,
  asLiquid,
  asSchedule,
  roleOf,
  smtpSecurity,
  type SenderLimits,
} from './mapping.js';
import { CannotImport } from './cannotImport.js';
import { isObject, readJson, recordsIn, UnreadableCollection, type JsonObject, type LegacyRecord } from './records.js';
import { fileReport, type FileReport, type LegacyReport } from './report.js';
import {
  accountShape,
  bounceShape,
  campaignShape,
  limitsShape,
  listShape,
  notificationShape,
  read,
  scheduleShape,
  templateShape,
  userShape,
  type LegacyAccount,
  type LegacyList,
} from './shapes.js';

export interface ImportOptions {
  directory: string;
  /** Does everything and takes it back. */
  dryRun: boolean;
  /** The time zone of the old manager's server. */
  timeZone: string;
  /** A sender for campaigns whose accounts cannot be imported. */
  senderId?: string | undefined;
  /** Makes invitations for imported users who have no password. */
  invite: boolean;
  /** Tells several old managers apart. */
  source: string;
  publicUrl: string;
}

/**
 * Imports the files of the old manager from a directory, in an order in which what is named is there already.
 *
 * - Each file is one transaction: all of its records, or none when something unexpected happens; files before it stay imported.
 * - A record is imported once (`legacy_records`). Repeating the import adds what was skipped or new, and leaves alone what people have changed since.
 * - Nothing is mailed: automations are paused, and no run is started.
 *
 * @throws CannotImport
 */
export async function importLegacy(
  database: Database,
  secrets: SecretBox,
  options: ImportOptions,
): Promise<LegacyReport> {
  const there = await stat(options.directory).catch(() => null);
  if (!there?.isDirectory()) throw new CannotImport(`${options.directory} is not a directory.`);
  const { rows } = await database.pool.query<{ there: boolean }>(
    `SELECT to_regclass('legacy_records') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) throw new CannotImport('The database is not up to date: run "oncemail migrate" first.');
  const lock = await database.pool.connect();
  try {
    // Two imports at once would both find a record not yet imported.
    await lock.query(`SELECT pg_advisory_lock(hashtext('oncemail import-legacy'))`);
    return await new LegacyImport(database, secrets, options).run();
  } finally {
    await lock.query(`SELECT pg_advisory_unlock_all()`).catch(() => undefined);
    lock.release();
  }
}

type Kind = 'user' | 'sender' | 'list' | 'list-contacts' | 'template' | 'campaign' | 'automation' | 'notification';

const createSender = 'Create a sender for it, and import again with --sender and its ID';

class LegacyImport {
  private readonly report: LegacyReport;
  /** What has been imported, by kind and legacy ID. In a dry run also what would be. */
  private readonly known = new Map<string, string>();
  private limits: SenderLimits = {};
  private readonly contactFiles: { list: string; legacyId: string; record: LegacyRecord; value: LegacyList }[] = [];

  constructor(
    private readonly database: Database,
    private readonly secrets: SecretBox,
    private readonly options: ImportOptions,
  ) {
    this.report = { dryRun: options.dryRun, files: [], paused: 0, invitations: [] };
  }

  async run(): Promise<LegacyReport> {
    const { rows } = await this.database.pool.query<{ kind: string; legacy_id: string; resource_id: string }>(
      `SELECT kind, legacy_id, resource_id FROM legacy_records WHERE source = $1`,
      [this.options.source],
    );
    for (const row of rows) this.known.set(`${row.kind}/${row.legacy_id}`, row.resource_id);
    if (this.options.dryRun) {
      const dry = await this.database.pool.connect();
      try {
        await dry.query('BEGIN');
        await this.files((work) => work(dry));
      } finally {
        await dry.query('ROLLBACK');
        dry.release();
      }
    } else {
      await this.files((work) => transaction(this.database, work));
    }
    return this.report;
  }

  private async files(inTransaction: (work: (client: pg.PoolClient) => Promise<void>) => Promise<void>): Promise<void> {
    const step = async (
      file: string,
      work: (client: pg.PoolClient, json: unknown, report: FileReport) => Promise<void>,
    ) => {
      const report = fileReport(file);
      this.report.files.push(report);
      try {
        const json = await readJson(this.options.directory, file);
        if (json === undefined) report.state = 'absent';
        else await inTransaction((client) => work(client, json, report));
      } catch (error) {
        if (!(error instanceof UnreadableCollection)) throw error;
        report.state = 'unreadable';
        const todo = 'Repair the file and import again';
        report.skipped.push({ pointer: '', what: file, reason: error.message, todo });
      }
      return report;
    };
    await step('users.json', (client, json, report) => this.users(client, json, report));
    await step('rate_limit_config.json', (_, json, report) => this.rateLimits(json, report));
    await step('smtp_config.json', (client, json, report) => this.smtpConfig(client, json, report));
    await step('accounts.json', (client, json, report) => this.accounts(client, json, report));
    const lists = await step('data_lists.json', (client, json, report) => this.lists(client, json, report));
    for (const file of this.contactFiles) await this.contacts(file, lists);
    await step('templates.json', (client, json, report) => this.templates(client, json, report));
    await step('campaigns.json', (client, json, report) => this.campaigns(client, json, report));
    await step('scheduled_campaigns.json', (client, json, report) => this.schedules(client, json, report));
    await step('bounce_data.json', (client, json, report) => this.bounces(client, json, report));
    await step('notifications.json', (client, json, report) => this.notifications(client, json, report));
    for (const file of ['campaign_logs.json', 'delivery_data.json']) {
      if (!(await stat(join(this.options.directory, file)).catch(() => null))) continue;
      const reason =
        'What was sent in the past is no part of the ledger, which knows its own deliveries alone. Keep the file';
      this.report.files.push({
        ...fileReport(file),
        state: 'ignored',
        remarks: [{ pointer: '', what: file, reason, todo: 'Keep it as long as you need the history' }],
      });
    }
  }

  private async users(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    let without = 0;
    for (const record of this.records(json, ['users'], report)) {
      const user = this.reading(userShape, record, report);
      if (!user) continue;
      const address = parseAddress(user.email);
      const what = user.name ?? user.email;
      if (!address.ok) {
        this.skip(
          report,
          record,
          what,
          `${user.email} is not an email address: ${address.reason}`,
          'Create the user by hand',
        );
        continue;
      }
      const legacyId = record.id ?? address.address;
      const before = this.of('user', legacyId);
      if (before !== undefined) report.already++;
      let id = before;
      if (id === undefined) {
        id = uuidv7();
        const inserted = await client.query(
          `INSERT INTO users (id, email, address, name, role, disabled) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (address) DO NOTHING`,
          [id, address.email, address.address, oneLine(what, 200), roleOf(user), !user.active],
        );
        if (inserted.rowCount === 0) {
          this.skip(
            report,
            record,
            what,
            'There is a user with this address already',
            'Nothing: the user stays as it is',
          );
          continue;
        }
        await this.remember(client, 'user', legacyId, id);
        report.imported++;
      }
      const token = generateToken();
      const expiresAt = new Date(Date.now() + 7 * 86_400_000);
      const { rowCount: passwordless } = await client.query(
        `SELECT FROM users WHERE id = $1 AND password_hash IS NULL AND NOT disabled`,
        [id],
      );
      if (passwordless !== 1) continue;
      without++;
      if (!this.options.invite) continue;
      await client.query(
        `UPDATE users SET invitation_hash = $2, invitation_expires_at = $3, revision = revision + 1, updated_at = now() WHERE id = $1`,
        [id, hashToken(token), expiresAt],
      );
      this.report.invitations.push({
        email: address.email,
        url: `${this.options.publicUrl}/app/invitation#${token}`,
        expiresAt: expiresAt.toISOString(),
      });
    }
    if (without > 0 && !this.options.invite) {
      report.remarks.push({
        pointer: '',
        what: 'users',
        reason: `Passwords cannot be carried over: ${without} imported user${without === 1 ? ' has' : 's have'} none and cannot sign in`,
        todo: 'Import again with --invite to get their links, or POST /users/:id/invitation with an admin API key',
      });
    }
  }

  private rateLimits(json: unknown, report: FileReport): Promise<void> {
    if (!isObject(json)) throw new UnreadableCollection('The file holds no object.');
    const record: LegacyRecord = { id: null, pointer: '', value: json };
    const limits = this.reading(limitsShape, record, report);
    if (!limits) return Promise.resolve();
    this.limits = asLimits(limits);
    report.imported = 1;
    report.remarks.push({
      pointer: '',
      what: 'limits',
      reason:
        'They held for each user of the old manager; here they become the limits of each sender that has none of its own',
      todo: 'Look at the limits of the senders. Bursts and cooldowns have no counterpart: mails are spread evenly',
    });
    return Promise.resolve();
  }

  private async smtpConfig(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    if (!isObject(json)) throw new UnreadableCollection('The file holds no object.');
    const record: LegacyRecord = { id: 'smtp_config', pointer: '', value: json };
    const account = this.reading(accountShape, record, report);
    if (!account) return;
    if (!account.enabled) {
      this.skip(report, record, 'smtp_config', 'It is not enabled', 'Create a sender by hand if you want to use it');
      return;
    }
    await this.sender(client, 'smtp_config', account.name ?? account.fromName ?? 'SMTP', account, record, report);
  }

  private async accounts(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['accounts', 'smtp_accounts'], report)) {
      const account = this.reading(accountShape, record, report);
      if (!account) continue;
      const name = account.name ?? account.fromEmail ?? account.username ?? `Account ${record.id ?? ''}`;
      if (account.host === undefined) {
        const reason = account.cookies
          ? 'It is a session of a mail account in a browser (cookies), with which only the old manager could send'
          : 'It names no SMTP server';
        this.skip(report, record, name, reason, createSender);
        continue;
      }
      await this.sender(client, record.id ?? `name:${name}`, name, account, record, report);
    }
  }

  private async sender(
    client: pg.PoolClient,
    legacyId: string,
    name: string,
    account: LegacyAccount,
    record: LegacyRecord,
    report: FileReport,
  ): Promise<void> {
    if (this.of('sender', legacyId) !== undefined) {
      report.already++;
      return;
    }
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
      limits: Object.keys(ownLimits).length > 0 ? ownLimits : this.limits,
    });
    if (!parsed.success) {
      this.skip(report, record, name, issues(parsed.error), createSender);
      return;
    }
    const input = parsed.data;
    if (!('smtp' in input)) return;
    const id = uuidv7();
    const password = account.password !== undefined && account.username !== undefined ? account.password : undefined;
    await client.query(
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
        password === undefined ? null : this.secrets.encrypt(password, id),
        input.maxConnections,
        input.limits.perSecond ?? null,
        input.limits.perMinute ?? null,
        input.limits.perHour ?? null,
        input.limits.perDay ?? null,
      ],
    );
    await this.remember(client, 'sender', legacyId, id);
    report.imported++;
    if (password === undefined && account.username !== undefined) {
      this.remark(report, record, name, 'It has a user name and no password', 'Set the password of the sender');
    }
  }

  private async lists(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['data_lists', 'lists'], report)) {
      const list = this.reading(listShape, record, report);
      if (!list) continue;
      const legacyId = record.id ?? `name:${list.name}`;
      let id = this.of('list', legacyId);
      if (id !== undefined) {
        report.already++;
      } else {
        const parsed = listInput.safeParse({
          name: oneLine(list.name, 200),
          description: list.description.slice(0, 2000),
          geography: oneLine(list.geography, 200),
          isp: oneLine(list.isp, 200),
        });
        if (!parsed.success) {
          this.skip(report, record, list.name, issues(parsed.error), 'Create the list by hand');
          continue;
        }
        id = uuidv7();
        const { name, description, geography, isp } = parsed.data;
        await client.query(`INSERT INTO lists (id, name, description, geography, isp) VALUES ($1, $2, $3, $4, $5)`, [
          id,
          name,
          description,
          geography,
          isp,
        ]);
        await this.remember(client, 'list', legacyId, id);
        report.imported++;
      }
      this.contactFiles.push({ list: id, legacyId, record, value: list });
    }
  }

  /** The contacts of a list: an import of its own, which is applied whole or not at all. */
  private async contacts(
    { list, legacyId, record, value }: (typeof this.contactFiles)[number],
    report: FileReport,
  ): Promise<void> {
    if (this.of('list-contacts', legacyId) !== undefined) return;
    const source = await this.contactSource(value);
    if (!source) {
      const todo = 'Import the contacts into the list: POST /lists/:id/import';
      const reason = value.file ? `The file ${value.file} is not below the directory` : 'It names no file of contacts';
      this.remark(report, record, value.name, reason, todo);
      return;
    }
    const remark = (reason: string, todo: string) => this.remark(report, record, value.name, reason, todo);
    try {
      if (this.options.dryRun) {
        const { rows, rejected } = await countContacts(source.open());
        remark(`${rows - rejected} contacts would be imported, ${rejected} rows rejected`, 'Nothing');
        return;
      }
      const importId = await receiveImport(this.database, { listId: list, fileName: source.name, body: source.open() });
      await mergeImport(this.database, importId);
      const done = await readImport(this.database, importId);
      await this.remember(this.database.pool, 'list-contacts', legacyId, importId);
      const rejected = done?.rejected ?? 0;
      const first = done?.errors[0];
      remark(
        `${done?.added ?? 0} contacts imported${rejected > 0 ? `, ${rejected} of ${done?.rows} rows rejected (line ${first?.line}: ${first?.reason})` : ''}`,
        rejected > 0 ? `GET /imports/${importId}/rejected.csv lists them` : 'Nothing',
      );
    } catch (error) {
      const cause = error instanceof ImportFailed ? error.cause : error;
      if (!(cause instanceof UnreadableFile) && !(error instanceof ImportFailed)) throw error;
      remark(
        `${source.name}: ${(cause as Error).message}`,
        'Repair the file and import again, or import it into the list',
      );
    }
  }

  private async contactSource(list: LegacyList): Promise<{ name: string; open(): Readable } | undefined> {
    if (list.emails && list.emails.length > 0) {
      const lines = list.emails.map((e) =>
        typeof e === 'string' ? csvLine([e, '']) : csvLine([e.email, e.name ?? '']),
      );
      const bytes = Buffer.from(csvLine(['email', 'name']) + lines.join(''));
      return { name: 'data_lists.json', open: () => Readable.from([bytes]) };
    }
    if (list.file === undefined) return undefined;
    // Only the name counts: what the file says about other directories is the old server's.
    const name = basename(list.file.replaceAll('\\', '/'));
    for (const path of [join(this.options.directory, 'data_lists', name), join(this.options.directory, name)]) {
      if ((await stat(path).catch(() => null))?.isFile()) return { name, open: () => createReadStream(path) };
    }
    return undefined;
  }

  private async templates(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['templates'], report)) {
      const template = this.reading(templateShape, record, report);
      if (!template) continue;
      const legacyId = record.id ?? `name:${template.name}`;
      if (this.of('template', legacyId) !== undefined) {
        report.already++;
        continue;
      }
      const content = this.content(template.subject, template.html, template.text, record, template.name, report);
      const parsed = templateInput.safeParse({ name: oneLine(template.name, 200), ...content });
      const problem = parsed.success ? syntaxProblem(parsed.data) : issues(parsed.error);
      if (!parsed.success || problem) {
        this.skip(report, record, template.name, problem ?? '', 'Create the template by hand');
        continue;
      }
      const id = uuidv7();
      const { name, subject, html, text } = parsed.data;
      await client.query(`INSERT INTO templates (id, name, subject, html, text) VALUES ($1, $2, $3, $4, $5)`, [
        id,
        name,
        subject,
        html,
        text ?? null,
      ]);
      await this.remember(client, 'template', legacyId, id);
      report.imported++;
    }
  }

  private async campaigns(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['campaigns'], report)) {
      const campaign = this.reading(campaignShape, record, report);
      if (!campaign) continue;
      const legacyId = record.id ?? `name:${campaign.name}`;
      if (this.of('campaign', legacyId) !== undefined) {
        report.already++;
        continue;
      }
      const skip = (reason: string, todo: string) => this.skip(report, record, campaign.name, reason, todo);
      const remark = (reason: string, todo: string) => this.remark(report, record, campaign.name, reason, todo);

      const listIds = await this.living(client, 'lists', 'list', campaign.lists);
      if (listIds.length === 0) {
        skip('None of its lists was imported', 'Import its list first, or create the campaign by hand');
        continue;
      }
      let senderIds = await this.living(client, 'senders', 'sender', campaign.accounts);
      let substitute: string | undefined;
      if (senderIds.length === 0) {
        const fallback = this.options.senderId ?? this.of('sender', 'smtp_config');
        const found = await client.query<{ id: string; name: string }>(
          `SELECT id, name FROM senders WHERE id = $1 AND deleted_at IS NULL`,
          [fallback ?? null],
        );
        if (!found.rows[0]) {
          skip('None of its accounts could be imported as a sender', createSender);
          continue;
        }
        senderIds = [found.rows[0].id];
        substitute = found.rows[0].name;
      }

      const templateId =
        campaign.template === undefined
          ? undefined
          : (await this.living(client, 'templates', 'template', [campaign.template]))[0];
      const usesTemplate = templateId !== undefined && (!campaign.customTemplate || campaign.message === undefined);
      if (!usesTemplate && (campaign.message === undefined || campaign.subject === undefined)) {
        skip(
          campaign.template === undefined
            ? 'It has no subject or no message'
            : 'Its content is a template at the mail provider',
          'Create the campaign by hand',
        );
        continue;
      }
      const content = usesTemplate
        ? null
        : this.content(campaign.subject ?? '', campaign.message ?? '', undefined, record, campaign.name, report);
      const parsed = campaignInput.safeParse({
        name: oneLine(campaign.name, 200),
        listIds,
        senderIds,
        ...(usesTemplate ? { templateId } : { content }),
      });
      const problem = parsed.success ? (content ? syntaxProblem(content) : undefined) : issues(parsed.error);
      if (!parsed.success || problem) {
        skip(problem ?? '', 'Create the campaign by hand');
        continue;
      }
      const id = uuidv7();
      await client.query(
        `INSERT INTO campaigns (id, name, template_id, content, audience) VALUES ($1, $2, $3, $4, $5)`,
        [
          id,
          parsed.data.name,
          parsed.data.templateId ?? null,
          content ? JSON.stringify(content) : null,
          parsed.data.audience,
        ],
      );
      await client.query(`INSERT INTO campaign_lists (campaign_id, list_id) SELECT $1, unnest($2::uuid[])`, [
        id,
        listIds,
      ]);
      await client.query(
        `INSERT INTO campaign_senders (campaign_id, sender_id, position)
         SELECT $1, s.id, s.no - 1 FROM unnest($2::uuid[]) WITH ORDINALITY AS s (id, no)`,
        [id, senderIds],
      );
      await this.remember(client, 'campaign', legacyId, id);
      report.imported++;

      if (substitute !== undefined) {
        remark(
          `Its accounts could not be imported; it sends by "${substitute}"`,
          'Give it another sender if that is not right',
        );
      }
      if (campaign.limits && Object.keys(campaign.limits).length > 0) {
        remark('It had rate limits of its own; here limits belong to senders', 'Set them on its sender if they matter');
      }
      if (campaign.startLine > 1) {
        remark(
          `It began at line ${campaign.startLine} of its list; here it mails the whole list`,
          'Import a shorter list, or run it for those who have not received it',
        );
      }
      if (campaign.tests?.enabled === true) {
        remark('It sent itself test mails on the way', 'Use a test mail, or put the address on the list');
      }
      if (campaign.fromName !== undefined && !(await this.sendsAs(client, senderIds, campaign.fromName))) {
        remark(
          `It was sent as "${campaign.fromName}"; here that name is the sender's`,
          'Change the sender, or make one of that name',
        );
      }
      if (campaign.sent > 0 || /^(running|paused|sending)$/i.test(campaign.status ?? '')) {
        remark(
          `The old manager has sent ${campaign.sent} mails of it (${campaign.status ?? 'no status'}); the ledger does not know to whom`,
          'Do not run it for those people again, or make a list of the rest',
        );
      }
    }
  }

  private async schedules(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['scheduled_campaigns', 'schedules'], report)) {
      const legacy = this.reading(scheduleShape, record, report);
      if (!legacy) continue;
      const legacyId = record.id ?? `${legacy.campaign}/${legacy.type}/${legacy.time}`;
      if (this.of('automation', legacyId) !== undefined) {
        report.already++;
        continue;
      }
      const [campaignId] = await this.living(client, 'campaigns', 'campaign', [legacy.campaign]);
      const what = `campaign ${legacy.campaign}, ${legacy.type}`;
      if (campaignId === undefined) {
        this.skip(report, record, what, 'Its campaign was not imported', 'Import the campaign first, and import again');
        continue;
      }
      const mapped = asSchedule(legacy, this.options.timeZone);
      if (!mapped.ok) {
        this.skip(report, record, what, mapped.reason, 'Create the automation by hand');
        continue;
      }
      if (mapped.schedule.type === 'once' && legacy.runs > 0) {
        this.skip(report, record, what, `It has run (${legacy.lastRun ?? 'at some time'})`, 'Nothing');
        continue;
      }
      const [never] = checkSchedule(mapped.schedule, new Date());
      if (never) {
        this.skip(
          report,
          record,
          what,
          never.message,
          'Create an automation with a time to come if it is still wanted',
        );
        continue;
      }
      const { rows } = await client.query<{ name: string }>(`SELECT name FROM campaigns WHERE id = $1`, [campaignId]);
      const id = uuidv7();
      await insertAutomationRow(client, id, {
        name: oneLine(`${rows[0]?.name.slice(0, 180)} (${legacy.type})`, 200),
        campaignId,
        workflowType: null,
        workflowInput: null,
        schedule: mapped.schedule,
        policy: defaultPolicy,
        enabled: false,
      });
      await this.remember(client, 'automation', legacyId, id);
      report.imported++;
      this.report.paused++;
      for (const { reason, todo } of mapped.remarks) this.remark(report, record, what, reason, todo);
    }
  }

  private async bounces(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of bouncesIn(json)) {
      const bounce = this.reading(bounceShape, record, report);
      if (!bounce) continue;
      const address = parseAddress(bounce.email);
      if (!address.ok) {
        this.skip(report, record, bounce.email, `Not an email address: ${address.reason}`, 'Nothing');
        continue;
      }
      if (/soft|temporary|deferred/i.test(bounce.kind)) {
        this.skip(report, record, bounce.email, 'A soft bounce says nothing about the address', 'Nothing');
        continue;
      }
      const became = await suppress(client, {
        address: address.address,
        email: address.email,
        reason: 'bounced',
        detail: bounce.reason,
      });
      if (became === 'added') report.imported++;
      else report.already++;
    }
  }

  private async notifications(client: pg.PoolClient, json: unknown, report: FileReport): Promise<void> {
    for (const record of this.records(json, ['notifications'], report)) {
      const notification = this.reading(notificationShape, record, report);
      if (!notification) continue;
      const at = asInstant(notification.at, this.options.timeZone) ?? new Date();
      const legacyId =
        record.id ?? createHash('sha256').update(JSON.stringify(record.value)).digest('base64url').slice(0, 22);
      if (this.of('notification', legacyId) !== undefined) {
        report.already++;
        continue;
      }
      // By time, as the list of notifications is.
      const id = uuidv7({ msecs: at.getTime() });
      const type = notification.type.toLowerCase();
      const severity = /error|danger|fail/.test(type) ? 'error' : type.startsWith('warn') ? 'warning' : 'info';
      await client.query(
        `INSERT INTO notifications (id, kind, severity, message, created_at, read_at) VALUES ($1, 'imported', $2, $3, $4, $5)`,
        [id, severity, notification.message.replaceAll('\0', '').slice(0, 1000), at, notification.read ? at : null],
      );
      await this.remember(client, 'notification', legacyId, id);
      report.imported++;
    }
  }

  private content(
    subject: string,
    html: string,
    text: string | undefined,
    record: LegacyRecord,
    what: string,
    report: FileReport,
  ) {
    const parts = {
      subject: asLiquid(oneLine(subject, 2000)),
      html: asLiquid(asHtml(html)),
      text: asLiquid(text ?? ''),
    };
    const named = [...new Set(Object.values(parts).flatMap((p) => p.named))];
    if (named.length > 0) {
      const list = named.map((n) => `{{ ${n} }}`).join(', ');
      this.remark(report, record, what, `${list} became variables of the contact`, 'Preview the mail');
    }
    if (Object.values(parts).some((p) => p.kept)) {
      this.remark(
        report,
        record,
        what,
        'It has {{ or {% that are no variables; they are kept as text',
        'Preview the mail',
      );
    }
    return { subject: parts.subject.liquid, html: parts.html.liquid, ...(text ? { text: parts.text.liquid } : {}) };
  }

  private async sendsAs(client: pg.PoolClient, senderIds: string[], fromName: string): Promise<boolean> {
    const { rows } = await client.query<{ from_name: string }>(`SELECT from_name FROM senders WHERE id = ANY ($1)`, [
      senderIds,
    ]);
    return rows.every((r) => r.from_name === oneLine(fromName, 200));
  }

  /** What records became, without what has been deleted since. */
  private async living(
    client: pg.PoolClient,
    table: 'lists' | 'senders' | 'templates' | 'campaigns',
    kind: Kind,
    legacyIds: readonly string[],
  ): Promise<string[]> {
    const ids = [...new Set(legacyIds.map((id) => this.of(kind, id)).filter((id) => id !== undefined))];
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM ${table} WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL`,
      [ids],
    );
    return ids.filter((id) => rows.some((r) => r.id === id));
  }

  private of(kind: Kind, legacyId: string): string | undefined {
    return this.known.get(`${kind}/${legacyId}`);
  }

  private async remember(
    db: Pick<pg.Pool, 'query'> | pg.PoolClient,
    kind: Kind,
    legacyId: string,
    id: string,
  ): Promise<void> {
    await db.query(`INSERT INTO legacy_records (source, kind, legacy_id, resource_id) VALUES ($1, $2, $3, $4)`, [
      this.options.source,
      kind,
      legacyId,
      id,
    ]);
    this.known.set(`${kind}/${legacyId}`, id);
  }

  private records(json: unknown, wrappers: readonly string[], report: FileReport): LegacyRecord[] {
    const { records, strange } = recordsIn(json, wrappers);
    for (const pointer of strange) {
      report.skipped.push({
        pointer,
        what: 'record',
        reason: 'It is not an object',
        todo: 'Nothing, or repair the file',
      });
    }
    return records;
  }

  private reading<T extends z.ZodType>(
    shape: { names: Record<string, readonly string[]>; schema: T },
    record: LegacyRecord,
    report: FileReport,
  ): z.output<T> | undefined {
    const found = read(shape, record.value);
    if (found.ok) return found.value;
    const name = record.value['name'];
    const what = typeof name === 'string' ? oneLine(name, 100) : (record.id ?? 'record');
    for (const problem of found.problems) {
      report.skipped.push({
        pointer: record.pointer + problem.pointer,
        what,
        reason: problem.message,
        todo: 'Repair the file and import again, or create it by hand',
      });
    }
    return undefined;
  }

  private skip(report: FileReport, record: LegacyRecord, what: string, reason: string, todo: string): void {
    report.skipped.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  private remark(report: FileReport, record: LegacyRecord, what: string, reason: string, todo: string): void {
    report.remarks.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }
}

function oneLine(text: string, max: number): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, max);
}

function issues(error: z.ZodError): string {
  return error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
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

function syntaxProblem(content: {
  subject: string;
  html: string;
  text?: string | null | undefined;
}): string | undefined {
  try {
    compileContent({ subject: content.subject, html: content.html, text: content.text ?? null });
    return undefined;
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error.message;
    throw error;
  }
}

/** Bounces, in a list, by campaign (lists) or by address. */
function bouncesIn(json: unknown): LegacyRecord[] {
  const found: LegacyRecord[] = [];
  const take = (value: unknown, pointer: string, key: string | null) => {
    if (Array.isArray(value)) value.forEach((v, i) => take(v, `${pointer}/${i}`, null));
    else if (typeof value === 'string') found.push({ id: null, pointer, value: { email: value } });
    else if (isObject(value)) {
      const email = key?.includes('@') ? { email: key } : {};
      found.push({ id: null, pointer, value: { ...email, ...value } });
    }
  };
  if (Array.isArray(json)) take(json, '', null);
  else if (isObject(json)) for (const [key, value] of Object.entries(json)) take(value, `/${key}`, key);
  else throw new UnreadableCollection('The file holds neither a list nor an object of bounces.');
  return found;
}

/** How many rows a file of contacts has, and how many of them would be rejected. @throws UnreadableFile */
async function countContacts(stream: Readable): Promise<{ rows: number; rejected: number }> {
  const decoder = new TextDecoder('utf-8');
  let sample = '';
  let rows = 0;
  let rejected = 0;
  let reader: ReturnType<typeof contactReader> | undefined;
  const begin = (ended: boolean) => {
    const layout = detectLayout(sample, ended);
    if (layout === 'more') return;
    reader = contactReader(layout, {
      contact: () => rows++,
      rejected: () => {
        rows++;
        rejected++;
      },
    });
    reader.push(sample);
    sample = '';
  };
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const text = decoder.decode(piece, { stream: true });
    if (reader) reader.push(text);
    else {
      sample += text;
      begin(false);
    }
  }
  const rest = decoder.decode();
  if (!reader) {
    sample += rest;
    begin(true);
  } else reader.push(rest);
  reader?.end();
  return { rows, rejected };
}
