import { readContents } from '../ledger/attachments/readAttachment.js';
import type { Database } from '../ledger/database.js';
import type { DeliveryContext, SendingSender } from '../ledger/runs/deliveryContext.js';
import { compileAttachments, type CompiledAttachments } from '../mail/attachments.js';
import { type CompiledMessage, compileMessage, isPlain } from '../mail/message.js';
import type { SecretBox } from '../mail/secrets.js';
import { type CompiledContent, compileContent } from '../mail/template.js';

/** How many bytes of encoded attachments are kept for runs that have no chunk here at the moment. */
const keptBytes = 64 * 1024 * 1024;
/** How many characters of sources are kept compiled. */
const keptCharacters = 8 * 1024 * 1024;

/** The compiled messages of recent runs: a run's content is parsed, and its attachments are encoded, once in a process, not once a chunk. */
export class MessageCache {
  private readonly compiled = new Map<string, CompiledMessage>();
  private readonly contents = new Map<string, CompiledContent>();
  private contentCharacters = 0;
  private readonly attachments = new Map<string, { compiled: Promise<CompiledAttachments | null>; bytes: number }>();

  constructor(
    private readonly secretBox: SecretBox,
    private readonly database: Database,
    private readonly capacity = 100,
  ) {}

  /**
   * The content of a run, compiled. The same content of another run, or of another step of this one, is not compiled again: that takes several milliseconds,
   * which is a lot for a run of twenty mails.
   * @throws TemplateSyntaxError
   */
  contentOf({ content }: DeliveryContext): CompiledContent {
    const key = JSON.stringify([content.subject, content.html, content.text]);
    const known = this.contents.get(key);
    if (known) {
      this.contents.delete(key);
      this.contents.set(key, known);
      return known;
    }
    const compiled = compileContent(content);
    this.contents.set(key, compiled);
    this.contentCharacters += key.length;
    for (const oldest of this.contents.keys()) {
      if (this.contentCharacters <= keptCharacters || this.contents.size === 1) break;
      this.contents.delete(oldest);
      this.contentCharacters -= oldest.length;
    }
    return compiled;
  }

  /** The attachments of a run, for `for`; null when it has none. @throws AttachmentMissing, or what the database fails with. */
  attachmentsOf(context: DeliveryContext): Promise<CompiledAttachments | null> {
    const list = context.content.attachments ?? [];
    if (list.length === 0) return Promise.resolve(null);
    const { runId } = context;
    let entry = this.attachments.get(runId);
    if (!entry) {
      const compiled = readContents(this.database.pool, list).then((sources) =>
        compileAttachments(runId, sources, !isPlain(this.contentOf(context))),
      );
      entry = { compiled, bytes: list.reduce((sum, a) => sum + a.size, 0) };
      // The next chunk tries again.
      compiled.catch(() => this.attachments.delete(runId));
    } else {
      this.attachments.delete(runId);
    }
    this.attachments.set(runId, entry);
    this.dropOldAttachments();
    return entry.compiled;
  }

  for(context: DeliveryContext, sender: SendingSender, attachments: CompiledAttachments | null): CompiledMessage {
    const key = `${context.runId}/${sender.id}/${sender.revision}`;
    let message = this.compiled.get(key);
    if (!message) {
      message = compileMessage({
        content: this.contentOf(context),
        sender: { fromName: sender.fromName, fromEmail: sender.fromEmail, replyTo: sender.replyTo },
        campaign: { name: context.campaignName },
        run: { id: context.runId, scheduledFor: context.scheduledFor },
        attachments,
        ...(sender.dkim && sender.dkimPrivateKeyEncrypted
          ? {
              dkim: {
                ...sender.dkim,
                privateKey: this.secretBox.decrypt(sender.dkimPrivateKeyEncrypted, `${sender.id}/dkim`),
              },
            }
          : {}),
      });
    } else {
      this.compiled.delete(key);
    }
    this.compiled.set(key, message);
    if (this.compiled.size > this.capacity) this.compiled.delete(this.compiled.keys().next().value as string);
    return message;
  }

  /** The run that was asked for longest ago goes first, and its messages, which hold on to the same bytes. */
  private dropOldAttachments(): void {
    let bytes = [...this.attachments.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [runId, entry] of this.attachments) {
      if (bytes <= keptBytes || this.attachments.size === 1) return;
      this.attachments.delete(runId);
      for (const key of this.compiled.keys()) if (key.startsWith(`${runId}/`)) this.compiled.delete(key);
      bytes -= entry.bytes;
    }
  }
}
