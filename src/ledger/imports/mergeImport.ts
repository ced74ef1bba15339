import type pg from 'pg';
import { transaction, type Database } from '../database.js';
import { listDeleted } from '../lists/deleteList.js';
import { ListGone, listExists, shareList } from '../lists/shareList.js';
import { failImport } from './failImport.js';
import { dropStagingTable, stagingTable } from './stagingTable.js';

/** `held`: another process is merging it. `done`: it was not waiting for a merge. */
export type MergeOutcome = 'completed' | 'failed' | 'held' | 'done';

/** A merge that collides with another transaction is repeated at once, this often in all. */
const attempts = 3;
/** From this many changes on, the planner is told: a campaign may select these contacts before autovacuum comes by. */
const analyzeFrom = 10_000;

/**
 * Applies a queued import: contacts are inserted or updated by address, and become members of the list.
 *
 * Invariants:
 * - all or nothing, and once: the merge, the end of the staging table and the state `completed` are one transaction. The lock on the import's row
 *   is held by that transaction alone, so a process that dies lets go of it and anybody may merge again.
 * - the result is that of applying the rows one after the other, in the file's order: of a repeated address, attributes are merged, and
 *   the last non-empty name wins.
 * - a second import of the same file changes nothing: rows are written only where name or attributes really differ. An attribute counts as the
 *   same when its text is, so that an exported number comes back as that number.
 * - no deadlocks: every merge locks contacts in the order of their addresses, then memberships in the order of contact IDs. (`ON CONFLICT` waits
 *   for a concurrent insert of the same key instead of failing.)
 * - nothing joins a list that is deleted: see shareList.
 *
 * `added` counts contacts that joined the list, `updated` those of its members whose name or attributes changed.
 *
 * @throws what makes a later try sensible (a lost connection, a full disk); the import then stays `running` and is merged by
 *   `continueImports`. Everything else ends it as `failed`.
 */
export async function mergeImport(database: Database, importId: string): Promise<MergeOutcome> {
  await database.pool.query(
    `UPDATE imports SET status = 'running', started_at = now() WHERE id = $1 AND status = 'queued'`,
    [importId],
  );
  const changes = await mergeOrFail(database, importId);
  if (changes === 'failed') return 'failed';
  if (changes === 'untaken') {
    const { rows } = await database.pool.query(`SELECT 1 FROM imports WHERE id = $1 AND status = 'running'`, [
      importId,
    ]);
    return rows.length > 0 ? 'held' : 'done';
  }
  if (changes >= analyzeFrom) await database.pool.query('ANALYZE contacts, list_contacts');
  return 'completed';
}

async function mergeOrFail(database: Database, importId: string): Promise<number | 'untaken' | 'failed'> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await merge(database, importId);
    } catch (error) {
      if (isCollision(error) && attempt < attempts) continue;
      if (isPassing(error)) throw error;
      await failImport(database, importId, reasonOf(error));
      return 'failed';
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ListGone) return listDeleted;
  return error instanceof Error ? error.message : String(error);
}

/** Returns how much changed. */
async function merge(database: Database, importId: string): Promise<number | 'untaken'> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ list_id: string }>(
      `SELECT list_id FROM imports WHERE id = $1 AND status = 'running' FOR UPDATE SKIP LOCKED`,
      [importId],
    );
    const listId = rows[0]?.list_id;
    if (listId === undefined) return 'untaken';
    if (!(await listExists(client, listId))) throw new ListGone(listId);

    const staging = stagingTable(importId);
    await client.query(`SET LOCAL work_mem = '64MB'`);
    await client.query(`ANALYZE ${staging}`);
    await foldRepeated(client, staging);
    const { updated, allNew } = await upsertContacts(client, staging, listId);
    if (!allNew) await lockJoining(client, staging, listId);
    const added = await addMembers(client, staging, listId);
    // Only now, so that deleting or renaming a list does not wait for a merge: one into a list that was deleted meanwhile leaves nothing.
    if (!(await shareList(client, listId))) throw new ListGone(listId);
    await dropStagingTable(client, importId);
    await client.query(
      `UPDATE imports SET status = 'completed', added = $2, updated = $3, finished_at = now() WHERE id = $1`,
      [importId, added, updated],
    );
    return added + updated;
  });
}

/** Leaves one row an address: first ID and email, last non-empty name, attributes merged in the order of lines. */
async function foldRepeated(client: pg.PoolClient, staging: string): Promise<void> {
  await client.query(
    `WITH repeated AS (
       DELETE FROM ${staging} s
        USING (SELECT address FROM ${staging} GROUP BY address HAVING count(*) > 1) r
        WHERE s.address = r.address
       RETURNING s.*),
     last_values AS (
       SELECT DISTINCT ON (r.address, a.key) r.address, a.key, a.value
         FROM repeated r, jsonb_each(r.attributes) a
        ORDER BY r.address, a.key, r.line DESC),
     merged AS (SELECT address, jsonb_object_agg(key, value) AS attributes FROM last_values GROUP BY address)
     INSERT INTO ${staging} (line, id, address, email, name, attributes)
     SELECT max(r.line), (array_agg(r.id ORDER BY r.line))[1], r.address, (array_agg(r.email ORDER BY r.line))[1],
            coalesce((array_agg(r.name ORDER BY r.line DESC) FILTER (WHERE r.name <> ''))[1], ''),
            coalesce((SELECT m.attributes FROM merged m WHERE m.address = r.address), '{}')
       FROM repeated r
      GROUP BY r.address`,
  );
}

/** What of a row's attributes differs from a contact's: NULL when nothing does. */
const differing = (known: string, given: string) =>
  `(SELECT jsonb_object_agg(n.key, n.value) FROM jsonb_each(${given}) n WHERE ${known} ->> n.key IS DISTINCT FROM n.value #>> '{}')`;

/**
 * Inserts new contacts and updates those that differ, in the order of addresses. Rows that change nothing take no lock and write nothing.
 *
 * The IDs made while staging are dealt out anew in the order of addresses: contacts then lie on disk in the order of their IDs, which is the order
 * campaigns read them in (and the indexes grow at one end; measured, memberships take a fifth less CPU).
 *
 * Returns how many members of the list were updated, and whether every contact of the file was made here.
 */
async function upsertContacts(
  client: pg.PoolClient,
  staging: string,
  listId: string,
): Promise<{ updated: number; allNew: boolean }> {
  const { rows } = await client.query<{ updated: number; allNew: boolean }>(
    `WITH ids AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ${staging}),
     given AS (SELECT s.*, row_number() OVER (ORDER BY s.address) AS n FROM ${staging} s),
     changed AS (
       INSERT INTO contacts AS c (id, email, address, name, attributes)
       SELECT i.id, s.email, s.address, s.name, s.attributes
         FROM given s
         JOIN ids i ON i.n = s.n
         LEFT JOIN contacts k ON k.address = s.address
        WHERE k.id IS NULL
           OR (s.name <> '' AND s.name <> k.name)
           OR (NOT k.attributes @> s.attributes AND ${differing('k.attributes', 's.attributes')} IS NOT NULL)
        ORDER BY s.address
       ON CONFLICT (address) DO UPDATE
          SET name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE c.name END,
              attributes = c.attributes || coalesce(${differing('c.attributes', 'excluded.attributes')}, '{}'),
              updated_at = now()
        WHERE (excluded.name <> '' AND excluded.name <> c.name)
           OR (NOT c.attributes @> excluded.attributes AND ${differing('c.attributes', 'excluded.attributes')} IS NOT NULL)
       RETURNING c.id, c.xmax <> 0 AS existed)
     SELECT count(*) FILTER (WHERE existed AND EXISTS (SELECT FROM list_contacts m WHERE m.list_id = $1 AND m.contact_id = changed.id))::int
              AS updated,
            count(*) FILTER (WHERE NOT existed) = (SELECT count(*) FROM ${staging}) AS "allNew"
       FROM changed`,
    [listId],
  );
  return rows[0] as { updated: number; allNew: boolean };
}

const joining = (staging: string) =>
  `FROM ${staging} s
   JOIN contacts c ON c.address = s.address
  WHERE NOT EXISTS (SELECT FROM list_contacts m WHERE m.list_id = $1 AND m.contact_id = c.id)`;

/** Locks contacts that are about to join and that this transaction did not write itself: none is deleted before its membership is there. */
async function lockJoining(client: pg.PoolClient, staging: string, listId: string): Promise<void> {
  await client.query(
    `SELECT count(*)
       FROM (SELECT c.id ${joining(staging)} AND c.xmin <> pg_current_xact_id()::xid ORDER BY c.id FOR KEY SHARE OF c) locked`,
    [listId],
  );
}

/** Makes the contacts members of the list, in the order of their IDs. Returns how many joined. */
async function addMembers(client: pg.PoolClient, staging: string, listId: string): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO list_contacts (list_id, contact_id)
     SELECT $1, c.id ${joining(staging)} ORDER BY c.id
     ON CONFLICT DO NOTHING`,
    [listId],
  );
  return rowCount ?? 0;
}

function sqlState(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Deadlock, serialization failure. */
function isCollision(error: unknown): boolean {
  return ['40P01', '40001'].includes(sqlState(error));
}

/** Errors of the server's state and of the connection: nothing that is imported has to do with them, so a later try can succeed. */
function isPassing(error: unknown): boolean {
  if (error instanceof ListGone) return false;
  const state = sqlState(error);
  const isSqlState = /^[0-9A-Z]{5}$/.test(state);
  return !isSqlState || /^(08|25|40|53|55|57|58)/.test(state);
}
