import { parseAddress } from '../address.js';
import { cleanName, longestAttributes, longestAttributeValue, longestName } from '../contact.js';
import { mailboxOfLine, type Columns, type Layout } from './layout.js';
import { CsvRecords, longestRecord } from './records.js';
import { unguardFormula } from './write.js';

/** A contact as a file gives it. */
export interface ContactRow {
  line: number;
  email: string;
  address: string;
  /** '' when the file has none. */
  name: string;
  /** A JSON object of texts; empty cells are not in it. */
  attributes: string;
}

/** A row that was not taken: the value at fault, shortened, and why. */
export interface RejectedRow {
  line: number;
  value: string;
  reason: string;
}

export interface ContactSink {
  contact(row: ContactRow): void;
  rejected(row: RejectedRow): void;
}

/** What reads a file of contacts, piece by piece. */
export interface ContactReader {
  push(piece: string): void;
  end(): void;
}

const longestShown = 500;
const badEncoding = 'it is not valid UTF-8';

/**
 * Turns the text of a file into contacts and rejected rows, each with its line; blank rows are neither. The text must have been decoded so that
 * invalid bytes became U+FFFD: a row with one is rejected.
 *
 * An empty cell is no attribute, so that a file with an empty column takes nothing away from known contacts. First and last name, where there is
 * no name column, make the name and stay attributes as well, as greetings use them.
 */
export function contactReader(layout: Layout, sink: ContactSink): ContactReader {
  return layout.kind === 'lines' ? new Lines(layout.newline, sink) : csvReader(layout, sink);
}

function csvReader(layout: Layout & { kind: 'csv' }, sink: ContactSink): ContactReader {
  const { columns, format } = layout;
  const keys = columns.attributes.map((a) => `${JSON.stringify(a.name)}:`);
  let skip = layout.skip;
  return new CsvRecords(format, {
    record({ line, fields }) {
      if (skip > 0) {
        skip--;
        return;
      }
      const row = readFields(columns, keys, fields);
      if ('reason' in row) {
        sink.rejected({ line, value: shown(row.value ?? fields.join(format.delimiter)), reason: row.reason });
      } else {
        sink.contact({ line, ...row });
      }
    },
    fault: (fault) => sink.rejected({ line: fault.line, value: shown(fault.text), reason: fault.reason }),
  });
}

function readFields(
  columns: Columns,
  keys: string[],
  fields: string[],
): Omit<ContactRow, 'line'> | { reason: string; value?: string } {
  const text = fields[columns.email] ?? '';
  const address = parseAddress(unguardFormula(text.trim()));
  if (!address.ok) {
    if (fields.length === columns.width || text.trim() !== '')
      return { reason: emailReason(text, address.reason), value: text };
    return { reason: 'no email' };
  }
  if (fields.length > columns.width && fields.slice(columns.width).some((f) => f !== '')) {
    return {
      reason: `${fields.length} fields where the header has ${columns.width}: quote fields that hold the delimiter`,
    };
  }
  let json = '';
  for (let i = 0; i < keys.length; i++) {
    const value = unguardFormula(fields[(columns.attributes[i] as { index: number }).index] ?? '');
    if (value === '') continue;
    const problem = valueProblem(value);
    if (problem) return { reason: `${columns.attributes[i]?.name}: ${problem}` };
    json += `${json === '' ? '{' : ','}${keys[i]}${JSON.stringify(value)}`;
  }
  if (json.length >= longestAttributes)
    return { reason: `the attributes are longer than ${longestAttributes} characters` };
  let name = columns.name === null ? '' : unguardFormula(fields[columns.name] ?? '');
  if (columns.firstName !== null || columns.lastName !== null) {
    name = [columns.firstName, columns.lastName]
      .map((i) => (i === null ? '' : unguardFormula(fields[i] ?? '')))
      .join(' ');
  }
  name = cleanName(name);
  if (name !== '') {
    if (name.includes('\uFFFD')) return { reason: badEncoding };
    if (name.length > longestName) return { reason: `the name is longer than ${longestName} characters` };
  }
  return { email: address.email, address: address.address, name, attributes: json === '' ? '{}' : `${json}}` };
}

function emailReason(text: string, reason: string): string {
  if (text.trim() === '') return 'no email';
  return text.includes('\uFFFD') ? badEncoding : reason;
}

function valueProblem(value: string): string | null {
  if (value.length > longestAttributeValue) return `longer than ${longestAttributeValue} characters`;
  if (value.includes('\0')) return 'it holds a NUL character';
  return value.includes('\uFFFD') ? badEncoding : null;
}

function shown(value: string): string {
  const text = value.replaceAll('\0', '\u2400');
  return (text.length > longestShown ? `${text.slice(0, longestShown)}…` : text).toWellFormed();
}

/** One mailbox a line: an address, or a name and an address in angle brackets. */
class Lines implements ContactReader {
  private text = '';
  private line = 1;

  constructor(
    private readonly newline: '\n' | '\r',
    private readonly sink: ContactSink,
  ) {}

  push(piece: string): void {
    const text = this.text + piece;
    let position = 0;
    for (let end = text.indexOf(this.newline); end >= 0; end = text.indexOf(this.newline, position)) {
      this.read(text.slice(position, end));
      position = end + 1;
    }
    // Of a line longer than any record only the beginning is kept: it is rejected anyway.
    this.text = text.slice(position, position + longestRecord);
  }

  end(): void {
    if (this.text !== '') this.read(this.text);
    this.text = '';
  }

  private read(raw: string): void {
    const line = this.line++;
    const text = raw.trim();
    if (text === '') return;
    const mailbox = mailboxOfLine(text);
    if (!mailbox.ok) {
      this.sink.rejected({ line, value: shown(text), reason: emailReason(text, mailbox.reason) });
      return;
    }
    const name = cleanName(mailbox.name);
    if (name.includes('\uFFFD')) this.sink.rejected({ line, value: shown(text), reason: badEncoding });
    else if (name.length > longestName) {
      this.sink.rejected({ line, value: shown(text), reason: `the name is longer than ${longestName} characters` });
    } else this.sink.contact({ line, email: mailbox.email, address: mailbox.address, name, attributes: '{}' });
  }
}
