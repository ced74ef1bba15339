import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { resendBaseUrl } from '../../mail/httpTransport.js';
import { pageOf } from '../common/pagination.js';
import { emailAddress, id, integerQuery, line, optionalLine, timestamp } from '../common/schemas.js';
import { takingBack } from '../common/takingBack.js';

const security = z.enum(['none', 'starttls', 'tls']).meta({
  description:
    'tls: encrypted from the first byte (port 465); starttls: upgraded before the log-in, or nothing is sent; none: plain text',
});

const hostLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;
const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .refine((h) => isIP(h) !== 0 || h.split('.').every((l) => hostLabel.test(l)), 'Must be a host name or an IP address')
  .meta({ openapi: { type: 'string', minLength: 1, maxLength: 253 }, examples: ['smtp.example.com'] });

const secretLine = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'Must be one line, without control characters');

const limit = z.number().int().min(1).max(1_000_000);

function isRsaKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ed25519';
  } catch {
    // Not a key in PEM at all.
    return false;
  }
}

const smtpFields = {
  host,
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .meta({ examples: [587] }),
  security,
  username: secretLine.nullish(),
  password: secretLine
    .nullish()
    .meta({ writeOnly: true, description: 'Stored encrypted, never answered. Absent: as it was; null: none' }),
};
/** `https://host`, perhaps with a port and a path; nothing that could carry a secret or be dropped. */
const baseUrl = z
  .string()
  .trim()
  .max(500)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  }, 'Must be an http(s) URL without user, query or fragment')
  .transform((text) => text.replace(/\/+$/, ''))
  .meta({
    openapi: { type: 'string', format: 'uri', maxLength: 500, default: resendBaseUrl },
    examples: [resendBaseUrl],
  });
const resendFields = {
  baseUrl: baseUrl.default(resendBaseUrl),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'Must be 1 to 1000 printable ASCII characters without spaces')
    .optional()
    .meta({
      writeOnly: true,
      description:
        'Stored encrypted, never answered. Needed when the transport becomes resend; absent later: as it was',
    }),
};
const limitFields = {
  perSecond: limit.nullish(),
  perMinute: limit.nullish(),
  perHour: limit.nullish(),
  perDay: limit.nullish(),
};
const dkimFields = {
  domainName: z
    .string()
    .max(253)
    .regex(/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i, 'Must be a domain name')
    .meta({ examples: ['example.com'] }),
  keySelector: z
    .string()
    .max(100)
    .regex(/^[a-z0-9_]([a-z0-9._-]*[a-z0-9])?$/i, 'Must be a DNS label')
    .meta({ examples: ['mail2026'] }),
  privateKey: z
    .string()
    .max(10_000)
    .refine(isRsaKey, 'Must be an RSA or Ed25519 private key in PEM')
    .nullish()
    .meta({
      writeOnly: true,
      openapi: { type: ['string', 'null'], maxLength: 10_000, writeOnly: true },
      description: 'PEM. Stored encrypted, never answered. Absent: as it was',
    }),
};
const fields = {
  name: line(200),
  fromName: optionalLine(200),
  fromEmail: emailAddress,
  replyTo: emailAddress.nullish(),
  maxConnections: z.number().int().min(1).max(500),
};

const inputFields = {
  ...fields,
  fromName: fields.fromName.default(''),
  maxConnections: fields.maxConnections.default(10),
  limits: z
    .strictObject(limitFields)
    .default({})
    .meta({ description: 'Most mails in any such period, over all workers; absent or null: no limit' }),
};

/** A sender over SMTP is what it is without a `transport`; one over a provider's HTTP API names it. */
export const senderInput = z
  .discriminatedUnion(
    'transport',
    [
      z
        .strictObject({
          transport: z.literal('smtp').optional().meta({ default: 'smtp' }),
          ...inputFields,
          smtp: z.strictObject(smtpFields),
          dkim: z.strictObject(dkimFields).nullish(),
        })
        .meta({ title: 'SMTP' }),
      z
        .strictObject({
          transport: z.literal('resend'),
          ...inputFields,
          resend: z.strictObject(resendFields),
        })
        .meta({
          title: "Resend's HTTP API",
          description:
            'Mails are handed over with idempotency keys, so none becomes uncertain when an answer is lost. The provider signs them (DKIM). ' +
            "`limits.perSecond` should be the account's rate limit.",
        }),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? 'Must be smtp (or absent) or resend' : undefined) },
  )
  .meta({
    id: 'SenderInput',
    examples: [
      {
        name: 'Newsletter',
        fromName: 'Example Shop',
        fromEmail: 'news@example.com',
        smtp: { host: 'smtp.example.com', port: 587, security: 'starttls', username: 'news', password: 'secret' },
        limits: { perHour: 2000 },
      },
      {
        name: 'Newsletter',
        fromName: 'Example Shop',
        fromEmail: 'news@example.com',
        transport: 'resend',
        resend: { apiKey: 're_123456789' },
        limits: { perSecond: 5 },
      },
    ],
  });
export type SenderInput = z.output<typeof senderInput>;

export const senderPatch = z
  .strictObject({
    ...fields,
    transport: z
      .enum(['smtp', 'resend'])
      .meta({ description: 'Another transport needs its settings in the same patch' }),
    smtp: z.strictObject(smtpFields).partial(),
    resend: z.strictObject({ ...resendFields, baseUrl }).partial(),
    limits: z.strictObject(limitFields),
    dkim: z.strictObject(dkimFields).partial().nullable(),
  })
  .partial()
  .meta({ id: 'SenderPatch', examples: [{ limits: { perHour: 500 } }] });
export type SenderPatch = z.output<typeof senderPatch>;

const nullableLimit = z.number().int().nullable();
const viewFields = {
  id,
  name: z.string(),
  fromName: z.string(),
  fromEmail: z.string(),
  replyTo: z.string().nullable(),
  maxConnections: z.number().int(),
  limits: z.object({
    perSecond: nullableLimit,
    perMinute: nullableLimit,
    perHour: nullableLimit,
    perDay: nullableLimit,
  }),
  revision: z.number().int().meta({ description: 'Grows with every change' }),
  createdAt: timestamp,
  updatedAt: timestamp,
};
export const sender = z
  .discriminatedUnion('transport', [
    z
      .object({
        transport: z.literal('smtp'),
        ...viewFields,
        smtp: z.object({
          host: z.string(),
          port: z.number().int(),
          security,
          username: z.string().nullable(),
          hasPassword: z.boolean(),
        }),
        dkim: z
          .object({
            domainName: z.string(),
            keySelector: z.string(),
            dnsRecord: z.object({ name: z.string(), value: z.string() }).nullable().meta({
              description:
                'The TXT record to publish, so that others can check the signatures; null when the stored key cannot be read',
            }),
          })
          .nullable(),
      })
      .meta({ title: 'SMTP' }),
    z
      .object({
        transport: z.literal('resend'),
        ...viewFields,
        resend: z.object({ baseUrl: z.string(), hasApiKey: z.boolean() }),
      })
      .meta({ title: "Resend's HTTP API" }),
  ])
  .meta({ id: 'Sender' });
export type Sender = z.output<typeof sender>;

/** What a PUT and a PATCH take. */
export const senderReplacement = takingBack(senderInput, sender, 'SenderReplacement');
export const senderChanges = takingBack(senderPatch, sender, 'SenderPatch');

export const senderPage = pageOf(sender, 'SenderPage');

export const senderTestInput = z
  .strictObject({ to: emailAddress })
  .meta({ id: 'SenderTestInput', examples: [{ to: 'me@example.com' }] });

export const senderTest = z
  .object({
    ok: z.boolean().meta({ description: 'The server has taken responsibility for the mail' }),
    steps: z.array(
      z.object({
        step: z.enum(['connect', 'greeting', 'tls', 'auth', 'message']),
        state: z.enum(['ok', 'failed', 'not-reached', 'unknown']),
        detail: z.string().nullable().meta({ description: 'What the server or the network said' }),
      }),
    ),
    messageId: z.string().nullable(),
  })
  .meta({ id: 'SenderTest' });
export type SenderTest = z.output<typeof senderTest>;

const taken = z.number().int();
export const senderUsage = z
  .object({
    used: z.object({ second: taken, minute: taken, hour: taken, day: taken }).meta({
      description:
        'Slots taken, as the limits count them: rolling windows whose oldest second (of hour and day, minute) counts whole. A slot counts from its reservation, up to half a second before its mail',
    }),
    limits: viewFields.limits,
    nextSlotAt: timestamp.meta({
      description: 'From when the next mail may be sent; the present time when a slot is free',
    }),
    limitedBy: z
      .enum(['perSecond', 'perMinute', 'perHour', 'perDay'])
      .nullable()
      .meta({ description: 'The limit that stands in the way until then; null when a slot is free' }),
    series: z
      .array(z.object({ at: timestamp, reserved: taken }))
      .meta({ description: 'Slots taken in each of the last minutes, the present one last' }),
  })
  .meta({ id: 'SenderUsage', description: 'A sender without limits takes no slots: nothing is counted for it' });
export const senderUsageQuery = z.strictObject({
  minutes: integerQuery(1, 1440)
    .default(60)
    .meta({
      description: 'How many minutes of `series`',
      openapi: { type: 'integer', minimum: 1, maximum: 1440, default: 60 },
    }),
});
