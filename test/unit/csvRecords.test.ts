import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CsvRecords,
  longestRecord,
  type CsvFault,
  type CsvFormat,
  type CsvRecord,
} from '../../src/domain/csv/records.js';
import { csvLine, guardFormula, unguardFormula } from '../../src/domain/csv/write.js';

const commas: CsvFormat = { delimiter: ',', newline: '\n' };

function read(pieces: string[], format = commas): { records: CsvRecord[]; faults: CsvFault[] } {
  const records: CsvRecord[] = [];
  const faults: CsvFault[] = [];
  const reader = new CsvRecords(format, { record: (r) => records.push(r), fault: (f) => faults.push(f) });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { records, faults };
}

/** Cuts a text at arbitrary places. */
const cut = (text: string, at: number[]) => {
  const places = [...new Set(at.map((n) => n % (text.length + 1)))].sort((a, b) => a - b);
  return [...places, text.length].map((end, i) => text.slice(i === 0 ? 0 : places[i - 1], end));
};

const field = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.stringMatching(/^[ab"',;\t\r\n=+@ -]{0,10}$/),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

describe('CSV records', () => {
  it('give back what csvLine wrote, whatever pieces it arrives in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        fc.array(fc.nat()),
        (rows, at) => {
          const text = rows.map(csvLine).join('');
          const { records, faults } = read(cut(text, at));
          expect(faults).toEqual([]);
          expect(records.map((r) => r.fields.map(unguardFormula))).toEqual(rows.filter((r) => r.some((f) => f !== '')));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('agree with csv-parse on well-formed files of every delimiter', () => {
    const value = fc.stringMatching(/^[a-z"',;\t\r\n é]{0,10}$/);
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        (rows, delimiter, newline) => {
          const text = rows
            .map(
              (r) => r.map((f) => (/["\s,;]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)).join(delimiter) + newline,
            )
            .join('');
          const expected = parse(text, { delimiter, relax_column_count: true, record_delimiter: ['\n', '\r\n'] });
          const { records, faults } = read([text], { delimiter, newline: '\n' });
          expect(faults).toEqual([]);
          expect(records.map((r) => r.fields)).toEqual(expected.filter((r) => r.some((f) => f !== '')));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('carry the line they begin on, with quoted line breaks and blank lines before them', () => {
    const { records } = read(['a,b\r\n', '\r\n"one\r\ntwo\nth', 'ree",x\r\n,\r\nlast,"', '1"']);
    expect(records).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 3, fields: ['one\r\ntwo\nthree', 'x'] },
      { line: 7, fields: ['last', '1'] },
    ]);
  });

  it('lose one line to a quote that is never closed, not the rest of the file', () => {
    const { records, faults } = read(['a@x.org,A\n"b@x.org,B\nc@x.org,C\nd@x.org,"D\nand D"\n']);
    expect(records.map((r) => [r.line, r.fields[0]])).toEqual([
      [1, 'a@x.org'],
      [3, 'c@x.org'],
      [4, 'd@x.org'],
    ]);
    expect(faults).toEqual([{ line: 2, text: '"b@x.org,B', reason: 'there is text after a closing quote' }]);
    expect(read(['"b,B\nc,C\n']).faults[0]?.reason).toBe('a quote that is opened here is never closed');
    expect(read(['"b,B\nc,C\n']).records).toEqual([{ line: 2, fields: ['c', 'C'] }]);
  });

  it('take a quote inside an unquoted field and blanks around quotes as people mean them', () => {
    expect(read(['Joe "J" Doe, "x, y" ,z"\n']).records[0]?.fields).toEqual(['Joe "J" Doe', 'x, y', 'z"']);
  });

  it('report a line that is longer than any record and go on behind it', () => {
    const long = 'x'.repeat(longestRecord);
    const { records, faults } = read(['a\n', long, long, long, '\nb\n', `"${long}`, long, '\nc,d\n']);
    expect(faults.map((f) => [f.line, f.reason])).toEqual([
      [2, 'the line is too long'],
      [4, 'the line is too long'],
    ]);
    expect(records).toEqual([
      { line: 1, fields: ['a'] },
      { line: 3, fields: ['b'] },
      { line: 5, fields: ['c', 'd'] },
    ]);
  });

  it('end at CR in files that know no LF', () => {
    expect(read(['a,b\rc,"d\re"\r'], { delimiter: ',', newline: '\r' }).records).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['c', 'd\re'] },
    ]);
  });
});

describe('a guarded field', () => {
  it('runs as a formula in no spreadsheet, and comes back exactly', () => {
    fc.assert(
      fc.property(fc.oneof(field, fc.stringMatching(/^'{0,3}[=+@\t\r-][a-z0-9(+]{0,5}$/)), (text) => {
        expect(unguardFormula(guardFormula(text))).toBe(text);
        if (!/^[+-][\d\s().,/-]*$/.test(text)) expect(guardFormula(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves telephone numbers and negative numbers alone', () => {
    expect(['+49 (30) 123-4', '-12.5'].map(guardFormula)).toEqual(['+49 (30) 123-4', '-12.5']);
    expect(['=1+1', '@SUM(A1)', '+1+cmd', '-2+3+cmd|x'].map(guardFormula)).toEqual([
      "'=1+1",
      "'@SUM(A1)",
      "'+1+cmd",
      "'-2+3+cmd|x",
    ]);
    expect(csvLine([-2, null, true, '=1+1', '550 5.1.1 "no", sorry'])).toBe(
      `-2,,true,'=1+1,"550 5.1.1 ""no"", sorry"\r\n`,
    );
    expect(csvLine([null])).toBe('""\r\n');
  });
});
