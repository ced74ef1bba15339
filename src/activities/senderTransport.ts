import type { SendingSender } from '../ledger/runs/deliveryContext.js';
import { createHttpTransport } from '../mail/httpTransport.js';
import type { SecretBox } from '../mail/secrets.js';
import { createSmtpTransport } from '../mail/smtpTransport.js';
import type { Transport } from '../mail/transport.js';

/** The password or API key of a sender; undefined when it has none. @throws SecretError when it cannot be read. */
export function decryptedSecret(sender: SendingSender, secretBox: SecretBox): string | undefined {
  const { connection } = sender;
  const sealed = connection.transport === 'smtp' ? connection.passwordEncrypted : connection.apiKeyEncrypted;
  return sealed ? secretBox.decrypt(sealed, sender.id) : undefined;
}

/** The transport of a sender. It connects when it is given the first message; with `publicOnly` to public addresses alone. */
export function openTransport(sender: SendingSender, secret: string | undefined, publicOnly: boolean): Transport {
  const { connection, maxConnections } = sender;
  if (connection.transport === 'smtp') {
    const { host, port, security, username } = connection;
    return createSmtpTransport({
      host,
      port,
      security,
      ...(username ? { username, password: secret ?? '' } : {}),
      maxConnections,
      publicOnly,
    });
  }
  return createHttpTransport({ baseUrl: connection.baseUrl, apiKey: secret ?? '', maxConnections, publicOnly });
}
