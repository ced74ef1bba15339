import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import { readContents } from '../../ledger/attachments/readAttachment.js';
import type { Content } from '../../ledger/schema.js';
import { Problem } from '../common/problems.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import { compiledOrRefused } from '../content/compile.js';
import { contactToRender } from '../content/contacts.js';
import {
  builder,
  exampleContact,
  exampleSender,
  preview,
  type Preview,
  type PreviewContact,
  type PreviewContext,
} from '../content/preview.js';
import { Mailer, markedAsTest } from '../senders/mailer.js';
import { SendersService } from '../senders/service.js';
import type { CampaignPreviewInput, CampaignView, TestSendInput } from './schemas.js';
import { CampaignsService } from './service.js';

interface TestResult {
  to: string;
  ok: boolean;
  response: string;
  messageId: string;
}

/** Mails of a campaign that people look at before a run: previews and tests. */
@Injectable()
export class CampaignMailsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(SendersService) private readonly senders: SendersService,
    @Inject(Mailer) private readonly mailer: Mailer,
  ) {}

  async preview(id: string, input: CampaignPreviewInput): Promise<Preview> {
    const { campaign, content } = await this.contentOf(id);
    return preview(compiledOrRefused(content), await this.context(campaign, content, input));
  }

  /** Sends test mails. `testId` names the test: its mails have the same Message-IDs when a crash makes it be done again. */
  async testSend(
    id: string,
    input: TestSendInput,
    testId: string,
  ): Promise<{ ok: boolean; results: TestResult[]; warnings: string[] }> {
    const { campaign, content } = await this.contentOf(id);
    const context = await this.context(campaign, content, input);
    const warnings = preview(compiledOrRefused(content), context).warnings;
    const compiled = compiledOrRefused({ ...content, subject: `[Test] ${content.subject}` });
    const [senderId] = campaign.senderIds;
    if (!senderId) throw new Problem('conflict', 'The campaign has no sender.');
    const sender = await this.senders.row(senderId);
    const recipients = [input.to].flat();

    const build = builder(compiled, context, {
      dkim: this.mailer.dkimOf(sender),
      attachments: await readContents(this.database.pool, content.attachments ?? []),
    });
    const mail = (to: string, index: number) => {
      const messageId = this.mailer.messageId(sender, `${testId}.${index}`);
      const message = build({ ...context.contact, email: to }, messageId);
      return { to, messageId, message: markedAsTest(message) };
    };
    // Made before anything is sent: content that cannot be rendered sends nothing.
    const mails = recipients.map(mail);
    const opened = await this.mailer.open(sender);
    if (!opened.ok) {
      const results = mails.map(({ to, messageId }) => ({
        to,
        messageId,
        ok: false,
        response: `${opened.stage}: ${opened.reason}`,
      }));
      return { ok: false, results, warnings };
    }
    try {
      const results: TestResult[] = [];
      for (const { to, messageId, message } of mails) {
        const outcome = await opened.send(message);
        results.push({ to, messageId, ok: outcome.kind === 'sent', response: outcome.response });
      }
      return { ok: results.every((r) => r.ok), results, warnings };
    } finally {
      await opened.close();
    }
  }

  private async contentOf(id: string): Promise<{ campaign: CampaignView; content: Content }> {
    const { campaign, content } = await this.campaigns.withContent(id);
    if (!content) throw new Problem('conflict', 'The template of this campaign has been deleted.');
    return { campaign, content };
  }

  private async context(
    campaign: CampaignView,
    content: Content,
    input: { contactId?: string | undefined; contact?: PreviewContact | undefined },
  ): Promise<PreviewContext> {
    const contact = input.contactId
      ? await contactToRender(this.database, input.contactId, '/contactId')
      : (input.contact ?? exampleContact);
    const sender = campaign.senderIds[0]
      ? await this.database.db
          .selectFrom('senders')
          .select(['from_name', 'from_email', 'reply_to'])
          .where('id', '=', campaign.senderIds[0])
          .executeTakeFirst()
      : undefined;
    return {
      contact,
      campaignName: campaign.name,
      scheduledFor: new Date(),
      sender: sender
        ? { fromName: sender.from_name, fromEmail: sender.from_email, replyTo: sender.reply_to }
        : exampleSender,
      unsubscribeUrl: `${this.config.publicUrl}/u/preview`,
      attachments: content.attachments ?? [],
    };
  }
}
