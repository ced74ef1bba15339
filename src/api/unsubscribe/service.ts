import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { Database } from '../../ledger/database.js';
import { recipientOf, unsubscribe, type Recipient } from '../../ledger/unsubscribe.js';
import { verifyUnsubscribeToken } from '../../mail/unsubscribe.js';
import { CONFIG, DATABASE } from '../common/tokens.js';

@Injectable()
export class UnsubscribeService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** The recipient a link belongs to; undefined when the link was not made here, or belongs to nobody any more. */
  async recipient(token: string): Promise<{ recipient: Recipient; runId: string } | undefined> {
    const subject = verifyUnsubscribeToken(this.config.secretKey, token);
    if (!subject) return undefined;
    const recipient = await recipientOf(this.database.pool, subject.contactId, subject.runId);
    return recipient && { recipient, runId: subject.runId };
  }

  async unsubscribe({ recipient, runId }: { recipient: Recipient; runId: string }): Promise<void> {
    await unsubscribe(this.database.pool, recipient, runId);
  }
}
