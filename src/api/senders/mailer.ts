import { Inject, Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Config } from '../../config.js';
import { parseAddress } from '../../domain/address.js';
import type { DeliveryOutcome, SmtpStage } from '../../domain/smtpOutcome.js';
import type { SendersTable } from '../../ledger/schema.js';
import { connectionOf, type SenderConnection } from '../../ledger/senders/connection.js';
import { createHttpTransport } from '../../mail/httpTransport.js';
import { SecretError, type SecretBox } from '../../mail/secrets.js';
import { openSession, type SessionStep, type SmtpSession } from '../../mail/smtpSession.js';
import type { OutgoingMessage } from '../../mail/transport.js';
import { baseUrlRefusal, hostRefusal } from '../../net/hostGuard.js';
import { Problem } from '../common/problems.js';
import { CONFIG, SECRETS } from '../common/tokens.js';

type SenderRow = Selectable<SendersTable>;

/** A person waits for the answer; a run would wait longer (RFC 5321 section 4.5.3.2). Milliseconds. */
const timeouts = { connect: 10_000, greeting: 10_000, command: 20_000, finalDot: 60_000 };

/** An open connection, or how far it got. */
export type Opened =
  | { ok: true; steps: SessionStep[]; send(message: OutgoingMessage): Promise<DeliveryOutcome>; close(): Promise<void> }
  | { ok: false; steps: SessionStep[]; stage: SmtpStage; reason: string };

/** Mails that people send by hand (tests): one connection for a request, outside of runs and limits. */
@Injectable()
export class Mailer {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SECRETS) private readonly secrets: SecretBox,
  ) {}

  /** Connects and logs in. Never rejects for a reason of the sender's. */
  async open(sender: SenderRow): Promise<Opened> {
    const connection = connectionOf(sender);
    const refusal = await connectionRefusal(connection, this.config.allowPrivateHosts);
    if (refusal) return { ok: false, steps: [], stage: 'connect', reason: refusal };
    let secret: string | undefined;
    try {
      const sealed = connection.transport === 'smtp' ? connection.passwordEncrypted : connection.apiKeyEncrypted;
      secret = sealed ? this.secrets.decrypt(sealed, sender.id) : undefined;
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return { ok: false, steps: [], stage: 'auth', reason: error.message };
    }
    if (connection.transport === 'resend') {
      // There is nothing to open: each request says who asks.
      const transport = createHttpTransport({
        baseUrl: connection.baseUrl,
        apiKey: secret ?? '',
        maxConnections: 1,
        timeouts: { connect: timeouts.connect, answer: timeouts.command },
        publicOnly: !this.config.allowPrivateHosts,
      });
      return { ok: true, steps: [], send: (message) => transport.send(message), close: () => transport.close() };
    }
    const { host, port, security, username } = connection;
    const opened = await openSession({
      host,
      port,
      security,
      timeouts,
      publicOnly: !this.config.allowPrivateHosts,
      ...(username ? { username, password: secret ?? '' } : {}),
    });
    if (!opened.ok) return { ok: false, steps: opened.steps, stage: opened.stage, reason: opened.outcome.response };
    const { session } = opened;
    return {
      ok: true,
      steps: opened.steps,
      send: (message) => sendOn(session, message),
      close: () => session.quit(),
    };
  }

  /** The DKIM settings of a sender, its key readable; undefined without DKIM. @throws Problem `secret-unreadable`. */
  dkimOf(sender: SenderRow) {
    if (!sender.dkim || !sender.dkim_private_key_encrypted) return undefined;
    try {
      return {
        ...sender.dkim,
        privateKey: this.secrets.decrypt(sender.dkim_private_key_encrypted, `${sender.id}/dkim`),
      };
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      throw new Problem(
        'secret-unreadable',
        `The DKIM key of the sender "${sender.name}" was stored with another ONCEMAIL_SECRET_KEY than this server has. ` +
          `Start all processes with that key, or store the DKIM key again (dkim.privateKey of PATCH /api/v1/senders/${sender.id}).`,
        { cause: error },
      );
    }
  }

  /** The Message-ID of a mail that is no delivery; `test` names it. */
  messageId(sender: SenderRow, test: string): string {
    const address = parseAddress(sender.from_email);
    return `<test.${test}@${address.ok ? address.asciiDomain : 'localhost'}>`;
  }
}

function sendOn(session: SmtpSession, message: OutgoingMessage): Promise<DeliveryOutcome> {
  if (!session.isReady) return Promise.resolve({ kind: 'unspent', response: 'the server has closed the connection' });
  return new Promise((resolve) => session.start(message, resolve));
}

/** The same message with a header that says it is a test; it stands before what DKIM signs. */
export function markedAsTest(message: OutgoingMessage): OutgoingMessage {
  return {
    ...message,
    raw: Buffer.concat([Buffer.from('X-Oncemail-Test: yes\r\n'), message.raw]),
    parts: () => {
      const parts = message.parts();
      return { ...parts, headers: { ...parts.headers, 'X-Oncemail-Test': 'yes' } };
    },
  };
}

/** Why a sender's server or provider may not be connected to, or null when it may; see hostRefusal. */
export function connectionRefusal(connection: SenderConnection, allowPrivate: boolean): Promise<string | null> {
  return connection.transport === 'smtp'
    ? hostRefusal(connection.host, allowPrivate)
    : baseUrlRefusal(connection.baseUrl, allowPrivate);
}
