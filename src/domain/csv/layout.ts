import { attributeNameProblem, mostAttributes, plainColumnName } from '../contact.js';
import { parseMailbox } from '../address.js';
import { CsvRecords, type CsvFormat } from './records.js';
import { unguardFormula } from './write.js';

/** A file of contacts whose lines cannot be told apart; the message says what is wrong with it and what to do. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile';
}

/** Where a contact's parts stand in a record. */
export interface Columns {
  email: number;
  name: number | null;
  firstName: number | null;
  lastName: number | null;
  attributes: { index: number; name: string }[];
  /** How many fields the header has. */
  width: number;
}

/** How a file of contacts is to be read: CSV with a header (`skip` records up to and with it), or one mailbox a line. */
export type Layout =
  { kind: 'csv'; format: CsvFormat; columns: Columns; skip: number } | { kind: 'lines'; newline: '\n' | '\r' };

const emailColumns = ['email', 'emailaddress', 'emailadresse', 'mail', 'mailaddress', 'address'];
const nameColumns = ['name', 'fullname', 'displayname'];
const firstNameColumns = ['firstname', 'givenname', 'forename'];
const lastNameColumns = ['lastname', 'surname', 'familyname'];
/** How many lines behind a first one that is neither a header nor a mailbox may tell that mailboxes follow. */
const linesLookedAt = 100;

/**
 * Finds out how a file is to be read from its beginning. 'more': its first record does not end within `sample`; with `atEnd` it always does.
 *
 * A first line that is a mailbox means one mailbox a line, without header; so does one of a single field that names no address column, where mailboxes follow.
 * Otherwise the first record is the header, and the delimiter is the
 * one of comma, semicolon and tab that stands most often in it (or the one that a line `sep=;`, as Excel writes it, names).
 * The address column is the one called email, e-mail, email address, mail or address, in this order of preference, ignoring case, blanks and
 * punctuation.
 * @param ignore names of columns that are not read, as they stand in the header; `column3` is the third where it has none. They may stand there twice, and
 * be what no attribute may be called.
 * @throws UnreadableFile when there is no header, or it names no address column, or one name twice, or has none of a name to ignore.
 */
export function detectLayout(sample: string, atEnd: boolean, ignore: readonly string[] = []): Layout | 'more' {
  const newline = sample.includes('\n') || !sample.includes('\r') ? '\n' : '\r';
  const lines = sample.split(newline);
  const complete = atEnd ? lines : lines.slice(0, -1);
  const first = complete.findIndex((l) => l.trim() !== '');
  const firstLine = complete[first]?.trim();
  if (firstLine === undefined) {
    if (!atEnd) return 'more';
    throw new UnreadableFile('The file is empty.');
  }
  if (firstLine.includes('\0')) {
    throw new UnreadableFile(
      'The file is not text in UTF-8 (it may be UTF-16 or a spreadsheet): export it as CSV in UTF-8.',
    );
  }
  if (mailboxOfLine(firstLine).ok) {
    if (ignore.length > 0) {
      throw new UnreadableFile(
        'The first line is an address, so there are no columns to leave out: add a first line that names them.',
      );
    }
    return { kind: 'lines', newline };
  }

  const hint = /^"?sep=([,;\t])"?$/i.exec(firstLine)?.[1] as CsvFormat['delimiter'] | undefined;
  const header = hint ? complete.slice(first + 1).find((l) => l.trim() !== '') : firstLine;
  if (header === undefined) {
    if (!atEnd) return 'more';
    throw new UnreadableFile('The file is empty.');
  }
  const format: CsvFormat = { delimiter: hint ?? mostFrequent(header), newline };
  if (!hint && ignore.length === 0 && !/[,;\t]/.test(firstLine) && !emailColumns.includes(plainColumnName(firstLine))) {
    const later = complete.slice(first + 1, first + 1 + linesLookedAt);
    if (later.some((line) => mailboxOfLine(line).ok)) return { kind: 'lines', newline };
  }
  const skip = hint ? 2 : 1;
  const records: string[][] = [];
  let fault: string | undefined;
  const reader = new CsvRecords(format, {
    record: (r) => void records.push(r.fields),
    fault: (f) => (fault ??= `Line ${f.line}: ${f.reason}.`),
  });
  reader.push(sample);
  if (atEnd) reader.end();
  const fields = records[skip - 1];
  if (fault && !fields) throw new UnreadableFile(`The header cannot be read. ${fault}`);
  if (!fields) {
    if (!atEnd) return 'more';
    throw new UnreadableFile('The file is empty.');
  }
  return { kind: 'csv', format, skip, columns: readHeader(fields, ignore) };
}

/** The mailbox of a line without CSV structure: quotes around all of it and delimiters after it are let go. */
export function mailboxOfLine(line: string): ReturnType<typeof parseMailbox> {
  const text = line.trim().replace(/[,;\s]+$/, '');
  const quoted = /^"([^"]*)"$/.exec(text);
  return parseMailbox(unguardFormula(quoted?.[1] ?? text));
}

function mostFrequent(line: string): CsvFormat['delimiter'] {
  const outside = line.replace(/"[^"]*"/g, '');
  const count = (d: string) => outside.split(d).length - 1;
  return (['\t', ';', ','] as const).reduce((best, d) => (count(d) > count(best) ? d : best), ',');
}

function readHeader(raw: string[], ignore: readonly string[]): Columns {
  const titles = raw.map((t) => unguardFormula(t.trim()));
  const names = titles.map((title, index) => (title === '' ? `column${index + 1}` : title));
  const known = new Set(names);
  const unknown = ignore.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UnreadableFile(
      `No column is called "${unknown.slice(0, 40)}", so it cannot be left out. The first line names ${shownNames(names)}.`,
    );
  }
  const leftOut = new Set(ignore);
  const ignored = names.map((name) => leftOut.has(name));
  const plain = titles.map((title, index) => (ignored[index] ? '' : plainColumnName(title)));
  const find = (wanted: string[]) => {
    for (const name of wanted) if (plain.includes(name)) return plain.indexOf(name);
    return null;
  };
  const email = find(emailColumns);
  if (email === null) {
    throw new UnreadableFile(
      titles.some((t) => mailboxOfLine(t).ok)
        ? 'The file has several columns but no header: add a first line that names them, with one called "email".'
        : `No column is called "email": the first line must name the columns, or be an address. It names ${shownNames(titles)}.`,
    );
  }
  const name = find(nameColumns);
  for (const [what, column] of [
    ['email', email],
    ['name', name],
  ] as const) {
    const twin = plain.findIndex((p, i) => i !== column && p === what);
    if (column !== null && twin >= 0) {
      throw new UnreadableFile(
        `Two columns are called "${what}" ("${titles[column]}" and "${titles[twin]}"): rename one.`,
      );
    }
  }
  const attributes: Columns['attributes'] = [];
  const seen = new Set<string>();
  names.forEach((attribute, index) => {
    if (index === email || index === name || ignored[index]) return;
    const problem = attributeNameProblem(attribute);
    if (problem)
      throw new UnreadableFile(
        `Column ${index + 1}, "${attribute.slice(0, 40)}", cannot become an attribute: ${problem}.`,
      );
    if (seen.has(attribute)) throw new UnreadableFile(`Two columns are called "${attribute}": rename one.`);
    seen.add(attribute);
    attributes.push({ index, name: attribute });
  });
  if (attributes.length > mostAttributes) {
    throw new UnreadableFile(`The file has ${titles.length} columns; at most ${mostAttributes} can become attributes.`);
  }
  return {
    email,
    name,
    firstName: name === null ? find(firstNameColumns) : null,
    lastName: name === null ? find(lastNameColumns) : null,
    attributes,
    width: titles.length,
  };
}

function shownNames(titles: readonly string[]): string {
  return titles
    .slice(0, 10)
    .map((t) => `"${t.slice(0, 40)}"`)
    .join(', ');
}
