import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createSecretBox, SecretError } from '../../src/mail/secrets.js';
import { unsubscribeToken, unsubscribeUrl, verifyUnsubscribeToken } from '../../src/mail/unsubscribe.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

describe('the secret box', () => {
  const box = createSecretBox('a secret key of good length');

  it('gives back what was put in, for any text and context', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(box.decrypt(box.encrypt(text, context), context)).toBe(text);
      }),
    );
  });

  it('never makes the same bytes twice and shows nothing of the text', () => {
    const a = box.encrypt('password', 'sender');
    expect(a.equals(box.encrypt('password', 'sender'))).toBe(false);
    expect(a.includes('password')).toBe(false);
  });

  it('opens with the same key in another process, and with no other key, context or bytes', () => {
    const sealed = box.encrypt('password', 'sender-1');
    expect(createSecretBox('a secret key of good length').decrypt(sealed, 'sender-1')).toBe('password');
    expect(() => createSecretBox('another key of good length').decrypt(sealed, 'sender-1')).toThrow(SecretError);
    expect(() => box.decrypt(sealed, 'sender-2')).toThrow(SecretError);
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(() => box.decrypt(changed, 'sender-1')).toThrow(SecretError);
    }
    expect(() => box.decrypt(Buffer.alloc(0), 'sender-1')).toThrow(SecretError);
  });
});

describe('unsubscribe tokens', () => {
  const key = 'a secret key of good length';
  const subject = { contactId: randomUUID(), runId: randomUUID() };

  it('names the contact and the run, and fits in a URL', () => {
    const token = unsubscribeToken(key, subject);
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(verifyUnsubscribeToken(key, token)).toEqual(subject);
    expect(unsubscribeUrl('https://example.org', key, subject)).toBe(`https://example.org/u/${token}`);
  });

  it('is refused when altered, cut, or made with another key', () => {
    const token = unsubscribeToken(key, subject);
    for (let i = 0; i < token.length; i++) {
      const altered = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
      expect(verifyUnsubscribeToken(key, altered)).toBeNull();
    }
    expect(verifyUnsubscribeToken(key, token.slice(1))).toBeNull();
    expect(verifyUnsubscribeToken('another key of good length', token)).toBeNull();
    expect(verifyUnsubscribeToken(key, '')).toBeNull();
  });
});
