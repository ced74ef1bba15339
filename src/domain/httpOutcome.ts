import type { DeliveryOutcome, SenderFault } from './smtpOutcome.js';

/**
 * What the end of one request to a mail provider's HTTP API means for a delivery, for an API that knows idempotency keys.
 *
 * Sources, all of Resend's documentation: errors (resend.com/docs/api-reference/errors), idempotency keys
 * (resend.com/docs/dashboard/emails/idempotency-keys: `Idempotency-Key`, 1 to 256 characters, kept for 24 hours; a repeated request is answered as
 * the first one was, and no second email is sent), limits (resend.com/docs/api-reference/rate-limit: `retry-after`, `ratelimit-reset`), sending
 * (resend.com/docs/api-reference/emails/send-email). Status codes: RFC 9110.
 *
 * | answer                                                       | meaning                                                          |
 * | ------------------------------------------------------------ | ---------------------------------------------------------------- |
 * | 2xx with the email's `id`                                    | sent, now or by an earlier request with the same key             |
 * | refused, unreachable, no such host, bad certificate          | sender fault: no request was made                                |
 * | reset, closed or timed out once connected; 408, 425, 5xx; 2xx without an `id` | **in doubt**: asked again with the same key     |
 * | 409 `concurrent_idempotent_requests`                         | **in doubt**: the first request is still being worked on         |
 * | 409 `invalid_idempotent_request`                             | **uncertain**: an earlier request had other content, its fate is not told |
 * | 401; 403 `invalid_api_key` and any other 403                 | sender fault: auth                                               |
 * | 403 `validation_error`, `invalid_from_address`, a `from` that is refused | sender fault: the domain is not verified, or the address is wrong |
 * | 429 `rate_limit_exceeded`                                    | sender fault: throttled, for as long as `retry-after` says       |
 * | 429 `daily_quota_exceeded`, `monthly_quota_exceeded`         | sender fault: throttled, an hour at a time                       |
 * | 3xx, 404, 405                                                | sender fault: this is not the API (base URL)                     |
 * | 400, 413, 422, 451 and any other 4xx                         | failed: the message or its recipient is refused                  |
 *
 * No address is suppressed: the API does not tell a wrong mailbox from a wrong field here; bounces come later, by other ways.
 */
export type HttpEnd =
  /** There was an answer. `id`, `name`, `message`: those fields of its JSON body, when it has one. */
  | {
      status: number;
      id?: string | undefined;
      name?: string | undefined;
      message?: string | undefined;
      /** From `retry-after`, or else `ratelimit-reset`. */
      retryAfterSeconds?: number | undefined;
    }
  /** There was none. `reached`: a connection stood, so the provider may have read the request. */
  | { reached: boolean; error: HttpInterruption; detail?: string | undefined };

export type HttpInterruption = 'timeout' | 'reset' | 'closed' | 'refused' | 'unreachable' | 'dns' | 'certificate';

/**
 * For how long after its first request a message in doubt is asked about with its key, milliseconds. Resend keeps keys for 24 hours; the hour
 * less is for clocks and for requests that take their time. Afterwards the same key would send a second email.
 */
export const resendKeyMs = 23 * 3_600_000;

const seconds = { outage: 30, misconfigured: 300, throttled: 1, quota: 3600 } as const;

/** Reads the meaning of the end of a request. Pure and total: every input has an outcome. */
export function classifyHttp(end: HttpEnd): DeliveryOutcome {
  return 'status' in end ? classifyAnswer(end) : classifyInterruption(end);
}

type Answer = Extract<HttpEnd, { status: number }>;

function classifyInterruption(end: Exclude<HttpEnd, Answer>): DeliveryOutcome {
  const response = tidy(end.detail ?? interruptionWords[end.error]);
  if (end.error === 'certificate') return fault('tls', response, seconds.misconfigured);
  if (end.reached) return { kind: 'inDoubt', response };
  return fault('connect', response, seconds.outage);
}

function classifyAnswer(end: Answer): DeliveryOutcome {
  const { status, name } = end;
  const response = tidy(`HTTP ${status}${name ? ` ${name}` : ''}${end.message ? `: ${end.message}` : ''}`);
  if (status >= 200 && status < 300) {
    return end.id
      ? { kind: 'sent', code: status, response: tidy(`accepted as ${end.id}`) }
      : { kind: 'inDoubt', response: `${response}, without the id of an email` };
  }
  if (status >= 500 || status < 200 || status === 408 || status === 425) return { kind: 'inDoubt', response };
  const wait = (atLeast: number) => Math.min(Math.max(end.retryAfterSeconds ?? 0, atLeast), 86_400);
  const blame = (kind: SenderFault, retryAfterSeconds: number): DeliveryOutcome => ({
    ...fault(kind, response, retryAfterSeconds),
    code: status,
  });
  switch (status) {
    case 401:
      return blame('auth', seconds.misconfigured);
    case 403:
      return blame(
        name === 'validation_error' || name === 'invalid_from_address' ? 'sender-refused' : 'auth',
        seconds.misconfigured,
      );
    case 404:
    case 405:
      return blame('connect', seconds.misconfigured);
    case 409:
      return name === 'invalid_idempotent_request'
        ? {
            kind: 'uncertain',
            response: tidy(
              `${response}. An earlier request of this delivery had other content (the contact or the sender was edited meanwhile); whether it was sent, the provider's list of emails says`,
            ),
          }
        : { kind: 'inDoubt', response };
    case 429:
      return blame('throttled', wait(/quota/.test(name ?? '') ? seconds.quota : seconds.throttled));
  }
  if (status < 400) return blame('connect', seconds.misconfigured);
  if (name === 'invalid_from_address' || /[`'"]from[`'"] (field|address)/i.test(end.message ?? '')) {
    return blame('sender-refused', seconds.misconfigured);
  }
  return { kind: 'failed', code: status, response, suppress: false };
}

function fault(kind: SenderFault, response: string, retryAfterSeconds: number) {
  return { kind: 'senderFault', fault: kind, response, retryAfterSeconds } as const;
}

const interruptionWords: Record<HttpInterruption, string> = {
  timeout: 'the provider did not answer in time',
  reset: 'the connection was reset',
  closed: 'the provider closed the connection without an answer',
  refused: 'the connection was refused',
  unreachable: 'the provider could not be reached',
  dns: 'the host name could not be resolved',
  certificate: 'the certificate was not accepted',
};

/** One line of at most 500 characters. */
function tidy(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 497)}...` : line;
}
