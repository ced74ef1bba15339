import { parseAddress } from '../domain/address.js';
import type { Queryable } from './database.js';
import type { SuppressionReason } from './schema.js';
import { suppressAll } from './suppressions.js';

/** Whom a mail of a run went to, and whether mail to them has ended already. */
export interface Recipient {
  /** For the page: the address the mail went to, else the contact's present one. */
  email: string;
  /** The address the mail went to and the contact's present one, where they differ. */
  addresses: { email: string; address: string }[];
  reason: SuppressionReason | null;
}

/**
 * Finds the recipient of a delivery: by the delivery, so that the link of an old mail works after its contact has been deleted, and by the
 * contact, so that it works when the address has changed since. Undefined when there is neither.
 */
export async function recipientOf(db: Queryable, contactId: string, runId: string): Promise<Recipient | undefined> {
  const { rows } = await db.query<{ email: string }>(
    `SELECT email FROM deliveries WHERE run_id = $1 AND contact_id = $2
     UNION ALL
     SELECT email FROM contacts WHERE id = $2`,
    [runId, contactId],
  );
  const addresses = new Map<string, { email: string; address: string }>();
  for (const { email } of rows) {
    const parsed = parseAddress(email);
    if (parsed.ok && !addresses.has(parsed.address)) addresses.set(parsed.address, parsed);
  }
  const all = [...addresses.values()];
  const first = all[0];
  if (!first) return undefined;
  const known = await db.query<{ address: string; reason: SuppressionReason }>(
    `SELECT address, reason FROM suppressions WHERE address = ANY ($1)`,
    [all.map((a) => a.address)],
  );
  const ended = all.every((a) => known.rows.some((r) => r.address === a.address));
  return { email: first.email, addresses: all, reason: ended ? (known.rows[0]?.reason ?? null) : null };
}

/** Ends all mail to a recipient, at every address known for them. Again is no error. */
export async function unsubscribe(db: Queryable, recipient: Recipient, runId: string): Promise<void> {
  await suppressAll(
    db,
    recipient.addresses.map(({ email, address }) => ({ email, address, reason: 'unsubscribed' as const, runId })),
  );
}
