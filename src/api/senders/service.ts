import { Inject, Injectable } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import type { Schema, SendersTable } from '../../ledger/schema.js';
import type { SecretBox } from '../../mail/secrets.js';
import type { Runs } from '../../temporal/runs.js';
import { hostRefusal } from '../common/hostGuard.js';
import { newId } from '../common/ids.js';
import { patched } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { inUse, invalidField, notFound } from '../common/problems.js';
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
  password: string | null | undefined;
  dkimKey: string | null | undefined;
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
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<Sender> {
    return present(await this.row(id));
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

  async create(input: SenderInput): Promise<Sender> {
    await this.checkHost(input.smtp.host);
    const id = newId();
    const columns = this.columns(
      id,
      input,
      { password: input.smtp.password, dkimKey: input.dkim?.privateKey },
      undefined,
    );
    const row = await this.database.db
      .insertInto('senders')
      .values({ id, ...columns })
      .returningAll()
      .executeTakeFirstOrThrow();
    return present(row);
  }

  async replace(id: string, input: SenderInput): Promise<Sender> {
    await this.checkHost(input.smtp.host);
    return this.change(id, () => ({
      input,
      secrets: { password: input.smtp.password, dkimKey: input.dkim?.privateKey },
    }));
  }

  async patch(id: string, patch: SenderPatch): Promise<Sender> {
    if (patch.smtp?.host !== undefined) await this.checkHost(patch.smtp.host);
    return this.change(id, (row) => ({
      input: patched(senderInput, asInput(row), patch),
      secrets: { password: patch.smtp?.password, dkimKey: patch.dkim?.privateKey },
    }));
  }

  /** Deletes a sender nobody uses; its row stays, because past runs name it. */
  async delete(id: string): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const row = await lock(trx, id);
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
      await trx
        .updateTable('senders')
        .set((eb) => ({ deleted_at: new Date(), revision: eb('revision', '+', 1) }))
        .where('id', '=', row.id)
        .execute();
    });
  }

  /** How many slots of the sender's limits are taken, over all workers. */
  async usage(id: string) {
    const row = await this.row(id);
    const { rows } = await this.database.pool.query<{ second: number; minute: number; hour: number; day: number }>(
      `SELECT coalesce(sum(reserved) FILTER (WHERE resolution = 'second' AND bucket > now() - interval '1 second'), 0)::int AS second,
              coalesce(sum(reserved) FILTER (WHERE resolution = 'second' AND bucket > now() - interval '1 minute'), 0)::int AS minute,
              coalesce(sum(reserved) FILTER (WHERE resolution = 'minute' AND bucket > now() - interval '1 hour'), 0)::int AS hour,
              coalesce(sum(reserved) FILTER (WHERE resolution = 'minute' AND bucket > now() - interval '1 day'), 0)::int AS day
         FROM sender_usage WHERE sender_id = $1 AND bucket > now() - interval '1 day' AND bucket <= now()`,
      [row.id],
    );
    return {
      used: rows[0] as { second: number; minute: number; hour: number; day: number },
      limits: present(row).limits,
    };
  }

  private async checkHost(host: string): Promise<void> {
    const refusal = await hostRefusal(host, this.config.allowPrivateHosts);
    if (refusal) throw invalidField('/smtp/host', `${refusal} (ONCEMAIL_ALLOW_PRIVATE_HOSTS)`);
  }

  private async change(
    id: string,
    decide: (row: Row) => { input: SenderInput; secrets: SecretChanges },
  ): Promise<Sender> {
    const sender = await this.database.db.transaction().execute(async (trx) => {
      const row = await lock(trx, id);
      const { input, secrets } = decide(row);
      const changed = await trx
        .updateTable('senders')
        .set((eb) => ({
          ...this.columns(row.id, input, secrets, row),
          revision: eb('revision', '+', 1),
          updated_at: new Date(),
        }))
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return present(changed);
    });
    // Runs that wait for this sender try again with what has been mended; while Temporal is away they do so by themselves later.
    await this.runs.wakeWaitingFor(id);
    return sender;
  }

  private columns(id: string, input: SenderInput, secrets: SecretChanges, before: Row | undefined) {
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
      name: input.name,
      from_name: input.fromName,
      from_email: input.fromEmail,
      reply_to: input.replyTo ?? null,
      smtp_host: input.smtp.host,
      smtp_port: input.smtp.port,
      smtp_security: input.smtp.security,
      smtp_username: username,
      smtp_password_encrypted: password,
      max_connections: input.maxConnections,
      limit_per_second: input.limits.perSecond ?? null,
      limit_per_minute: input.limits.perMinute ?? null,
      limit_per_hour: input.limits.perHour ?? null,
      limit_per_day: input.limits.perDay ?? null,
      dkim: input.dkim
        ? JSON.stringify({ domainName: input.dkim.domainName, keySelector: input.dkim.keySelector })
        : null,
      dkim_private_key_encrypted: dkimKey,
    };
  }
}

async function lock(trx: Transaction<Schema>, id: string): Promise<Row> {
  const row = await trx
    .selectFrom('senders')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('sender', id);
  return row;
}

/** A stored sender as a PUT would send it, without secrets. */
function asInput(row: Row) {
  return {
    name: row.name,
    fromName: row.from_name,
    fromEmail: row.from_email,
    replyTo: row.reply_to,
    smtp: { host: row.smtp_host, port: row.smtp_port, security: row.smtp_security, username: row.smtp_username },
    maxConnections: row.max_connections,
    limits: limitsOf(row),
    dkim: row.dkim ? { domainName: row.dkim.domainName, keySelector: row.dkim.keySelector } : null,
  };
}

function limitsOf(row: Row) {
  return {
    perSecond: row.limit_per_second,
    perMinute: row.limit_per_minute,
    perHour: row.limit_per_hour,
    perDay: row.limit_per_day,
  };
}

function present(row: Row): Sender {
  return {
    id: row.id,
    name: row.name,
    fromName: row.from_name,
    fromEmail: row.from_email,
    replyTo: row.reply_to,
    smtp: {
      host: row.smtp_host,
      port: row.smtp_port,
      security: row.smtp_security,
      username: row.smtp_username,
      hasPassword: row.smtp_password_encrypted !== null,
    },
    maxConnections: row.max_connections,
    limits: limitsOf(row),
    dkim: row.dkim ? { domainName: row.dkim.domainName, keySelector: row.dkim.keySelector } : null,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
