import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotedPrintable } from '../../src/mail/encoding.js';

/** RFC 2045 section 6.7, written apart from the encoder. */
function decoded(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const awkward = fc
  .array(
    fc.constantFrom(
      '.',
      '..',
      ' ',
      '\t',
      '=',
      '\n',
      '\r\n',
      'a',
      'word ',
      'é',
      '€',
      '😀',
      'x'.repeat(74),
      'y'.repeat(76),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

describe('quoted-printable', () => {
  it('is read back as it was, in lines of 76 at most that end in no blank and begin with no dot', () => {
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ maxLength: 300, unit: 'binary' })), (text) => {
        // Half a surrogate pair has no UTF-8.
        fc.pre(text.isWellFormed());
        const encoded = quotedPrintable(text);
        expect(decoded(encoded)).toBe(text.replace(/\r\n|\r|\n/g, '\r\n'));
        for (const line of encoded.split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(76);
          expect(line).not.toMatch(/^\.|[ \t]$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
