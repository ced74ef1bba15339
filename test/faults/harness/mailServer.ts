import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Misbehaviour, type ScriptContext, startSmtpServer } from '../../support/smtpServer.js';

/** How the server misbehaves; shares are of 1. Everything follows from the seed, the address and how often it was tried. */
export interface MailServerOptions {
  seed: number;
  latencyMs?: [least: number, most: number];
  /** RCPT is answered 451. */
  deferred?: number;
  /** RCPT is answered 550, at every try of the address. */
  refused?: number;
  /** The message is accepted, its 250 never arrives. */
  silent?: number;
  /** The connection is closed, at any command before the message. */
  dropped?: number;
}

/** What the server recorded, written to a file as JSON. */
export interface MailRecord {
  /** How many messages for each recipient the server accepted, of how many it said so, and when (Unix milliseconds). */
  recipients: Record<string, { accepted: number; confirmed: number; refused: boolean; acceptedAt: number[] }>;
  /**
   * When each MAIL FROM arrived, Unix milliseconds: not before `after`, when this process last saw nothing waiting, and not after `by`, when it read the
   * command. On a machine with too little to do the two are a few milliseconds apart.
   */
  begun: { after: number; by: number }[];
}

/** The answer to a question over IPC, `count` or `write`. */
export interface MailAnswer {
  id: number;
  accepted: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as MailServerOptions;
const record: MailRecord = { recipients: {}, begun: [] };
/** A timer's turn comes after what has arrived was read. */
let lookedAt = Date.now();
setInterval(() => (lookedAt = Date.now()), 2);
const tries = new Map<string, number>();
const silent = new Set<string>();

/** A number in [0, 1) that is the same for the same words. */
function chance(...words: (string | number)[]): number {
  return (
    createHash('md5')
      .update([options.seed, ...words].join('/'))
      .digest()
      .readUInt32BE() /
    2 ** 32
  );
}

function entry(recipient: string) {
  return (record.recipients[recipient] ??= { accepted: 0, confirmed: 0, refused: false, acceptedAt: [] });
}

function script({ stage, to }: ScriptContext): Misbehaviour | undefined {
  const recipient = to.at(-1) ?? '';
  if (stage === 'mail') {
    record.begun.push({ after: lookedAt, by: Date.now() });
    if (chance('drop-mail', record.begun.length) < (options.dropped ?? 0) / 2) return 'drop';
  }
  if (stage === 'rcpt') {
    const n = (tries.get(recipient) ?? 0) + 1;
    tries.set(recipient, n);
    if (chance('refuse', recipient) < (options.refused ?? 0)) {
      entry(recipient).refused = true;
      return '550 5.1.1 No such user';
    }
    if (chance('defer', recipient, n) < (options.deferred ?? 0)) return '451 4.3.0 Try again later';
    if (chance('drop-rcpt', recipient, n) < (options.dropped ?? 0) / 2) return 'reset';
  }
  if (stage === 'dot' && chance('silent', recipient, tries.get(recipient) ?? 0) < (options.silent ?? 0)) {
    silent.add(recipient);
    return 'accept-drop';
  }
  return undefined;
}

const server = await startSmtpServer({ keepRaw: false, keepMessages: false, script });
const [least, most] = options.latencyMs ?? [0, 0];
if (most > 0) server.latencyMs = () => least + Math.random() * (most - least);
server.onAccepted = ({ to }) => {
  for (const recipient of to) {
    const e = entry(recipient);
    e.accepted++;
    e.acceptedAt.push(Date.now());
    if (!silent.delete(recipient)) e.confirmed++;
  }
};

process.on('message', (question: { type: string; id: number; path?: string }) => {
  if (question.type === 'write' && question.path) writeFileSync(question.path, JSON.stringify(record));
  process.send?.({ id: question.id, accepted: server.count } satisfies MailAnswer);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready', port: server.port });
