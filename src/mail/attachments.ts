import { createHash } from 'node:crypto';
import { buildHeaderValue, foldLines, parseHeaderValue } from 'nodemailer/lib/mime-funcs';
import type { ContentAttachment } from '../domain/attachment.js';
import { base64Length, wrappedBase64Of } from './encoding.js';
import { relaxedBody } from './dkim.js';
import type { MessageAttachment, MessageRest } from './transport.js';

/** An attachment with what its file holds. */
export interface AttachmentSource extends Omit<ContentAttachment, 'id'> {
  content: Buffer;
}

/**
 * The attachments of a run's message, encoded once for all mails of the run. Everything personal stands before them, so a mail is its own
 * beginning and this: no byte of an attachment is copied per mail.
 */
export interface CompiledAttachments {
  /** Whether there are parts that belong to the HTML (multipart/related), and others (multipart/mixed). */
  readonly related: boolean;
  readonly mixed: boolean;
  /** From the line after the last personal part to the end of the message. No line begins with a dot. */
  readonly rest: MessageRest;
  /** `rest` as DKIM hashes it (relaxed, RFC 6376 section 3.4.4). */
  relaxedRest(): readonly Buffer[];
  /** For APIs that make the MIME form themselves. The same array every time. */
  forApis(): readonly MessageAttachment[];
}

export interface Boundaries {
  mixed: string;
  alternative: string;
  related: string;
}

/** The boundaries of a run's message: the same in every process. '=_' cannot occur in quoted-printable or base64, so no part can hold one. */
export function boundariesOf(runId: string): Boundaries {
  const boundary = (kind: string) => `=_${createHash('sha256').update(kind).digest('base64url').slice(0, 24)}`;
  return { mixed: boundary(`${runId}/mixed`), alternative: boundary(runId), related: boundary(`${runId}/related`) };
}

/**
 * Encodes attachments, in their order. Those with a content ID belong to the HTML, if there is any; a mail of plain text offers them as files. Null when
 * there are none. Files keep their bytes, text files too: base64 of what was uploaded.
 */
export function compileAttachments(
  runId: string,
  attachments: readonly AttachmentSource[],
  hasHtml: boolean,
): CompiledAttachments | null {
  if (attachments.length === 0) return null;
  const { related, mixed, segments } = layOut(runId, attachments, hasHtml);
  const encoded = new Map(attachments.map((a) => [a, wrappedBase64Of(a.content)]));
  const buffers = segments.map((s) => (typeof s === 'string' ? Buffer.from(s, 'latin1') : (encoded.get(s) as Buffer)));
  let relaxed: Buffer[] | undefined;
  let forApis: MessageAttachment[] | undefined;
  return {
    related,
    mixed,
    rest: { bytes: buffers.reduce((sum, b) => sum + b.length, 0), buffers: () => buffers },
    // Base64 has no blanks, so only the headers between are another text.
    relaxedRest: () =>
      (relaxed ??= segments.map((s, i) =>
        typeof s === 'string' ? Buffer.from(relaxedBody(s, i < segments.length - 1), 'latin1') : (buffers[i] as Buffer),
      )),
    forApis: () =>
      (forApis ??= attachments.map((a) => ({
        filename: a.filename,
        contentType: a.contentType,
        contentId: hasHtml ? a.contentId : null,
        base64: a.content.toString('base64'),
      }))),
  };
}

/** The same without the files, for the size of messages: its bytes cannot be asked for. */
export function outlineAttachments(
  runId: string,
  attachments: readonly Omit<ContentAttachment, 'id'>[],
  hasHtml: boolean,
): CompiledAttachments | null {
  if (attachments.length === 0) return null;
  const { related, mixed, segments } = layOut(runId, attachments, hasHtml);
  const absent = () => {
    throw new Error('The attachments of this message have been outlined without their files.');
  };
  return {
    related,
    mixed,
    rest: {
      bytes: segments.reduce((sum, s) => sum + (typeof s === 'string' ? s.length : base64Length(s.size)), 0),
      buffers: absent,
    },
    relaxedRest: absent,
    forApis: absent,
  };
}

/** What the parts before the attachments do not say: text, and in its places the files. The same tree as nodemailer's composer makes. */
function layOut<A extends Omit<ContentAttachment, 'id'>>(runId: string, attachments: readonly A[], hasHtml: boolean) {
  const boundaries = boundariesOf(runId);
  const related = attachments.filter((a) => hasHtml && a.contentId !== null);
  const others = attachments.filter((a) => !related.includes(a));
  const segments: (string | A)[] = [];
  let text = '';
  const parts = (list: readonly A[], boundary: string) => {
    for (const attachment of list) {
      segments.push(`${text}--${boundary}\r\n${headersOf(attachment)}\r\n`, attachment);
      text = '\r\n';
    }
    text += `--${boundary}--\r\n`;
  };
  if (related.length > 0) {
    parts(related, boundaries.related);
    text += '\r\n';
  }
  if (hasHtml) text += `--${boundaries.alternative}--\r\n`;
  if (others.length > 0) {
    if (hasHtml) text += '\r\n';
    parts(others, boundaries.mixed);
  }
  segments.push(text);
  return { related: related.length > 0, mixed: others.length > 0, segments };
}

/** The headers of one part, file names by RFC 2231. */
function headersOf(attachment: Omit<ContentAttachment, 'id'>): string {
  const { filename, contentId, disposition } = attachment;
  const { value, params } = parseHeaderValue(attachment.contentType);
  const type = buildHeaderValue({ value, params: { ...params, name: filename } });
  const where = buildHeaderValue({ value: disposition, params: { filename } });
  return (
    `${foldLines(`Content-Type: ${type}`, 76)}\r\n` +
    'Content-Transfer-Encoding: base64\r\n' +
    (contentId === null ? '' : `Content-ID: <${contentId}>\r\n`) +
    `${foldLines(`Content-Disposition: ${where}`, 76)}\r\n`
  );
}
