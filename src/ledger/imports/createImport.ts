import { v7 as uuidv7 } from 'uuid';
import { transaction, type Database } from '../database.js';
import { ListGone, shareList } from '../lists/shareList.js';
import { createStagingTable } from './stagingTable.js';

/**
 * Begins an import: a row in state `receiving` and the table its rows are staged in, made together.
 * Returns the import's ID.
 * @throws ListGone when the list does not exist (any more).
 */
export async function createImport(
  database: Database,
  request: { id?: string; listId: string; fileName: string },
): Promise<string> {
  return transaction(database, async (client) => {
    if (!(await shareList(client, request.listId))) throw new ListGone(request.listId);
    const id = request.id ?? uuidv7();
    await client.query(`INSERT INTO imports (id, list_id, file_name, status) VALUES ($1, $2, $3, 'receiving')`, [
      id,
      request.listId,
      request.fileName,
    ]);
    await createStagingTable(client, id);
    return id;
  });
}
