import { describe, expect, test } from 'vitest';
import { hostRefusal, isPrivateAddress } from '../../src/net/hostGuard.js';
import { mergePatch } from '../../src/api/common/mergePatch.js';
import { apiKeyPrefix, generateApiKey } from '../../src/api/auth/keys.js';
import { leastSendingSeconds } from '../../src/domain/sendingTime.js';

describe('hosts that a server must not be made to speak to', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.9',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('%s', (address) => expect(isPrivateAddress(address)).toBe(true));

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::',
  ])('%s is public', (address) => expect(isPrivateAddress(address)).toBe(false));

  test('names are judged by what they resolve to, unless private hosts are allowed', async () => {
    expect(await hostRefusal('localhost', false)).toMatch(/not a public address/);
    expect(await hostRefusal('[::1]', false)).toMatch(/not a public address/);
    expect(await hostRefusal('does-not-exist.invalid', false)).toMatch(/cannot be resolved/);
    expect(await hostRefusal('localhost', true)).toBeNull();
    expect(await hostRefusal('8.8.8.8', false)).toBeNull();
  });
});

test('a merge patch follows the examples of RFC 7396', () => {
  const examples: [unknown, unknown, unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of examples) expect(mergePatch(target, patch)).toEqual(result);
});

test('the prefix of a key gives little of it away', () => {
  const key = generateApiKey();
  expect(key).toMatch(/^om_[\w-]{43}$/);
  expect(apiKeyPrefix(key)).toBe(key.slice(0, 10));
  expect(apiKeyPrefix('0123456789abcdef')).toBe('0123');
});

describe('the least time that limits leave', () => {
  const none = { perSecond: null, perMinute: null, perHour: null, perDay: null };

  test.each([
    ['nobody to mail', 0, [], 0],
    ['no sender', 5, [], null],
    ['no limit', 1_000_000, [none], 0],
    ['one a second', 10, [{ ...none, perSecond: 1 }], 9],
    ['an hour may be filled at once', 100, [{ ...none, perHour: 100 }], 0],
    ['the next hour after it', 101, [{ ...none, perHour: 100 }], 3600],
    ['the tightest limit counts', 1000, [{ ...none, perSecond: 10, perDay: 300 }], 3 * 86_400],
    [
      'two senders share',
      202,
      [
        { ...none, perHour: 100 },
        { ...none, perHour: 1 },
      ],
      3600,
    ],
    ['beyond ten years', 10_000, [{ ...none, perDay: 1 }], null],
  ])('%s', (_, mails, senders, seconds) => expect(leastSendingSeconds(mails, senders)).toBe(seconds));
});
