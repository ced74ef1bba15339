import type { Readable } from 'node:stream';
import { contactReader, type ContactReader } from '../../domain/csv/contactRows.js';
import { detectLayout, UnreadableFile, type Layout } from '../../domain/csv/layout.js';
import { arriving, defaultStallMs, Stalled } from '../arriving.js';
import type { Database } from '../database.js';
import { createImport } from './createImport.js';
import { failImport } from './failImport.js';
import { queueImport } from './queueImport.js';
import { copyText, ImportAbandoned, stageRows, touchImport } from './stageRows.js';
import { uuidV7Sequence } from './uuidV7Sequence.js';

export interface ReceiveRequest {
  /** A new UUIDv7; made here when absent. */
  id?: string;
  listId: string;
  /** For people; '' when there is none. */
  fileName: string;
  /** The bytes of the file. It must fail, not end, when the file breaks off. */
  body: Readable;
  /** Columns that are not imported, by their names in the header; `column3` is the third where it has none. */
  ignore?: readonly string[] | undefined;
}

export interface ReceiveLimits {
  /** Most bytes of a file. Default 2 GiB. */
  maxBytes?: number;
  /** How long the upload may stall (`ArrivalLimits`), in milliseconds. Default 5 minutes. */
  stallMs?: number;
}

/** An import ended before its file had arrived whole. Nothing was applied; the import says why. */
export class ImportFailed extends Error {
  override name = 'ImportFailed';

  constructor(
    readonly importId: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** A batch is sent from this size on; with another batch on its way to the database this bounds what an upload holds. */
const batchBytes = 1_000_000;
/** A batch is sent after this time in any case, so that `rows` shows progress. */
const batchMs = 1_000;
const heartbeatMs = 30_000;
/** A header longer than this is none. */
const longestSample = 1_000_000;

/**
 * Receives a file of contacts into staging, in bounded memory whatever its length: two batches and one record. Returns the ID of the import, which
 * is then `queued`: it will be applied, by `mergeImport` or else by `continueImports`, even if this process dies.
 *
 * Text is read as UTF-8, with or without a byte order mark; rows with invalid bytes are rejected, with their line, like any other bad row.
 *
 * @throws UnreadableFile before anything is stored, when the file's columns cannot be told, or it has none of a name to ignore.
 * @throws ListGone
 * @throws FileBrokenOff, FileTooLarge, Stalled when that happens before anything is stored.
 * @throws ImportFailed when the file broke off or stalled later, is too large, or could not be staged.
 */
export async function receiveImport(
  database: Database,
  request: ReceiveRequest,
  limits: ReceiveLimits = {},
): Promise<string> {
  const decoder = new TextDecoder('utf-8');
  const givenUp = new AbortController();
  const pieces = arriving(request.body, { stallMs: limits.stallMs ?? defaultStallMs, signal: givenUp.signal });
  const bytes = limitBytes(pieces, limits.maxBytes ?? 2 * 1024 ** 3);
  try {
    const beginning = await readBeginning(bytes, decoder, request.ignore ?? []);
    const importId = await createImport(database, request);
    await stageFile(database, importId, { ...beginning, bytes, decoder, givenUp });
    return importId;
  } finally {
    // Lets go of the body without destroying it: its rest may have to be read before an answer can be sent.
    await bytes.return(undefined);
  }
}

interface Opened {
  sample: string;
  layout: Layout;
  ended: boolean;
  bytes: AsyncGenerator<Buffer, undefined>;
  decoder: InstanceType<typeof TextDecoder>;
  /** Ends the reading. */
  givenUp: AbortController;
}

async function stageFile(
  database: Database,
  importId: string,
  { sample, layout, ended, bytes, decoder, givenUp }: Opened,
): Promise<void> {
  const signs = signsOfLife(database, importId, givenUp);
  try {
    const stage = new Stage(database, importId, layout);
    await stage.push(sample);
    for (let next = ended ? END : await bytes.next(); !next.done; next = await bytes.next()) {
      await stage.push(decoder.decode(next.value, { stream: true }));
    }
    await stage.end(decoder.decode());
    await queueImport(database, importId);
  } catch (error) {
    const why = reasonOf(error);
    await failImport(database, importId, why);
    throw new ImportFailed(importId, why, error);
  } finally {
    clearInterval(signs);
  }
}

const END = { done: true, value: undefined } as const;

function reasonOf(error: unknown): string {
  const told = [FileTooLarge, FileBrokenOff, Stalled, ImportAbandoned];
  if (error instanceof Error && told.some((kind) => error instanceof kind)) return error.message;
  return `The file could not be stored: ${error instanceof Error ? error.message : String(error)}`;
}

/** The file has more bytes than are accepted. */
export class FileTooLarge extends Error {
  override name = 'FileTooLarge';
}

/** The file ended before its end: the sender or the connection is gone. */
export class FileBrokenOff extends Error {
  override name = 'FileBrokenOff';
}

async function* limitBytes(pieces: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer, undefined> {
  let total = 0;
  try {
    for await (const piece of pieces) {
      total += piece.length;
      if (total > max)
        throw new FileTooLarge(`The file is larger than ${Math.floor(max / 1024 ** 2)} MiB. Send it in parts.`);
      yield piece;
    }
  } catch (error) {
    if (error instanceof FileTooLarge || error instanceof Stalled || error instanceof ImportAbandoned) throw error;
    throw new FileBrokenOff('The file broke off before its end. Nothing was imported; send it again.', {
      cause: error,
    });
  }
  return undefined;
}

async function readBeginning(
  bytes: AsyncGenerator<Buffer, undefined>,
  decoder: InstanceType<typeof TextDecoder>,
  ignore: readonly string[],
): Promise<{ sample: string; layout: Layout; ended: boolean }> {
  let sample = '';
  for (;;) {
    const next = await bytes.next();
    const ended = next.done === true;
    if (next.done !== true && sample === '' && isUtf16(next.value)) {
      throw new UnreadableFile('The file is in UTF-16, not in UTF-8: save it as CSV in UTF-8.');
    }
    sample += next.done === true ? '' : decoder.decode(next.value, { stream: true });
    const layout = detectLayout(sample, ended, ignore);
    if (layout !== 'more') return { sample, layout, ended };
    if (sample.length > longestSample) throw new UnreadableFile('The first line is too long to be a header.');
  }
}

function isUtf16(piece: Buffer): boolean {
  return piece.length >= 2 && ((piece[0] === 0xff && piece[1] === 0xfe) || (piece[0] === 0xfe && piece[1] === 0xff));
}

/** Turns text into batches and stages them, one at a time, while the next one fills. */
class Stage {
  private readonly reader: ContactReader;
  /** What the piece at hand has given, as COPY text; it moves into the batch with the end of the piece. */
  private contacts = '';
  private rejections = '';
  private rows = 0;
  private rejected = 0;
  private filling = new Batch();
  private spare = new Batch();
  private lastSent = Date.now();
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly importId: string,
    layout: Layout,
  ) {
    const nextId = uuidV7Sequence();
    this.reader = contactReader(layout, {
      contact: (row) => {
        this.rows++;
        // Accepted addresses hold nothing that COPY would have escaped.
        this.contacts += `${row.line}\t${nextId()}\t${row.address}\t${row.email}\t${copyText(row.name)}\t${copyText(row.attributes)}\n`;
      },
      rejected: (row) => {
        this.rows++;
        this.rejected++;
        this.rejections += `${importId}\t${row.line}\t${copyText(row.value)}\t${copyText(row.reason)}\n`;
      },
    });
  }

  async push(text: string): Promise<void> {
    this.reader.push(text);
    this.collect();
    const { length } = this.filling;
    if (length >= batchBytes || (length > 0 && Date.now() - this.lastSent >= batchMs)) await this.send();
  }

  async end(text: string): Promise<void> {
    this.reader.push(text);
    this.reader.end();
    this.collect();
    await this.send();
    await this.sending;
  }

  private collect(): void {
    this.filling.contacts.append(this.contacts);
    this.filling.rejections.append(this.rejections);
    this.contacts = this.rejections = '';
  }

  private async send(): Promise<void> {
    await this.sending;
    const batch = this.filling;
    this.filling = this.spare;
    this.filling.clear();
    this.spare = batch;
    this.lastSent = Date.now();
    this.sending = stageRows(this.database, this.importId, {
      contacts: batch.contacts.bytes,
      rejections: batch.rejections.bytes,
      rows: this.rows,
      rejected: this.rejected,
    });
    // The next send or the end awaits it; until then its failure must not count as unhandled.
    this.sending.catch(() => undefined);
  }
}

class Batch {
  readonly contacts = new Bytes();
  readonly rejections = new Bytes();

  get length(): number {
    return this.contacts.bytes.length + this.rejections.bytes.length;
  }

  clear(): void {
    this.contacts.clear();
    this.rejections.clear();
  }
}

/**
 * Text collected as bytes, in a buffer that is used again. Kept as one growing string, a batch would outlive the young generation of the heap: measured on
 * a million rows, half of all CPU time was garbage collection.
 */
class Bytes {
  private buffer = Buffer.alloc(0);
  private used = 0;

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  append(text: string): void {
    // No UTF-16 unit takes more than three bytes of UTF-8.
    const most = this.used + text.length * 3;
    if (most > this.buffer.length && text !== '') {
      const larger = Buffer.allocUnsafe(Math.max(most, 2 * this.buffer.length));
      this.bytes.copy(larger);
      this.buffer = larger;
    }
    this.used += this.buffer.write(text, this.used);
  }

  clear(): void {
    this.used = 0;
  }
}

/** Gives signs of life while a file arrives, and ends its reading when the import has been given up. To be cleared as an interval. */
function signsOfLife(database: Database, importId: string, givenUp: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    touchImport(database, importId).then(
      (receiving) => {
        if (!receiving)
          givenUp.abort(new ImportAbandoned('The import was given up while its file was still arriving.'));
      },
      // A database that is away now is met again by the next batch, which then fails the import; one missed sign of life is no reason to.
      () => undefined,
    );
  }, heartbeatMs);
}
