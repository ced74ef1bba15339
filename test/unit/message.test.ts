import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, it, vi } from 'vitest';
import { compileMessage, MessageError } from '../../src/mail/message.js';
import {
  anyText,
  clean,
  composed,
  expectWellFormed,
  gist,
  recipient,
  signatureIsValid,
  source,
  template,
  variablesOf,
} from '../support/messages.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

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

describe('DKIM', () => {
  const keys = {
    'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
    'ed25519-sha256': generateKeyPairSync('ed25519'),
  };

  it.each(['rsa-sha256', 'ed25519-sha256'] as const)(
    'signs with %s what a verifier accepts, and the same each time',
    async (algorithm) => {
      const { privateKey, publicKey } = keys[algorithm];
      const dkim = {
        domainName: 'example.com',
        keySelector: 'k1',
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      };
      await fc.assert(
        fc.asyncProperty(template, anyText, async (html, name) => {
          const message = compileMessage(source({ subject: `Hi ${html}`, html }, { dkim }));
          const to = recipient({ name });
          const { raw } = message.build(to);
          expectWellFormed(raw);
          expect(message.build(to).raw.equals(raw)).toBe(true);
          if (algorithm === 'rsa-sha256') expect((await message.buildAside!(to)).raw.equals(raw)).toBe(true);
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
