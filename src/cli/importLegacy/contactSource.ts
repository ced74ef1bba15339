import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { csvLine } from '../../domain/csv/write.js';
import type { LegacyList } from './shapes.js';

/** Where the contacts of a list are. */
export interface ContactSource {
  /** The name of the file, for people. */
  name: string;
  empty: boolean;
  /** Its bytes. They fail with SourceFailed where the file cannot be read. */
  open(): Readable;
}

/** A file of contacts could not be opened, or not be read to its end; the message says where and why. */
export class SourceFailed extends Error {
  override name = 'SourceFailed';
}

/** The contacts of a list: those within its record, else those of the file it names; undefined when there are neither. */
export async function contactSource(directory: string, list: LegacyList): Promise<ContactSource | undefined> {
  if (list.emails && list.emails.length > 0) {
    const lines = list.emails.map((e) => (typeof e === 'string' ? csvLine([e, '']) : csvLine([e.email, e.name ?? ''])));
    const bytes = Buffer.from(csvLine(['email', 'name']) + lines.join(''));
    return { name: 'data_lists.json', empty: false, open: () => Readable.from([bytes]) };
  }
  if (list.file === undefined) return undefined;
  // Only the name counts: what the file says about other directories is the old server's.
  const name = basename(list.file.replaceAll('\\', '/'));
  for (const path of [join(directory, 'data_lists', name), join(directory, name)]) {
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) continue;
    return { name, empty: await isEmpty(path), open: () => Readable.from(numbered(createReadStream(path))) };
  }
  return undefined;
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    for await (const _ of createReadStream(path, { end: 0 })) return false;
    return true;
  } catch {
    // Said by whoever reads all of it.
    return false;
  }
}

/** Passes on what it reads, and says in which line it failed. */
export async function* numbered(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let line = 0;
  try {
    for await (const piece of pieces) {
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) line++;
      yield piece;
    }
  } catch (error) {
    const where = line === 0 ? 'It cannot be read' : `It cannot be read beyond line ${line}`;
    throw new SourceFailed(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
