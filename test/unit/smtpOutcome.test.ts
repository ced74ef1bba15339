import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { classifySmtp, enhancedCodeOf, type SmtpInterruption, type SmtpStage } from '../../src/domain/smtpOutcome.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const stages: SmtpStage[] = ['connect', 'greeting', 'tls', 'auth', 'mail', 'rcpt', 'data', 'body'];
const errors: SmtpInterruption[] = [
  'timeout',
  'reset',
  'closed',
  'refused',
  'unreachable',
  'dns',
  'certificate',
  'protocol',
];

const reply = (stage: SmtpStage, text: string, proven = false) =>
  classifySmtp({ stage, code: Number(text.slice(0, 3)), response: text, proven });

describe('classifySmtp', () => {
  it('calls a delivery sent only after a 2xx to the final dot', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stages),
        fc.option(fc.integer({ min: 0, max: 999 })),
        fc.string(),
        (stage, code, response) => {
          const outcome = classifySmtp({ stage, code: code ?? undefined, response });
          expect(outcome.kind === 'sent').toBe(stage === 'body' && code !== null && code >= 200 && code < 300);
        },
      ),
    );
  });

  it('calls a delivery uncertain only when the message was under way and no clear answer came', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stages),
        fc.option(fc.integer({ min: 200, max: 599 })),
        fc.constantFrom(...errors),
        (stage, code, error) => {
          const outcome = classifySmtp(code === null ? { stage, error } : { stage, code, response: String(code) });
          expect(outcome.kind === 'uncertain').toBe(stage === 'body' && (code === null || (code >= 300 && code < 400)));
        },
      ),
    );
  });

  it('suppresses only addresses that a 5.1.x calls wrong', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stages),
        fc.integer({ min: 400, max: 599 }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: 30 }),
        (stage, code, subject, detail) => {
          const outcome = reply(stage, `${code} ${String(code)[0]}.${subject}.${detail} text`);
          if (outcome.kind === 'failed' && outcome.suppress) {
            expect([code >= 500, subject, detail === 7 || detail === 8]).toEqual([true, 1, false]);
          }
        },
      ),
    );
  });

  it('never spends a delivery before a recipient was named', () => {
    for (const stage of stages.slice(0, 4)) {
      for (const error of errors) expect(['unspent', 'senderFault']).toContain(classifySmtp({ stage, error }).kind);
      for (let code = 200; code < 600; code++)
        expect(['unspent', 'senderFault']).toContain(reply(stage, `${code} x`).kind);
    }
  });

  it.each([
    ['auth', '535 5.7.8 Username and Password not accepted', 'auth'],
    ['auth', '454 4.7.0 Temporary authentication failure', 'auth'],
    ['auth', '454 4.7.0 Too many login attempts, too many connections', 'throttled'],
    ['tls', '454 4.7.0 TLS not available due to temporary reason', 'tls'],
    ['mail', '530 5.7.0 Must issue a STARTTLS command first', 'tls'],
    ['mail', '530 5.7.1 Authentication required', 'auth'],
    ['mail', '501 5.1.7 Bad sender address syntax', 'sender-refused'],
    ['mail', '553 5.7.1 <a@b.c>: Sender address rejected: not owned by user x', 'sender-refused'],
    ['mail', '450 4.1.8 <a@b.c>: Sender address rejected: Domain not found', 'sender-refused'],
    ['rcpt', '450 4.1.8 <a@b.c>: Sender address rejected: Domain not found', 'sender-refused'],
    ['rcpt', '554 5.7.1 <x@y.z>: Relay access denied', 'auth'],
    ['rcpt', '550 5.7.1 Unable to relay', 'auth'],
    ['rcpt', '554 5.7.1 <unknown[1.2.3.4]>: Client host rejected: Access denied', 'sender-refused'],
    ['body', '554 Message rejected: Email address is not verified. The following identities failed', 'sender-refused'],
    ['body', '550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'sender-refused'],
    ['body', '454 Throttling failure: Daily message quota exceeded.', 'throttled'],
    ['body', '550 5.4.5 Daily user sending limit exceeded.', 'throttled'],
    ['rcpt', '421 4.7.28 Our system has detected an unusual rate of unsolicited mail', 'throttled'],
    ['mail', '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', 'throttled'],
    ['body', '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException', 'throttled'],
    ['rcpt', '450 4.7.1 Error: too many recipients from 192.0.2.7', 'throttled'],
    ['mail', '450 4.7.1 Error: too much mail from 192.0.2.7', 'throttled'],
    ['rcpt', '451 4.7.1 rate limit exceeded', 'throttled'],
    ['body', '451 4.7.1 Ratelimit "user" exceeded', 'throttled'],
  ] as const)('at %s takes "%s" for the fault of the sender: %s', (stage, text, fault) => {
    expect(reply(stage, text)).toMatchObject({ kind: 'senderFault', fault });
  });

  it.each([
    ['rcpt', '552 5.2.2 Mailbox quota exceeded', 'failed'],
    ['rcpt', '452 4.2.2 The email account that you tried to reach is over quota', 'deferred'],
    [
      'rcpt',
      '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages',
      'deferred',
    ],
    ['rcpt', '432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded', 'deferred'],
    ['body', '451 4.7.1 Ratelimit "to" exceeded', 'deferred'],
    ['body', '451 4.7.1 Ratelimit "bounce_to_ip" exceeded', 'deferred'],
    ['rcpt', '452 4.5.3 Error: too many recipients', 'unspent'],
    ['rcpt', '552 mailbox full', 'failed'],
    ['rcpt', '550 5.7.1 Service unavailable; client host blocked using example.org', 'failed'],
    ['body', '550 5.7.1 This message was blocked', 'failed'],
    ['mail', '555 5.5.4 Unsupported option: SMTPUTF8', 'failed'],
    ['mail', '550 5.6.7 Non-ASCII addresses not permitted', 'failed'],
  ] as const)('at %s does not blame the sender for "%s"', (stage, text, kind) => {
    expect(reply(stage, text)).toMatchObject({ kind });
  });

  it('believes a refusal to be about the recipient once the sender is proven', () => {
    expect(reply('rcpt', '554 5.7.1 <x@y.z>: Relay access denied', true)).toMatchObject({
      kind: 'failed',
      suppress: false,
    });
    expect(reply('rcpt', '550 5.7.1 Sender address rejected: this user takes no mail of yours', true)).toMatchObject({
      kind: 'failed',
    });
    expect(reply('mail', '530 5.7.0 Authentication required', true)).toMatchObject({
      kind: 'senderFault',
      fault: 'auth',
    });
    expect(reply('body', '454 Throttling failure: Maximum sending rate exceeded.', true)).toMatchObject({
      fault: 'throttled',
    });
  });

  it('keeps responses to one short line', () => {
    const outcome = reply('rcpt', `550 5.1.1 a\r\nb${'x'.repeat(2000)}`);
    expect(outcome.response).toMatch(/^550 5\.1\.1 a b/);
    expect(outcome.response.length).toBeLessThanOrEqual(500);
  });
});

describe('enhancedCodeOf', () => {
  it.each([
    ['550 5.1.1 No such user', '5.1.1'],
    ['421-4.7.28 rate', '4.7.28'],
    ['5.7.1 x', '5.7.1'],
    ['550 5.1.1', '5.1.1'],
    ['550 1.2.3.4 is blocked', undefined],
    ['550 5.1.1.2 x', undefined],
    ['550 No such user', undefined],
  ])('reads %j as %j', (text, code) => {
    expect(enhancedCodeOf(text)).toBe(code);
  });
});
