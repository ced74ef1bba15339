import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { contactReader } from '../../domain/csv/contactRows.js';
import { detectLayout, UnreadableFile } from '../../domain/csv/layout.js';
import { csvLine } from '../../domain/csv/write.js';
import { mergeImport } from '../../ledger/imports/mergeImport.js';
import { readImport } from '../../ledger/imports/readImport.js';
import { ImportFailed, receiveImport } from '../../ledger/imports/receiveImport.js';
import type { FileStep } from './fileStep.js';
import type { LegacyList } from './shapes.js';
import type { ContactFile } from './state.js';

/** The contacts of a list: an import of its own, which is applied whole or not at all. */
export async function importContacts(step: FileStep, { list, legacyId, record, value }: ContactFile): Promise<void> {
  const { database } = step.state;
  if (step.of('list-contacts', legacyId) !== undefined) return;
  const source = await contactSource(step.options.directory, value);
  if (!source) {
    const todo = 'Import the contacts into the list: POST /lists/:id/import';
    const reason = value.file ? `The file ${value.file} is not below the directory` : 'It names no file of contacts';
    step.remark(record, value.name, reason, todo);
    return;
  }
  const remark = (reason: string, todo: string) => step.remark(record, value.name, reason, todo);
  try {
    if (step.options.dryRun) {
      const { rows, rejected } = await countContacts(source.open());
      remark(`${rows - rejected} contacts would be imported, ${rejected} rows rejected`, 'Nothing');
      return;
    }
    const importId = await receiveImport(database, { listId: list, fileName: source.name, body: source.open() });
    await mergeImport(database, importId);
    const done = await readImport(database, importId);
    await step.remember('list-contacts', legacyId, importId);
    const rejected = done?.rejected ?? 0;
    const first = done?.errors[0];
    remark(
      `${done?.added ?? 0} contacts imported${rejected > 0 ? `, ${rejected} of ${done?.rows} rows rejected (line ${first?.line}: ${first?.reason})` : ''}`,
      rejected > 0 ? `GET /imports/${importId}/rejected.csv lists them` : 'Nothing',
    );
  } catch (error) {
    const cause = error instanceof ImportFailed ? error.cause : error;
    if (!(cause instanceof UnreadableFile) && !(error instanceof ImportFailed)) throw error;
    remark(
      `${source.name}: ${(cause as Error).message}`,
      'Repair the file and import again, or import it into the list',
    );
  }
}

async function contactSource(
  directory: string,
  list: LegacyList,
): Promise<{ name: string; open(): Readable } | undefined> {
  if (list.emails && list.emails.length > 0) {
    const lines = list.emails.map((e) => (typeof e === 'string' ? csvLine([e, '']) : csvLine([e.email, e.name ?? ''])));
    const bytes = Buffer.from(csvLine(['email', 'name']) + lines.join(''));
    return { name: 'data_lists.json', open: () => Readable.from([bytes]) };
  }
  if (list.file === undefined) return undefined;
  // Only the name counts: what the file says about other directories is the old server's.
  const name = basename(list.file.replaceAll('\\', '/'));
  for (const path of [join(directory, 'data_lists', name), join(directory, name)]) {
    if ((await stat(path).catch(() => null))?.isFile()) return { name, open: () => createReadStream(path) };
  }
  return undefined;
}

/** How many rows a file of contacts has, and how many of them would be rejected. @throws UnreadableFile */
async function countContacts(stream: Readable): Promise<{ rows: number; rejected: number }> {
  const decoder = new TextDecoder('utf-8');
  let sample = '';
  let rows = 0;
  let rejected = 0;
  let reader: ReturnType<typeof contactReader> | undefined;
  const begin = (ended: boolean) => {
    const layout = detectLayout(sample, ended);
    if (layout === 'more') return;
    reader = contactReader(layout, {
      contact: () => rows++,
      rejected: () => {
        rows++;
        rejected++;
      },
    });
    reader.push(sample);
    sample = '';
  };
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const text = decoder.decode(piece, { stream: true });
    if (reader) reader.push(text);
    else {
      sample += text;
      begin(false);
    }
  }
  const rest = decoder.decode();
  if (!reader) {
    sample += rest;
    begin(true);
  } else reader.push(rest);
  reader?.end();
  return { rows, rejected };
}
