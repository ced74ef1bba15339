import type { DeliveryOutcome } from '../domain/smtpOutcome.js';

/** A finished message to one recipient. */
export interface OutgoingMessage {
  /** Bare addresses, the domain as A-labels. One recipient, because an outcome is about one delivery. */
  envelope: { from: string; to: string };
  /** The whole message with CRLF line ends, ASCII unless `smtpUtf8`. Not dot-stuffed. */
  raw: Buffer;
  messageId: string;
  /** True when the envelope or a header is not ASCII: the server must offer SMTPUTF8 (RFC 6531). */
  smtpUtf8: boolean;
  /** The same message in pieces, for APIs that put it together themselves; made when it is asked for. The same for every attempt, as `raw` is. */
  parts(): MessageParts;
}

/** What a mail says, without its MIME form. Text is Unicode; addresses have their domain as A-labels. */
export interface MessageParts {
  /** `Name <address>`, the name quoted where it needs to be (RFC 5322), or an address alone. */
  from: string;
  to: string;
  replyTo: string | null;
  subject: string;
  /** Null for a mail of plain text. */
  html: string | null;
  text: string;
  /** Headers beyond those that the fields above become. */
  headers: Record<string, string>;
}

/**
 * What became of a message given to a transport: an outcome, or `late`: no connection was free before `notAfter`, so nothing was handed over.
 */
export type SendResult = DeliveryOutcome | { kind: 'late' };

/** A way to hand messages over: SMTP (smtpTransport.ts), or the HTTP API of a provider that knows idempotency keys (httpTransport.ts). */
export interface Transport {
  /** How many messages can be under way at once; more wait inside. */
  readonly capacity: number;
  /**
   * For how long the other side recognises a message that it is given again, milliseconds: a message in doubt (`inDoubt`) is then asked about by sending
   * it again. 0: not at all, as with SMTP; such a transport has no `inDoubt`, only `uncertain`.
   */
  readonly knowsRepeatsForMs: number;
  /**
   * Hands one message over. Never rejects: whatever happens is a result. With `notAfter` (on the scale of performance.now()) it is handed over
   * before that time or is `late`: what waited for a connection does not go out in a burst when one becomes free.
   */
  send(message: OutgoingMessage): Promise<DeliveryOutcome>;
  send(message: OutgoingMessage, notAfter: number | undefined): Promise<SendResult>;
  /** Lets what is under way end, then closes every connection. Messages handed in afterwards are `unspent`. */
  close(): Promise<void>;
}
