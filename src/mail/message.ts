import { encodeWord } from 'nodemailer/lib/mime-funcs';
import { parseAddress } from '../domain/address.js';
import { boundariesOf, type CompiledAttachments } from './attachments.js';
import { createDkimSigner, type DkimKey } from './dkim.js';
import { quotedPrintable, wrappedBase64 } from './encoding.js';
import { htmlToText } from './plainText.js';
import {
  type CompiledContent,
  type CompiledTemplate,
  oneLine,
  senderVariables,
  type TemplateVariables,
} from './template.js';
import type { MessageParts, OutgoingMessage } from './transport.js';

export interface MessageSource {
  content: CompiledContent;
  sender: { fromName: string; fromEmail: string; replyTo: string | null };
  campaign: { name: string };
  run: { id: string; scheduledFor: Date };
  /** Signs every message (RFC 6376) when given. */
  dkim?: DkimKey;
  /** Compiled for this run, and for content with HTML or without as this content is. */
  attachments?: CompiledAttachments | null;
}

export interface Recipient {
  email: string;
  name: string;
  attributes: Record<string, unknown>;
  /** With its angle brackets; the same for every attempt. */
  messageId: string;
  /** Adds List-Unsubscribe and List-Unsubscribe-Post (RFC 8058) and is what templates see as `unsubscribeUrl`. */
  unsubscribeUrl?: string;
  /** The Date header: the same for every attempt. */
  date: Date;
}

/** A message of a run, compiled once; `build` fills in one recipient. */
export interface CompiledMessage {
  /**
   * The finished message to one recipient. The same recipient gives the same bytes, whichever process builds it and how often
   * (a DKIM signature with RSA or Ed25519 is deterministic too).
   * @throws MessageError when the recipient's or the sender's address is not one, TemplateRenderError when a template fails.
   */
  build(recipient: Recipient): OutgoingMessage;
  /**
   * The same message, its signature made on another thread; null where there is none, or where it costs too little for that: `build` is the way then.
   * Rejects as `build` throws.
   */
  buildAside: ((recipient: Recipient) => Promise<OutgoingMessage>) | null;
}

/** A message that cannot be made. */
export class MessageError extends Error {
  override name = 'MessageError';
}

/**
 * Compiles everything that is the same for all recipients of a run: headers, MIME structure, and the encoded form of whatever the templates
 * hold literally. Per recipient only values are rendered and encoded.
 *
 * The result is multipart/alternative of text and HTML, both UTF-8; text alone when there is no HTML. With attachments, those that the HTML shows stand beside it
 * (multipart/related), the others after both (multipart/mixed). Lines are at most 76 characters in bodies, 998 in headers (RFC 5322).
 * @throws MessageError when the sender's address is not one.
 */
export function compileMessage(source: MessageSource): CompiledMessage {
  const from = parseAddress(source.sender.fromEmail);
  if (!from.ok)
    throw new MessageError(`The sender's address '${source.sender.fromEmail}' cannot be used: ${from.reason}.`);
  const replyTo = source.sender.replyTo ? parseAddress(source.sender.replyTo) : null;
  if (replyTo && !replyTo.ok) {
    throw new MessageError(`The reply-to address '${source.sender.replyTo}' cannot be used: ${replyTo.reason}.`);
  }
  const { content } = source;
  const fromAddress = `${from.local}@${from.asciiDomain}`;
  const replyAddress = replyTo ? `${replyTo.local}@${replyTo.asciiDomain}` : '';
  const senderUtf8 = from.needsSmtpUtf8 || (replyTo?.needsSmtpUtf8 ?? false);

  const fixedHeaders =
    `From: ${mailbox(source.sender.fromName, fromAddress)}\r\n` +
    (replyAddress ? `Reply-To: ${replyAddress}\r\n` : '') +
    'MIME-Version: 1.0\r\n';
  const attachments = source.attachments ?? null;
  const structure = compileStructure(content, source.run.id, attachments);

  const sender = senderVariables(source.sender);
  const runVariables = { scheduledFor: source.run.scheduledFor.toISOString() };
  const campaignVariables = { name: source.campaign.name };
  const subject = headerTemplate('Subject', content.subject);
  const signer = source.dkim ? createDkimSigner(source.dkim) : null;
  const relaxedRest = () => attachments?.relaxedRest();
  let dateHeader = { at: NaN, line: '' };

  const unsigned = (recipient: Recipient): Unsigned => {
    const to = parseAddress(recipient.email);
    if (!to.ok) throw new MessageError(`'${recipient.email}' cannot be mailed: ${to.reason}.`);
    const toAddress = `${to.local}@${to.asciiDomain}`;
    const unsubscribeUrl = recipient.unsubscribeUrl ?? '';
    const variables: TemplateVariables = {
      contact: { email: recipient.email, name: recipient.name, attributes: recipient.attributes },
      campaign: campaignVariables,
      run: runVariables,
      sender,
      unsubscribeUrl,
    };
    const at = recipient.date.getTime();
    if (dateHeader.at !== at)
      dateHeader = { at, line: `Date: ${recipient.date.toUTCString().replace('GMT', '+0000')}\r\n` };

    const headers =
      fixedHeaders +
      structure.headers +
      dateHeader.line +
      `Message-ID: ${headerToken(recipient.messageId)}\r\n` +
      `To: ${mailbox(recipient.name, toAddress)}\r\n` +
      subject(variables) +
      (unsubscribeUrl
        ? `List-Unsubscribe: <${headerToken(unsubscribeUrl)}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n`
        : '');
    return { recipient, variables, toAddress, headers, body: structure.body(variables), local: to };
  };

  const signed = (message: Unsigned, signature: string): OutgoingMessage => {
    const { recipient, variables, toAddress, headers, body, local } = message;
    const unsubscribeUrl = recipient.unsubscribeUrl ?? '';
    const smtpUtf8 = senderUtf8 || local.needsSmtpUtf8;
    return {
      envelope: { from: fromAddress, to: toAddress },
      raw: Buffer.from(signature + headers + '\r\n' + body, smtpUtf8 ? 'utf8' : 'latin1'),
      ...(attachments ? { rest: attachments.rest } : {}),
      messageId: recipient.messageId,
      smtpUtf8,
      parts: (): MessageParts => {
        const { html, text, subject: line } = content.render(variables);
        return {
          from: plainMailbox(source.sender.fromName, fromAddress),
          to: plainMailbox(recipient.name, toAddress),
          replyTo: replyAddress || null,
          subject: line,
          html: isBlank(content.html) ? null : html,
          text,
          headers: unsubscribeUrl
            ? {
                'List-Unsubscribe': `<${unsubscribeUrl}>`,
                'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
              }
            : {},
          ...(attachments ? { attachments: attachments.forApis() } : {}),
        };
      },
    };
  };

  const signAside = signer?.signAside;
  return {
    build(recipient) {
      const message = unsigned(recipient);
      return signed(message, signer ? signer.sign(message.headers, message.body, relaxedRest()) : '');
    },
    buildAside: signAside
      ? async (recipient) => {
          const message = unsigned(recipient);
          return signed(message, await signAside(message.headers, message.body, relaxedRest()));
        }
      : null,
  };
}

/** A message to one recipient without its signature. */
interface Unsigned {
  recipient: Recipient;
  variables: TemplateVariables;
  toAddress: string;
  headers: string;
  body: string;
  local: { needsSmtpUtf8: boolean };
}

/** Whether content has no HTML: its mails are plain text. */
export function isPlain(content: CompiledContent): boolean {
  return isBlank(content.html);
}

interface Structure {
  /** The MIME headers of the message. */
  headers: string;
  body(variables: TemplateVariables): string;
}

function compileStructure(
  content: CompiledContent,
  runId: string,
  attachments: Pick<CompiledAttachments, 'related' | 'mixed'> | null,
): Structure {
  const text = content.text ? bodyEncoder(content.text) : null;
  const textEncoding = text ? text.encoding : 'quoted-printable';
  const encodeText = (variables: TemplateVariables) =>
    text ? text.encode(variables) : quotedPrintable(htmlToText(content.html.render(variables)));
  const { mixed, alternative, related } = boundariesOf(runId);
  const mixedHeader = `Content-Type: multipart/mixed;\r\n boundary="${mixed}"\r\n`;
  if (isBlank(content.html)) {
    // Programs that show HTML rather than text would show nothing.
    const headers = partHeaders('plain', textEncoding);
    if (!attachments) return { headers, body: (variables) => `${encodeText(variables)}\r\n` };
    const start = `--${mixed}\r\n${headers}\r\n`;
    return { headers: mixedHeader, body: (variables) => `${start}${encodeText(variables)}\r\n` };
  }
  const html = bodyEncoder(content.html);
  const alternativeHeader = `Content-Type: multipart/alternative;\r\n boundary="${alternative}"\r\n`;
  const relatedStart = attachments?.related
    ? `Content-Type: multipart/related; type="text/html";\r\n boundary="${related}"\r\n\r\n--${related}\r\n`
    : '';
  const textStart =
    (attachments?.mixed ? `--${mixed}\r\n${alternativeHeader}\r\n` : '') +
    `--${alternative}\r\n${partHeaders('plain', textEncoding)}\r\n`;
  const htmlStart = `\r\n--${alternative}\r\n${relatedStart}${partHeaders('html', html.encoding)}\r\n`;
  // The attachments begin with the next boundary, on a line of its own.
  const end = attachments ? '\r\n' : `\r\n--${alternative}--\r\n`;
  return {
    headers: attachments?.mixed ? mixedHeader : alternativeHeader,
    body: (variables) => textStart + encodeText(variables) + htmlStart + html.encode(variables) + end,
  };
}

function partHeaders(type: 'plain' | 'html', encoding: string): string {
  return `Content-Type: text/${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
}

function isBlank(template: CompiledTemplate): boolean {
  return template.isStatic && template.literals.join('').trim() === '';
}

interface BodyEncoder {
  encoding: 'quoted-printable' | 'base64';
  encode(variables: TemplateVariables): string;
}

/**
 * Quoted-printable piece by piece: every piece begins and ends at a soft line break, so the encoded form of a literal does not depend on its
 * neighbours and is made once. Text that is mostly not ASCII goes as base64, which is smaller then.
 */
function bodyEncoder(template: CompiledTemplate): BodyEncoder {
  const literal = template.literals.join('');
  const others = literal.length - (literal.match(/[\x00-\x7f]/g)?.length ?? 0);
  if (others > literal.length / 5) {
    return { encoding: 'base64', encode: (variables) => wrappedBase64(template.render(variables)) };
  }
  const encoded = new Map(template.literals.map((l) => [l, quotedPrintable(l)]));
  return {
    encoding: 'quoted-printable',
    encode(variables) {
      let body = '';
      let startsLine = true;
      template.emit(variables, (piece) => {
        const next = encoded.get(piece) ?? quotedPrintable(piece);
        // After a hard line break the next piece starts a line anyway.
        body += startsLine ? next : `=\r\n${next}`;
        startsLine = next.charCodeAt(next.length - 1) === 10;
      });
      return body;
    },
  };
}

/** A header whose value is a template: made once when it is the same for everyone. */
function headerTemplate(name: string, template: CompiledTemplate): (variables: TemplateVariables) => string {
  const line = (variables: TemplateVariables) =>
    `${name}: ${headerText(oneLine(template.render(variables)), name.length + 2)}\r\n`;
  if (!template.isStatic) return line;
  const fixed = `${name}: ${headerText(oneLine(template.literals.join('')), name.length + 2)}\r\n`;
  return () => fixed;
}

const plainHeader = /^[\x20-\x7e]*$/;

/** Unstructured header text (RFC 5322 section 2.2.1): as it is, folded, or as encoded words (RFC 2047). */
function headerText(text: string, used: number): string {
  if (plainHeader.test(text) && !text.includes('=?')) {
    return used + text.length <= 76 ? text : fold(text, used);
  }
  return encodedWords(text);
}

/** Folds at blanks where possible; a word too long for a line (998 octets) becomes encoded words. */
function fold(text: string, used: number): string {
  if (text.split(' ').some((word) => word.length > 900)) return encodedWords(text);
  let line = used;
  return text
    .split(/(?= )/)
    .map((word) => {
      if (line + word.length > 76 && line > used) {
        line = word.length;
        return `\r\n${word}`;
      }
      line += word.length;
      return word;
    })
    .join('');
}

function encodedWords(text: string): string {
  const mostlyLatin = (text.match(/[\x20-\x7e]/g)?.length ?? 0) > text.length / 2;
  return encodeWord(text, mostlyLatin ? 'Q' : 'B', 52).replace(/ /g, '\r\n ');
}

/** `Name <address>`; the name is quoted or encoded as it needs. */
function mailbox(name: string, address: string): string {
  const clean = oneLine(name);
  if (clean === '') return address;
  if (!plainHeader.test(clean) || clean.includes('=?') || clean.length > 60)
    return `${encodedWords(clean)}\r\n <${address}>`;
  if (/^[\w !#$%&'*+/=?^`{|}~-]*$/.test(clean)) return `${clean} <${address}>`;
  return `"${clean.replace(/[\\"]/g, '\\$&')}" <${address}>`;
}

/** The same before any encoding: Unicode, quoted where RFC 5322 asks for it. */
function plainMailbox(name: string, address: string): string {
  const clean = oneLine(name);
  if (clean === '') return address;
  return /^[\p{L}\p{M}\p{N} !#$%&'*+/=?^`{|}~-]*$/u.test(clean)
    ? `${clean} <${address}>`
    : `"${clean.replace(/[\\"]/g, '\\$&')}" <${address}>`;
}

/** A value that stands in a header as it is. */
function headerToken(value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new MessageError(`${JSON.stringify(value)} cannot stand in a header.`);
  return value;
}
