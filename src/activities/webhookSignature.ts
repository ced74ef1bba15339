import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/**
 * The headers of Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id`, `webhook-timestamp` in seconds, and `webhook-signature`, one `v1,` and
 * HMAC-SHA-256 in base64 for each secret (`whsec_` and base64), with spaces between them.
 */
export function webhookHeaders(
  id: string,
  at: Date,
  body: string,
  secrets: readonly string[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${hmac(secret, signed)}`).join(' '),
  };
}

function hmac(secret: string, text: string): string {
  const key = Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}
