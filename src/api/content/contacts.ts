import type { Database } from '../../ledger/database.js';
import { invalidField } from '../common/problems.js';
import type { PreviewContact } from './preview.js';

/** A stored contact, to render for. @throws Problem `validation` at `pointer` when there is none. */
export async function contactToRender(database: Database, contactId: string, pointer: string): Promise<PreviewContact> {
  const row = await database.db
    .selectFrom('contacts')
    .select(['email', 'name', 'attributes'])
    .where('id', '=', contactId)
    .executeTakeFirst();
  if (!row) throw invalidField(pointer, `There is no contact ${contactId}`);
  return row;
}
