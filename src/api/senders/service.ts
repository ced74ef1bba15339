import { Inject, Injectable } from '@nestjs/common';
import { type Selectable, sql, type SqlBool } from 'kysely';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import type { SendersTable } from '../../ledger/schema.js';
import { connectionOf } from '../../ledger/senders/connection.js';
import { readUsage } from '../../ledger/senders/readUsage.js';
import { dkimRecord } from '../../mail/dkimRecord.js';
import { SecretError, type SecretBox } from '../../mail/secrets.js';
import type { Runs } from '../../temporal/runs.js';
import { baseUrlRefusal, hostRefusal } from '../../net/hostGuard.js';
import { versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { lockResource } from '../common/lockResource.js';
import { patched } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { inUse, invalidField, notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE, RUNS, SECRETS } from '../common/tokens.js';
import { senderInput, type Sender, type SenderInput, type SenderPatch } from './schemas.js';

type Row = Selectable<SendersTable>;

const sorts = {
  createdAt: { columns: [{ column: 'senders.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'senders.name', kind: 'text' },
      { column: 'senders.id', kind: 'uuid' },
    ],
  },
} as const;

/** What happens to a stored secret: absent leaves it, null removes it, a text replaces it. */
interface SecretChanges {
  password?: string | null | undefined;
  dkimKey?: string | null | undefined;
  apiKey?: string | undefined;
}

@Injectable()
export class SendersService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SECRETS) private readonly secrets: SecretBox,
    @Inject(RUNS) private readonly runs: Runs,
  ) {}

  async list(query: {
    limit: number;
    cursor?: string | undefined;
    sort: keyof typeof sorts | `-${keyof typeof sorts}`;
  }): Promise<Page<Sender>> {
    const { rows, nextCursor } = await paginate(
      this.database.db.selectFrom('senders').selectAll().where('deleted_at', 'is', null),
      { list: 'senders', sorts, ...query },
    );
    return { items: rows.map((row) => this.present(row)), nextCursor };
  }

  async get(id: string): Promise<Sender> {
    return this.present(await this.row(id));
  }

  /** The stored row of a sender that is not deleted, secrets still encrypted. @throws Problem 404. */
  async row(id: string): Promise<Row> {
    const row = await this.database.db
      .selectFrom('senders')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw notFound('sender', id);
    return row;
  }

  async create(input: SenderInput, id = newId()): Promise<Sender> {
    await this.checkHosts(input);
    const columns = this.columns(id, input, secretsIn(input), undefined);
    const row = await this.database.db
      .insertInto('senders')
      .values({ id, ...columns })
      .returningAll()
      .executeTakeFirstOrThrow();
    return this.present(row);
  }

  async replace(id: string, input: SenderInput, condition?: Precondition): Promise<Sender> {
    await this.checkHosts(input);
    return this.change(id, condition, () => ({ input, secrets: secretsIn(input) }));
  }

  async patch(id: string, patch: SenderPatch, condition?: Precondition): Promise<Sender> {
    await this.checkHosts(patch);
    return this.change(id, condition, (row) => {
      const transport = patch.transport ?? row.transport;
      return {
        input: patched(senderInput, transport === row.transport ? asInput(row) : identityOf(row), {
          ...patch,
          transport,
        }),
        secrets: secretsIn(patch),
      };
    });
  }

  /** Deletes a sender nobody uses; its row stays, because past runs name it. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'senders', id);
      condition?.require(row.revision);
      const campaigns = await trx
        .selectFrom('campaign_senders as cs')
        .innerJoin('campaigns as c', 'c.id', 'cs.campaign_id')
        .select(['c.id', 'c.name'])
        .where('cs.sender_id', '=', row.id)
        .where('c.deleted_at', 'is', null)
        .orderBy('c.id')
        .limit(20)
        .execute();
      if (campaigns.length > 0) {
        throw inUse(`Campaigns use this sender: ${campaigns.map((c) => `"${c.name}"`).join(', ')}.`, campaigns);
      }
      const automations = await trx
        .selectFrom('automations')
        .select(['id', 'name'])
        .where(sql<SqlBool>`workflow_input ->> 'senderId' = ${row.id}`)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .limit(20)
        .execute();
      if (automations.length > 0) {
        throw inUse(`Automations use this sender: ${automations.map((a) => `"${a.name}"`).join(', ')}.`, automations);
      }
      const open = await trx
        .selectFrom('runs')
        .select('id')
        .where('status', 'in', ['preparing', 'sending', 'waiting', 'paused'])
        .where(sql<SqlBool>`${row.id} = ANY (sender_ids)`)
        .executeTakeFirst();
      if (open) throw new Problem('conflict', `Run ${open.id} uses this sender and has not ended; stop it first.`);
      await trx
        .updateTable('senders')
        .set((eb) => ({ deleted_at: new Date(), revision: eb('revision', '+', 1) }))
        .where('id', '=', row.id)
        .execute();
    });
  }

  /** How much of its limits a sender has used, over all workers. */
  async usage(id: string, minutes: number) {
    const limits = limitsOf(await this.row(id));
    const { used, nextSlotAt, limitedBy, series } = await readUsage(this.database.pool, id, limits, minutes);
    return {
      used,
      limits,
      nextSlotAt: nextSlotAt.toISOString(),
      limitedBy,
      series: series.map(({ at, reserved }) => ({ at: at.toISOString(), reserved })),
    };
  }

  private async checkHosts(input: {
    smtp?: { host?: string | undefined } | undefined;
    resend?: { baseUrl?: string | undefined } | undefined;
  }): Promise<void> {
    const { host } = input.smtp ?? {};
    const refusal = host === undefined ? null : await hostRefusal(host, this.config.allowPrivateHosts);
    if (refusal) throw invalidField('/smtp/host', `${refusal} (ONCEMAIL_ALLOW_PRIVATE_HOSTS)`);
    const { baseUrl } = input.resend ?? {};
    const urlRefusal = baseUrl === undefined ? null : await baseUrlRefusal(baseUrl, this.config.allowPrivateHosts);
    if (urlRefusal) throw invalidField('/resend/baseUrl', `${urlRefusal} (ONCEMAIL_ALLOW_PRIVATE_HOSTS)`);
  }

  private async change(
    id: string,
    condition: Precondition | undefined,
    decide: (row: Row) => { input: SenderInput; secrets: SecretChanges },
  ): Promise<Sender> {
    const sender = await this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'senders', id);
      condition?.require(row.revision);
      const { input, secrets } = decide(row);
      const changed = await trx
        .updateTable('senders')
        .set((eb) => {
          const columns = this.columns(row.id, input, secrets, row);
          return {
            ...columns,
            // By the clock of claims, after the row is locked: every claim with the account before is older.
            ...(this.accountChanges(row, columns, secrets) ? { account_since: sql<Date>`clock_timestamp()` } : {}),
            revision: eb('revision', '+', 1),
            updated_at: new Date(),
          };
        })
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return this.present(changed);
    });
    // Runs that wait for this sender try again with what has been mended; while Temporal is away they do so by themselves later.
    await this.runs.wakeWaitingFor(id);
    return sender;
  }

  private columns(id: string, input: SenderInput, secrets: SecretChanges, before: Row | undefined) {
    return {
      name: input.name,
      from_name: input.fromName,
      from_email: input.fromEmail,
      reply_to: input.replyTo ?? null,
      max_connections: input.maxConnections,
      limit_per_second: input.limits.perSecond ?? null,
      limit_per_minute: input.limits.perMinute ?? null,
      limit_per_hour: input.limits.perHour ?? null,
      limit_per_day: input.limits.perDay ?? null,
      ...(input.transport === 'resend'
        ? this.resendColumns(id, input, secrets, before)
        : this.smtpColumns(id, input, secrets, before)),
    };
  }

  private smtpColumns(id: string, input: SmtpInput, secrets: SecretChanges, before: Row | undefined) {
    const username = input.smtp.username ?? null;
    if (secrets.password && username === null) throw invalidField('/smtp/password', 'A password needs a username');
    const password =
      username === null || secrets.password === null
        ? null
        : secrets.password === undefined
          ? (before?.smtp_password_encrypted ?? null)
          : this.secrets.encrypt(secrets.password, id);
    const dkimKey = !input.dkim
      ? null
      : secrets.dkimKey
        ? this.secrets.encrypt(secrets.dkimKey, `${id}/dkim`)
        : (before?.dkim_private_key_encrypted ?? null);
    if (input.dkim && dkimKey === null) throw invalidField('/dkim/privateKey', 'DKIM needs a private key');
    return {
      ...nothing,
      transport: 'smtp' as const,
      smtp_host: input.smtp.host,
      smtp_port: input.smtp.port,
      smtp_security: input.smtp.security,
      smtp_username: username,
      smtp_password_encrypted: password,
      dkim: input.dkim
        ? JSON.stringify({ domainName: input.dkim.domainName, keySelector: input.dkim.keySelector })
        : null,
      dkim_private_key_encrypted: dkimKey,
    };
  }

  private resendColumns(id: string, input: ResendInput, secrets: SecretChanges, before: Row | undefined) {
    const apiKey =
      secrets.apiKey === undefined
        ? (before?.http_api_key_encrypted ?? null)
        : this.secrets.encrypt(secrets.apiKey, id);
    if (apiKey === null) throw invalidField('/resend/apiKey', 'The API key is needed');
    // A key that was given for one host is not sent to another one.
    if (secrets.apiKey === undefined && before?.http_base_url !== input.resend.baseUrl) {
      throw invalidField('/resend/apiKey', 'Another base URL needs the API key again');
    }
    return {
      ...nothing,
      transport: 'resend' as const,
      http_base_url: input.resend.baseUrl,
      http_api_key_encrypted: apiKey,
    };
  }

  /** Whether another account of a provider may be used from now on; never for a change that keeps to SMTP. */
  private accountChanges(
    row: Row,
    columns: { transport: Row['transport']; http_base_url: string | null },
    secrets: SecretChanges,
  ): boolean {
    if (row.transport === 'smtp' && columns.transport === 'smtp') return false;
    return (
      row.transport !== columns.transport ||
      row.http_base_url !== columns.http_base_url ||
      (secrets.apiKey !== undefined && secrets.apiKey !== this.readable(row.http_api_key_encrypted, row.id))
    );
  }

  private present(row: Row): Sender {
    const connection = connectionOf(row);
    const common = {
      id: row.id,
      ...identityOf(row),
      revision: row.revision,
      createdAt: row.created_at.toISOString(),
      updatedAt: row.updated_at.toISOString(),
    };
    if (connection.transport === 'resend') {
      const view: Sender = { ...common, transport: 'resend', resend: { baseUrl: connection.baseUrl, hasApiKey: true } };
      return versioned(view, row.revision);
    }
    const { host, port, security, username, passwordEncrypted } = connection;
    const view: Sender = {
      ...common,
      transport: 'smtp',
      smtp: { host, port, security, username, hasPassword: passwordEncrypted !== null },
      dkim: this.dkimView(row),
    };
    return versioned(view, row.revision);
  }

  private dkimView(row: Row) {
    const dkim = dkimOf(row);
    if (!dkim) return null;
    const privateKey = this.readable(row.dkim_private_key_encrypted, `${row.id}/dkim`);
    return { ...dkim, dnsRecord: privateKey === null ? null : dkimRecord({ ...dkim, privateKey }) };
  }

  /** A stored secret, for what follows from it; null when there is none, or another ONCEMAIL_SECRET_KEY encrypted it. */
  private readable(encrypted: Buffer | null, purpose: string): string | null {
    if (!encrypted) return null;
    try {
      return this.secrets.decrypt(encrypted, purpose);
    } catch (error) {
      if (error instanceof SecretError) return null;
      throw error;
    }
  }
}

type ResendInput = Extract<SenderInput, { transport: 'resend' }>;
type SmtpInput = Exclude<SenderInput, ResendInput>;

/** The columns that one transport has and the other has not. */
const nothing = {
  smtp_host: null,
  smtp_port: null,
  smtp_security: null,
  smtp_username: null,
  smtp_password_encrypted: null,
  http_base_url: null,
  http_api_key_encrypted: null,
  dkim: null,
  dkim_private_key_encrypted: null,
};

function secretsIn(input: SenderInput | SenderPatch): SecretChanges {
  return {
    ...('smtp' in input ? { password: input.smtp?.password } : {}),
    ...('dkim' in input ? { dkimKey: input.dkim?.privateKey } : {}),
    ...('resend' in input ? { apiKey: input.resend?.apiKey } : {}),
  };
}

/** What a stored sender is whatever its transport. */
function identityOf(row: Row) {
  return {
    name: row.name,
    fromName: row.from_name,
    fromEmail: row.from_email,
    replyTo: row.reply_to,
    maxConnections: row.max_connections,
    limits: limitsOf(row),
  };
}

/** A stored sender as a PUT would send it, without secrets. */
function asInput(row: Row) {
  const connection = connectionOf(row);
  if (connection.transport === 'resend') {
    return { ...identityOf(row), transport: 'resend', resend: { baseUrl: connection.baseUrl } };
  }
  const { host, port, security, username } = connection;
  return { ...identityOf(row), transport: 'smtp', smtp: { host, port, security, username }, dkim: dkimOf(row) };
}

function dkimOf(row: Row) {
  return row.dkim ? { domainName: row.dkim.domainName, keySelector: row.dkim.keySelector } : null;
}

function limitsOf(row: Row) {
  return {
    perSecond: row.limit_per_second,
    perMinute: row.limit_per_minute,
    perHour: row.limit_per_hour,
    perDay: row.limit_per_day,
  };
}
