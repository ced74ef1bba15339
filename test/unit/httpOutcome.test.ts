import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { classifyHttp, type HttpEnd, type HttpInterruption } from '../../src/domain/httpOutcome.js';
import { deliveryMessageId, idempotencyKeyOf } from '../../src/domain/ids.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const errors: HttpInterruption[] = ['timeout', 'reset', 'closed', 'refused', 'unreachable', 'dns', 'certificate'];
const names = [
  undefined,
  'validation_error',
  'missing_api_key',
  'restricted_api_key',
  'invalid_api_key',
  'invalid_from_address',
  'invalid_idempotency_key',
  'invalid_idempotent_request',
  'concurrent_idempotent_requests',
  'rate_limit_exceeded',
  'daily_quota_exceeded',
  'monthly_quota_exceeded',
  'security_error',
  'application_error',
  'internal_server_error',
];
const answers = fc.record({
  status: fc.integer({ min: 0, max: 999 }),
  id: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  name: fc.constantFrom(...names),
  message: fc.option(fc.string(), { nil: undefined }),
  retryAfterSeconds: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
});
const interruptions = fc.record({ reached: fc.boolean(), error: fc.constantFrom(...errors) });
const ends: fc.Arbitrary<HttpEnd> = fc.oneof(answers, interruptions);

describe('classifyHttp', () => {
  it('calls a delivery sent exactly when the provider names the email it accepted', () => {
    fc.assert(
      fc.property(ends, (end) => {
        const accepted = 'status' in end && end.status >= 200 && end.status < 300 && end.id !== undefined;
        expect(classifyHttp(end).kind === 'sent').toBe(accepted);
      }),
    );
  });

  it('is uncertain only when the provider refuses other content under a key it knows', () => {
    fc.assert(
      fc.property(ends, (end) => {
        const conflict = 'status' in end && end.status === 409 && end.name === 'invalid_idempotent_request';
        expect(classifyHttp(end).kind === 'uncertain').toBe(conflict);
      }),
    );
  });

  it('never calls a request refused that the provider may have accepted', () => {
    fc.assert(
      fc.property(ends, (end) => {
        const unknown =
          'status' in end
            ? end.status >= 500 ||
              [408, 425].includes(end.status) ||
              (end.status === 409 && end.name !== 'invalid_idempotent_request') ||
              (end.status >= 200 && end.status < 300 && end.id === undefined)
            : end.reached && end.error !== 'certificate';
        if (unknown) expect(classifyHttp(end).kind).toBe('inDoubt');
      }),
    );
  });

  it('waits for a sensible time after a fault of the sender, and keeps responses to one short line', () => {
    fc.assert(
      fc.property(ends, (end) => {
        const outcome = classifyHttp(end);
        expect(outcome.response.length).toBeLessThanOrEqual(500);
        expect(outcome.response).not.toMatch(/[\u0000-\u001f]/);
        if (outcome.kind === 'senderFault') {
          expect(outcome.retryAfterSeconds).toBeGreaterThan(0);
          expect(outcome.retryAfterSeconds).toBeLessThanOrEqual(86_400);
        }
      }),
    );
  });

  it.each([
    [401, 'missing_api_key', 'Missing API key', 'auth'],
    [403, 'invalid_api_key', 'API key is invalid', 'auth'],
    [403, undefined, 'error code: 1010', 'auth'],
    [403, 'validation_error', 'The example.com domain is not verified.', 'sender-refused'],
    [422, 'invalid_from_address', 'Invalid from field.', 'sender-refused'],
    [422, 'validation_error', 'Invalid `from` field. The email address needs to follow ...', 'sender-refused'],
    [404, 'not_found', 'The requested endpoint does not exist.', 'connect'],
    [301, undefined, undefined, 'connect'],
    [429, 'rate_limit_exceeded', 'Too many requests', 'throttled'],
    [429, 'daily_quota_exceeded', 'You have reached your daily email sending quota.', 'throttled'],
  ])('takes %s %s (%s) for a fault of the sender: %s', (status, name, message, fault) => {
    expect(classifyHttp({ status, name, message })).toMatchObject({ kind: 'senderFault', fault, code: status });
  });

  it.each([
    [400, 'validation_error', 'We found an error with one or more fields'],
    [413, undefined, 'Payload Too Large'],
    [422, 'validation_error', 'Invalid `to` field. The email address needs to follow ...'],
    [451, 'security_error', 'We may have found a security issue with the request.'],
  ])('fails the delivery on %s %s, and suppresses nobody', (status, name, message) => {
    expect(classifyHttp({ status, name, message })).toMatchObject({ kind: 'failed', code: status, suppress: false });
  });

  it('believes how long the provider asks to wait, and waits an hour at least when a quota is used up', () => {
    const wait = (name: string, retryAfterSeconds?: number) =>
      classifyHttp({ status: 429, name, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
    expect(wait('rate_limit_exceeded', 7)).toMatchObject({ retryAfterSeconds: 7 });
    expect(wait('rate_limit_exceeded')).toMatchObject({ retryAfterSeconds: 1 });
    expect(wait('daily_quota_exceeded', 7)).toMatchObject({ retryAfterSeconds: 3600 });
    expect(wait('monthly_quota_exceeded', 10 ** 9)).toMatchObject({ retryAfterSeconds: 86_400 });
  });
});

it('derives the key of a delivery from run and contact, whatever the domain of the sender', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), fc.domain(), (runId, contactId, domain) => {
      const key = idempotencyKeyOf(deliveryMessageId(runId, contactId, domain));
      expect(key).toBe(`${runId}.${contactId}`);
      expect(key.length).toBeLessThanOrEqual(256);
    }),
  );
});
