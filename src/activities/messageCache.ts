import type { DeliveryContext, SendingSender } from '../ledger/runs/deliveryContext.js';
import { type CompiledMessage, compileMessage } from '../mail/message.js';
import { compileContent } from '../mail/template.js';
import type { SecretBox } from '../mail/secrets.js';

/** The compiled messages of recent runs: a run's content is parsed once in a process, not once a chunk. */
export class MessageCache {
  private readonly compiled = new Map<string, CompiledMessage>();

  constructor(
    private readonly secretBox: SecretBox,
    private readonly capacity = 100,
  ) {}

  for(context: DeliveryContext, sender: SendingSender): CompiledMessage {
    const key = `${context.runId}/${sender.id}/${sender.revision}`;
    let message = this.compiled.get(key);
    if (!message) {
      message = compileMessage({
        content: compileContent(context.content),
        sender: { fromName: sender.fromName, fromEmail: sender.fromEmail, replyTo: sender.replyTo },
        campaign: { name: context.campaignName },
        run: { id: context.runId, scheduledFor: context.scheduledFor },
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
}
