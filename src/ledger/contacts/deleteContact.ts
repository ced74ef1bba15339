import { transaction, type Database } from '../database.js';

/**
 * Deletes a contact and its memberships; false when there is none. Its past deliveries stay, with the address they went to; a delivery that is still
 * pending becomes `skipped` when it is claimed. A suppression of its address stays too.
 *
 * Invariant: no membership outlives its contact. The contact is locked before its memberships are deleted, and whoever adds one locks the
 * contact against that (`addToList`, `mergeImport`).
 */
export async function deleteContact(database: Database, contactId: string): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rows } = await client.query(`SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE`, [contactId]);
    if (rows.length === 0) return false;
    await client.query(`DELETE FROM list_contacts WHERE contact_id = $1`, [contactId]);
    await client.query(`DELETE FROM contacts WHERE id = $1`, [contactId]);
    return true;
  });
}
