import { recordAudit } from '../../ledger/audit.js';
import type { Database } from '../../ledger/database.js';
import { offerSetup } from '../../ledger/users/firstSetup.js';
import { generateToken, hashToken } from './tokens.js';

/**
 * A link with which the first user is made, an administrator; undefined when there is a user already. It works once, for a day, and its token is
 * kept as a hash alone: it has to be shown now. The token stands behind the #, which browsers send to no server.
 */
export async function setupLink(database: Database, publicUrl: string): Promise<string | undefined> {
  const token = generateToken();
  if (!(await offerSetup(database.pool, hashToken(token)))) return undefined;
  await recordAudit(database.pool, {
    actor: { kind: 'system', name: 'start of the API' },
    action: 'offer a set-up link',
    resourceType: 'session',
    outcome: 'succeeded',
  });
  return `${publicUrl}/app/setup#${token}`;
}
