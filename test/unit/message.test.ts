import { createHash, generateKeyPairSync, type KeyObject, randomUUID, verify } from 'node:crypto';
import fc from 'fast-check';
import { type ParsedMail, simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { describe, expect, it, vi } from 'vitest';
import { compileMessage, MessageError, type MessageSource, type Recipient } from '../../src/mail/message.js';
import { compileContent, type ContentSource, type TemplateVariables } from '../../src/mail/template.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const date = new Date('2026-11-24T06:00:00Z');

function source(content: ContentSource, change: Partial<MessageSource> = {}): MessageSource {
  return {
    content: compileContent(content),
    sender: { fromName: 'Oncemail', fromEmail: 'news@example.com', replyTo: null },
    campaign: { name: 'Spring' },
    run: { id: randomUUID(), scheduledFor: date },
    ...change,
  };
}

function recipient(change: Partial<Recipient> = {}): Recipient {
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

function variablesOf(from: MessageSource, to: Recipient): TemplateVariables {
  return {
    contact: { email: to.email, name: to.name, attributes: to.attributes },
    campaign: from.campaign,
    run: { scheduledFor: from.run.scheduledFor.toISOString() },
    sender: {
      name: from.sender.fromName,
      email: from.sender.fromEmail,
      replyTo: from.sender.replyTo ?? from.sender.fromEmail,
    },
    unsubscribeUrl: to.unsubscribeUrl ?? '',
  };
}

/** The same mail by nodemailer's own composer. */
async function composed(from: MessageSource, to: Recipient): Promise<Buffer> {
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
function gist(mail: ParsedMail) {
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

function expectWellFormed(raw: Buffer): void {
  const text = raw.toString('latin1');
  expect(text).toMatch(/^[\x00-\x7f]*$/);
  expect(text.replace(/\r\n/g, '')).not.toMatch(/[\r\n\0]/);
  const end = text.indexOf('\r\n\r\n');
  for (const line of text.slice(0, end).split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  for (const line of text.slice(end + 4).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
  expect(text.endsWith('\r\n')).toBe(true);
}

const anyText = fc.oneof(
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
const template = fc.array(fc.oneof(literal, tag), { maxLength: 8 }).map((parts) => parts.join(''));

describe('a compiled message', () => {
  it("says what nodemailer's composer says, whatever is in it, in well-formed bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          subject: template,
          html: template.map((t) => `<p>${t}</p>x`),
          text: fc.option(template.map((t) => `${t}x`)),
        }),
        fc.record({
          fromName: anyText.map(clean),
          name: anyText.map(clean),
          a: fc.option(anyText),
          replyTo: fc.constantFrom(null, 'answers@bücher.de'),
        }),
        fc.constantFrom('ada@example.org', "o'brien+x@bücher.de", 'A.B@Example.ORG'),
        fc.constantFrom('https://example.com/u/token', undefined),
        async (content, { fromName, name, a, replyTo }, email, unsubscribeUrl) => {
          const from = source(content, { sender: { fromName, fromEmail: 'news@example.com', replyTo } });
          const to = recipient({ email, name, attributes: a === null ? {} : { a } });
          if (unsubscribeUrl === undefined) delete to.unsubscribeUrl;
          const message = compileMessage(from);
          const { raw, envelope, smtpUtf8 } = message.build(to);
          expect(smtpUtf8).toBe(false);
          expect(envelope.to).toMatch(/^[\x21-\x7e]+$/);
          expectWellFormed(raw);
          expect(message.build(to).raw.equals(raw)).toBe(true);
          const [ours, theirs] = await Promise.all([simpleParser(raw), simpleParser(await composed(from, to))]);
          expect(gist(ours)).toEqual(gist(theirs));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('carries the bodies unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(template, template, anyText, async (html, text, name) => {
        const from = source({ subject: 's', html: `<p>${html}</p>`, text: `>${text}<` });
        const to = recipient({ name });
        const parsed = await simpleParser(compileMessage(from).build(to).raw);
        const rendered = from.content.render(variablesOf(from, to));
        const lines = (t: string) => t.replace(/\r\n|\r/g, '\n');
        expect(parsed.html).toBe(lines(rendered.html));
        expect(parsed.text).toBe(lines(rendered.text));
      }),
      { numRuns: 300 },
    );
  });

  it('takes text that looks like an encoded word for text', async () => {
    const looks = 'a =?utf-8?Q?x?= b';
    const from = source(
      { subject: looks, html: 'x' },
      { sender: { fromName: looks, fromEmail: 'news@example.com', replyTo: null } },
    );
    const parsed = await simpleParser(compileMessage(from).build(recipient({ name: looks })).raw);
    expect(gist(parsed)).toMatchObject({ subject: looks, from: [{ name: looks }], to: [{ name: looks }] });
  });

  it('is plain text alone when there is no HTML', async () => {
    const { raw } = compileMessage(source({ subject: 'x', html: ' ', text: 'Hello {{ contact.name }}' })).build(
      recipient(),
    );
    expectWellFormed(raw);
    const parsed = await simpleParser(raw);
    expect([parsed.text, parsed.html]).toEqual(['Hello Ada\n', false]);
  });

  it('puts both unsubscribe headers, and nobody else in the envelope', async () => {
    const built = compileMessage(source({ subject: 'x', html: '<a href="{{ unsubscribeUrl }}">x</a>' })).build(
      recipient(),
    );
    expect(built.envelope).toEqual({ from: 'news@example.com', to: 'ada@example.org' });
    expect(built.raw.toString()).toContain(
      'List-Unsubscribe: <https://example.com/u/token>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n',
    );
  });

  it('adds no header, whatever the values hold', async () => {
    const evil = 'x\r\nBcc: eve@example.org\r\n\r\nbody';
    const from = source(
      { subject: '{{ contact.name }}', html: 'x' },
      { sender: { fromName: evil, fromEmail: 'news@example.com', replyTo: null } },
    );
    const parsed = await simpleParser(compileMessage(from).build(recipient({ name: evil })).raw);
    expect(parsed.headers.has('bcc')).toBe(false);
    expect(() => compileMessage(from).build(recipient({ email: `a@b.de${evil}` }))).toThrow(MessageError);
    expect(() => compileMessage(from).build(recipient({ messageId: `<a@b>${evil}` }))).toThrow(MessageError);
    expect(() => compileMessage(from).build(recipient({ unsubscribeUrl: evil }))).toThrow(MessageError);
    expect(() => compileMessage({ ...from, sender: { ...from.sender, fromEmail: evil } })).toThrow(MessageError);
  });

  it('says when SMTPUTF8 is needed, and mails domains by their A-labels', () => {
    const message = compileMessage(source({ subject: 'x', html: 'x' }));
    expect(message.build(recipient({ email: 'ada@bücher.de' }))).toMatchObject({
      envelope: { to: 'ada@xn--bcher-kva.de' },
      smtpUtf8: false,
    });
    const international = message.build(recipient({ email: 'zoë@bücher.de' }));
    expect(international).toMatchObject({ envelope: { to: 'zoë@xn--bcher-kva.de' }, smtpUtf8: true });
    expect(international.raw.toString('utf8')).toContain('To: Ada <zoë@xn--bcher-kva.de>');
  });

  it('chooses base64 where quoted-printable would triple the size', async () => {
    const html = `<p>${'こんにちは世界。'.repeat(200)} {{ contact.name }}</p>`;
    const { raw } = compileMessage(source({ subject: 'x', html })).build(recipient());
    expectWellFormed(raw);
    expect(raw.toString()).toContain('Content-Transfer-Encoding: base64');
    expect((await simpleParser(raw)).html).toBe(html.replace('{{ contact.name }}', 'Ada'));
  });
});

/** A name in one line: the composer neither drops control characters nor trims. */
function clean(name: string): string {
  return name.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

describe('DKIM', () => {
  const keys = {
    'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
    'ed25519-sha256': generateKeyPairSync('ed25519'),
  };

  it.each(['rsa-sha256', 'ed25519-sha256'] as const)(
    'signs with %s what a verifier accepts, and the same each time',
    (algorithm) => {
      const { privateKey, publicKey } = keys[algorithm];
      const dkim = {
        domainName: 'example.com',
        keySelector: 'k1',
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      };
      fc.assert(
        fc.property(template, anyText, (html, name) => {
          const message = compileMessage(source({ subject: `Hi ${html}`, html }, { dkim }));
          const to = recipient({ name });
          const { raw } = message.build(to);
          expectWellFormed(raw);
          expect(message.build(to).raw.equals(raw)).toBe(true);
          expect(signatureIsValid(raw, publicKey)).toBe(true);
          const forged = Buffer.from(
            raw.toString('latin1').replace('List-Unsubscribe-Post: ', 'List-Unsubscribe-Post: x'),
            'latin1',
          );
          expect(signatureIsValid(forged, publicKey)).toBe(false);
          expect(signatureIsValid(Buffer.concat([raw, Buffer.from('x\r\n')]), publicKey)).toBe(false);
        }),
        { numRuns: 60 },
      );
    },
  );
});

/** RFC 6376 section 6.1, for one signature with relaxed/relaxed; written apart from the signer, to find its errors. */
function signatureIsValid(raw: Buffer, key: KeyObject): boolean {
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
