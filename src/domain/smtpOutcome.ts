/**
 * What every end of an SMTP dialogue means for a delivery. The dialogue has one recipient (one address per envelope), so a reply at any
 * stage is about one delivery, about the message, or about the sender.
 *
 * Sources: RFC 5321 (replies: 4.2, 4.3.2, 4.5.3; 421: 3.8, 4.2.3), RFC 3463 and the IANA registry of enhanced codes (x.1 addressing,
 * x.2 mailbox, x.3 system, x.4 routing, x.5 protocol, x.6 content, x.7 policy), RFC 1047 (no answer to the final dot), RFC 4954 (AUTH),
 * RFC 3207 (STARTTLS), RFC 6531 (SMTPUTF8), RFC 2920 (pipelining).
 *
 * | stage                | 2xx / expected | 4xx                               | 5xx                                    | no reply      |
 * |----------------------|----------------|-----------------------------------|----------------------------------------|---------------|
 * | connect              |                |                                   |                                        | sender fault  |
 * | greeting, EHLO       |                | sender fault: throttled           | sender fault: connect                  | timeout: sender fault; dropped: unspent |
 * | tls                  |                | sender fault: tls                 | sender fault: tls                      | sender fault  |
 * | auth                 |                | sender fault: auth (short wait)   | sender fault: auth                     | sender fault  |
 * | mail                 |                | 421 unspent, else sender fault    | sender fault; failed if the message is too big or needs SMTPUTF8 | unspent |
 * | rcpt                 |                | deferred; 421, 4.5.3 unspent      | failed; suppressed on 5.1.x            | unspent       |
 * | data (no 354)        |                | deferred; 421 unspent             | failed                                 | unspent       |
 * | body, the final dot  | sent           | deferred (421 too: it is a "no")  | failed                                 | **uncertain** |
 *
 * What keeps ending `unspent` at RCPT or DATA for the same recipient is `deferred` in the end (smtpTransport.ts).
 *
 * Anywhere: a reply that speaks of rates or quotas of the sender is a sender fault (throttled); 530, 534, 535, 538 and x.7.8, x.7.9, x.7.11
 * are about authentication; x.1.7 and x.1.8 are about the sender's own address, whatever stage they come at, because many servers
 * hold refusals of the sender back until RCPT.
 */

/** How far a dialogue was. `body`: from the first byte of the message until the reply to its final dot. */
export type SmtpStage = 'connect' | 'greeting' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body';

/** How a dialogue can end without a reply. `protocol`: with something that is no reply to what was asked. */
export type SmtpInterruption =
  'timeout' | 'reset' | 'closed' | 'refused' | 'unreachable' | 'dns' | 'certificate' | 'protocol';

export type SenderFault = 'connect' | 'tls' | 'auth' | 'sender-refused' | 'throttled';

export type DeliveryOutcome =
  /** The server has taken responsibility for the message. */
  | { kind: 'sent'; code: number; response: string }
  /** Definitely not accepted now; another attempt may succeed. Spends an attempt. `code` is null when it was never said in a reply (see smtpTransport.ts). */
  | { kind: 'deferred'; code: number | null; enhanced?: string; response: string }
  /** Definitely not accepted, and never will be. `suppress`: the address itself is wrong (hard bounce). `code` is null when we refused it ourselves. */
  | { kind: 'failed'; code: number | null; enhanced?: string; response: string; suppress: boolean }
  /** Accepted or not: nobody can know (RFC 1047). */
  | { kind: 'uncertain'; response: string }
  /**
   * Accepted or not: not known yet, but the other side knows the message by its key, so the same sender may ask again without mailing twice
   * (httpOutcome.ts). SMTP has no such thing.
   */
  | { kind: 'inDoubt'; response: string }
  /**
   * Definitely not accepted, and nothing was said about the recipient or the message. To be tried again without spending an attempt; the caller
   * must see to it that a connection that always ends so does not make it spin. `recipientNamed`: it ended where the recipient, or the message, was in
   * question, so when it always does, it may be about them after all.
   */
  | { kind: 'unspent'; response: string; recipientNamed?: true }
  /** Definitely not accepted, because of the sender's settings, credentials or limits: no delivery may be spent on it. */
  | { kind: 'senderFault'; fault: SenderFault; code?: number; response: string; retryAfterSeconds: number };

export interface SmtpEnd {
  /** Where the dialogue was: the stage whose reply was read or awaited. */
  stage: SmtpStage;
  /** The reply code, when there was a whole reply. */
  code?: number | undefined;
  /** Its enhanced code, when known already; otherwise read from `response`. */
  enhanced?: string | undefined;
  /** The reply, lines joined, or what happened instead. */
  response?: string | undefined;
  /** Why there was no reply. */
  error?: SmtpInterruption | undefined;
  /**
   * True when this sender, with these settings, has had a recipient accepted. Then a refusal at RCPT or later that would otherwise be
   * believed to be about the sender (relaying, its address, its host) is about the recipient or the message.
   */
  proven?: boolean | undefined;
}

const seconds = { drop: 15, outage: 30, throttled: 60, misconfigured: 300, quota: 3600 } as const;

/** Reads the meaning of the end of a dialogue. Pure and total: every input has an outcome. */
export function classifySmtp(end: SmtpEnd): DeliveryOutcome {
  const response = tidy(end.response);
  if (end.code === undefined) return classifyInterruption(end.stage, end.error ?? 'closed', response);
  return classifyReply(end.stage, end.code, end.enhanced ?? enhancedCodeOf(response), response, end.proven === true);
}

/** The enhanced status code (RFC 3463) at the start of a reply's text, if there is one: `550 5.1.1 No such user` gives `5.1.1`. */
export function enhancedCodeOf(response: string): string | undefined {
  return /^(?:[245]\d\d[ -])?\s*([245]\.\d{1,3}\.\d{1,3})(?=[\s:;,)-]|$)/.exec(response)?.[1];
}

function classifyInterruption(stage: SmtpStage, error: SmtpInterruption, response: string): DeliveryOutcome {
  const text = response || interruptionText(stage, error);
  switch (stage) {
    case 'connect':
      return fault('connect', text, error === 'dns' ? seconds.throttled : seconds.outage);
    case 'greeting':
      return error === 'closed' || error === 'reset'
        ? { kind: 'unspent', response: text }
        : fault('connect', text, seconds.outage);
    case 'tls':
      return error === 'closed' || error === 'reset' || error === 'timeout'
        ? fault('tls', text, seconds.outage)
        : fault('tls', text, seconds.misconfigured);
    case 'auth':
      return fault('auth', text, seconds.throttled);
    case 'mail':
      return { kind: 'unspent', response: text };
    case 'rcpt':
    case 'data':
      return { kind: 'unspent', response: text, recipientNamed: true };
    case 'body':
      return { kind: 'uncertain', response: text };
  }
}

function classifyReply(
  stage: SmtpStage,
  code: number,
  enhanced: string | undefined,
  response: string,
  proven: boolean,
): DeliveryOutcome {
  const text = response || String(code);
  if (stage === 'body' && code >= 200 && code < 300) return { kind: 'sent', code, response: text };
  // Neither yes nor no: the peer no longer speaks SMTP with us.
  if (code < 400 || code > 599) return classifyInterruption(stage, 'protocol', text);

  const detail = enhanced?.slice(2);
  const temporary = code < 500;
  const aboutSender = senderTrouble(stage, code, detail, text, proven);
  if (aboutSender) return { kind: 'senderFault', ...aboutSender, code, response: text };

  const deferred: DeliveryOutcome = { kind: 'deferred', code, response: text, ...(enhanced ? { enhanced } : {}) };
  const failed = (suppress: boolean): DeliveryOutcome => ({
    kind: 'failed',
    code,
    response: text,
    suppress,
    ...(enhanced ? { enhanced } : {}),
  });
  switch (stage) {
    case 'connect':
    case 'greeting':
      return temporary
        ? { ...fault('throttled', text, seconds.outage), code }
        : { ...fault('connect', text, seconds.misconfigured), code };
    case 'tls':
      return { ...fault('tls', text, temporary ? seconds.throttled : seconds.misconfigured), code };
    case 'auth':
      return { ...fault('auth', text, temporary ? seconds.throttled : seconds.misconfigured), code };
    case 'mail':
      if (code === 421) return { kind: 'unspent', response: text };
      if (temporary) return { ...fault('throttled', text, seconds.outage), code };
      return isAboutMessage(code, detail)
        ? failed(false)
        : { ...fault('sender-refused', text, seconds.misconfigured), code };
    case 'rcpt':
    case 'data':
      if (code === 421) return { kind: 'unspent', response: text, recipientNamed: true };
      // "Too many recipients" of a dialogue with one recipient is about the session (RFC 5321 section 4.5.3.1.10): a new one will do.
      if (stage === 'rcpt' && (code === 452 || code === 552) && isTooManyRecipients(detail, text))
        return { kind: 'unspent', response: text, recipientNamed: true };
      if (temporary) return deferred;
      return failed(isHardBounce(enhanced));
    case 'body':
      return temporary ? deferred : failed(isHardBounce(enhanced));
  }
}

function fault(kind: SenderFault, response: string, retryAfterSeconds: number) {
  return { kind: 'senderFault', fault: kind, response, retryAfterSeconds } as const;
}

function isHardBounce(enhanced: string | undefined): boolean {
  return enhanced?.startsWith('5.1.') === true;
}

/** Size (5.3.4, 5.2.3, RFC 1870) and what the server cannot carry (5.6.x, RFC 6531; 555, 504: parameter not known). */
function isAboutMessage(code: number, detail: string | undefined): boolean {
  if (detail === '3.4' || detail === '2.3' || detail?.startsWith('6.')) return true;
  return (code === 552 && detail === undefined) || code === 555;
}

function isTooManyRecipients(detail: string | undefined, text: string): boolean {
  return detail === '5.3' || (detail === undefined && /too many recipients/i.test(text));
}

type Trouble = { fault: SenderFault; retryAfterSeconds: number };

/** Whether a negative reply at any stage is about the sender as a whole. */
function senderTrouble(
  stage: SmtpStage,
  code: number,
  detail: string | undefined,
  text: string,
  proven: boolean,
): Trouble | null {
  if (stage === 'connect' || stage === 'greeting' || stage === 'tls') return null;
  const temporary = code < 500;
  const quota = quotaTrouble(detail, text);
  if (quota) return quota;
  if (stage === 'auth') return null;
  // RFC 4954 section 6; 454 4.7.0 is its temporary failure. 530 is also "Must issue a STARTTLS command first" (RFC 3207).
  if (code === 530 && /STARTTLS/i.test(text)) return { fault: 'tls', retryAfterSeconds: seconds.misconfigured };
  if (
    code === 530 ||
    code === 534 ||
    code === 535 ||
    code === 538 ||
    detail === '7.8' ||
    detail === '7.9' ||
    detail === '7.11'
  ) {
    return { fault: 'auth', retryAfterSeconds: temporary ? seconds.throttled : seconds.misconfigured };
  }
  if (detail === '1.7' || detail === '1.8')
    return { fault: 'sender-refused', retryAfterSeconds: seconds.misconfigured };
  if (proven) return null;
  // Until the sender is proven, refusals that name it are believed to be about it (Postfix holds them back until RCPT).
  if (
    /\brelay(ing)?\b.*\b(denied|not permitted|not allowed|prohibited|rejected)|not permitted to relay|(cannot|unable to) relay|authentication (is )?required/i.test(
      text,
    )
  ) {
    return { fault: 'auth', retryAfterSeconds: seconds.misconfigured };
  }
  if (
    detail === '7.60' ||
    /\b(sender (address )?(rejected|refused|denied|not allowed|verify failed)|(client host|helo command) rejected|not (owned by|authorized to send|permitted to send|allowed to send)|permissions to send as|email address is not verified)/i.test(
      text,
    )
  ) {
    return { fault: 'sender-refused', retryAfterSeconds: seconds.misconfigured };
  }
  return null;
}

/**
 * Rates and quotas of the sender. Enhanced codes differ between providers, so their words count: "454 Throttling failure: Maximum sending
 * rate exceeded" (SES), "550 5.4.5 Daily user sending limit exceeded" and "421 4.7.28 unusual rate of unsolicited mail" (Gmail),
 * "432 4.3.2 sender thread limit exceeded" (Exchange Online), "450 4.7.1 Error: too much mail from …" and, at RCPT, "Error: too many recipients
 * from …" (Postfix: smtpd_client_message_rate_limit, smtpd_client_recipient_rate_limit). A full mailbox (x.2.x, "over quota") is the
 * recipient's, and so is a limit on what one recipient is sent.
 */
function quotaTrouble(detail: string | undefined, text: string): Trouble | null {
  if (detail === '7.28') return { fault: 'throttled', retryAfterSeconds: seconds.throttled };
  if (detail?.startsWith('2.') && !/submissionquota|outboundspam/i.test(text)) return null;
  const limit =
    /\bthrottl|\b(sending|send|sender|message|submission|mail|e-?mail|user sending|thread)[ -](rate|limit|quota)|\brate[ -]?limit|\b(daily|hourly|monthly)\b.{0,40}\b(limit|quota)|\btoo many (connections|messages|e-?mails|mails|sessions|concurrent)|\btoo (much mail|many recipients) from\b|\bsubmissionquota|\bmaximum credits exceeded|\bunusual rate\b/i;
  if (!limit.test(text) || isRecipientsLimit(text)) return null;
  return {
    fault: 'throttled',
    retryAfterSeconds: /\b(daily|monthly|per day|quota|credits)\b/i.test(text) ? seconds.quota : seconds.throttled,
  };
}

/**
 * Limits of one recipient, by words that name it: a full mailbox; "432 4.3.2 recipient thread limit exceeded" (Exchange Online); "451 4.7.1
 * Ratelimit "to" exceeded" and its kin to_ip, to_ip_from, bounce_to, bounce_to_ip (Rspamd's buckets that are counted by recipient).
 * "Recipient rate limit" is none of them: at Exchange Online it says to how many recipients a sender may send.
 */
function isRecipientsLimit(text: string): boolean {
  return /\b(recipient|mailbox)\b.{0,30}\b(quota|full)\b|\brecipient thread limit\b|\bratelimit "?(bounce_)?to(_ip(_from)?)?\b/i.test(
    text,
  );
}

const stageText: Record<SmtpStage, string> = {
  connect: 'while connecting',
  greeting: 'before the greeting was complete',
  tls: 'while TLS was being set up',
  auth: 'while logging in',
  mail: 'at MAIL FROM',
  rcpt: 'at RCPT TO',
  data: 'at DATA',
  body: 'after the message was sent and before it was acknowledged',
};

const interruptionWords: Record<SmtpInterruption, string> = {
  timeout: 'the server did not answer in time',
  reset: 'the connection was reset',
  closed: 'the server closed the connection',
  refused: 'the connection was refused',
  unreachable: 'the server could not be reached',
  dns: 'the host name could not be resolved',
  certificate: 'the certificate was not accepted',
  protocol: 'the server did not follow the protocol',
};

function interruptionText(stage: SmtpStage, error: SmtpInterruption): string {
  return `${interruptionWords[error]} ${stageText[stage]}`;
}

/** One line of at most 500 characters. */
function tidy(response: string | undefined): string {
  const line = (response ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 497)}...` : line;
}
