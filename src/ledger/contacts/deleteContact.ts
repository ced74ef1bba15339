import { transaction, type Database } from '../database.js';

/**
 * Deletes a contact and its memberships; false when there is none. Its past deliveries stay, with the address they went to; a delivery that is still
 * pending becomes `skipped` when it is claimed. A suppression of its address stays too. `check` is told the version of the locked row (its xmin), and
 * stops the deletion by throwing.
 *
 * Invariant: no membership outlives its contact. The contact is locked before its memberships are deleted, and whoever adds one locks the
 * contact against that (`addToList`, `mergeImport`).
 */
export async function deleteContact(
  database: Database,
  contactId: string,
  check: (version: string) => void = () => undefined,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ version: string }>(
      `SELECT xmin::text AS version FROM contacts WHERE id = $1 FOR UPDATE`,
      [contactId],
    );
    const [contact] = rows;
    if (!contact) return false;
    check(contact.version);
    await client.query(`DELETE FROM list_contacts WHERE contact_id = $1`, [contactId]);
    await client.query(`DELETE FROM contacts WHERE id = $1`, [contactId]);
    return true;
  });
}
