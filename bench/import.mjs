// How long an import takes and how much memory it needs.
//   node scripts/build.mjs && DATABASE_URL=postgres://… node bench/import.mjs [rows, default 1000000]
// Use an empty database: it is migrated, and keeps what is imported. The same file is imported twice (the second time nothing changes), then exported.
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { csvLine } from '../dist/domain/csv/write.js';
import { attributeNamesOfList, exportContacts } from '../dist/ledger/contacts/exportContacts.js';
import { openDatabase } from '../dist/ledger/database.js';
import { mergeImport } from '../dist/ledger/imports/mergeImport.js';
import { readImport } from '../dist/ledger/imports/readImport.js';
import { receiveImport } from '../dist/ledger/imports/receiveImport.js';
import { migrate } from '../dist/ledger/migrate.js';

const rows = Number(process.argv[2] ?? 1_000_000);
const file = join(tmpdir(), `oncemail-bench-${process.pid}.csv`);
await writeContacts(file, rows);

const database = openDatabase({ url: process.env.DATABASE_URL });
await migrate(database);
const listId = uuidv7();
await database.pool.query(`INSERT INTO lists (id, name) VALUES ($1, 'bench')`, [listId]);

let peak = process.memoryUsage().rss;
const base = peak;
setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20).unref();

for (const what of ['first import', 'same again']) {
  const [start, cpu] = [Date.now(), process.cpuUsage()];
  const id = await receiveImport(database, { listId, fileName: 'bench.csv', body: createReadStream(file) });
  const received = Date.now();
  await mergeImport(database, id);
  const merged = Date.now();
  const { added, updated, rejected, status, error } = await readImport(database, id);
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${what}: ${seconds(merged - start)} (receive ${seconds(received - start)}, merge ${seconds(merged - received)}, ` +
      `CPU here ${seconds((user + system) / 1000)}) ${status} added ${added} updated ${updated} rejected ${rejected} ${error ?? ''}`,
  );
}

const start = Date.now();
const names = await attributeNamesOfList(database, listId);
let bytes = 0;
for await (const page of exportContacts(database, listId, names)) {
  for (const c of page) bytes += csvLine([c.email, c.name, ...c.attributes]).length;
}
console.log(`export: ${seconds(Date.now() - start)}, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
console.log(`memory: ${mib(base)} at the start, ${mib(peak)} at the peak`);
rmSync(file);
await database.close();

async function writeContacts(path, count) {
  const out = createWriteStream(path);
  out.write('email,name,city,plan,signed up\r\n');
  for (let i = 0; i < count;) {
    let text = '';
    for (const end = Math.min(count, i + 10_000); i < end; i++) {
      const spread = ((i * 2654435761) >>> 0).toString(36);
      const name = i % 10 === 0 ? `"Doe, ""J"" ${i}"` : `Person ${i}`;
      text += `user.${spread}.${i}@example${i % 50}.com,${name},City ${i % 500},plan${i % 7},2024-0${1 + (i % 9)}-11\r\n`;
    }
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function mib(n) {
  return `${Math.round(n / 2 ** 20)} MiB`;
}
