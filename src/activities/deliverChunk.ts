import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { parseAddress } from '../domain/address.js';
import { deferralMs, doubtRetryMs, maxAttempts, senderRetryMs } from '../domain/backoff.js';
import { resendKeyMs } from '../domain/httpOutcome.js';
import { deliveryMessageId } from '../domain/ids.js';
import type { DeliveryOutcome } from '../domain/smtpOutcome.js';
import { durationInWords } from '../domain/duration.js';
import { abandonClaims } from '../ledger/deliveries/abandonClaims.js';
import type { ClaimedDelivery } from '../ledger/deliveries/claimSql.js';
import { giveUpDoubts, putOffDoubts } from '../ledger/deliveries/resolveDoubts.js';
import type { Settlement } from '../ledger/deliveries/settleSql.js';
import { showWaiting } from '../ledger/runs/controlRun.js';
import { type DeliveryContext, readDeliveryContext } from '../ledger/runs/deliveryContext.js';
import { finishChunk } from '../ledger/runs/finishChunk.js';
import { isUnlimited, reserveSlots, returnSlots, slotUseMs } from '../ledger/senders/reserveSlots.js';
import { suppress } from '../ledger/suppressions.js';
import type { CompiledAttachments } from '../mail/attachments.js';
import { DkimKeyError } from '../mail/dkim.js';
import { SecretError } from '../mail/secrets.js';
import type { OutgoingMessage, SendResult, SendTerms } from '../mail/transport.js';
import { unsubscribeUrl } from '../mail/unsubscribe.js';
import type { ActivityDependencies } from './dependencies.js';
import { whileBeating } from './heartbeat.js';
import { Lease } from './lease.js';
import type { MessageCache } from './messageCache.js';
import { notifySenderFault } from './notify.js';
import type { SenderLanes, SenderRegistry } from './senderLanes.js';

export interface DeliverChunkInput {
  runId: string;
  chunkNo: number;
  /** The run ID of the first execution of the workflow's chain. */
  owner: string;
}

export interface DeliverChunkResult {
  /**
   * `left`: nothing of the chunk may be claimed now (finished, deferred to later, or the run is paused or stopped). `more`: the activity
   * gave its place up while work remained (its turn was over, its worker stops). `hold`: no sender can take more for `waitMs`.
   */
  status: 'left' | 'more' | 'hold';
  waitMs: number;
  reason?: string;
}

/** After so long an activity gives its place to other chunks. */
const turnMs = 60_000;
/** A wait for a slot up to this long is spent in the activity; a longer one is a timer of the workflow. */
const waitHereMs = 3_000;
/**
 * How long after its slot a delivery may still be handed over, milliseconds: with slots 6 % further apart than the rate asks, and
 * 35 ms of network and clocks, a window of a second holds no more than the limit.
 */
const slotGraceMs = 25;
/**
 * So long after its claim a delivery is not begun any more but claimed anew, milliseconds: a worker that Temporal no longer hears of, though
 * it runs, has its claims called uncertain after `heartbeatTimeoutMs` and sent again by the policy `resend` 45 s later.
 */
const claimAgeMs = 40_000;
/** For so long slots to be given back are gathered, milliseconds. */
const gatherMs = 20;
const suspended = 'the process was suspended before the mail was handed over';
const tooOld = 'it waited too long for a connection and is claimed anew';
/** Rows of one claim at most. */
const largestClaim = 50;

/**
 * Delivers what is due of one chunk: claim a few, hand them to SMTP, settle by claim token, until nothing is due.
 *
 * Guarantees: nothing is handed over that this attempt has not claimed in a committed transaction; what it claimed it settles, also when it is
 * cancelled, when its worker stops or when the database is away for a while; what an earlier attempt left `sending` becomes `uncertain`
 * first, or is asked about by the same sender where its provider knows the delivery's key. At most two deliveries a connection are
 * claimed and unsettled in a process, over all chunks.
 */
export function deliverChunkActivity(deps: ActivityDependencies, senders: SenderRegistry, messages: MessageCache) {
  return async function deliverChunk(input: DeliverChunkInput): Promise<DeliverChunkResult> {
    const activity = Context.current();
    const { database } = deps;
    await abandonClaims(database.pool, { runId: input.runId, chunkNo: input.chunkNo, owner: input.owner });
    const context = await readDeliveryContext(database.pool, input.runId);
    if (!context) throw new Error(`Run ${input.runId} has no snapshot in the ledger.`);
    if (context.owner !== input.owner) return { status: 'left', waitMs: 0, reason: 'another execution owns the run' };
    if (mayHaveDoubts(context)) await giveUpDoubts(database.pool, { ...input, knownForMs: resendKeyMs });

    const attachments = await whileBeating(() => messages.attachmentsOf(context));

    const lease = new Lease(() => activity.heartbeat());
    const turn = new ChunkTurn(deps, context, input, lease, messages, attachments);
    try {
      return await turn.work(senders, activity.cancellationSignal);
    } finally {
      await turn.settled();
      lease.end();
      await finishChunk(database, input.runId, input.chunkNo);
    }
  };
}

/** How a claimed delivery is handed over; times are on the scale of performance.now(). */
interface Handover {
  messageId: string;
  /** From when; 0: at once. */
  slot: number;
  /** The reservation that the slot is of, while it counts for this delivery; null where the sender has no limits. */
  reservedAt: Date | null;
  /** It is not begun later. */
  beginBefore: number;
}

/** Whether a slot is left: no server has answered for a recipient. */
function nothingWentOut(outcome: DeliveryOutcome): boolean {
  return (
    outcome.kind === 'unspent' || outcome.kind === 'senderFault' || (outcome.kind === 'failed' && outcome.code === null)
  );
}

/** One activity attempt at one chunk. */
class ChunkTurn {
  private readonly inFlight = new Set<Promise<void>>();
  /** Slots that found nothing to send and are to be given back, by sender and reservation. */
  private readonly unused = new Map<string, { senderId: string; reservedAt: Date; count: number }>();

  constructor(
    private readonly deps: ActivityDependencies,
    private readonly context: DeliveryContext,
    private readonly input: DeliverChunkInput,
    private readonly lease: Lease,
    private readonly messages: MessageCache,
    private readonly attachments: CompiledAttachments | null,
  ) {}

  async work(registry: SenderRegistry, cancelled: AbortSignal): Promise<DeliverChunkResult> {
    const until = Date.now() + turnMs;
    const lanes = this.context.senders.map((s) => (s ? registry.for(s) : null));
    if (lanes.every((l) => l === null)) {
      return this.hold(
        'every sender of the run has been deleted: give the campaign a sender and start a new run',
        300_000,
      );
    }
    // Senders that found nothing due. What is left then, if anything, is in doubt at others, which alone may claim it.
    const idle = new Set<number>();
    for (;;) {
      if (cancelled.aborted || this.deps.drain.draining || this.lease.lost || Date.now() > until) {
        return { status: 'more', waitMs: 0 };
      }
      const candidates = idle.size === 0 ? lanes : lanes.map((l, no) => (l?.keys && !idle.has(no) ? l : null));
      if (candidates.every((l) => l === null)) return { status: 'left', waitMs: 0 };
      const choice = chooseLanes(candidates);
      if ('waitMs' in choice) {
        if (idle.size > 0) {
          for (const [senderNo, lane] of candidates.entries())
            if (lane) await putOffDoubts(this.deps.database.pool, { ...this.input, senderNo, ms: choice.waitMs });
          return { status: 'left', waitMs: 0 };
        }
        if (choice.waitMs > waitHereMs) return this.hold(choice.reason, choice.waitMs);
        await delay(choice.waitMs);
        continue;
      }
      const { senderNo, lane } = choice;
      const moved = await this.claimAndSend(lane, senderNo, cancelled);
      if (moved === 'nothing due') idle.add(senderNo);
      else if (moved === 'claimed') idle.clear();
    }
  }

  /** Resolves when everything that was claimed here is settled. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.race(this.inFlight);
  }

  private async claimAndSend(
    lane: SenderLanes,
    senderNo: number,
    cancelled: AbortSignal,
  ): Promise<'nothing due' | 'claimed' | 'not now'> {
    let reserved: { slots: number[]; reservedAt: Date } | null = null;
    const admit = async (count: number): Promise<number> => {
      if (lane.down() || lane.limitedUntil > Date.now() || this.deps.drain.draining || this.lease.lost) return 0;
      if (isUnlimited(lane.sender.limits)) return count;
      const reservation = await reserveSlots(this.deps.database, lane.sender.id, lane.sender.limits, count);
      reserved = reservation;
      if (reservation.slots.length === 0) lane.limited(reservation.limitedBy, reservation.retryInMs);
      return reservation.slots.length;
    };
    const { runId, chunkNo, owner } = this.input;
    const claim = await lane.desk.claim(
      { runId, chunkNo, owner, senderNo, most: largestClaim, admit, ...(lane.keys ? { keys: lane.keys } : {}) },
      cancelled,
    );
    if (!claim) return 'not now';
    const beginBefore = performance.now() + claimAgeMs;
    const { slots, reservedAt } = (reserved as { slots: number[]; reservedAt: Date | null } | null) ?? {
      slots: [],
      reservedAt: null,
    };
    const messageIdDomain = this.context.messageIdDomains[senderNo] as string;
    claim.claimed.forEach((delivery, i) => {
      const messageId = deliveryMessageId(runId, delivery.contactId, messageIdDomain);
      const handover = { messageId, slot: slots[i] ?? 0, reservedAt, beginBefore };
      this.track(this.deliver(lane, delivery, claim.claimToken, handover));
    });
    if (reservedAt) this.giveBack(lane, reservedAt, slots.length - claim.claimed.length);
    return claim.moved === 0 ? 'nothing due' : 'claimed';
  }

  private track(work: Promise<void>): void {
    this.inFlight.add(work);
    void work.finally(() => this.inFlight.delete(work));
  }

  /**
   * Gives slots back that found nothing to send, so that an hour or a day of which much was waited does not lack them. Those of a moment go together. When the
   * database does not take them they stay counted, which is on the safe side.
   */
  private giveBack(lane: SenderLanes, reservedAt: Date, count: number): void {
    if (count <= 0) return;
    const senderId = lane.sender.id;
    const key = `${senderId} ${reservedAt.getTime()}`;
    const waiting = this.unused.get(key);
    if (waiting) {
      waiting.count += count;
      return;
    }
    const unused = { senderId, reservedAt, count };
    this.unused.set(key, unused);
    this.track(
      delay(gatherMs).then(async () => {
        this.unused.delete(key);
        await returnSlots(this.deps.database, senderId, unused.count, reservedAt).catch((error: unknown) =>
          this.deps.log.warn({ err: error, senderId, slots: unused.count }, 'cannot give slots back'),
        );
      }),
    );
  }

  /** Hands one claimed delivery over and puts the outcome in line for settling. Never rejects. */
  private async deliver(
    lane: SenderLanes,
    delivery: ClaimedDelivery,
    claimToken: string,
    handover: Handover,
  ): Promise<void> {
    const outcome = await this.inItsSlot(lane, delivery, handover);
    if (handover.reservedAt && nothingWentOut(outcome)) this.giveBack(lane, handover.reservedAt, 1);
    const settled = lane.desk.settle(this.input.runId, settlementOf(outcome, delivery, claimToken));
    if (outcome.kind === 'failed' && outcome.suppress) this.track(this.suppressAddress(delivery, outcome.response));
    if (outcome.kind === 'senderFault') {
      const { reason, waitMs: wait } = lane.down() ?? { reason: outcome.response, waitMs: senderRetryMs(1) };
      this.track(notifySenderFault(this.deps, this.context, lane.sender, reason, wait));
    }
    await settled;
  }

  /**
   * Hands a delivery over at its slot. When no connection was free then, it gets another slot, so that a server which stalled is not sent a
   * burst when it moves again. `handover.reservedAt` follows.
   */
  private async inItsSlot(lane: SenderLanes, delivery: ClaimedDelivery, handover: Handover): Promise<DeliveryOutcome> {
    const made = this.make(lane, delivery, handover.messageId);
    const message = made instanceof Promise ? await made : made;
    if ('kind' in message) return message;
    // The limits a second and a minute are about the moment; the others count what a longer time holds.
    const { perSecond, perMinute } = lane.sender.limits;
    const graceMs = perSecond !== null ? slotGraceMs : perMinute !== null ? slotUseMs : undefined;
    const { beginBefore } = handover;
    let at = handover.slot;
    for (;;) {
      const waitMs = at - performance.now();
      if (waitMs > 0) await delay(waitMs);
      const result = await this.handOver(lane, message, {
        notAfter: graceMs === undefined ? undefined : at + graceMs,
        beginBefore,
      });
      if (result.kind !== 'late') return result;
      if (performance.now() > beginBefore) return { kind: 'unspent', response: tooOld };
      const next = await this.anotherSlot(lane, handover);
      if (typeof next === 'string') return { kind: 'unspent', response: next };
      at = next;
    }
  }

  /** A slot for a delivery that is claimed already, in exchange for the one it had; a text says why there is none soon. */
  private async anotherSlot(lane: SenderLanes, handover: Handover): Promise<number | string> {
    while (!this.lease.lost) {
      try {
        const { slots, reservedAt, retryInMs, limitedBy } = await reserveSlots(
          this.deps.database,
          lane.sender.id,
          lane.sender.limits,
          1,
          handover.reservedAt ?? undefined,
        );
        handover.reservedAt = slots[0] === undefined ? null : reservedAt;
        if (slots[0] !== undefined) return slots[0];
        if (retryInMs === null || retryInMs > waitHereMs) {
          lane.limited(limitedBy, retryInMs);
          return lane.limitedBy;
        }
        await delay(retryInMs);
      } catch (error) {
        return `no slot could be reserved: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return suspended;
  }

  /**
   * The message of a delivery, or why there is none. A signature that takes its time (RSA) is made on another thread, before the slot comes; everything else at
   * once.
   */
  private make(
    lane: SenderLanes,
    delivery: ClaimedDelivery,
    messageId: string,
  ): OutgoingMessage | DeliveryOutcome | Promise<OutgoingMessage | DeliveryOutcome> {
    const impossible = (error: unknown): DeliveryOutcome => ({
      kind: 'failed',
      code: null,
      response: `the message could not be made: ${error instanceof Error ? error.message : String(error)}`,
      suppress: false,
    });
    try {
      const { build, buildAside } = this.messages.for(this.context, lane.sender, this.attachments);
      const recipient = {
        email: delivery.email,
        name: delivery.name,
        attributes: delivery.attributes,
        messageId,
        unsubscribeUrl: unsubscribeUrl(this.deps.publicUrl, this.deps.secretKey, {
          contactId: delivery.contactId,
          runId: this.context.runId,
        }),
        date: this.context.snapshotAt,
      };
      return buildAside ? buildAside(recipient).catch(impossible) : build(recipient);
    } catch (error) {
      // It would be the same for every recipient, and is mended by storing the key again.
      if (error instanceof SecretError || error instanceof DkimKeyError)
        return lane.fault(`the DKIM key of the sender cannot be used: ${error.message}`);
      return impossible(error);
    }
  }

  private async handOver(
    lane: SenderLanes,
    message: OutgoingMessage,
    terms: Pick<SendTerms, 'notAfter' | 'beginBefore'>,
  ): Promise<SendResult> {
    // A claimer whose lease has run out hands over nothing more: a later attempt may already have judged these rows. What waits in
    // the transport asks again.
    if (this.lease.lost) return { kind: 'unspent', response: suspended };
    const down = lane.down();
    if (down) return { kind: 'unspent', response: down.reason };
    return lane.send(message, { ...terms, stillMine: () => !this.lease.lost });
  }

  private async suppressAddress(delivery: ClaimedDelivery, response: string): Promise<void> {
    try {
      const parsed = parseAddress(delivery.email);
      await suppress(this.deps.database.pool, {
        address: parsed.ok ? parsed.address : delivery.email.toLowerCase(),
        email: delivery.email,
        reason: 'bounced',
        detail: response,
        runId: this.context.runId,
      });
    } catch (error) {
      this.deps.log.error(
        { err: error, runId: this.context.runId, contactId: delivery.contactId },
        'cannot suppress a bounced address',
      );
    }
  }

  private async hold(reason: string, waitMs: number): Promise<DeliverChunkResult> {
    await showWaiting(
      this.deps.database.pool,
      this.input.runId,
      `${reason}; next try in ${durationInWords(waitMs)}`,
      waitMs,
    );
    return { status: 'hold', waitMs, reason: withoutAddresses(reason) };
  }
}

/** A mail server's refusal may name an address: the ledger keeps it, Temporal's history does not. */
function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>()"',;:]+@[^\s<>()"',;:]+/g, '(an address)');
}

/** The sender to use next: of those that can send, the one with most room; or how long until one can. */
function chooseLanes(
  lanes: (SenderLanes | null)[],
): { senderNo: number; lane: SenderLanes } | { waitMs: number; reason: string } {
  const now = Date.now();
  let best: { senderNo: number; lane: SenderLanes } | null = null;
  let soonest: { waitMs: number; reason: string } | null = null;
  lanes.forEach((lane, senderNo) => {
    if (!lane) return;
    const obstacle =
      lane.down(now) ?? (lane.limitedUntil > now ? { reason: lane.limitedBy, waitMs: lane.limitedUntil - now } : null);
    if (obstacle) {
      if (!soonest || obstacle.waitMs < soonest.waitMs) soonest = obstacle;
    } else if (!best || lane.desk.free > best.lane.desk.free) {
      best = { senderNo, lane };
    }
  });
  return best ?? soonest ?? { waitMs: 1000, reason: 'no sender is usable' };
}

/** Whether a delivery of the run may be in doubt at a sender that can no longer be asked; never so in a run that has SMTP senders only. */
function mayHaveDoubts(context: DeliveryContext): boolean {
  return context.senders.some((s) => s === null || s.accountChanged || s.connection.transport !== 'smtp');
}

/** What an outcome means for the row. */
function settlementOf(outcome: DeliveryOutcome, delivery: ClaimedDelivery, claimToken: string): Settlement {
  const base = { contactId: delivery.contactId, claimToken };
  // Not handed over this time, or refused before anybody looked at the key: what was in doubt still is.
  const { inDoubt } = delivery;
  switch (outcome.kind) {
    case 'sent':
      return { ...base, state: 'sent', spent: true, smtpCode: outcome.code, response: outcome.response };
    case 'inDoubt': {
      const attempts = delivery.attempts + 1;
      const response = `accepted or not, the provider will be asked: ${outcome.response}`;
      return {
        ...base,
        state: 'pending',
        spent: true,
        inDoubt: true,
        dueInMs: doubtRetryMs(attempts, Math.random()),
        response,
      };
    }
    case 'failed':
      // Our own refusal says nothing about what an earlier attempt led to.
      if (inDoubt && outcome.code === null)
        return { ...base, state: 'uncertain', spent: true, response: outcome.response };
      return { ...base, state: 'failed', spent: true, smtpCode: outcome.code, response: outcome.response };
    case 'uncertain':
      return { ...base, state: 'uncertain', spent: true, response: outcome.response };
    case 'deferred': {
      const attempts = delivery.attempts + 1;
      if (attempts >= maxAttempts) {
        return {
          ...base,
          state: 'failed',
          spent: true,
          smtpCode: outcome.code,
          response: `given up after ${attempts} attempts: ${outcome.response}`,
        };
      }
      const dueInMs = deferralMs(attempts, Math.random());
      return { ...base, state: 'pending', spent: true, dueInMs, smtpCode: outcome.code, response: outcome.response };
    }
    case 'unspent':
    case 'senderFault':
      return { ...base, state: 'pending', spent: false, inDoubt, dueInMs: 1000, response: outcome.response };
  }
}
