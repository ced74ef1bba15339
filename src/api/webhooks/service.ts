import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Client } from '@temporalio/client';
import { sql, type Selectable } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { secretOverlapMs, webhookTestType } from '../../domain/webhook.js';
import type { Database } from '../../ledger/database.js';
import type { WebhookDeliveriesTable, WebhooksTable } from '../../ledger/schema.js';
import { SecretError, type SecretBox } from '../../mail/secrets.js';
import { baseUrlRefusal } from '../../net/hostGuard.js';
import { taskQueue } from '../../temporal/connect.js';
import { startWebhookDelivery } from '../../temporal/webhookDelivery.js';
import { versioned, type Precondition } from '../common/etag.js';
import { keepInstead } from '../common/idempotency.js';
import { newId } from '../common/ids.js';
import { lockResource } from '../common/lockResource.js';
import { paginate, type Page } from '../common/pagination.js';
import { invalidField, notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE, LOGGER, SECRETS, TEMPORAL } from '../common/tokens.js';
import type { WebhookDeliveryDetail, WebhookDeliveryView, WebhookInput, WebhookPatch, WebhookView } from './schemas.js';

type Row = Selectable<WebhooksTable>;
type DeliveryRow = Omit<Selectable<WebhookDeliveriesTable>, 'data' | 'failures'>;

const sorts = {
  createdAt: { columns: [{ column: 'webhooks.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'webhooks.name', kind: 'text' },
      { column: 'webhooks.id', kind: 'uuid' },
    ],
  },
} as const;
const deliverySorts = { createdAt: { columns: [{ column: 'webhook_deliveries.id', kind: 'uuid' }] } } as const;

const deliveryColumns = [
  'id',
  'webhook_id',
  'event_id',
  'type',
  'state',
  'attempts',
  'last_attempt_at',
  'last_status',
  'last_error',
  'answered_ms',
  'due_at',
  'created_at',
] as const;

/** Secrets that sign besides the present one, at most: each makes the header of every request longer. */
const mostPreviousSecrets = 4;

@Injectable()
export class WebhooksService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SECRETS) private readonly secrets: SecretBox,
    @Inject(TEMPORAL) private readonly temporal: Client,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async list(query: {
    limit: number;
    cursor?: string | undefined;
    sort: keyof typeof sorts | `-${keyof typeof sorts}`;
  }): Promise<Page<WebhookView>> {
    const { rows, nextCursor } = await paginate(
      this.database.db.selectFrom('webhooks').selectAll().where('deleted_at', 'is', null),
      { list: 'webhooks', sorts, ...query },
    );
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<WebhookView> {
    return present(await this.row(id));
  }

  /** The answer holds the secret; what is kept for a repeated request does not. */
  async create(input: WebhookInput, id = newId()): Promise<WebhookView & { secret: string }> {
    await this.checkUrl(input.url);
    const { secret, sealed } = this.newSecret(id);
    const row = await this.database.db
      .insertInto('webhooks')
      .values({ id, ...input, secret_encrypted: sealed })
      .returningAll()
      .executeTakeFirstOrThrow();
    return withSecret(row, secret);
  }

  replace(id: string, input: WebhookInput, condition?: Precondition): Promise<WebhookView> {
    return this.change(id, input, condition);
  }

  patch(id: string, patch: WebhookPatch, condition?: Precondition): Promise<WebhookView> {
    return this.change(id, patch, condition);
  }

  /** Deletes a webhook and its log; both are gone at once, what they occupy goes later. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'webhooks', id);
      condition?.require(row.revision);
      await trx
        .updateTable('webhooks')
        .set((eb) => ({
          deleted_at: new Date(),
          revision: eb('revision', '+', 1),
          secret_encrypted: Buffer.alloc(0),
          previous_secrets_encrypted: [],
          previous_until: [],
        }))
        .where('id', '=', row.id)
        .execute();
    });
  }

  /**
   * Gives a webhook a new secret. The one before signs too for a day, so that receivers can change theirs without losing an event; also when the
   * secret is rotated again meanwhile, as after an answer that was lost.
   */
  async rotateSecret(id: string, condition?: Precondition): Promise<WebhookView & { secret: string }> {
    return this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'webhooks', id);
      condition?.require(row.revision);
      const { secret, sealed } = this.newSecret(row.id);
      const now = new Date();
      const until = [...row.previous_until, new Date(now.getTime() + secretOverlapMs)];
      const kept = [...row.previous_secrets_encrypted, row.secret_encrypted]
        .map((previous, i) => ({ previous, until: until[i] as Date }))
        .filter((s) => s.until > now)
        .slice(-mostPreviousSecrets);
      const changed = await trx
        .updateTable('webhooks')
        .set((eb) => ({
          secret_encrypted: sealed,
          previous_secrets_encrypted: kept.map((s) => s.previous),
          previous_until: kept.map((s) => s.until),
          // It was left alone for its secret, and that is a new one.
          ...(row.secret_unreadable_since ? { secret_unreadable_since: null, hold_until: null } : {}),
          revision: eb('revision', '+', 1),
          updated_at: now,
        }))
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return withSecret(changed, secret);
    });
  }

  async deliveries(
    webhookId: string,
    query: { limit: number; cursor?: string | undefined; state?: string[] | undefined; type?: string[] | undefined },
  ): Promise<Page<WebhookDeliveryView>> {
    await this.get(webhookId);
    const { state, type, ...page } = query;
    let q = this.database.db
      .selectFrom('webhook_deliveries')
      .select(deliveryColumns)
      .where('webhook_id', '=', webhookId);
    if (state) q = q.where('state', 'in', state as DeliveryRow['state'][]);
    if (type) q = q.where('type', 'in', type);
    const { rows, nextCursor } = await paginate(q, {
      list: `webhooks/${webhookId}/deliveries`,
      filters: { state, type },
      sorts: deliverySorts,
      sort: '-createdAt',
      ...page,
    });
    return { items: rows.map(presentDelivery), nextCursor };
  }

  async delivery(webhookId: string, id: string): Promise<WebhookDeliveryDetail> {
    await this.get(webhookId);
    const row = await this.database.db
      .selectFrom('webhook_deliveries')
      .select([...deliveryColumns, 'data'])
      .where('id', '=', id)
      .where('webhook_id', '=', webhookId)
      .executeTakeFirst();
    if (!row) throw notFound('delivery of the webhook', id);
    return { ...presentDelivery(row), data: row.data };
  }

  /** Sends an event again, now and if need be as often as a new one, whatever became of it. It keeps its `webhook-id`. */
  async redeliver(webhookId: string, id: string): Promise<WebhookDeliveryView> {
    await this.requireSendable(webhookId);
    const row = await this.database.db
      .updateTable('webhook_deliveries')
      .set({ state: 'pending', failures: 0, due_at: sql<Date>`now()` })
      .where('id', '=', id)
      .where('webhook_id', '=', webhookId)
      .returning(deliveryColumns)
      .executeTakeFirst();
    if (!row) throw notFound('delivery of the webhook', id);
    await this.start(webhookId);
    return presentDelivery(row);
  }

  /** Sends a `webhook.test` event to one webhook, whatever it subscribes to. `id` is that of the delivery. */
  async test(webhookId: string, id = newId()): Promise<WebhookDeliveryView> {
    await this.requireSendable(webhookId);
    const row = await this.database.db
      .insertInto('webhook_deliveries')
      .values({
        id,
        webhook_id: webhookId,
        event_id: newId(),
        type: webhookTestType,
        data: JSON.stringify({ webhookId }),
      })
      .returning(deliveryColumns)
      .executeTakeFirstOrThrow();
    await this.start(webhookId);
    return presentDelivery(row);
  }

  private async change(id: string, fields: WebhookPatch, condition?: Precondition): Promise<WebhookView> {
    if (fields.url !== undefined) await this.checkUrl(fields.url);
    const changed = await this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'webhooks', id);
      condition?.require(row.revision);
      // Another address, or a person who says that it works again: what was known of the endpoint does not count any more.
      const anew = (fields.url ?? row.url) !== row.url || fields.enabled === true;
      return trx
        .updateTable('webhooks')
        .set((eb) => ({
          ...fields,
          ...(anew ? { failures: 0, failing_since: null, hold_until: null } : {}),
          ...(fields.enabled === undefined ? {} : { disabled_reason: null }),
          revision: eb('revision', '+', 1),
          updated_at: new Date(),
        }))
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow();
    });
    return present(changed);
  }

  private async checkUrl(url: string): Promise<void> {
    const refusal = await baseUrlRefusal(url, this.config.allowPrivateHosts);
    if (refusal) throw invalidField('/url', `Events may not be sent there: ${refusal}`);
  }

  private async row(id: string): Promise<Row> {
    const row = await this.database.db
      .selectFrom('webhooks')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw notFound('webhook', id);
    return row;
  }

  /** @throws Problem 409 for a webhook that nothing could be sent to now. */
  private async requireSendable(id: string): Promise<void> {
    const row = await this.row(id);
    if (!row.enabled) throw new Problem('conflict', 'The webhook is disabled; enable it first.');
    try {
      this.secrets.decrypt(row.secret_encrypted, `webhook/${row.id}`);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      throw new Problem(
        'secret-unreadable',
        `The signing secret of the webhook "${row.name}" was stored with another ONCEMAIL_SECRET_KEY than this server has. ` +
          `Start all processes with that key, or make a new secret (POST /api/v1/webhooks/${row.id}/rotate-secret) and give it to the receiver.`,
        { cause: error },
      );
    }
  }

  private newSecret(id: string): { secret: string; sealed: Buffer } {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    return { secret, sealed: this.secrets.encrypt(secret, `webhook/${id}`) };
  }

  /** Sooner than a worker would find it due. While Temporal is away, a worker does. */
  private async start(webhookId: string): Promise<void> {
    try {
      await startWebhookDelivery(this.temporal, taskQueue(), webhookId);
    } catch (error) {
      this.logger.warn({ err: error, webhookId }, 'cannot start sending events now; a worker will');
    }
  }
}

function present(row: Row): WebhookView {
  const until = row.previous_until.at(-1);
  const view: WebhookView = {
    id: row.id,
    name: row.name,
    url: row.url,
    events: row.events as WebhookView['events'],
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    failingSince: row.failing_since?.toISOString() ?? null,
    secretUnreadableSince: row.secret_unreadable_since?.toISOString() ?? null,
    previousSecretUntil: until && until > new Date() ? until.toISOString() : null,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
  return versioned(view, row.revision);
}

function withSecret(row: Row, secret: string): WebhookView & { secret: string } {
  const view = present(row);
  return keepInstead(versioned({ ...view, secret }, row.revision), view);
}

function presentDelivery(row: DeliveryRow): WebhookDeliveryView {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    type: row.type as WebhookDeliveryView['type'],
    state: row.state,
    attempts: row.attempts,
    lastAttemptAt: row.last_attempt_at?.toISOString() ?? null,
    lastStatus: row.last_status,
    lastError: row.last_error,
    answeredInMs: row.answered_ms,
    nextAttemptAt: row.due_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  };
}
