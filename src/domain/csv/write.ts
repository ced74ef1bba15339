/**
 * Spreadsheets run a field that begins with one of these as a formula, quoted or not (CSV injection). Such a field gets an apostrophe before it,
 * which spreadsheets show as text; so does a field that begins with apostrophes and then one of these, so that it can be undone without doubt.
 */
const formula = /^'*[=+\-@\t\r]/;
const guarded = /^'+[=+\-@\t\r]/;
/** Telephone and other numbers run nothing, and an apostrophe would hinder their use. */
const number = /^[+-][\d\s().,/-]*$/;

/** The field as a spreadsheet may open it; `unguard` gives it back exactly. */
export function guardFormula(field: string): string {
  return formula.test(field) && !number.test(field) ? `'${field}` : field;
}

/** Takes back what `guardFormula` put before a field. */
export function unguardFormula(field: string): string {
  return field.charCodeAt(0) === 39 && guarded.test(field) ? field.slice(1) : field;
}

/** What a field of CSV can be given as; null is an empty field. */
export type CsvValue = string | number | boolean | null;

/** A line of CSV (RFC 4180): commas, CRLF, quotes where a field needs them, formulas guarded. */
export function csvLine(fields: readonly CsvValue[]): string {
  // A record of one empty field would be an empty line, which readers pass over.
  if (fields.length === 1 && (fields[0] === '' || fields[0] === null)) return '""\r\n';
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(field: CsvValue): string {
  if (field === null) return '';
  if (typeof field !== 'string') return String(field);
  const text = guardFormula(field);
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
