import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../src/embedded/progress.js';
import type { RestClient } from '../test/support/restClient.js';
import { startStage, temporaryDirectory } from '../test/support/stage.js';
import type { ImportSettings } from './settings.js';
import { inMiB, partsOf, PartsWatch } from './support/parts.js';

interface ImportFigures {
  what: string;
  status: string;
  added: number;
  updated: number;
  rejected: number;
  /** Until the answer, by which the whole file has been received. */
  receiveSeconds: number;
  /** Until every contact is in the list. */
  seconds: number;
  cpuSeconds: Record<string, number>;
  /** Most memory of each part meanwhile. */
  peakMiB: Record<string, number>;
}

/** Imports a CSV file over HTTP, the same once more (nothing changes then), and exports the list; 1 when contacts are missing. */
export async function benchImport(settings: ImportSettings, progress: Progress): Promise<number> {
  const directory = temporaryDirectory('oncemail-bench-');
  const file = join(directory, 'contacts.csv');
  const writing = progress.step(`A file of ${settings.rows} rows`);
  await writeContacts(file, settings.rows);
  const fileMiB = statSync(file).size / 2 ** 20;
  writing.done(`${fileMiB.toFixed(0)} MiB`);
  const stage = await startStage({ directory, workers: 0, env: { ONCEMAIL_REQUESTS_PER_MINUTE: '0' }, progress });
  try {
    const { client } = stage;
    const { id: listId } = await client.ok<{ id: string }>('POST', 'lists', { body: { name: 'bench' } });
    const { api = [], postgresql = [] } = partsOf(stage);
    const watched = () => new PartsWatch({ api, postgresql });
    const memoryBefore = inMiB(watched().look());
    const imports: ImportFigures[] = [];
    for (const what of ['first import', 'the same again']) {
      const step = progress.step(what);
      imports.push(await importOnce(client, listId, file, what, watched()));
      step.done();
    }
    const exporting = progress.step('export');
    const exported = await exportAll(client, listId);
    exporting.done();

    const result = {
      rows: settings.rows,
      fileMiB,
      node: process.version,
      memoryBeforeMiB: memoryBefore,
      imports,
      exported,
    };
    const parts = (values: Record<string, number>, unit: string, digits: number) =>
      Object.entries(values)
        .map(([name, value]) => `${name} ${value.toFixed(digits)}${unit}`)
        .join(', ');
    const lines = imports.map(
      (i) =>
        `  ${i.what}: ${i.seconds.toFixed(1)} s (received after ${i.receiveSeconds.toFixed(1)} s), ${i.status}, added ${i.added}, updated ${i.updated}, rejected ${i.rejected}\n` +
        `    CPU: ${parts(i.cpuSeconds, ' s', 1)}; peak memory: ${parts(i.peakMiB, ' MiB', 0)}`,
    );
    process.stdout.write(
      [
        '',
        `  ${settings.rows} rows, ${fileMiB.toFixed(0)} MiB; memory before: ${parts(memoryBefore, ' MiB', 0)}`,
        ...lines,
        `  export: ${exported.seconds.toFixed(1)} s, ${exported.lines - 1} contacts, ${exported.mib.toFixed(0)} MiB`,
        '',
        '',
      ].join('\n'),
    );
    if (settings.json) writeFileSync(settings.json, `${JSON.stringify(result, null, 2)}\n`);
    const whole =
      imports[0]?.added === settings.rows &&
      imports.every((i) => i.status === 'completed' && i.rejected === 0) &&
      exported.lines === settings.rows + 1;
    return whole ? 0 : 1;
  } finally {
    await stage.close();
  }
}

async function importOnce(
  client: RestClient,
  listId: string,
  file: string,
  what: string,
  watch: PartsWatch,
): Promise<ImportFigures> {
  const looking = setInterval(() => watch.look(), 250);
  try {
    const began = Date.now();
    const response = await fetch(`${client.url}/api/v1/lists/${listId}/import`, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'text/csv' },
      body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    if (response.status !== 202) throw new Error(`The import was refused: ${response.status} ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    const received = Date.now();
    for (;;) {
      const done = await client.ok<{ status: string; added: number; updated: number; rejected: number }>(
        'GET',
        `imports/${id}`,
      );
      if (done.status === 'completed' || done.status === 'failed') {
        const { status, added, updated, rejected } = done;
        const cpuMs = watch.cpuMs();
        return {
          what,
          status,
          added,
          updated,
          rejected,
          receiveSeconds: (received - began) / 1000,
          seconds: (Date.now() - began) / 1000,
          cpuSeconds: Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms / 1000])),
          peakMiB: inMiB(watch.peak),
        };
      }
      await delay(50);
    }
  } finally {
    clearInterval(looking);
  }
}

async function exportAll(client: RestClient, listId: string): Promise<{ seconds: number; lines: number; mib: number }> {
  const began = Date.now();
  const response = await fetch(`${client.url}/api/v1/lists/${listId}/contacts.csv`, { headers: client.headers });
  if (!response.ok || !response.body) throw new Error(`The export was refused: ${response.status}`);
  let bytes = 0;
  let lines = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines++;
  }
  return { seconds: (Date.now() - began) / 1000, lines, mib: bytes / 2 ** 20 };
}

/** Addresses in no order, quoted names among them, three further columns: about 80 bytes a row. */
async function writeContacts(path: string, count: number): Promise<void> {
  const out = createWriteStream(path);
  out.write('email,name,city,plan,signed up\r\n');
  for (let i = 0; i < count;) {
    let text = '';
    for (const end = Math.min(count, i + 10_000); i < end; i++) {
      const spread = ((i * 2654435761) >>> 0).toString(36);
      const name = i % 10 === 0 ? `"Doe, ""J"" ${i}"` : `Person ${i}`;
      text += `user.${spread}.${i}@example${i % 50}.com,${name},City ${i % 500},plan${i % 7},2024-0${1 + (i % 9)}-11\r\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}
