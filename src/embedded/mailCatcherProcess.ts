import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MailDev } from 'maildev';
import type { CatcherSettings } from './mailCatcher.js';

/** Beyond this size the journal starts anew, keeping the one before as `<name>.1`: room for some two million mails. */
const JOURNAL_BYTES = 256 * 2 ** 20;

/**
 * The mail catcher as a process of its own: node mailCatcherProcess.js <settings as JSON>. It accepts any mail on
 * loopback, shows the latest in a web page, and notes every single one in a journal.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as CatcherSettings;
mkdirSync(settings.mailDirectory, { recursive: true });
mkdirSync(dirname(settings.journal), { recursive: true });

const maildev = new MailDev({
  smtp: settings.smtpPort,
  ip: '127.0.0.1',
  web: settings.webPort,
  webIp: '127.0.0.1',
  mailDirectory: settings.mailDirectory,
  maxEmails: settings.keep,
  silent: true,
});
const { smtp } = await maildev.start();

let journal = openSync(settings.journal, 'a', 0o600);
let size = statSync(settings.journal).size;

// Emitted after the mail was stored and before it is acknowledged: whatever a client saw accepted is in the journal.
smtp.on('new', (email: { headers: Record<string, unknown>; envelope: { to: { address: string }[] } }) => {
  const messageId = printable(String(email.headers['message-id'] ?? '-'));
  const lines = email.envelope.to.map((to) => `${new Date().toISOString()}\t${printable(to.address)}\t${messageId}\n`);
  if (size > JOURNAL_BYTES) {
    closeSync(journal);
    renameSync(settings.journal, `${settings.journal}.1`);
    journal = openSync(settings.journal, 'a', 0o600);
    size = 0;
  }
  size += writeSync(journal, lines.join(''));
});

process.send?.({ type: 'ready' });

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  // A browser's open connection must not hold up the end.
  setTimeout(() => process.exit(0), 2000).unref();
  void maildev.stop().then(() => process.exit(0));
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
process.on('disconnect', stop);

function printable(text: string): string {
  return [...text]
    .map((c) => (c < ' ' || c === '\u007f' ? '?' : c))
    .join('')
    .slice(0, 1000);
}
