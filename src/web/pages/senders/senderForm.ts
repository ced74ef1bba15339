import type { Schema } from '../../api.js';
import type { Limits, Sender } from './sender.js';

type Security = 'none' | 'starttls' | 'tls';

/** What the form of a sender holds, as it is typed. Secrets are not in it. */
export interface SenderForm {
  transport: 'smtp' | 'resend';
  name: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
  maxConnections: number | string;
  limits: Record<keyof Limits, number | string>;
  host: string;
  port: number | string;
  security: Security;
  username: string;
  baseUrl: string;
  dkim: boolean;
  domainName: string;
  keySelector: string;
}

/** Secrets as they were typed; empty: as they were. */
export interface SenderSecrets {
  password: string;
  apiKey: string;
  privateKey: string;
}

export const noSecrets: SenderSecrets = { password: '', apiKey: '', privateKey: '' };

/** The ports that servers usually listen at (RFC 8314, RFC 6409). */
export const usualPorts: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };

const none = { perSecond: '', perMinute: '', perHour: '', perDay: '' };

export const emptyForm: SenderForm = {
  transport: 'smtp',
  name: '',
  fromName: '',
  fromEmail: '',
  replyTo: '',
  maxConnections: 10,
  limits: none,
  host: '',
  port: usualPorts.starttls,
  security: 'starttls',
  username: '',
  baseUrl: 'https://api.resend.com',
  dkim: false,
  domainName: '',
  keySelector: '',
};

/** The form of a sender that exists. */
export function formOf(sender: Sender): SenderForm {
  const common: SenderForm = {
    ...emptyForm,
    transport: sender.transport,
    name: sender.name,
    fromName: sender.fromName,
    fromEmail: sender.fromEmail,
    replyTo: sender.replyTo ?? '',
    maxConnections: sender.maxConnections,
    limits: Object.fromEntries(
      Object.entries(sender.limits).map(([period, limit]) => [period, limit ?? '']),
    ) as SenderForm['limits'],
  };
  if (sender.transport === 'resend') return { ...common, baseUrl: sender.resend.baseUrl };
  return {
    ...common,
    host: sender.smtp.host,
    port: sender.smtp.port,
    security: sender.smtp.security,
    username: sender.smtp.username ?? '',
    dkim: sender.dkim !== null,
    domainName: sender.dkim?.domainName ?? '',
    keySelector: sender.dkim?.keySelector ?? '',
  };
}

/** What the API is asked to store. A secret that was not typed stays as it is. */
export function inputOf(form: SenderForm, secrets: SenderSecrets): Schema<'SenderInput'> {
  const limit = (value: number | string) => (value === '' ? null : Number(value));
  const common = {
    name: form.name,
    fromName: form.fromName,
    fromEmail: form.fromEmail,
    replyTo: form.replyTo.trim() === '' ? null : form.replyTo,
    maxConnections: Number(form.maxConnections),
    limits: {
      perSecond: limit(form.limits.perSecond),
      perMinute: limit(form.limits.perMinute),
      perHour: limit(form.limits.perHour),
      perDay: limit(form.limits.perDay),
    },
  };
  if (form.transport === 'resend') {
    return {
      ...common,
      transport: 'resend',
      resend: { baseUrl: form.baseUrl, ...(secrets.apiKey ? { apiKey: secrets.apiKey } : {}) },
    };
  }
  return {
    ...common,
    transport: 'smtp',
    smtp: {
      host: form.host,
      port: Number(form.port),
      security: form.security,
      username: form.username === '' ? null : form.username,
      ...(secrets.password ? { password: secrets.password } : {}),
    },
    dkim: form.dkim
      ? {
          domainName: form.domainName,
          keySelector: form.keySelector,
          ...(secrets.privateKey ? { privateKey: secrets.privateKey } : {}),
        }
      : null,
  };
}
