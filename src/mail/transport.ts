import type { DeliveryOutcome } from '../domain/smtpOutcome.js';

/** A finished message to one recipient. */
export interface OutgoingMessage {
  /** Bare addresses, the domain as A-labels. One recipient, because an outcome is about one delivery. */
  envelope: { from: string; to: string };
  /** The message with CRLF line ends, ASCII unless `smtpUtf8`, not dot-stuffed: the whole of it, or what comes before `rest`. */
  raw: Buffer;
  /** The attachments, where there are any. */
  rest?: MessageRest;
  messageId: string;
  /** True when the envelope or a header is not ASCII: the server must offer SMTPUTF8 (RFC 6531). */
  smtpUtf8: boolean;
  /** The same message in pieces, for APIs that put it together themselves; made when it is asked for. The same for every attempt, as `raw` is. */
  parts(): MessageParts;
}

/** The end of a message, which all mails of a run share: nobody may write into it. It begins a line, ends one, and no line of it begins with a dot. */
export interface MessageRest {
  /** Its length. */
  readonly bytes: number;
  buffers(): readonly Buffer[];
}

/** How many bytes a message has. */
export function messageSize(message: Pick<OutgoingMessage, 'raw' | 'rest'>): number {
  return message.raw.length + (message.rest?.bytes ?? 0);
}

/** A message in one piece; a copy where it has attachments. */
export function wholeMessage(message: Pick<OutgoingMessage, 'raw' | 'rest'>): Buffer {
  return message.rest ? Buffer.concat([message.raw, ...message.rest.buffers()]) : message.raw;
}

/** An attachment for an API that puts mails together itself. */
export interface MessageAttachment {
  filename: string;
  contentType: string;
  /** What `cid:` in the HTML calls it; null: it is offered as a file. */
  contentId: string | null;
  /** Its bytes, without line ends. */
  base64: string;
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
  /** The very array of the run, so that what is made of it can be kept; absent where there are none. */
  attachments?: readonly MessageAttachment[];
}

/** Whether a message may still be handed over; a transport looks at the last moment, as messages wait inside it. */
export interface SendTerms {
  /** Only before this time, on the scale of performance.now(): the message has its moment (a limit a second). */
  notAfter?: number | undefined;
  /** Begun before this time or not at all, on the same scale: what waited for longer may be judged by others soon. */
  beginBefore?: number | undefined;
  /** False once the delivery is no longer the caller's to send: its process was frozen, and others have judged or claimed the delivery since. */
  stillMine?: () => boolean;
}

/** What became of a message given to a transport: an outcome, or `late`: its terms were over before it could be handed over, so it was not. */
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
   * Hands one message over, on its terms or not at all: what waited for a connection does not go out in a burst when one becomes free, nor after a
   * process that was frozen has woken. Never rejects: whatever happens is a result.
   */
  send(message: OutgoingMessage): Promise<DeliveryOutcome>;
  send(message: OutgoingMessage, terms: SendTerms): Promise<SendResult>;
  /** Lets what is under way end, then closes every connection. Messages handed in afterwards are `unspent`. */
  close(): Promise<void>;
}

/** Whether a message may no longer be handed over. */
export function termsAreOver({ notAfter, beginBefore, stillMine }: SendTerms): boolean {
  const latest = Math.min(notAfter ?? Infinity, beginBefore ?? Infinity);
  return performance.now() > latest || (stillMine !== undefined && !stillMine());
}
