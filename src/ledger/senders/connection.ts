import type { Selectable } from 'kysely';
import type { SendersTable, SmtpSecurity } from '../schema.js';

/** How a sender reaches its server or provider; secrets are still encrypted. */
export type SenderConnection =
  | {
      transport: 'smtp';
      host: string;
      port: number;
      security: SmtpSecurity;
      username: string | null;
      passwordEncrypted: Buffer | null;
    }
  | { transport: 'resend'; baseUrl: string; apiKeyEncrypted: Buffer };

/** The connection of a stored sender; the table's check sees to it that what its transport needs is there. */
export function connectionOf(
  row: Pick<
    Selectable<SendersTable>,
    | 'transport'
    | 'smtp_host'
    | 'smtp_port'
    | 'smtp_security'
    | 'smtp_username'
    | 'smtp_password_encrypted'
    | 'http_base_url'
    | 'http_api_key_encrypted'
  >,
): SenderConnection {
  return row.transport === 'smtp'
    ? {
        transport: 'smtp',
        host: row.smtp_host as string,
        port: row.smtp_port as number,
        security: row.smtp_security as SmtpSecurity,
        username: row.smtp_username,
        passwordEncrypted: row.smtp_password_encrypted,
      }
    : {
        transport: row.transport,
        baseUrl: row.http_base_url as string,
        apiKeyEncrypted: row.http_api_key_encrypted as Buffer,
      };
}
