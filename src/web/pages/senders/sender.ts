import type { Schema } from '../../api.js';

export type Sender = Schema<'Sender'>;
export type SmtpSender = Extract<Sender, { transport: 'smtp' }>;
export type Limits = Sender['limits'];

/** The periods of limits, in the order of their length. */
export const periods = [
  { key: 'perSecond', used: 'second', label: 'a second' },
  { key: 'perMinute', used: 'minute', label: 'a minute' },
  { key: 'perHour', used: 'hour', label: 'an hour' },
  { key: 'perDay', used: 'day', label: 'a day' },
] as const satisfies { key: keyof Limits; used: string; label: string }[];

/** The server that takes the mails, in a few words. */
export function serverOf(sender: Sender): string {
  if (sender.transport === 'resend') return new URL(sender.resend.baseUrl).host;
  return `${sender.smtp.host}:${sender.smtp.port}`;
}

/** `50 a second, 10,000 a day`; `no limits`. */
export function limitsInWords(limits: Limits): string {
  const set = periods.filter(({ key }) => limits[key] !== null);
  if (set.length === 0) return 'no limits';
  return set.map(({ key, label }) => `${(limits[key] as number).toLocaleString('en')} ${label}`).join(', ');
}

/** The queries whose answers a change of a sender changes. */
export const senderChanges = (id?: string): (readonly unknown[])[] =>
  id === undefined ? [['senders']] : [['senders'], ['sender', id]];
