import { classifySmtp, type DeliveryOutcome, type SmtpStage } from '../domain/smtpOutcome.js';
import { openSession, type SmtpAnswer, type SmtpSession, type SmtpSettings } from './smtpSession.js';
import type { OutgoingMessage } from './transport.js';

/** One step of a connection test, in the order they happened. The last one is the one that failed, if one did. */
export interface VerificationStep {
  step: 'connect' | 'greeting' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data';
  ok: boolean;
  /** The server's reply, or what happened instead. */
  response: string;
  /** How long the step took, in milliseconds. */
  ms: number;
}

export interface SenderVerification {
  ok: boolean;
  steps: VerificationStep[];
  /** What the failure means, or `sent`; absent when everything went well and no message was to be sent. */
  outcome?: DeliveryOutcome;
}

/**
 * Tries a sender's settings step by step, as a campaign would use them: connect, greeting, TLS, login, MAIL FROM with `from`; with `message`
 * also RCPT TO and DATA, so that it is really sent, once. Never retries; rejects only when
 * `from` is not a bare address.
 */
export async function verifySender(
  settings: SmtpSettings,
  test: { from: string; message?: OutgoingMessage },
): Promise<SenderVerification> {
  const started = performance.now();
  const opened = await openSession(settings);
  const steps: VerificationStep[] = opened.steps.map((s) => ({ ...s, ok: true }));
  if (!opened.ok) {
    const spent = steps.reduce((sum, s) => sum + s.ms, 0);
    // Everything that ends before the session is open is one of these four.
    const step = opened.stage as 'connect' | 'greeting' | 'tls' | 'auth';
    const ms = Math.max(0, Math.round(performance.now() - started - spent));
    // A greeting that was read is shown once: as what failed.
    const shown = steps.filter((s) => s.step !== step);
    return {
      ok: false,
      steps: [...shown, { step, ok: false, response: opened.outcome.response, ms }],
      outcome: opened.outcome,
    };
  }
  const { session } = opened;
  try {
    const outcome = await watch(session, test, steps);
    const failed = steps.some((s) => !s.ok) || (outcome !== null && outcome.kind !== 'sent');
    return { ok: !failed, steps, ...(outcome ? { outcome } : {}) };
  } finally {
    await session.quit();
  }
}

/** The dialogue of one message, command by command. Null when nothing was to be sent and nothing was refused. */
async function watch(
  session: SmtpSession,
  test: { from: string; message?: OutgoingMessage },
  steps: VerificationStep[],
): Promise<DeliveryOutcome | null> {
  const { message } = test;
  const refusal = message ? session.refusalOf(message) : null;
  if (refusal) {
    steps.push({ step: 'mail', ok: false, response: refusal.response, ms: 0 });
    return refusal;
  }
  const take = async (step: 'mail' | 'rcpt' | 'data', stage: SmtpStage, wanted: 2 | 3, asked: Promise<SmtpAnswer>) => {
    const since = performance.now();
    const answer = await asked;
    const ok = answer.reply !== null && Math.floor(answer.reply.code / 100) === wanted;
    const outcome = answer.reply
      ? classifySmtp({ stage, code: answer.reply.code, response: answer.reply.text })
      : classifySmtp({ stage, error: answer.error, response: answer.response });
    const response = answer.reply?.text ?? outcome.response;
    // DATA and the message itself are one step to people: shown when it fails, or when all is said.
    if (!ok || wanted === 2) steps.push({ step, ok, response, ms: Math.round(performance.now() - since) });
    return ok && stage !== 'body' ? null : outcome;
  };
  const from = message?.envelope.from ?? test.from;
  if (/[\s<>]/.test(from)) throw new TypeError(`'${from}' is not an address.`);
  const refused = await take(
    'mail',
    'mail',
    2,
    session.ask(`MAIL FROM:<${from}>${message ? session.parametersFor(message) : ''}`),
  );
  if (refused || !message) return refused;
  return (
    (await take('rcpt', 'rcpt', 2, session.ask(`RCPT TO:<${message.envelope.to}>`))) ??
    (await take('data', 'data', 3, session.ask('DATA'))) ??
    (await take('data', 'body', 2, session.askBody(message.raw)))
  );
}
