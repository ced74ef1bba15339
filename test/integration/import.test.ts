import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnreadableFile } from '../../src/domain/csv/layout.js';
import { csvLine } from '../../src/domain/csv/write.js';
import { attributeNamesOfList, exportContacts } from '../../src/ledger/contacts/exportContacts.js';
import { deleteContact } from '../../src/ledger/contacts/deleteContact.js';
import type { Database } from '../../src/ledger/database.js';
import { continueImports } from '../../src/ledger/imports/continueImports.js';
import { mergeImport } from '../../src/ledger/imports/mergeImport.js';
import { readImport, rejectedRows, type ImportRecord } from '../../src/ledger/imports/readImport.js';
import { FileTooLarge, ImportFailed, receiveImport } from '../../src/ledger/imports/receiveImport.js';
import { deleteList, listDeleted, purgeDeletedLists } from '../../src/ledger/lists/deleteList.js';
import { ListGone } from '../../src/ledger/lists/shareList.js';
import { openLedger } from '../support/ledgerFixtures.js';
import { startPlatform, type Platform } from '../support/platform.js';
import { until } from '../support/restClient.js';

let platform: Platform;
let database: Database;

beforeAll(async () => {
  platform = await startPlatform();
  database = openLedger(platform.databaseUrl);
});

afterAll(async () => {
  await database.close();
  await platform.close();
});

async function newList(): Promise<string> {
  const id = uuidv7();
  await database.pool.query(`INSERT INTO lists (id, name) VALUES ($1, 'a list')`, [id]);
  return id;
}

const receive = (listId: string, body: string | Buffer | Readable, limits = {}) =>
  receiveImport(
    database,
    { listId, fileName: 'file.csv', body: body instanceof Readable ? body : Readable.from([Buffer.from(body)]) },
    limits,
  );

async function importFile(listId: string, body: string | Buffer | Readable): Promise<ImportRecord> {
  const id = await receive(listId, body);
  await mergeImport(database, id);
  return (await readImport(database, id)) as ImportRecord;
}

interface Member {
  id: string;
  email: string;
  name: string;
  attributes: Record<string, unknown>;
  updated_at: Date;
}

async function members(listId: string): Promise<Member[]> {
  const { rows } = await database.pool.query<Member>(
    `SELECT c.id, c.email, c.name, c.attributes, c.updated_at FROM list_contacts m JOIN contacts c ON c.id = m.contact_id
      WHERE m.list_id = $1 ORDER BY c.address`,
    [listId],
  );
  return rows;
}

async function stagingTables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relname LIKE 'import_staging_%' AND relkind = 'r'`,
  );
  return rows.map((r) => r.relname);
}

const count = async (table: string) =>
  Number((await database.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);

describe('an import', () => {
  it('takes what is good, rejects the rest with line and reason, and leaves no staging table', async () => {
    const list = await newList();
    const result = await importFile(
      list,
      'Email,Name,City\r\nAda@X.example,Ada,"Rome, ""old"""\r\n,nobody,\r\nnot an address,,\r\nbob@x.example,,\r\n',
    );
    expect(result).toMatchObject({ status: 'completed', rows: 4, added: 2, updated: 0, rejected: 2, error: null });
    expect(result.errors).toEqual([
      { line: 3, value: '', reason: 'no email' },
      { line: 4, value: 'not an address', reason: 'no @' },
    ]);
    expect(await members(list)).toMatchObject([
      { email: 'Ada@x.example', name: 'Ada', attributes: { City: 'Rome, "old"' } },
      { email: 'bob@x.example', name: '', attributes: {} },
    ]);
    expect(await stagingTables()).toEqual([]);
  });

  it('reads a byte order mark, one address a line, and texts that PostgreSQL would take for escapes', async () => {
    const list = await newList();
    await importFile(list, '\uFEFFbom1@x.example\nBom Two <bom2@x.example>\n');
    expect((await members(list)).map((m) => [m.email, m.name])).toEqual([
      ['bom1@x.example', ''],
      ['bom2@x.example', 'Bom Two'],
    ]);
    const odd = await newList();
    await importFile(odd, '\uFEFFemail,name,note\nodd@x.example,\\N,"a\\tb\tc\r\nd\\.\n\\."\n');
    expect(await members(odd)).toMatchObject([{ name: '\\N', attributes: { note: 'a\\tb\tc\r\nd\\.\n\\.' } }]);
  });

  it('rejects a row with bytes that are not UTF-8, with its line, wherever pieces are cut', async () => {
    const list = await newList();
    const bytes = Buffer.from('email,name\nutf1@x.example,Zo\u00eb\nutf2@x.example,Zo?\nutf3@x.example,\u{1F600}\n');
    bytes[bytes.indexOf('?')] = 0xeb;
    const result = await importFile(list, Readable.from([...bytes].map((b) => Buffer.from([b]))));
    expect(result.errors).toEqual([{ line: 3, value: 'utf2@x.example,Zo\uFFFD', reason: 'it is not valid UTF-8' }]);
    expect((await members(list)).map((m) => m.name)).toEqual(['Zo\u00eb', '\u{1F600}']);
  });

  it('refuses files whose columns cannot be told, before anything is stored', async () => {
    const list = await newList();
    const before = await count('imports');
    await expect(receive(list, 'name,city\nA,B\n')).rejects.toThrow(UnreadableFile);
    await expect(receive(list, '')).rejects.toThrow('The file is empty.');
    await expect(receive(list, Buffer.from('\uFEFFemail\na@x.example\n', 'utf16le'))).rejects.toThrow('UTF-16');
    await expect(receive(uuidv7(), 'email\na@x.example\n')).rejects.toThrow(ListGone);
    expect(await count('imports')).toBe(before);
  });

  it('merges rows of one address in the order of lines: later values win, empty ones take nothing away', async () => {
    const list = await newList();
    const result = await importFile(
      list,
      'email,name,city,plan\nrep@x.example,Joe,Rome,a\nother@x.example,,,\nREP@X.example,,Oslo,\nrep@x.example,,,b\n',
    );
    expect(result).toMatchObject({ rows: 4, added: 2, updated: 0, rejected: 0 });
    expect((await members(list))[1]).toMatchObject({
      email: 'rep@x.example',
      name: 'Joe',
      attributes: { city: 'Oslo', plan: 'b' },
    });
  });

  it('sent twice changes nothing', async () => {
    const list = await newList();
    const file = 'email,name,city\ntwice1@x.example,One,Rome\ntwice2@x.example,Two,\ntwice1@x.example,Uno,Oslo\n';
    await importFile(list, file);
    const before = await members(list);
    expect(await importFile(list, file)).toMatchObject({ status: 'completed', rows: 3, added: 0, updated: 0 });
    expect(await members(list)).toEqual(before);
  });

  it('counts as updated only members that really changed, and as added those who joined', async () => {
    const list = await newList();
    await importFile(list, 'email,name,city\nupd1@x.example,One,Rome\nupd2@x.example,Two,Rome\n');
    const result = await importFile(
      list,
      'email,name,plan\nupd1@x.example,,pro\nupd2@x.example,Two,\nupd3@x.example,Three,\n',
    );
    expect(result).toMatchObject({ added: 1, updated: 1 });
    expect((await members(list)).map((m) => m.attributes)).toEqual([
      { city: 'Rome', plan: 'pro' },
      { city: 'Rome' },
      {},
    ]);
    const other = await newList();
    expect(await importFile(other, 'email\nupd1@x.example\nupd2@x.example\n')).toMatchObject({ added: 2, updated: 0 });
  });

  it('of an export changes nothing, whatever the attributes are', async () => {
    const list = await newList();
    await importFile(list, 'email,name,n\n+exp1@x.example,=cmd(),x\nexp2@x.example,Zo\u00eb,y\nexp3@x.example,,\n');
    const attributes = {
      n: 12.5,
      yes: true,
      nothing: null,
      deep: { a: [1, { b: '"' }] },
      formula: '=1+1',
      quoted: "'=1",
      blanks: '  two  ',
      lines: 'a\r\nb\nc',
      'Odd, "name"': '-1',
    };
    await database.pool.query(`UPDATE contacts SET attributes = $1 WHERE address = 'exp2@x.example'`, [
      JSON.stringify(attributes),
    ]);
    const names = await attributeNamesOfList(database, list);
    let csv = csvLine(['email', 'name', ...names]);
    for await (const page of exportContacts(database, list, names)) {
      csv += page.map((c) => csvLine([c.email, c.name, ...c.attributes])).join('');
    }
    const before = await members(list);
    expect(before[2]?.attributes).toEqual({});
    expect(await importFile(list, csv)).toMatchObject({ rows: 3, added: 0, updated: 0, rejected: 0 });
    expect(await members(list)).toEqual(before);
    const copy = await newList();
    expect(await importFile(copy, csv)).toMatchObject({ added: 3, rejected: 0 });
  });
});

describe('a file that breaks off', () => {
  async function* brokenAfter(rows: number): AsyncGenerator<Buffer> {
    yield Buffer.from('email,name\n');
    for (let i = 0; i < rows; i += 1000) {
      yield Buffer.from(Array.from({ length: 1000 }, (_, n) => `cut${i + n}@x.example,Cut\n`).join(''));
    }
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }

  it('fails the import, applies nothing and drops what was staged', async () => {
    const list = await newList();
    const contacts = await count('contacts');
    const error = await receive(list, Readable.from(brokenAfter(100_000))).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ImportFailed);
    const record = await readImport(database, (error as ImportFailed).importId);
    expect(record).toMatchObject({ status: 'failed', added: 0, error: expect.stringContaining('broke off') });
    expect(record?.finishedAt).not.toBeNull();
    expect(await count('contacts')).toBe(contacts);
    expect(await members(list)).toEqual([]);
    expect(await stagingTables()).toEqual([]);
    expect(await mergeImport(database, (error as ImportFailed).importId)).toBe('done');
  });

  it('also when nothing arrives any more, and when it is larger than accepted', async () => {
    const list = await newList();
    for (const beginning of ['ema', 'email\nstall@x.example\n']) {
      const stalled = new Readable({ read: () => undefined });
      stalled.push(beginning);
      await expect(receive(list, stalled, { stallMs: 50 })).rejects.toThrow('It stopped arriving: fewer than');
      expect(stalled.destroyed).toBe(false);
    }
    const tooLarge = await receive(list, Readable.from(brokenAfter(5_000)), { maxBytes: 50_000 }).catch(
      (e: unknown) => e,
    );
    expect((tooLarge as ImportFailed).cause).toBeInstanceOf(FileTooLarge);
    expect(await members(list)).toEqual([]);
    expect(await stagingTables()).toEqual([]);
  });
});

describe('progress and recovery', () => {
  it('shows rows while the file streams', async () => {
    const list = await newList();
    const body = new Readable({ read: () => undefined });
    body.push('email\n');
    const receiving = receive(list, body);
    const importOf = async () => {
      const { rows } = await database.pool.query<{ id: string; status: string; rows: number }>(
        `SELECT id, status, rows FROM imports WHERE list_id = $1`,
        [list],
      );
      return rows[0];
    };
    let n = 0;
    const seen = await until(
      async () => {
        body.push(`live${n++}@x.example\n`);
        return importOf();
      },
      (row) => (row && row.rows > 0 ? row : undefined),
    );
    expect(seen.status).toBe('receiving');
    body.push(null);
    const id = await receiving;
    expect(await readImport(database, id)).toMatchObject({ status: 'queued', rows: n });
    expect(await mergeImport(database, id)).toBe('completed');
  });

  it('continues imports that were received but never merged, or whose merge died', async () => {
    const list = await newList();
    const queued = await receive(list, 'email\ncont1@x.example\n');
    const died = await receive(list, 'email\ncont2@x.example\n');
    await database.pool.query(`UPDATE imports SET status = 'running' WHERE id = $1`, [died]);
    const results = await Promise.all([
      continueImports(database),
      continueImports(database),
      continueImports(database),
    ]);
    expect(results.flatMap((r) => r.merged).sort()).toEqual([queued, died].sort());
    expect((await members(list)).map((m) => m.email)).toEqual(['cont1@x.example', 'cont2@x.example']);
    expect(await continueImports(database)).toEqual({ merged: [], failed: [], dropped: [] });
  });

  it('fails uploads whose process is gone, keeps a late one from staging, and drops orphaned tables', async () => {
    const list = await newList();
    const body = new Readable({ read: () => undefined });
    body.push('email\nlate@x.example\n');
    const receiving = receive(list, body).catch((e: unknown) => e);
    const { id } = await until(
      async () =>
        (await database.pool.query<{ id: string }>(`SELECT id FROM imports WHERE list_id = $1`, [list])).rows[0],
      (row) => row,
    );
    await database.pool.query(`UPDATE imports SET heartbeat_at = now() - interval '1 hour' WHERE id = $1`, [id]);
    await database.pool.query(`CREATE TABLE import_staging_${uuidv7().replaceAll('-', '')} (a integer)`);
    const result = await continueImports(database);
    expect(result).toMatchObject({ merged: [], failed: [id] });
    expect(result.dropped).toHaveLength(1);
    expect(await stagingTables()).toEqual([]);
    body.push(null);
    expect(await receiving).toBeInstanceOf(ImportFailed);
    expect(await readImport(database, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('process'),
    });
  });

  it('fails an import that waits when its list is deleted, and one whose file is still arriving', async () => {
    const list = await newList();
    const queued = await receive(list, 'email\ngone@x.example\n');
    const body = new Readable({ read: () => undefined });
    body.push('email\nlate@x.example\n');
    const receiving = receive(list, body).catch((error: unknown) => error);
    const imports = async () =>
      (
        await database.pool.query<{ id: string; status: string }>(
          `SELECT id, status FROM imports WHERE list_id = $1 ORDER BY id`,
          [list],
        )
      ).rows;
    await until(imports, (rows) => rows.some((r) => r.status === 'receiving'));
    expect(await deleteList(database, list)).toEqual({ deleted: true });
    expect((await imports()).map((r) => r.status)).toEqual(['failed', 'failed']);
    expect((await readImport(database, queued))?.error).toBe(listDeleted);
    expect(await mergeImport(database, queued)).toBe('done');
    body.push('more@x.example\n');
    body.push(null);
    expect(await receiving).toBeInstanceOf(ImportFailed);
    expect(await stagingTables()).toEqual([]);
  });

  it('a list is deleted at once while an import is merged into it; the import fails and leaves nothing', async () => {
    const list = await newList();
    await importFile(list, 'email,name\nstay@x.example,Old\n');
    const [stay] = await members(list);
    const id = await receive(list, 'email,name\nstay@x.example,New\nnever@x.example,Never\n');

    // Somebody else has the contact in hand, so the merge waits in the middle.
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query(`SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE`, [stay!.id]);
    const merging = mergeImport(database, id);
    await until(
      async () =>
        (
          await database.pool.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).rows[0]?.n,
      (n) => n === 1,
    );
    const started = Date.now();
    expect(await deleteList(database, list)).toEqual({ deleted: true });
    expect(Date.now() - started).toBeLessThan(1_000);
    await blocker.query('COMMIT');
    blocker.release();

    expect(await merging).toBe('failed');
    expect(await readImport(database, id)).toMatchObject({ status: 'failed', added: 0, error: listDeleted });
    const { rows } = await database.pool.query(
      `SELECT email, name FROM contacts WHERE address IN ('stay@x.example', 'never@x.example')`,
    );
    expect(rows).toEqual([{ email: 'stay@x.example', name: 'Old' }]);
    expect(await stagingTables()).toEqual([]);

    expect(await purgeDeletedLists(database.pool)).toBeGreaterThanOrEqual(1);
    expect(await members(list)).toEqual([]);
    expect(await purgeDeletedLists(database.pool)).toBe(0);
  });
});

describe('concurrent imports', () => {
  it('of overlapping files in opposite orders end without a deadlock, each address once', async () => {
    const lists = [await newList(), await newList()];
    const size = 20_000;
    const addresses = Array.from({ length: size }, (_, n) => `over${n}@x.example`);
    const file = (order: string[], value: string) =>
      `email,a${value}\n${order.map((a) => `${a},${value}`).join('\n')}\n`;
    const ids = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        receive(lists[n % 2] as string, file(n % 2 === 0 ? addresses : [...addresses].reverse(), String(n))),
      ),
    );
    expect(await Promise.all(ids.map((id) => mergeImport(database, id)))).toEqual(Array(6).fill('completed'));
    const imports = await Promise.all(ids.map((id) => readImport(database, id)));
    for (const parity of [0, 1]) {
      const ofList = imports.filter((_, n) => n % 2 === parity);
      expect(ofList.reduce((sum, i) => sum + (i?.added ?? 0), 0)).toBe(size);
      expect(await members(lists[parity] as string)).toHaveLength(size);
    }
    const { rows } = await database.pool.query<{ n: string; keys: string }>(
      `SELECT count(*) AS n, count(*) FILTER (WHERE attributes = '{"a0":"0","a1":"1","a2":"2","a3":"3","a4":"4","a5":"5"}') AS keys
         FROM contacts WHERE address LIKE 'over%'`,
    );
    expect(rows[0]).toEqual({ n: String(size), keys: String(size) });
  });

  it('while a contact is deleted leave no membership without its contact', async () => {
    const list = await newList();
    await importFile(list, 'email\ndel1@x.example\ndel2@x.example\n');
    const [first, second] = (await members(list)).map((m) => m.id).sort() as [string, string];
    const other = await newList();
    const id = await receive(other, 'email\ndel1@x.example\ndel2@x.example\n');

    // A membership that is being added elsewhere stops the merge in the middle of adding members: the first is held up, the second is to come.
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query(`INSERT INTO list_contacts VALUES ($1, $2)`, [other, first]);
    const merging = mergeImport(database, id);
    const waiting = async () =>
      Number(
        (
          await database.pool.query<{ n: string }>(
            `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).rows[0]?.n,
      );
    await until(waiting, (n) => n === 1);
    let deleted = false;
    const deleting = deleteContact(database, second).then(() => (deleted = true));
    await until(waiting, (n) => n === 2 || deleted);
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(await merging).toBe('completed');
    await deleting;
    const { rows } = await database.pool.query<{ contact_id: string }>(
      `SELECT contact_id FROM list_contacts WHERE list_id = $1`,
      [other],
    );
    expect(rows).toEqual([{ contact_id: first }]);
  });
});

it('200,000 rows pass through in bounded memory, and rejected rows are read back whole', async () => {
  const list = await newList();
  const total = 200_000;
  let peak = 0;
  async function* file(): AsyncGenerator<Buffer> {
    yield Buffer.from('email,name,city,plan,note\n');
    for (let i = 0; i < total; i += 1000) {
      let text = '';
      for (let n = i; n < i + 1000; n++) {
        text +=
          n % 20 === 7
            ? `bad${n},,,,\n`
            : `big${n}@x${n % 50}.example,Person ${n},City ${n % 300},p${n % 7},${'x'.repeat(100)}\n`;
      }
      yield Buffer.from(text);
      if (i % 10_000 === 0) {
        globalThis.gc?.();
        peak = Math.max(peak, process.memoryUsage().heapUsed + process.memoryUsage().external);
      }
    }
  }
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
  const result = await importFile(list, Readable.from(file()));
  expect(result).toMatchObject({ status: 'completed', rows: total, added: 190_000, rejected: 10_000 });
  expect(result.errors).toHaveLength(20);
  // The file is 28 MB; two batches of text and of bytes and the garbage between collections are what may be there at once.
  expect(peak - before).toBeLessThan(150 * 2 ** 20);
  const lines: number[] = [];
  for await (const page of rejectedRows(database, result.id)) lines.push(...page.map((r) => r.line));
  expect(lines).toEqual(Array.from({ length: 10_000 }, (_, n) => n * 20 + 7 + 2));
});
