import { plainColumnName } from '../../../domain/contact.js';
import { detectLayout, UnreadableFile, type Layout } from '../../../domain/csv/layout.js';
import { CsvRecords, type CsvFormat } from '../../../domain/csv/records.js';
import { csvLine, unguardFormula } from '../../../domain/csv/write.js';

/** What a column becomes. */
export type Target = 'email' | 'name' | 'firstName' | 'lastName' | 'attribute' | 'ignored';

export interface ColumnMapping {
  /** As the file calls it. */
  title: string;
  target: Target;
  /** The name of the attribute. */
  attribute: string;
  examples: string[];
}

/** The beginning of a file, understood as the server will understand it. */
export type FileLook =
  | { kind: 'lines'; examples: string[] }
  | {
      kind: 'csv';
      format: CsvFormat;
      columns: ColumnMapping[];
      /** Whether the first line names the columns. */
      hasHeader: boolean;
      /** Bytes of the file before its first row. */
      headerBytes: number;
    };

export type Encoding = 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

/** How much of a file is looked at. */
const sampleBytes = 256 * 1024;
const exampleRows = 4;
const bom = '\u{FEFF}';

/**
 * The encoding of a file, from its beginning: what is valid UTF-8 is that, a byte order mark names UTF-16, anything else is what Excel writes in
 * the West.
 */
export async function encodingOf(file: Blob): Promise<Encoding> {
  const bytes = new Uint8Array(await file.slice(0, sampleBytes).arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  try {
    // The sample may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** The file in UTF-8, as the server reads it. */
export async function inUtf8(file: Blob, encoding: Encoding): Promise<Blob> {
  if (encoding === 'utf-8') return file;
  const text = file
    .stream()
    .pipeThrough(new TextDecoderStream(encoding) as unknown as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>)
    .pipeThrough(new TextEncoderStream());
  return new Response(text).blob();
}

/** The beginning of a file as text, without a byte order mark. */
export async function sampleOf(file: Blob): Promise<{ text: string; whole: boolean; markBytes: number }> {
  const bytes = await file.slice(0, sampleBytes).arrayBuffer();
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  const marked = text.startsWith(bom);
  return { text: marked ? text.slice(1) : text, whole: file.size <= sampleBytes, markBytes: marked ? 3 : 0 };
}

/**
 * Finds the columns of a file and what each would become.
 * @param hasHeader false: the first line is a row already, whatever it looks like.
 * @throws UnreadableFile when no columns can be told apart.
 */
export function lookAt(sample: { text: string; whole: boolean; markBytes: number }, hasHeader?: boolean): FileLook {
  const { text } = sample;
  const found = tryLayout(text);
  if (found?.kind === 'lines') {
    return {
      kind: 'lines',
      examples: text
        .split(/\r\n|\n|\r/)
        .filter((l) => l.trim() !== '')
        .slice(0, exampleRows),
    };
  }
  const format = found?.format ?? formatOf(text);
  const records = recordsOf(text, format);
  const skip = found?.skip ?? (/^\s*"?sep=[,;\t]"?\s*$/i.test(firstLine(text)) ? 2 : 1);
  const [header, ...rows] = records.slice(skip - 1);
  if (!header) throw new UnreadableFile('The file is empty.');
  // A first line with an address in it is no header.
  const named = hasHeader ?? (found !== undefined || !header.fields.some(isAddress));
  const width = Math.max(header.fields.length, ...rows.slice(0, 50).map((r) => r.fields.length));
  const body = named ? rows : [header, ...rows];
  const columns = Array.from({ length: named ? header.fields.length : width }, (_, index): ColumnMapping => {
    const title = named ? unguardFormula((header.fields[index] ?? '').trim()) : '';
    const examples = body
      .map((r) => r.fields[index] ?? '')
      .filter((v) => v !== '')
      .slice(0, exampleRows);
    return { title, examples, ...guess(title, index, found, examples) };
  });
  const firstRow = rows[0];
  const headerBytes =
    sample.markBytes +
    (named ? bytesBefore(text, firstRow?.line ?? null, format) : bytesBefore(text, header.line, format));
  return { kind: 'csv', format, columns: onlyOne(columns), hasHeader: named, headerBytes };
}

function tryLayout(text: string): Layout | undefined {
  try {
    const layout = detectLayout(text, true);
    return layout === 'more' ? undefined : layout;
  } catch (error) {
    if (error instanceof UnreadableFile && text.trim() !== '' && !text.includes('\0')) return undefined;
    throw error;
  }
}

function firstLine(text: string): string {
  return text.split(/\r\n|\n|\r/).find((l) => l.trim() !== '') ?? '';
}

function formatOf(text: string): CsvFormat {
  const line = firstLine(text).replace(/"[^"]*"/g, '');
  const count = (d: string) => line.split(d).length - 1;
  const delimiter = (['\t', ';', ','] as const).reduce<CsvFormat['delimiter']>(
    (best, d) => (count(d) > count(best) ? d : best),
    ',',
  );
  return { delimiter, newline: text.includes('\n') || !text.includes('\r') ? '\n' : '\r' };
}

function recordsOf(text: string, format: CsvFormat): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  const reader = new CsvRecords(format, {
    record: (record) => {
      if (records.length < 60) records.push(record);
    },
    fault: () => undefined,
  });
  reader.push(text);
  reader.end();
  return records;
}

const isAddress = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim());

const names: Record<string, Target> = {
  name: 'name',
  fullname: 'name',
  displayname: 'name',
  firstname: 'firstName',
  givenname: 'firstName',
  forename: 'firstName',
  lastname: 'lastName',
  surname: 'lastName',
  familyname: 'lastName',
};

function guess(
  title: string,
  index: number,
  layout: Layout | undefined,
  examples: string[],
): { target: Target; attribute: string } {
  const attribute = title === '' ? `column${index + 1}` : title;
  if (layout?.kind === 'csv') {
    const { columns } = layout;
    if (index === columns.email) return { target: 'email', attribute: '' };
    if (index === columns.name) return { target: 'name', attribute: '' };
    if (index === columns.firstName) return { target: 'firstName', attribute };
    if (index === columns.lastName) return { target: 'lastName', attribute };
    return { target: 'attribute', attribute };
  }
  if (examples.length > 0 && examples.every(isAddress)) return { target: 'email', attribute };
  return { target: names[plainColumnName(title)] ?? 'attribute', attribute };
}

/** Of several columns that may be the address or the name, the first is. */
function onlyOne(columns: ColumnMapping[]): ColumnMapping[] {
  const taken = new Set<Target>();
  return columns.map((column, index) => {
    if (column.target === 'attribute' || !taken.has(column.target)) {
      taken.add(column.target);
      return column;
    }
    return { ...column, target: 'attribute', attribute: column.attribute || `column${index + 1}` };
  });
}

/** UTF-8 bytes of a text before one of its lines (from 1); null: all of it. */
function bytesBefore(text: string, line: number | null, format: CsvFormat): number {
  let at = 0;
  for (let n = 1; line === null || n < line; n++) {
    const end = text.indexOf(format.newline, at);
    if (end < 0) {
      at = text.length;
      break;
    }
    at = end + 1;
  }
  return new TextEncoder().encode(text.slice(0, at)).length;
}

const headings: Record<Exclude<Target, 'attribute' | 'ignored'>, string> = {
  email: 'email',
  name: 'name',
  firstName: 'first name',
  lastName: 'last name',
};

/** What the columns are called in the header that is sent. One that is left out has a name that no other has. */
function titlesOf(columns: readonly ColumnMapping[]): string[] {
  const kept = columns.map(({ target, attribute }) =>
    target === 'ignored' ? null : target === 'attribute' ? attribute.trim() : headings[target],
  );
  const taken = new Set(kept);
  return kept.map((title, index) => {
    let name = title ?? `column${index + 1}`;
    if (title === null) while (taken.has(name)) name += '_';
    taken.add(name);
    return name;
  });
}

/** The names of the columns that are left out, as the header that is sent has them. */
export function ignoredOf(columns: readonly ColumnMapping[]): string[] {
  const titles = titlesOf(columns);
  return titles.filter((_, index) => columns[index]?.target === 'ignored');
}

/** The header that says to the server what was chosen. */
export function headerOf(columns: readonly ColumnMapping[], format: CsvFormat): string {
  const fields = titlesOf(columns);
  const line = csvLine(fields);
  const ended = line.slice(0, -2) + (format.newline === '\r' ? '\r' : '\r\n');
  if (format.delimiter === ',') return ended;
  return (
    fields
      .map((f) => (/["\r\n,;\t]/.test(f) ? `"${f.replaceAll('"', '""')}"` : csvLine([f]).slice(0, -2)))
      .join(format.delimiter) + ended.slice(line.length - 2)
  );
}

/** What is wrong with a choice of columns, as the server would say; null when nothing is. */
export function mappingProblem(columns: readonly ColumnMapping[], format: CsvFormat): string | null {
  if (!columns.some((c) => c.target === 'email')) return 'Choose the column that holds the email address.';
  try {
    detectLayout(headerOf(columns, format), true, ignoredOf(columns));
    return null;
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
}

/**
 * The file as it is to be sent: its first line replaced by one that says what the columns become. The rows are not touched, so the lines that the
 * server names are those of the file (one more, where the file has no header).
 */
export function withHeader(file: Blob, look: Extract<FileLook, { kind: 'csv' }>): Blob {
  return new Blob([headerOf(look.columns, look.format), file.slice(look.headerBytes)], { type: 'text/csv' });
}
