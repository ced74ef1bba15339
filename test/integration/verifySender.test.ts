import { afterEach, describe, expect, it } from 'vitest';
import type { SmtpSettings } from '../../src/mail/smtpSession.js';
import { verifySender } from '../../src/mail/verifySender.js';
import {
  type Misbehaviour,
  type ScriptStage,
  type SmtpServerOptions,
  type SmtpTestServer,
  startSmtpServer,
} from '../support/smtpServer.js';

let server: SmtpTestServer;

afterEach(() => server.close());

async function setUp(options: SmtpServerOptions, change: Partial<SmtpSettings> = {}): Promise<SmtpSettings> {
  server = await startSmtpServer(options);
  return {
    host: server.host,
    port: server.port,
    security: options.security ?? 'none',
    timeouts: { connect: 1_000, greeting: 1_000, command: 300, finalDot: 300 },
    ...(server.certificate ? { tls: { ca: server.certificate.cert, servername: 'localhost' } } : {}),
    ...change,
  };
}

const from = 'news@example.com';
const message = {
  envelope: { from, to: 'ada@example.org' },
  raw: Buffer.from('Subject: Test\r\n\r\nHello\r\n.dot\r\n'),
  messageId: '<a@example.com>',
  smtpUtf8: false,
};

describe('verifySender', () => {
  it('shows every step of a message that arrives', async () => {
    const settings = await setUp(
      { security: 'starttls', auth: { user: 'u', pass: 'p' } },
      { username: 'u', password: 'p' },
    );
    const result = await verifySender(settings, { from, message });
    expect(result).toMatchObject({ ok: true, outcome: { kind: 'sent' } });
    expect(result.steps.map((s) => `${s.step} ${s.ok}`)).toEqual(
      ['connect', 'greeting', 'tls', 'auth', 'mail', 'rcpt', 'data'].map((s) => `${s} true`),
    );
    expect(result.steps.find((s) => s.step === 'greeting')?.response).toBe('220 test.local ESMTP');
    expect(server.received()[0]?.raw.equals(message.raw)).toBe(true);
    await server.waitUntil(() => server.openConnections === 0);
  });

  it('stops at MAIL FROM when nothing is to be sent', async () => {
    const settings = await setUp({ security: 'tls' });
    server.recordCommands = true;
    const result = await verifySender(settings, { from });
    expect(result.ok).toBe(true);
    expect(result.steps.map((s) => s.step)).toEqual(['connect', 'tls', 'greeting', 'mail']);
    expect(server.commands.some((c) => c.startsWith('RCPT'))).toBe(false);
  });

  const cases: [ScriptStage, Misbehaviour, string, RegExp][] = [
    ['connect', '554 5.7.1 no', 'greeting', /554 5\.7\.1 no/],
    ['connect', 'hang', 'greeting', /did not answer in time before the greeting/],
    ['ehlo', 'drop', 'greeting', /closed/],
    ['auth', '535 5.7.8 wrong', 'auth', /535 5\.7\.8 wrong/],
    ['mail', '550 5.7.1 not you', 'mail', /550 5\.7\.1 not you/],
    ['rcpt', '550 5.1.1 nobody', 'rcpt', /550 5\.1\.1 nobody/],
    ['rcpt', 'drop', 'rcpt', /closed the connection at RCPT TO/],
    ['data', '451 4.3.0 later', 'data', /451 4\.3\.0 later/],
    ['dot', '554 5.7.1 spam', 'data', /554 5\.7\.1 spam/],
    ['dot', 'accept-hang', 'data', /did not answer in time/],
  ];

  it.each(cases)('says where it failed: %s %j', async (stage, order, step, response) => {
    const settings = await setUp({ auth: { user: 'u', pass: 'p' } }, { username: 'u', password: 'p' });
    server.script = (context) => (context.stage === stage ? order : undefined);
    const result = await verifySender(settings, { from, message });
    expect(result.ok).toBe(false);
    expect(result.steps.at(-1)).toMatchObject({ step, ok: false, response: expect.stringMatching(response) as string });
    expect(result.steps.slice(0, -1).every((s) => s.ok)).toBe(true);
    expect(result.outcome).toBeDefined();
  });

  it('says that nobody listens, and what is wrong with a certificate', async () => {
    const settings = await setUp({ security: 'tls' });
    const distrusting = await verifySender({ ...settings, tls: {} }, { from });
    expect(distrusting).toMatchObject({ ok: false, outcome: { kind: 'senderFault', fault: 'tls' } });
    expect(distrusting.steps.at(-1)).toMatchObject({
      step: 'tls',
      response: expect.stringMatching(/self-signed|certificate/i) as string,
    });
    await server.close();
    const absent = await verifySender(settings, { from });
    expect(absent.steps).toEqual([
      {
        step: 'connect',
        ok: false,
        response: expect.stringContaining('ECONNREFUSED') as string,
        ms: expect.any(Number) as number,
      },
    ]);
  });
});
