import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { expect, it, vi } from 'vitest';
import { attachmentFilename, contentIdsIn } from '../../src/domain/attachment.js';
import { attachmentMediaType } from '../../src/domain/mediaType.js';
import { type AttachmentSource, outlineAttachments } from '../../src/mail/attachments.js';
import { compileMessage } from '../../src/mail/message.js';
import { messageSize, wholeMessage } from '../../src/mail/transport.js';
import {
  composed,
  expectWellFormed,
  gist,
  recipient,
  signatureIsValid,
  source,
  template,
} from '../support/messages.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const dkim = {
  domainName: 'example.com',
  keySelector: 'k1',
  privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};

const filename = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
    fc.constantFrom(
      'logo.png',
      'price list (2026).csv',
      'Prüfbericht – Größe "L".pdf',
      '日本語'.repeat(30),
      "o'brien.txt",
      'a;b=c%41.txt',
    ),
  )
  .map(attachmentFilename)
  .filter((name) => name !== '');

const attachment: fc.Arbitrary<AttachmentSource> = fc
  .record({
    filename,
    contentType: fc.constantFrom(
      'image/png',
      'application/pdf',
      'text/csv; charset=utf-8',
      'text/calendar; method=REQUEST; charset=utf-8',
      'application/octet-stream',
    ),
    content: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((a) => Buffer.from(a)),
      fc.constantFrom(
        Buffer.from('a\nb\r\n.\r\n..c\rd'),
        Buffer.from('Größe\n', 'latin1'),
        Buffer.alloc(57, 1),
        Buffer.alloc(114),
      ),
    ),
    disposition: fc.constantFrom('attachment' as const, 'inline' as const),
    contentId: fc.constantFrom('logo', 'a.b@example.com', null),
  })
  .map((a) => ({ ...a, size: a.content.length }));

it("attachments and inline images stand as nodemailer's composer has them, byte by byte, in signed mails that all share one encoding", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        subject: template,
        html: template.map((t) => `<p>${t}</p>x`),
        text: fc.option(template.map((t) => `${t}x`)),
      }),
      fc.array(attachment, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (content, attachments, plain) => {
        const from = source(
          plain ? { ...content, html: '', text: `${content.text}x` } : content,
          { dkim },
          attachments,
        );
        const message = compileMessage(from);
        const to = recipient({ name: 'Zoë' });
        const built = message.build(to);
        const raw = wholeMessage(built);
        expectWellFormed(raw);
        expect(raw.toString('latin1')).not.toMatch(/\n\./);
        expect(signatureIsValid(raw, rsa.publicKey)).toBe(true);
        expect(messageSize(built)).toBe(raw.length);
        expect(outlineAttachments('', attachments, !plain)?.rest.bytes).toBe(built.rest?.bytes);
        const other = message.build(recipient({ email: 'bob@example.org' }));
        expect(other.rest?.buffers()).toBe(built.rest?.buffers());

        const [ours, theirs] = await Promise.all([
          simpleParser(raw),
          simpleParser(await composed(from, to, attachments)),
        ]);
        const { headerNames, ...said } = gist(ours);
        const { headerNames: theirNames, ...same } = gist(theirs);
        expect(said).toEqual(same);
        expect(headerNames.filter((n) => n !== 'dkim-signature')).toEqual(theirNames);
        const parts = (mail: typeof ours) =>
          mail.attachments.map(
            ({ filename: name, contentType, contentDisposition, cid, related, content: bytes, headers }) => ({
              name,
              contentType,
              contentDisposition,
              cid,
              related,
              bytes: bytes.toString('hex'),
              params: (headers.get('content-type') as unknown as { params: object }).params,
            }),
          );
        const withoutNames = (list: ReturnType<typeof parts>) =>
          list.map(
            ({
              params: { name: _name, ...params },
              ...part
            }: ReturnType<typeof parts>[number] & { params: { name?: string } }) => ({ ...part, params }),
          );
        expect(withoutNames(parts(ours))).toEqual(withoutNames(parts(theirs)));
        const wanted = [
          ...attachments.filter((a) => !plain && a.contentId),
          ...attachments.filter((a) => plain || !a.contentId),
        ];
        expect(parts(ours).map(({ name, bytes }) => ({ name, bytes }))).toEqual(
          wanted.map((a) => ({ name: a.filename, bytes: a.content.toString('hex') })),
        );
      },
    ),
    { numRuns: 150 },
  );
});

it('gives APIs the same files, and an inline one its content ID only beside HTML', () => {
  const logo: AttachmentSource = {
    filename: 'logo.png',
    contentType: 'image/png',
    content: randomBytes(200),
    size: 200,
    disposition: 'inline',
    contentId: 'logo',
  };
  const api = (html: string) => {
    const message = compileMessage(source({ subject: 'x', html, text: 'x' }, {}, [logo]));
    const [one, two] = [message.build(recipient()), message.build(recipient())].map((m) => m.parts().attachments);
    expect(one).toBe(two);
    return one;
  };
  expect(api('<img src="cid:logo">')).toEqual([
    { filename: 'logo.png', contentType: 'image/png', contentId: 'logo', base64: logo.content.toString('base64') },
  ]);
  expect(api(' ')?.[0]?.contentId).toBeNull();
});

it('finds what HTML refers to, where it is written out', () => {
  expect(
    contentIdsIn([
      '<img src="cid:logo"><img src=CID:a%40b ><div style="background:url(cid:back.png)">',
      "<img src='cid:x-",
      "'>",
    ]),
  ).toEqual(['logo', 'a@b', 'back.png']);
});

it.each([
  ['image/PNG', 'image/png'],
  ['Text/CSV ;charset="utf-8"; name=x.csv', 'text/csv; charset="utf-8"'],
  ['text/calendar; method=REQUEST;', 'text/calendar; method=REQUEST'],
  ['message/rfc822', null],
  ['multipart/mixed; boundary=x', null],
  ['image', null],
  ['image/png\r\nX-Evil: 1', null],
  ['image/png; a="\r\n"', null],
])('takes the media type %j for %j', (given, wanted) => {
  const found = attachmentMediaType(given);
  expect(found.ok ? found.mediaType : null).toBe(wanted);
});

it.each([
  ['C:\\Users\\me\\offer.pdf', 'offer.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['a\r\nb\0.txt', 'ab.txt'],
  ['..', ''],
])('names the file %j %j', (given, wanted) => {
  expect(attachmentFilename(given)).toBe(wanted);
});
