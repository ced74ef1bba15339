import { createTransport } from 'nodemailer';
import { htmlToText } from 'html-to-text';
import { contactOf, filledIn, html, subject } from './mail.js';

/** The baseline in a process of its own: nodemailer's pool, fed as a script would do it. Its answer comes over IPC. */
export interface PoolResult {
  type: 'result';
  mails: number;
  seconds: number;
  cpuMsPerMail: number;
  peakRss: number;
}

const { host, port, connections, mails, secure, auth } = JSON.parse(process.argv[2] ?? '{}') as {
  host: string;
  port: number;
  connections: number;
  mails: number;
  secure: boolean;
  auth?: { user: string; pass: string };
};
const transport = createTransport({
  host,
  port,
  secure,
  ignoreTLS: !secure,
  pool: true,
  maxConnections: connections,
  maxMessages: Infinity,
  ...(auth ? { auth } : {}),
});
const text = htmlToText(html);
// Two for each connection: one on the wire, one ready behind it.
const lanes = Math.min(connections * 2, mails);
let next = 0;
let peakRss = 0;

await send(Math.min(200, mails));
const cpu = process.cpuUsage();
const started = performance.now();
next = 0;
await send(mails);
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
process.send?.({
  type: 'result',
  mails,
  seconds,
  cpuMsPerMail: (used.user + used.system) / 1000 / mails,
  peakRss,
} satisfies PoolResult);
transport.close();

async function send(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) {
        const contact = contactOf(++next);
        await transport.sendMail({
          from: 'News <news@example.com>',
          to: { name: contact.name, address: contact.email },
          subject: filledIn(subject, contact),
          html: filledIn(html, contact),
          text: filledIn(text, contact),
          headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
          list: { unsubscribe: filledIn('{{ unsubscribeUrl }}', contact) },
        });
        if (next % 1_000 === 0) peakRss = Math.max(peakRss, process.memoryUsage.rss());
      }
    }),
  );
}
