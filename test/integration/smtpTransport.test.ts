import { afterEach, describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../../src/domain/smtpOutcome.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/mail/smtpTransport.js';
import type { OutgoingMessage, Transport } from '../../src/mail/transport.js';
import {
  type Misbehaviour,
  type ScriptStage,
  type SmtpServerOptions,
  type SmtpTestServer,
  startSmtpServer,
} from '../support/smtpServer.js';

let server: SmtpTestServer;
let transport: Transport;

async function setUp(serverOptions: SmtpServerOptions = {}, options: Partial<SmtpTransportOptions> = {}) {
  server = await startSmtpServer(serverOptions);
  transport = createSmtpTransport({
    host: server.host,
    port: server.port,
    security: serverOptions.security ?? 'none',
    maxConnections: 1,
    timeouts: { connect: 1_500, greeting: 1_500, command: 300, finalDot: 300 },
    ...(server.certificate ? { tls: { ca: server.certificate.cert, servername: 'localhost' } } : {}),
    ...options,
  });
}

afterEach(async () => {
  await transport?.close();
  await server?.close();
});

let serial = 0;

function message(to = `r${++serial}@example.org`, body = 'Hello\r\n'): OutgoingMessage {
  const messageId = `<${++serial}@example.com>`;
  return {
    envelope: { from: 'sender@example.com', to },
    raw: Buffer.from(
      `From: sender@example.com\r\nTo: ${to}\r\nMessage-ID: ${messageId}\r\nSubject: Test\r\n\r\n${body}`,
    ),
    messageId,
    smtpUtf8: false,
    parts: () => ({ from: '', to: '', replyTo: null, subject: '', html: null, text: '', headers: {} }),
  };
}

/** Misbehaves at one stage, for the given number of times. */
function once(stage: ScriptStage, order: Misbehaviour, times = 1) {
  let left = times;
  server.script = (context) => (context.stage === stage && left-- > 0 ? order : undefined);
}

const short = (outcome: DeliveryOutcome) =>
  outcome.kind === 'senderFault'
    ? `senderFault ${outcome.fault}`
    : outcome.kind === 'failed'
      ? `failed${outcome.suppress ? ' suppress' : ''}`
      : outcome.kind;

describe('handing over', () => {
  it('delivers the very bytes, dots at line starts included', async () => {
    await setUp();
    const sent = message('dots@example.org', '.leading\r\n..two\r\n.\r\nend');
    expect(await transport.send(sent)).toMatchObject({ kind: 'sent', code: 250 });
    const [received] = server.received();
    expect(received?.raw.toString()).toBe(`${sent.raw.toString()}\r\n`);
    expect(received?.to).toEqual(['dots@example.org']);
  });

  it.each([true, false])(
    'delivers many messages over few connections, each once (pipelining %s)',
    async (pipelining) => {
      await setUp({ pipelining }, { maxConnections: 5 });
      const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => transport.send(message())));
      expect(new Set(outcomes.map((o) => o.kind))).toEqual(new Set(['sent']));
      expect(server.count).toBe(1_000);
      expect(server.duplicates()).toEqual([]);
      expect(server.connectionsSeen).toBeLessThanOrEqual(5);
    },
  );

  it('needs one round trip a message where the server pipelines', async () => {
    await setUp({ latencyMs: 150 }, { maxConnections: 4, timeouts: {} });
    const started = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => transport.send(message())));
    const roundTrips = ((performance.now() - started) * 4) / 40 / 150;
    expect(server.count).toBe(40);
    // Ten messages a connection, and three more for connecting: 1.3 each. Without the next envelope behind a body it is 2.3.
    expect(roundTrips).toBeLessThan(1.9);
  });
});

describe('TLS and AUTH', () => {
  it.each(['starttls', 'tls'] as const)('encrypts with %s and logs in', async (security) => {
    await setUp({ security, auth: { user: 'u', pass: 'p' } }, { username: 'u', password: 'p' });
    expect(short(await transport.send(message()))).toBe('sent');
    expect(server.received()[0]).toMatchObject({ secure: true, user: 'u' });
  });

  it('does not try STARTTLS without being asked', async () => {
    await setUp({ security: 'starttls' }, { security: 'none' });
    expect(short(await transport.send(message()))).toBe('sent');
    expect(server.received()[0]).toMatchObject({ secure: false });
  });

  it('requires STARTTLS when asked', async () => {
    await setUp({}, { security: 'starttls' });
    expect(short(await transport.send(message()))).toBe('senderFault tls');
  });

  it('refuses a certificate it does not know', async () => {
    await setUp({ security: 'tls' }, { tls: {} });
    expect(short(await transport.send(message()))).toBe('senderFault tls');
  });

  it('takes a wrong password for the fault of the sender, once for all that wait', async () => {
    await setUp({ auth: { user: 'u', pass: 'p' } }, { username: 'u', password: 'wrong', maxConnections: 3 });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => transport.send(message())));
    expect(new Set(outcomes.map(short))).toEqual(new Set(['senderFault auth']));
    expect(server.connectionsSeen).toBeLessThanOrEqual(3);
  });

  it('says so when the server offers no login', async () => {
    await setUp({}, { username: 'u', password: 'p' });
    expect(await transport.send(message())).toMatchObject({ kind: 'senderFault', fault: 'auth' });
  });
});

describe('what each fault at the far end means', () => {
  const cases: [ScriptStage, Misbehaviour, string][] = [
    ['connect', 'drop', 'unspent'],
    ['connect', 'hang', 'senderFault connect'],
    ['connect', '421 4.3.2 too busy', 'senderFault throttled'],
    ['connect', '554 5.7.1 go away', 'senderFault connect'],
    ['ehlo', 'drop', 'unspent'],
    ['ehlo', '421 4.3.2 too busy', 'senderFault throttled'],
    ['mail', 'drop', 'unspent'],
    ['mail', 'hang', 'unspent'],
    ['mail', '421 4.3.2 shutting down', 'unspent'],
    ['mail', '451 4.3.0 later', 'senderFault throttled'],
    ['mail', '550 5.7.1 not you', 'senderFault sender-refused'],
    ['mail', '530 5.7.0 log in', 'senderFault auth'],
    ['mail', '552 5.3.4 too big', 'failed'],
    ['rcpt', 'drop', 'unspent'],
    ['rcpt', 'reset', 'unspent'],
    ['rcpt', 'hang', 'unspent'],
    ['rcpt', '421 4.3.2 shutting down', 'unspent'],
    ['rcpt', '451 4.7.1 greylisted', 'deferred'],
    ['rcpt', '452 4.5.3 too many recipients', 'unspent'],
    ['rcpt', '550 5.1.1 no such user', 'failed suppress'],
    ['rcpt', '550 no such user', 'failed'],
    ['rcpt', '550 5.7.1 blocked', 'failed'],
    ['rcpt', '552 5.2.2 mailbox full', 'failed'],
    ['rcpt', '554 5.7.1 Relay access denied', 'senderFault auth'],
    ['data', 'drop', 'unspent'],
    ['data', 'hang', 'unspent'],
    ['data', '421 4.3.2 shutting down', 'unspent'],
    ['data', '451 4.3.0 later', 'deferred'],
    ['data', '554 5.6.0 no', 'failed'],
    ['body', 'drop', 'uncertain'],
    ['body', 'reset', 'uncertain'],
    ['dot', 'drop', 'uncertain'],
    ['dot', 'reset', 'uncertain'],
    ['dot', 'hang', 'uncertain'],
    ['dot', 'accept-drop', 'uncertain'],
    ['dot', 'accept-hang', 'uncertain'],
    ['dot', '421 4.3.2 shutting down', 'deferred'],
    ['dot', '451 4.3.0 later', 'deferred'],
    ['dot', '550 5.1.1 no such user', 'failed suppress'],
    ['dot', '554 5.7.1 spam', 'failed'],
    ['dot', '454 Throttling failure: Maximum sending rate exceeded.', 'senderFault throttled'],
    ['dot', 'gibberish', 'uncertain'],
    ['dot', { delayMs: 50 }, 'sent'],
  ];

  it.each(cases.flatMap((c) => [[...c, true] as const, [...c, false] as const]))(
    '%s: %j is %s (pipelining %s)',
    async (stage, order, expected, pipelining) => {
      await setUp({ pipelining });
      once(stage, order);
      const first = await transport.send(message('first@example.org'));
      expect(short(first)).toBe(expected);
      const accepted = server.countByRecipient().get('first@example.org') ?? 0;
      if (first.kind === 'sent') expect(accepted).toBe(1);
      else if (first.kind !== 'uncertain') expect(accepted).toBe(0);
      // Whatever happened, the next message goes its own way once the verdict about the connection is forgotten.
      const next = message('next@example.org');
      await expect.poll(async () => short(await transport.send(next)), { timeout: 5_000 }).toBe('sent');
      expect(server.countByRecipient().get('next@example.org')).toBe(1);
    },
  );

  it('takes a host that refuses connections for the fault of the sender', async () => {
    await setUp();
    await server.close();
    const outcomes = await Promise.all([transport.send(message()), transport.send(message())]);
    expect(outcomes.map(short)).toEqual(['senderFault connect', 'senderFault connect']);
  });

  it('takes a host that does not exist for the fault of the sender', async () => {
    await setUp({}, { host: 'nowhere.invalid' });
    expect(await transport.send(message())).toMatchObject({ kind: 'senderFault', fault: 'connect' });
  });
});

describe("a message that is no longer its sender's to send", () => {
  it('stays here when it waits for a connection', async () => {
    await setUp();
    let mine = true;
    server.script = ({ stage }) => (stage === 'rcpt' ? { delayMs: 50 } : undefined);
    const first = transport.send(message());
    const second = transport.send(message(), { stillMine: () => mine });
    mine = false;
    expect([(await first).kind, (await second).kind]).toEqual(['sent', 'late']);
    expect(server.count).toBe(1);
  });

  it('stays here when it has waited for a connection for too long, without ending a connection', async () => {
    await setUp();
    once('dot', { delayMs: 150 });
    const first = transport.send(message(), {});
    // Two are on the wire at most, one behind the other; the third waits.
    const second = transport.send(message(), {});
    const third = transport.send(message(), { beginBefore: performance.now() + 50 });
    expect((await first).kind).toBe('sent');
    expect((await second).kind).toBe('sent');
    expect((await third).kind).toBe('late');
    expect(server.count).toBe(2);
    expect(server.connectionsSeen).toBe(1);
  });

  it('is not sent behind another one whose reply took too long, and spends nothing', async () => {
    await setUp();
    server.script = ({ stage }) => (stage === 'dot' ? { delayMs: 150 } : undefined);
    const first = transport.send(message(), {});
    const second = transport.send(message(), { beginBefore: performance.now() + 100 });
    expect((await first).kind).toBe('sent');
    expect(['late', 'unspent']).toContain((await second).kind);
    expect(server.count).toBe(1);
  });

  it('is sent, however long the server takes to ask for it, when it is the only one', async () => {
    const patient = 60_000;
    await setUp({}, { timeouts: { connect: patient, greeting: patient, command: patient, finalDot: patient } });
    expect((await transport.send(message())).kind).toBe('sent');
    once('rcpt', { delayMs: 200 });
    const alone = transport.send(message(), { beginBefore: performance.now() + 100 });
    expect((await alone).kind).toBe('sent');
  });

  it('is not sent when the server asks for it, and what follows is', async () => {
    await setUp();
    let mine = true;
    server.script = ({ stage }) => {
      if (stage === 'data') mine = false;
      return undefined;
    };
    const outcome = await transport.send(message(), { stillMine: () => mine });
    expect(outcome).toMatchObject({ kind: 'unspent', response: expect.stringContaining('suspended') as string });
    expect(await transport.send(message('next@example.org'))).toMatchObject({ kind: 'sent' });
    expect([...server.countByRecipient().keys()]).toEqual(['next@example.org']);
  });
});

describe('pipelining behind a message that is under way', () => {
  it('spends nothing on the message behind one that ends uncertain', async () => {
    await setUp();
    server.script = ({ stage, to }) => (stage === 'dot' && to.includes('lost@example.org') ? 'accept-drop' : undefined);
    const outcomes = await Promise.all([
      transport.send(message('lost@example.org')),
      transport.send(message('behind1@example.org')),
      transport.send(message('behind2@example.org')),
    ]);
    expect(outcomes.map(short)).toEqual(['uncertain', 'sent', 'sent']);
    expect(server.duplicates()).toEqual([]);
  });

  it('keeps outcomes apart when refusals and acceptances alternate', async () => {
    await setUp();
    server.script = ({ stage, to }) => {
      const recipient = to.at(-1) ?? '';
      if (stage === 'rcpt' && recipient.startsWith('bad')) return '550 5.1.1 no such user';
      if (stage === 'rcpt' && recipient.startsWith('later')) return '451 4.2.0 later';
      if (stage === 'dot' && recipient.startsWith('spam')) return '554 5.7.1 spam';
      return undefined;
    };
    const kinds = ['good', 'bad', 'later', 'spam'];
    const recipients = Array.from(
      { length: 400 },
      (_, i) => `${kinds[((i * 7) % 4) ^ (i % 3 === 0 ? 1 : 0)]}${i}@example.org`,
    );
    const outcomes = await Promise.all(
      recipients.map(async (to) => [to, short(await transport.send(message(to)))] as const),
    );
    const expected: Record<string, string> = {
      good: 'sent',
      bad: 'failed suppress',
      later: 'deferred',
      spam: 'failed',
    };
    for (const [to, outcome] of outcomes) expect(`${to} ${outcome}`).toBe(`${to} ${expected[to.replace(/\d.*/, '')]}`);
    expect(server.connectionsSeen).toBe(1);
    expect([...server.countByRecipient().keys()].every((r) => r.startsWith('good'))).toBe(true);
  });

  it('ends an empty message with a dot where the server takes DATA without recipients', async () => {
    await setUp();
    server.script = ({ stage, to }) => {
      if (stage === 'rcpt' && to.at(-1) === 'bad@example.org') return '550 5.1.1 no such user';
      return undefined;
    };
    server.acceptDataWithoutRecipients = true;
    expect(short(await transport.send(message('bad@example.org')))).toBe('failed suppress');
    expect(short(await transport.send(message('good@example.org')))).toBe('sent');
    expect(server.connectionsSeen).toBe(1);
    expect(server.countByRecipient()).toEqual(new Map([['good@example.org', 1]]));
  });
});

describe('connections', () => {
  it('replaces a connection that the server closed while it was idle', async () => {
    await setUp();
    expect(short(await transport.send(message()))).toBe('sent');
    server.dropConnections();
    expect(short(await transport.send(message()))).toBe('sent');
    expect(server.connectionsSeen).toBe(2);
  });

  it('replaces a connection that the server ends after each message', async () => {
    await setUp();
    server.script = ({ stage, acceptedHere }) =>
      stage === 'mail' && acceptedHere > 0 ? '421 4.7.0 enough' : undefined;
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => transport.send(message())));
    expect(outcomes.map(short)).toEqual(Array<string>(10).fill('sent'));
    expect(server.duplicates()).toEqual([]);
    expect(server.connectionsSeen).toBe(10);
  });

  it.each(['mail', 'rcpt', 'data', 'dot'] as const)(
    'uses no connection again that was answered 421 at %s',
    async (stage) => {
      await setUp();
      once(stage, { reply: '421 4.3.2 shutting down', close: false });
      await transport.send(message());
      expect(short(await transport.send(message()))).toBe('sent');
      expect(server.connectionsSeen).toBe(2);
    },
  );

  it('closes idle connections', async () => {
    await setUp({}, { idleMs: 50 });
    server.recordCommands = true;
    await transport.send(message());
    await server.waitUntil(() => server.openConnections === 0);
    expect(server.commands.at(-1)).toBe('QUIT');
  });

  it('makes do with fewer connections than it would like', async () => {
    await setUp({}, { maxConnections: 10 });
    server.script = ({ stage }) =>
      stage === 'connect' && server.openConnections > 3 ? '421 4.7.0 too many connections' : undefined;
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => transport.send(message())));
    expect(new Set(outcomes.map(short))).toEqual(new Set(['sent']));
    expect(server.count).toBe(200);
    expect(server.connectionsSeen).toBeLessThan(20);
  });

  it('lets what is under way end when it is closed', async () => {
    await setUp();
    once('dot', { delayMs: 100 });
    const sending = transport.send(message());
    await server.waitUntil(() => server.connectionsSeen === 1);
    const waiting = transport.send(message());
    await server.waitUntil(() => server.openConnections === 1);
    server.recordCommands = true;
    await server.waitUntil(() => server.commands.includes('DATA'));
    await transport.close();
    expect(short(await sending)).toBe('sent');
    expect(['unspent', 'sent']).toContain(short(await waiting));
    expect(short(await transport.send(message()))).toBe('unspent');
    await server.waitUntil(() => server.openConnections === 0);
  });
});

describe('what is refused before anything goes out', () => {
  it('a local part beyond ASCII without SMTPUTF8', async () => {
    await setUp();
    const outcomes = await Promise.all([
      transport.send({ ...message('zoë@example.org'), smtpUtf8: true }),
      transport.send({ ...message('zoé@example.org'), smtpUtf8: true }),
      transport.send(message()),
    ]);
    expect(outcomes.map(short)).toEqual(['failed', 'failed', 'sent']);
    expect(outcomes[0]).toMatchObject({ enhanced: '5.6.7', code: null });
    expect(server.count).toBe(1);
  });

  it('nothing with SMTPUTF8', async () => {
    await setUp({ smtpUtf8: true });
    expect(short(await transport.send({ ...message('zoë@example.org'), smtpUtf8: true }))).toBe('sent');
    expect(server.received()[0]).toMatchObject({
      to: ['zoë@example.org'],
      parameters: expect.stringContaining('SMTPUTF8') as string,
    });
  });

  it('a message larger than the server takes', async () => {
    await setUp({ size: 1_000 });
    expect(await transport.send(message('r@example.org', 'x'.repeat(2_000)))).toMatchObject({
      kind: 'failed',
      enhanced: '5.3.4',
    });
    expect(server.count).toBe(0);
  });

  it('an address that would add a command', async () => {
    await setUp();
    expect(short(await transport.send(message('a@b.c>\r\nRCPT TO:<x@y.z')))).toBe('failed');
    expect(server.count).toBe(0);
  });
});

describe('at random', () => {
  it.each([
    { pipelining: true, security: 'none' as const, count: 1_500 },
    { pipelining: false, security: 'none' as const, count: 1_500 },
    { pipelining: true, security: 'tls' as const, count: 400 },
  ])('every outcome is true ($security, pipelining $pipelining)', async ({ count, ...options }) => {
    await setUp(options, {
      maxConnections: 8,
      timeouts: { connect: 2_000, greeting: 2_000, command: 500, finalDot: 500 },
    });
    let seed = 20_261_124;
    const random = () => {
      // Mulberry32.
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    const orders: Partial<Record<ScriptStage, Misbehaviour[]>> = {
      connect: ['drop', '421 4.3.2 busy'],
      mail: ['drop', 'reset', '421 4.3.2 bye'],
      rcpt: ['drop', '451 4.2.0 later', '550 5.1.1 nobody', '421 4.3.2 bye', { delayMs: 5 }],
      data: ['drop', '451 4.3.0 later', '421 4.3.2 bye'],
      body: ['drop', 'reset'],
      dot: [
        'drop',
        'accept-drop',
        'accept-hang',
        '451 4.3.0 later',
        '554 5.6.0 no',
        '421 4.3.2 bye',
        { close: true },
        { delayMs: 5 },
      ],
    };
    server.script = ({ stage }) => {
      const list = orders[stage];
      return list && random() < 0.03 ? list[Math.floor(random() * list.length)] : undefined;
    };
    const recipients = Array.from({ length: count }, (_, i) => `r${i}@example.org`);
    const kinds = new Map<string, number>();
    const untrue: string[] = [];
    const next = recipients.values();
    const sendAll = async () => {
      for (const to of next) {
        for (;;) {
          const outcome = await transport.send(message(to));
          kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
          const accepted = server.countByRecipient().get(to) ?? 0;
          const isTrue =
            outcome.kind === 'sent' ? accepted === 1 : outcome.kind === 'uncertain' ? accepted <= 1 : accepted === 0;
          if (!isTrue) untrue.push(`${to}: ${outcome.kind}, accepted ${accepted} times: ${outcome.response}`);
          if (outcome.kind === 'sent' || outcome.kind === 'failed' || outcome.kind === 'uncertain') break;
        }
      }
    };
    await Promise.all(Array.from({ length: 24 }, sendAll));
    expect(untrue).toEqual([]);
    expect(server.duplicates()).toEqual([]);
    expect([...kinds.keys()].sort()).toEqual(expect.arrayContaining(['deferred', 'failed', 'sent', 'uncertain']));
    expect((kinds.get('sent') ?? 0) + (kinds.get('failed') ?? 0) + (kinds.get('uncertain') ?? 0)).toBe(count);
  });
});
