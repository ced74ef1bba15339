import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { connectionOf } from '../../ledger/senders/connection.js';
import { compileContent } from '../../mail/template.js';
import { Problem } from '../common/problems.js';
import { CONFIG } from '../common/tokens.js';
import { buildMessage } from '../content/preview.js';
import { Mailer, markedAsTest } from './mailer.js';
import type { SenderTest } from './schemas.js';
import { SendersService } from './service.js';

const testContent = compileContent({
  subject: 'Test of the sender {{ sender.email }}',
  html: '<p>This is a test mail from Oncemail.</p><p>It reached you, so the sender <b>{{ sender.name }} &lt;{{ sender.email }}&gt;</b> works.</p>',
  text: 'This is a test mail from Oncemail.\n\nIt reached you, so the sender {{ sender.name }} <{{ sender.email }}> works.\n',
});

const order = ['connect', 'greeting', 'tls', 'auth', 'message'] as const;
type Step = (typeof order)[number];

/** Tries a sender with a real mail, and says step by step how far it got. */
@Injectable()
export class SenderTestService {
  constructor(
    @Inject(SendersService) private readonly senders: SendersService,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Sends a mail and answers how far it got. `testId` names the test: its mail has the same Message-ID when it is done again. */
  async test(id: string, to: string, testId: string): Promise<SenderTest> {
    const row = await this.senders.row(id);
    const connection = connectionOf(row);
    const planned = order.filter((step) => {
      if (connection.transport === 'resend')
        return step !== 'greeting' && (step !== 'tls' || connection.baseUrl.startsWith('https:'));
      return (step !== 'tls' || connection.security !== 'none') && (step !== 'auth' || connection.username !== null);
    });
    const details = new Map<Step, string>();
    const answer = (failed: Step | null, detail: string, messageId: string | null, unknown = false): SenderTest => {
      const at = failed === null ? planned.length : planned.indexOf(failed);
      const last = failed ?? 'message';
      details.set(last, detail);
      return {
        ok: failed === null,
        messageId,
        steps: planned.map((step, i) => ({
          step,
          state: i < at ? 'ok' : i > at ? 'not-reached' : unknown ? 'unknown' : 'failed',
          detail: i <= at ? (details.get(step) ?? null) : null,
        })),
      };
    };

    const opened = await this.mailer.open(row);
    for (const step of opened.steps) details.set(step.step, step.response);
    if (!opened.ok) {
      const stage = planned.find((step) => step === opened.stage) ?? 'message';
      return answer(stage, opened.reason, null);
    }
    try {
      const messageId = this.mailer.messageId(row, testId);
      const message = buildMessage(
        testContent,
        {
          contact: { email: to, name: '', attributes: {} },
          campaignName: 'Test',
          scheduledFor: new Date(),
          sender: { fromName: row.from_name, fromEmail: row.from_email, replyTo: row.reply_to },
          unsubscribeUrl: `${this.config.publicUrl}/u/preview`,
        },
        messageId,
        this.mailer.dkimOf(row),
      );
      const outcome = await opened.send(markedAsTest(message));
      // An API has no steps of its own: its answer to the mail says how far it got.
      const stage =
        connection.transport === 'resend' && outcome.kind === 'senderFault'
          ? (planned.find((step) => step === outcome.fault) ?? 'message')
          : 'message';
      return answer(
        outcome.kind === 'sent' ? null : stage,
        outcome.response,
        messageId,
        outcome.kind === 'uncertain' || outcome.kind === 'inDoubt',
      );
    } catch (error) {
      // The server is all right, and the answer says so; what is missing is the key to sign with.
      if (error instanceof Problem && error.type === 'secret-unreadable') return answer('message', error.detail, null);
      throw error;
    } finally {
      await opened.close();
    }
  }
}
