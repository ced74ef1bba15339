import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { webhookRetryMs } from '../domain/webhook.js';
import {
  type AttemptResult,
  claimDueEvents,
  type DueEvent,
  readWebhookTarget,
  settleEvents,
  type WebhookTarget,
} from '../ledger/webhooks/drain.js';
import { clearSecretUnreadable, markSecretUnreadable } from '../ledger/webhooks/secretUnreadable.js';
import { SecretError } from '../mail/secrets.js';
import { type PostEnd, Poster } from '../net/post.js';
import type { ActivityDependencies } from './dependencies.js';
import { webhookHeaders } from './webhookSignature.js';

/** Requests to one webhook at once. */
const concurrency = 10;
const timeoutMs = 15_000;
/**
 * An event that a process took and did not settle is taken by another one after so long, milliseconds: a request, its repetition on a connection that
 * was not closed yet, and the settling fit in.
 */
const leaseMs = 40_000;
/** After so long an activity gives its place to others, milliseconds. */
const turnMs = 60_000;
/** While requests are under way, the ledger is asked for more at least so often, milliseconds. */
const lookMs = 1_000;
/** A Retry-After is heeded up to this, milliseconds. */
const longestWaitMs = 3_600_000;

/** Of a turn: `left` when nothing may be sent now, `more` when its time was over while something was due. */
export interface WebhookTurn {
  status: 'left' | 'more';
  delivered: number;
  failed: number;
}

/** An attempt that has ended, with the settings it was made with. */
interface Attempt {
  target: WebhookTarget;
  event: DueEvent;
  end: PostEnd;
}

/** The step that sends events to a webhook, and what must be closed after the worker has drained. */
export function webhookActivities(deps: ActivityDependencies) {
  const poster = new Poster({ allowPrivate: deps.allowPrivateHosts, timeoutMs, keptConnections: concurrency });
  return {
    activities: {
      /**
       * Sends what is due of one webhook, until nothing is due, it is left alone for a while, or the turn is over.
       *
       * Guarantees: at least once. An event is taken for 40 s in the ledger, sent, and settled with what was answered; when the process dies in
       * between, it is sent again under the same `webhook-id`. At most ten requests at once, one at a time while the endpoint is in trouble. While its
       * secret cannot be decrypted nothing is taken, and nothing counted.
       */
      async deliverWebhookEvents(input: { webhookId: string }): Promise<WebhookTurn> {
        const activity = Context.current();
        return new Turn(deps, poster, input.webhookId).work(() => {
          activity.heartbeat();
          return activity.cancellationSignal.aborted;
        });
      },
    },
    close: () => poster.close(),
  };
}

class Turn {
  private readonly underWay = new Set<Promise<void>>();
  private finished: Attempt[] = [];
  private readonly result: WebhookTurn = { status: 'more', delivered: 0, failed: 0 };

  constructor(
    private readonly deps: ActivityDependencies,
    private readonly poster: Poster,
    private readonly webhookId: string,
  ) {}

  async work(beat: () => boolean): Promise<WebhookTurn> {
    const until = Date.now() + turnMs;
    try {
      while (!beat() && !this.deps.drain.draining && Date.now() < until) {
        await this.settle();
        const begun = await this.begin();
        if (begun === 0 && this.underWay.size === 0 && this.finished.length === 0) {
          this.result.status = 'left';
          break;
        }
        // Not for longer: something may have become due that needs no place of a slow one.
        if (this.underWay.size > 0 && this.finished.length === 0) await Promise.race([...this.underWay, delay(lookMs)]);
      }
    } finally {
      while (this.underWay.size > 0) {
        await Promise.race([...this.underWay, delay(lookMs)]);
        beat();
      }
      await this.settle();
    }
    return this.result;
  }

  /** Takes as many events as there are places free, and sends them. Answers how many. */
  private async begin(): Promise<number> {
    const { pool } = this.deps.database;
    if (this.underWay.size >= concurrency) return 0;
    const hook = await readWebhookTarget(pool, this.webhookId);
    if (hook.state === 'closed') return 0;
    const places = (hook.target.troubled ? 1 : concurrency) - this.underWay.size;
    if (places <= 0) return 0;
    const secrets = await this.secretsOf(hook.target);
    if (!secrets) return 0;
    const events = await claimDueEvents(pool, this.webhookId, places, leaseMs);
    for (const event of events) {
      const sending = this.send(hook.target, secrets, event).finally(() => this.underWay.delete(sending));
      this.underWay.add(sending);
    }
    return events.length;
  }

  /** What signs, the present secret first; null, and recorded, when that cannot be read. One that was replaced and cannot be read is left out. */
  private async secretsOf(target: WebhookTarget): Promise<string[] | null> {
    const [present, ...previous] = target.secretsEncrypted.map((sealed) => this.readable(sealed));
    if (present === undefined) {
      this.deps.log.warn(
        { webhookId: target.id },
        'the signing secret of a webhook cannot be decrypted; nothing is sent to it',
      );
      await markSecretUnreadable(this.deps.database, target);
      return null;
    }
    if (target.secretUnreadable) await clearSecretUnreadable(this.deps.database.pool, target.id);
    return [present, ...previous.filter((secret) => secret !== undefined)];
  }

  private readable(sealed: Buffer): string | undefined {
    try {
      return this.deps.secretBox.decrypt(sealed, `webhook/${this.webhookId}`);
    } catch (error) {
      if (error instanceof SecretError) return undefined;
      throw error;
    }
  }

  private async send(target: WebhookTarget, secrets: readonly string[], event: DueEvent): Promise<void> {
    const end = await this.post(target.url, secrets, event);
    this.finished.push({ target, event, end });
  }

  private post(url: string, secrets: readonly string[], event: DueEvent): Promise<PostEnd> {
    // The same bytes at every attempt.
    const body = JSON.stringify({ type: event.type, timestamp: event.createdAt.toISOString(), data: event.data });
    return this.poster.post(
      url,
      {
        'content-type': 'application/json',
        'user-agent': 'oncemail',
        ...webhookHeaders(event.eventId, new Date(), body, secrets),
      },
      body,
    );
  }

  /** Records what has ended, by the settings it was sent with. */
  private async settle(): Promise<void> {
    while (this.finished[0]) {
      const { target } = this.finished[0];
      const same = (a: Attempt) => a.target.revision === target.revision;
      const attempts = this.finished.filter(same);
      this.finished = this.finished.filter((a) => !same(a));
      const results = attempts.map(resultOf);
      const waits = attempts.map((a) => askedToWaitMs(a.end)).filter((ms) => ms !== null);
      await settleEvents(this.deps.database, target, results, {
        gone: attempts.some((a) => a.end.status === 410),
        askedToWaitMs: waits.length > 0 ? Math.max(...waits) : null,
      });
      const failed = attempts.filter((a) => a.end.error !== null);
      this.result.delivered += attempts.length - failed.length;
      this.result.failed += failed.length;
      if (failed[0]) {
        const { error } = failed[0].end;
        this.deps.log.warn({ webhookId: target.id, failed: failed.length, error }, 'a webhook did not accept events');
      }
    }
  }
}

function resultOf({ event, end }: Attempt): AttemptResult {
  const delivered = end.error === null;
  const retryInMs = delivered ? null : webhookRetryMs(event.failures + 1, Math.random());
  const asked = askedToWaitMs(end);
  return {
    id: event.id,
    delivered,
    status: end.status,
    error: end.error,
    answeredInMs: end.answeredInMs,
    retryInMs: retryInMs === null ? null : Math.max(retryInMs, asked ?? 0),
  };
}

/** What an endpoint that is overloaded (429) or away for a while (503) asks for. */
function askedToWaitMs({ status, retryAfterMs }: PostEnd): number | null {
  if (retryAfterMs === null || (status !== 429 && status !== 503)) return null;
  return Math.min(retryAfterMs, longestWaitMs);
}
