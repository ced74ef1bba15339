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
}

/**
 * What became of a message given to a transport: an outcome, or `late`: no connection was free before `notAfter`, so nothing was handed over.
 */
export type SendResult = DeliveryOutcome | { kind: 'late' };

/** A way to hand messages over. SMTP is one; an HTTP API with idempotency keys is another. */
export interface Transport {
  /** How many messages can be under way at once; more wait inside. */
  readonly capacity: number;
  /**
   * Hands one message over. Never rejects: whatever happens is a result. With `notAfter` (on the scale of performance.now()) it is handed over
   * before that time or is `late`: what waited for a connection does not go out in a burst when one becomes free.
   */
  send(message: OutgoingMessage): Promise<DeliveryOutcome>;
  send(message: OutgoingMessage, notAfter: number | undefined): Promise<SendResult>;
  /** Lets what is under way end, then closes every connection. Messages handed in afterwards are `unspent`. */
  close(): Promise<void>;
}
