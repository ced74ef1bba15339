import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import type { TemplatesTable } from '../../ledger/schema.js';
import { rowVersion, versioned, type Precondition } from '../common/etag.js';
import { newId } from '../common/ids.js';
import { lockResource } from '../common/lockResource.js';
import { patched } from '../common/mergePatch.js';
import { paginate, type Page } from '../common/pagination.js';
import { inUse, invalidField, notFound } from '../common/problems.js';
import { contains } from '../common/search.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import type { ContentAttachment } from '../../domain/attachment.js';
import { attachmentsOf, keepAttachments } from '../content/attachments.js';
import { compiledOrRefused } from '../content/compile.js';
import { contactToRender } from '../content/contacts.js';
import { exampleContact, exampleSender, preview, type Preview } from '../content/preview.js';
import {
  templateInput,
  type Template,
  type TemplateInput,
  type TemplatePatch,
  type TemplatePreviewInput,
} from './schemas.js';

type Row = Selectable<TemplatesTable> & { version: string };

const sorts = {
  createdAt: { columns: [{ column: 'templates.id', kind: 'uuid' }] },
  name: {
    columns: [
      { column: 'templates.name', kind: 'text' },
      { column: 'templates.id', kind: 'uuid' },
    ],
  },
} as const;

@Injectable()
export class TemplatesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(query: {
    limit: number;
    cursor?: string | undefined;
    sort: keyof typeof sorts | `-${keyof typeof sorts}`;
    search?: string | undefined;
  }): Promise<Page<Template>> {
    const { search, ...page } = query;
    let q = this.database.db
      .selectFrom('templates')
      .selectAll()
      .select(rowVersion().as('version'))
      .where('deleted_at', 'is', null);
    if (search) q = q.where(contains('templates.name', search));
    const { rows, nextCursor } = await paginate(q, { list: 'templates', filters: { search }, sorts, ...page });
    return { items: rows.map(present), nextCursor };
  }

  async get(id: string): Promise<Template> {
    const row = await this.database.db
      .selectFrom('templates')
      .selectAll()
      .select(rowVersion().as('version'))
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw notFound('template', id);
    return present(row);
  }

  async create(input: TemplateInput, id = newId()): Promise<Template> {
    compiledOrRefused(input);
    return this.database.db.transaction().execute(async (trx) => {
      const attachments = await attachmentsOf(trx, input.attachments, this.config.attachmentBytes);
      const row = await trx
        .insertInto('templates')
        .values({ id, ...columns(input, attachments) })
        .returningAll()
        .returning(rowVersion().as('version'))
        .executeTakeFirstOrThrow();
      await keepAttachments(trx, id, attachments);
      return present(row);
    });
  }

  replace(id: string, input: TemplateInput, condition?: Precondition): Promise<Template> {
    return this.change(id, condition, () => input);
  }

  patch(id: string, patch: TemplatePatch, condition?: Precondition): Promise<Template> {
    return this.change(id, condition, (row) =>
      patched(
        templateInput,
        { name: row.name, subject: row.subject, html: row.html, text: row.text, attachments: row.attachments },
        patch,
      ),
    );
  }

  /** Deletes a template no campaign uses; its row stays, as past campaigns name it. */
  async delete(id: string, condition?: Precondition): Promise<void> {
    await this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'templates', id);
      condition?.require(row.version);
      const campaigns = await trx
        .selectFrom('campaigns')
        .select(['id', 'name'])
        .where('template_id', '=', row.id)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .limit(20)
        .execute();
      if (campaigns.length > 0) {
        throw inUse(`Campaigns use this template: ${campaigns.map((c) => `"${c.name}"`).join(', ')}.`, campaigns);
      }
      await trx.updateTable('templates').set({ deleted_at: new Date() }).where('id', '=', row.id).execute();
      await keepAttachments(trx, row.id, []);
    });
  }

  /** Renders content that need not be saved. */
  async preview(input: TemplatePreviewInput): Promise<Preview> {
    const content = compiledOrRefused(input);
    const attachments = await attachmentsOf(this.database.db, input.attachments, this.config.attachmentBytes);
    const contact = input.contactId
      ? await contactToRender(this.database, input.contactId, '/contactId')
      : (input.contact ?? exampleContact);
    return preview(content, {
      contact,
      campaignName: input.campaignName ?? 'Preview',
      scheduledFor: new Date(),
      sender: input.senderId ? await this.senderOf(input.senderId) : exampleSender,
      unsubscribeUrl: `${this.config.publicUrl}/u/preview`,
      attachments,
    });
  }

  private async senderOf(id: string): Promise<typeof exampleSender> {
    const row = await this.database.db
      .selectFrom('senders')
      .select(['from_name', 'from_email', 'reply_to'])
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw invalidField('/senderId', `There is no sender ${id}`);
    return { fromName: row.from_name, fromEmail: row.from_email, replyTo: row.reply_to };
  }

  private async change(
    id: string,
    condition: Precondition | undefined,
    decide: (row: Row) => TemplateInput,
  ): Promise<Template> {
    return this.database.db.transaction().execute(async (trx) => {
      const row = await lockResource(trx, 'templates', id);
      condition?.require(row.version);
      const input = decide(row);
      compiledOrRefused(input);
      const attachments = await attachmentsOf(trx, input.attachments, this.config.attachmentBytes);
      await keepAttachments(trx, row.id, attachments);
      const changed = await trx
        .updateTable('templates')
        .set({ ...columns(input, attachments), updated_at: new Date() })
        .where('id', '=', row.id)
        .returningAll()
        .returning(rowVersion().as('version'))
        .executeTakeFirstOrThrow();
      return present(changed);
    });
  }
}

function columns(input: TemplateInput, attachments: readonly ContentAttachment[]) {
  return {
    name: input.name,
    subject: input.subject,
    html: input.html,
    text: input.text ?? null,
    attachments: JSON.stringify(attachments),
  };
}

function present(row: Row): Template {
  const view: Template = {
    id: row.id,
    name: row.name,
    subject: row.subject,
    html: row.html,
    text: row.text,
    attachments: row.attachments,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
  return versioned(view, row.version);
}
