import { Inject, Injectable } from '@nestjs/common';
import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import type { Config } from '../../config.js';
import type { ContentAttachment } from '../../domain/attachment.js';
import type { Database } from '../../ledger/database.js';
import type { CampaignsTable, Content, Schema } from '../../ledger/schema.js';
import { rowVersion, versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { lockResource } from '../common/lockResource.js';
import { checked, mergePatch } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { inUse, notFound, Problem, type ProblemDetail } from '../common/problems.js';
import { contains } from '../common/search.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import { attachmentsOf, keepAttachments } from '../content/attachments.js';
import { compiledOrRefused } from '../content/compile.js';
import {
  campaignInput,
  type CampaignInput,
  type CampaignPatch,
  type CampaignQuery,
  type CampaignView,
} from './schemas.js';

type Row = Selectable<CampaignsTable> & { list_ids: string[]; sender_ids: string[]; version: string };

const sorts = {
  createdAt: { columns: [{ column: 'c.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'c.name', kind: 'text' },
      { column: 'c.id', kind: 'uuid' },
    ],
  },
} as const;

@Injectable()
export class CampaignsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(query: CampaignQuery): Promise<Page<CampaignView>> {
    const { search, senderId, listId, ...page } = query;
    let q = select(this.database.db);
    if (search) q = q.where(contains('c.name', search));
    if (senderId) {
      q = q.where((eb) =>
        eb.exists(
          eb
            .selectFrom('campaign_senders as x')
            .select('x.campaign_id')
            .whereRef('x.campaign_id', '=', 'c.id')
            .where('x.sender_id', '=', senderId),
        ),
      );
    }
    if (listId) {
      q = q.where((eb) =>
        eb.exists(
          eb
            .selectFrom('campaign_lists as y')
            .select('y.campaign_id')
            .whereRef('y.campaign_id', '=', 'c.id')
            .where('y.list_id', '=', listId),
        ),
      );
    }
    const { rows, nextCursor } = await paginate(q, {
      list: 'campaigns',
      filters: { search, senderId, listId },
      sorts,
      ...page,
    });
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<CampaignView> {
    const row = await select(this.database.db).where('c.id', '=', id).executeTakeFirst();
    if (!row) throw notFound('campaign', id);
    return present(row);
  }

  /** A campaign with the content it would send: its own, or its template's; null when the template has been deleted. */
  async withContent(id: string): Promise<{ campaign: CampaignView; content: Content | null }> {
    const campaign = await this.get(id);
    if (campaign.content) return { campaign, content: campaign.content };
    const template = await this.database.db
      .selectFrom('templates')
      .select(['subject', 'html', 'text', 'attachments'])
      .where('id', '=', campaign.templateId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return { campaign, content: template ?? null };
  }

  async create(input: CampaignInput, id = newId()): Promise<CampaignView> {
    if (input.content) compiledOrRefused(input.content, '/content');
    await this.database.db.transaction().execute(async (trx) => {
      await checkReferences(trx, input);
      const attachments = await this.attachments(trx, input);
      await trx
        .insertInto('campaigns')
        .values({ id, ...columns(input, attachments) })
        .execute();
      await writeReferences(trx, id, input);
      await keepAttachments(trx, id, attachments);
    });
    return this.get(id);
  }

  async replace(id: string, input: CampaignInput, condition?: Precondition): Promise<CampaignView> {
    return this.change(id, condition, () => input);
  }

  async patch(id: string, patch: CampaignPatch, condition?: Precondition): Promise<CampaignView> {
    return this.change(id, condition, (present) => {
      // One of the two takes the other's place.
      const without =
        patch.templateId != null
          ? { ...present, content: null }
          : patch.content != null
            ? { ...present, templateId: null }
            : present;
      return checked(campaignInput, mergePatch(withoutNulls(without), patch));
    });
  }

  /** Deletes a campaign that no automation uses and that is not being sent; its row stays, as past runs name it. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const { version } = await lockResource(trx, 'campaigns', id);
      condition?.require(version);
      const automations = await trx
        .selectFrom('automations')
        .select(['id', 'name'])
        .where('campaign_id', '=', id)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .limit(20)
        .execute();
      if (automations.length > 0) {
        throw inUse(`Automations use this campaign: ${automations.map((a) => `"${a.name}"`).join(', ')}.`, automations);
      }
      const open = await trx
        .selectFrom('runs')
        .select('id')
        .where('campaign_id', '=', id)
        .where('status', 'in', ['preparing', 'sending', 'waiting', 'paused'])
        .executeTakeFirst();
      if (open) throw new Problem('conflict', `Run ${open.id} of this campaign has not ended; stop it first.`);
      await trx.updateTable('campaigns').set({ deleted_at: new Date() }).where('id', '=', id).execute();
      await keepAttachments(trx, id, []);
    });
  }

  /** A copy: the same audience, senders and content, no runs and no automations. */
  async duplicate(id: string, name: string | undefined, copyId = newId()): Promise<CampaignView> {
    const original = await this.get(id);
    const copy = name ?? `${original.name.slice(0, 190)} (copy)`;
    return this.create({ ...input(original), name: copy }, copyId);
  }

  private async change(
    id: string,
    condition: Precondition | undefined,
    decide: (present: Omit<CampaignInput, never>) => CampaignInput,
  ): Promise<CampaignView> {
    await this.database.db.transaction().execute(async (trx) => {
      const { version } = await lockResource(trx, 'campaigns', id);
      condition?.require(version);
      const row = await select(trx).where('c.id', '=', id).executeTakeFirstOrThrow();
      const next = decide(input(present(row)));
      if (next.content) compiledOrRefused(next.content, '/content');
      await checkReferences(trx, next);
      const attachments = await this.attachments(trx, next);
      await trx
        .updateTable('campaigns')
        .set({ ...columns(next, attachments), updated_at: new Date() })
        .where('id', '=', id)
        .execute();
      await trx.deleteFrom('campaign_lists').where('campaign_id', '=', id).execute();
      await trx.deleteFrom('campaign_senders').where('campaign_id', '=', id).execute();
      await writeReferences(trx, id, next);
      await keepAttachments(trx, id, attachments);
    });
    return this.get(id);
  }

  private attachments(trx: Transaction<Schema>, input: CampaignInput): Promise<ContentAttachment[]> {
    return attachmentsOf(trx, input.content?.attachments, this.config.attachmentBytes, '/content');
  }
}

function select(db: Kysely<Schema>) {
  return db
    .selectFrom('campaigns as c')
    .selectAll('c')
    .select(rowVersion('c').as('version'))
    .select([
      sql<
        string[]
      >`array(SELECT l.list_id::text FROM campaign_lists l WHERE l.campaign_id = c.id ORDER BY l.list_id)`.as(
        'list_ids',
      ),
      sql<
        string[]
      >`array(SELECT s.sender_id::text FROM campaign_senders s WHERE s.campaign_id = c.id ORDER BY s.position)`.as(
        'sender_ids',
      ),
    ])
    .where('c.deleted_at', 'is', null);
}

/** What a campaign refers to must exist; share locks keep it from being deleted until the campaign is written. */
async function checkReferences(trx: Transaction<Schema>, input: CampaignInput): Promise<void> {
  const errors: ProblemDetail[] = [];
  const check = async (
    table: 'lists' | 'senders' | 'templates',
    ids: readonly string[],
    pointer: (index: number) => string,
    kind: string,
  ) => {
    const found = await trx
      .selectFrom(table)
      .select('id')
      .where('id', 'in', [...ids])
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .forShare()
      .execute();
    const known = new Set(found.map((r) => r.id));
    ids.forEach((id, i) => {
      if (!known.has(id.toLowerCase())) errors.push({ pointer: pointer(i), message: `There is no ${kind} ${id}` });
    });
  };
  await check('lists', input.listIds, (i) => `/listIds/${i}`, 'list');
  await check('senders', input.senderIds, (i) => `/senderIds/${i}`, 'sender');
  if (input.templateId) await check('templates', [input.templateId], () => '/templateId', 'template');
  if (errors.length > 0)
    throw new Problem(
      'validation',
      errors
        .map((e) => `${e.pointer}: ${e.message}`)
        .slice(0, 3)
        .join('; '),
      { errors },
    );
}

async function writeReferences(trx: Transaction<Schema>, id: string, input: CampaignInput): Promise<void> {
  await trx
    .insertInto('campaign_lists')
    .values(input.listIds.map((list_id) => ({ campaign_id: id, list_id })))
    .execute();
  await trx
    .insertInto('campaign_senders')
    .values(input.senderIds.map((sender_id, position) => ({ campaign_id: id, sender_id, position })))
    .execute();
}

function columns(input: CampaignInput, attachments: readonly ContentAttachment[]) {
  return {
    name: input.name,
    template_id: input.templateId ?? null,
    content: input.content
      ? JSON.stringify({
          subject: input.content.subject,
          html: input.content.html,
          text: input.content.text ?? null,
          attachments,
        })
      : null,
    audience: input.audience,
  };
}

/** A campaign as a PUT would send it. */
function input(view: CampaignView): CampaignInput {
  const { name, listIds, senderIds, templateId, content, audience } = view;
  return { name, listIds, senderIds, templateId, content, audience };
}

function withoutNulls(value: CampaignInput): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null));
}

function present(row: Row): CampaignView {
  const view: CampaignView = {
    id: row.id,
    name: row.name,
    listIds: row.list_ids,
    senderIds: row.sender_ids,
    templateId: row.template_id,
    content: row.content
      ? {
          subject: row.content.subject,
          html: row.content.html,
          text: row.content.text ?? null,
          attachments: row.content.attachments ?? [],
        }
      : null,
    audience: row.audience,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
  return versioned(view, row.version);
}
