import { senderRetryMs } from '../domain/backoff.js';
import type { DeliveryOutcome } from '../domain/smtpOutcome.js';
import type { Database } from '../ledger/database.js';
import type { SendingSender } from '../ledger/runs/deliveryContext.js';
import type { SecretBox } from '../mail/secrets.js';
import type { OutgoingMessage, SendResult, SendTerms, Transport } from '../mail/transport.js';
import type { Log } from './dependencies.js';
import { LedgerDesk } from './ledgerDesk.js';
import { decryptedSecret, openTransport } from './senderTransport.js';

/** How many deliveries are claimed for each connection: one on the wire and one ready behind it. */
const claimsPerConnection = 2;
/** So many connections or requests that ended before anything was said of a recipient, one after the other, are the sender's fault. */
const unspentLimit = 5;

/**
 * One sender in this process: its connections, its claims and its health, shared by all chunks and runs that use it.
 * A fault of the sender (credentials, host, refused MAIL FROM, throttling) is remembered here, so that no delivery is spent on it.
 */
export class SenderLanes {
  readonly desk: LedgerDesk;
  private readonly transport: Transport;
  private faults = 0;
  private unspentInARow = 0;
  private downUntil = 0;
  private downReason = '';
  /** Set when a limit is reached: nobody in this process asks again before. */
  limitedUntil = 0;
  limitedBy = '';
  /** Set when the sender's provider knows idempotency keys; see claimDeliveries. */
  readonly keys: { knownForMs: number; senderRevision: number } | null;

  constructor(
    readonly sender: SendingSender,
    secretBox: SecretBox,
    database: Database,
    log: Log,
    publicOnly: boolean,
  ) {
    let secret: string | undefined;
    try {
      secret = decryptedSecret(sender, secretBox);
    } catch (error) {
      // The sender's fault, not the run's: it waits until the secret is stored again (a new revision) or the right key is set.
      this.downUntil = Date.now() + 60_000;
      this.downReason = `the stored secret cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.transport = openTransport(sender, secret, publicOnly);
    const { knowsRepeatsForMs } = this.transport;
    this.keys = knowsRepeatsForMs > 0 ? { knownForMs: knowsRepeatsForMs, senderRevision: sender.revision } : null;
    this.desk = new LedgerDesk(sender.maxConnections * claimsPerConnection, database, log);
  }

  /** Why the sender cannot be used now, and for how long; null when it can. */
  down(now = Date.now()): { reason: string; waitMs: number } | null {
    return this.downUntil > now ? { reason: this.downReason, waitMs: this.downUntil - now } : null;
  }

  /** Hands a message over, see Transport, and learns from the outcome about the sender's health. Never rejects. */
  async send(message: OutgoingMessage, terms: SendTerms = {}): Promise<SendResult> {
    const outcome = await this.transport.send(message, terms);
    if (outcome.kind === 'late') return outcome;
    if (outcome.kind === 'senderFault') {
      // A server that speaks of its limits is believed; anything else may be mended any moment, so waits begin short and grow.
      const patient = outcome.fault === 'throttled';
      this.takeDown(outcome.response, patient ? outcome.retryAfterSeconds * 1000 : 0);
    } else if (outcome.kind === 'unspent' || outcome.kind === 'inDoubt') {
      this.unspentInARow++;
      if (this.unspentInARow >= unspentLimit) this.takeDown(outcome.response, 0);
    } else {
      this.unspentInARow = 0;
      this.faults = 0;
    }
    return outcome;
  }

  /** Takes the sender out of use for a while, for a fault that its server has no part in. Answers the outcome of what was to be sent. */
  fault(reason: string): DeliveryOutcome {
    this.takeDown(reason, 0);
    return { kind: 'senderFault', fault: 'sender-refused', response: reason, retryAfterSeconds: 0 };
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  /** Remembers that a limit is reached, for so many milliseconds. */
  limited(by: string | null, ms: number | null): void {
    this.limitedUntil = Date.now() + (ms ?? 1000);
    this.limitedBy = by ?? 'the sender is at its limit';
  }

  private takeDown(reason: string, atLeastMs: number): void {
    const now = Date.now();
    // Sends that fail together are one fault.
    if (this.downUntil <= now) this.faults++;
    this.unspentInARow = 0;
    this.downUntil = Math.max(this.downUntil, now + Math.max(atLeastMs, senderRetryMs(this.faults)));
    this.downReason = reason;
  }
}

/** The lanes of all senders in this process. A changed sender gets new lanes; the old ones close when their last mail is settled. */
export class SenderRegistry {
  private readonly lanes = new Map<string, SenderLanes>();

  constructor(
    private readonly secretBox: SecretBox,
    private readonly database: Database,
    private readonly log: Log,
    private readonly publicOnly: boolean,
  ) {}

  for(sender: SendingSender): SenderLanes {
    const present = this.lanes.get(sender.id);
    if (present && present.sender.revision >= sender.revision) return present;
    const fresh = new SenderLanes(sender, this.secretBox, this.database, this.log, this.publicOnly);
    this.lanes.set(sender.id, fresh);
    if (present) void present.close();
    return fresh;
  }

  async close(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
    this.lanes.clear();
  }
}
