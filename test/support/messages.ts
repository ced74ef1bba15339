import { createHash, type KeyObject, randomUUID, verify } from 'node:crypto';
import fc from 'fast-check';
import type { ParsedMail } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { expect } from 'vitest';
import { type AttachmentSource, compileAttachments } from '../../src/mail/attachments.js';
import { isPlain, type MessageSource, type Recipient } from '../../src/mail/message.js';
import {
  compileContent,
  type ContentSource,
  senderVariables,
  type TemplateVariables,
} from '../../src/mail/template.js';

export const date = new Date('2026-11-24T06:00:00Z');

export function source(
  content: ContentSource,
  change: Partial<MessageSource> = {},
  attachments: readonly AttachmentSource[] = [],
): MessageSource {
  const compiled = compileContent(content);
  const id = randomUUID();
  return {
    content: compiled,
    sender: { fromName: 'Oncemail', fromEmail: 'news@example.com', replyTo: null },
    campaign: { name: 'Spring' },
    run: { id, scheduledFor: date },
    attachments: compileAttachments(id, attachments, !isPlain(compiled)),
    ...change,
  };
}

export function recipient(change: Partial<Recipient> = {}): Recipient {
  return {
    email: 'ada@example.org',
    name: 'Ada',
    attributes: {},
    messageId: `<${randomUUID()}@example.com>`,
    unsubscribeUrl: 'https://example.com/u/token',
    date,
    ...change,
  };
}

export function variablesOf(from: MessageSource, to: Recipient): TemplateVariables {
  return {
    contact: { email: to.email, name: to.name, attributes: to.attributes },
    campaign: from.campaign,
    run: { scheduledFor: from.run.scheduledFor.toISOString() },
    sender: senderVariables(from.sender),
    unsubscribeUrl: to.unsubscribeUrl ?? '',
  };
}

/** The same mail by nodemailer's own composer. */
export async function composed(
  from: MessageSource,
  to: Recipient,
  attachments: readonly AttachmentSource[] = [],
): Promise<Buffer> {
  const rendered = from.content.render(variablesOf(from, to));
  const composer = new MailComposer({
    from: { name: from.sender.fromName, address: from.sender.fromEmail },
    to: { name: to.name, address: to.email },
    ...(from.sender.replyTo ? { replyTo: from.sender.replyTo } : {}),
    subject: rendered.subject,
    text: rendered.text,
    html: rendered.html,
    messageId: to.messageId,
    date: to.date,
    attachments: attachments.map((a) => ({
      filename: a.filename,
      contentType: a.contentType,
      contentDisposition: a.disposition,
      content: a.content,
      ...(a.contentId ? { cid: a.contentId } : {}),
    })),
    ...(to.unsubscribeUrl
      ? {
          headers: {
            'List-Unsubscribe': { prepared: true, value: `<${to.unsubscribeUrl}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          },
        }
      : {}),
  });
  return composer.compile().build();
}

/** What a reader of the mail gets. */
export function gist(mail: ParsedMail) {
  const addresses = (field: ParsedMail['from'] | ParsedMail['to']) =>
    [field].flat().flatMap((f) => f?.value.map(({ name, address }) => ({ name, address })) ?? []);
  return {
    from: addresses(mail.from),
    to: addresses(mail.to),
    replyTo: addresses(mail.replyTo),
    subject: mail.subject,
    messageId: mail.messageId,
    date: mail.date,
    list: mail.headers.get('list'),
    unsubscribePost: mail.headers.get('list-unsubscribe-post'),
    // The composer leaves out a part that is empty, and ends a part with a line end.
    html: (mail.html || '').replace(/\s+$/, ''),
    text: (mail.text ?? '').replace(/\s+$/, ''),
    headerNames: [...mail.headers.keys()].sort(),
    attachments: mail.attachments.length,
  };
}

export function expectWellFormed(raw: Buffer): void {
  const text = raw.toString('latin1');
  expect(text).toMatch(/^[\x00-\x7f]*$/);
  expect(text.replace(/\r\n/g, '')).not.toMatch(/[\r\n\0]/);
  const end = text.indexOf('\r\n\r\n');
  for (const line of text.slice(0, end).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  for (const line of text.slice(end + 4).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  expect(text.endsWith('\r\n')).toBe(true);
}

export const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 400 }),
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '=',
    'a\r\nb',
    'trailing ',
    '\ttab\t',
    'x'.repeat(3000),
    'Zoë',
    '日本語'.repeat(40),
    '"q" \\ (c) <d>, e',
  ),
);
/** Text of a template: no braces of its own, and no character that HTML or XML forbid. */
const literal = anyText.map((t) =>
  t.replace(/[{}]/g, '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ue000\ue001]/g, ''),
);
const tag = fc.constantFrom(
  '{{ contact.name }}',
  '{{ contact.attributes.a | default: "nobody" }}',
  '{{ contact.email | upcase }}',
  '{{ unsubscribeUrl }}',
  '{% if contact.attributes.a %}A{{ contact.attributes.a }}{% else %}none{% endif %}',
);
export const template = fc.array(fc.oneof(literal, tag), { maxLength: 8 }).map((parts) => parts.join(''));

/** A name in one line: the composer neither drops control characters nor trims. */
export function clean(name: string): string {
  return name.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

/** RFC 6376 section 6.1, for one signature with relaxed/relaxed; written apart from the signer, to find its errors. */
export function signatureIsValid(raw: Buffer, key: KeyObject): boolean {
  const text = raw.toString('latin1');
  const split = text.indexOf('\r\n\r\n');
  const fields = text
    .slice(0, split)
    .replace(/\r\n(?=[ \t])/g, '')
    .split('\r\n')
    .map((line) => /^([^:]*?)\s*:(.*)$/s.exec(line) as RegExpExecArray)
    .map(([, name, value]) => ({
      name: (name as string).toLowerCase(),
      value: (value as string)
        .split(/[ \t]+/)
        .join(' ')
        .trim(),
    }));
  const signature = fields.find((f) => f.name === 'dkim-signature') as { value: string };
  const tags = new Map(
    signature.value
      .split(';')
      .map((t) => [t.slice(0, t.indexOf('=')).trim(), t.slice(t.indexOf('=') + 1).replace(/\s/g, '')]),
  );
  let lines = text
    .slice(split + 4)
    .split('\r\n')
    .map((l) =>
      l
        .split(/[ \t]+/)
        .join(' ')
        .replace(/ $/, ''),
    );
  while (lines.length > 0 && lines.at(-1) === '') lines = lines.slice(0, -1);
  const body = lines.map((l) => `${l}\r\n`).join('');
  if (createHash('sha256').update(body, 'latin1').digest('base64') !== tags.get('bh')) return false;
  const left = [...fields];
  let input = '';
  for (const name of (tags.get('h') as string).toLowerCase().split(':')) {
    const index = left.findLastIndex((f) => f.name === name);
    if (index < 0) continue;
    input += `${name}:${left[index]?.value}\r\n`;
    left.splice(index, 1);
  }
  input += `dkim-signature:${signature.value.replace(/(;\s*b=)[^;]*$/, '$1').trim()}`;
  const bytes = Buffer.from(tags.get('b') as string, 'base64');
  return key.asymmetricKeyType === 'rsa'
    ? verify('sha256', Buffer.from(input, 'latin1'), key, bytes)
    : verify(null, createHash('sha256').update(input, 'latin1').digest(), key, bytes);
}
