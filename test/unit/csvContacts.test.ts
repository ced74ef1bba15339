import { describe, expect, it } from 'vitest';
import { contactReader, type ContactRow, type RejectedRow } from '../../src/domain/csv/contactRows.js';
import { detectLayout, UnreadableFile } from '../../src/domain/csv/layout.js';

function read(text: string, ignore: string[] = []): { contacts: ContactRow[]; rejected: RejectedRow[] } {
  const contacts: ContactRow[] = [];
  const rejected: RejectedRow[] = [];
  const layout = detectLayout(text, true, ignore);
  if (layout === 'more') throw new Error('more at the end');
  const reader = contactReader(layout, { contact: (c) => contacts.push(c), rejected: (r) => rejected.push(r) });
  for (let i = 0; i < text.length; i += 7) reader.push(text.slice(i, i + 7));
  reader.end();
  return { contacts, rejected };
}

const refusal = (text: string, ignore: string[] = []) => {
  try {
    detectLayout(text, true, ignore);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
  return 'readable';
};

describe('the layout of a file of contacts', () => {
  it.each([
    ['Email,Name\na@x.org,A\n', ','],
    ['Name;E-Mail\r\nA;a@x.org\r\n', ';'],
    ['City\temail address\nBerlin\ta@x.org\n', '\t'],
    ['"Mail";"City, Country"\na@x.org;"Rome, Italy"\n', ';'],
    ['sep=;\nemail;name\na@x.org;A, B\n', ';'],
    ['address\na@x.org\n', ','],
  ])('is found in %j', (text, delimiter) => {
    const layout = detectLayout(text, true);
    expect(layout).toMatchObject({ kind: 'csv', format: { delimiter } });
    expect(read(text).contacts.map((c) => c.address)).toEqual(['a@x.org']);
  });

  it.each(['not an address', 'a@', '"broken'])(
    'is one address a line where %j stands first and addresses follow',
    (first) => {
      const { contacts, rejected } = read(`${first}\n\nb@x.org\nc@x.org\n`);
      expect(contacts.map((c) => c.address)).toEqual(['b@x.org', 'c@x.org']);
      expect(rejected.map((r) => r.line)).toEqual([1]);
      expect(refusal(`${first}\nand no more\n`)).not.toBe('readable');
    },
  );

  it('prefers a column called email over one called address, which is then an attribute', () => {
    expect(read('address,email\n1 Main St,a@x.org\n').contacts[0]).toMatchObject({
      address: 'a@x.org',
      attributes: '{"address":"1 Main St"}',
    });
  });

  it('leaves out the columns that are named, also those that could be nothing, and refuses names that it does not have', () => {
    const text = 'Mail,Email,Note,Note,,__proto__,City\nx,a@x.org,1,2,3,4,Riga\n';
    const ignore = ['Mail', 'Note', 'column5', '__proto__'];
    expect(read(text, ignore)).toMatchObject({
      contacts: [{ address: 'a@x.org', attributes: '{"City":"Riga"}' }],
      rejected: [],
    });
    expect(read('email,mail,first name\na@x.org,b@x.org,Ada\n', ['email']).contacts[0]).toMatchObject({
      address: 'b@x.org',
      name: 'Ada',
    });
    expect(refusal(text, [...ignore, 'note'])).toContain('No column is called "note", so it cannot be left out.');
    expect(refusal(text, [...ignore, 'Email'])).toContain('No column is called "email"');
    expect(refusal('a@x.org\n', ['Note'])).toContain('no columns to leave out');
  });

  it('is one mailbox a line when the first line is one', () => {
    const { contacts, rejected } = read('a@x.org\r\n\r\nAda Lovelace <Ada@X.org>;\n"b@x.org"\nnobody\n');
    expect(contacts.map((c) => [c.line, c.email, c.address, c.name])).toEqual([
      [1, 'a@x.org', 'a@x.org', ''],
      [3, 'Ada@x.org', 'ada@x.org', 'Ada Lovelace'],
      [4, 'b@x.org', 'b@x.org', ''],
    ]);
    expect(rejected).toEqual([{ line: 5, value: 'nobody', reason: 'no @' }]);
  });

  it('waits for the end of the first record', () => {
    expect(detectLayout('ema', false)).toBe('more');
    expect(detectLayout('email,"two\nlin', false)).toBe('more');
    expect(detectLayout('\n\nemail\n', false)).toMatchObject({ kind: 'csv' });
  });

  it.each([
    ['', 'The file is empty.'],
    ['\n \n', 'The file is empty.'],
    ['name,city\nA,B\n', 'No column is called "email"'],
    ['a@x.org,Ada\n', 'has several columns but no header'],
    ['email,E-Mail\na@x.org,b@x.org\n', 'Two columns are called "email"'],
    ['email,city,city\na@x.org,b,c\n', 'Two columns are called "city"'],
    ['email,__proto__\na@x.org,b\n', 'not allowed'],
    ['e\0m\0a\0', 'UTF-8'],
  ])('is refused with what to do: %j', (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('rows of contacts', () => {
  it('make other columns attributes by their header, leave empty cells out, and name unnamed columns', () => {
    expect(read('email, Name ,Postal Code,,empty\na@x.org,Ada,010,four,\n').contacts[0]).toEqual({
      line: 2,
      email: 'a@x.org',
      address: 'a@x.org',
      name: 'Ada',
      attributes: '{"Postal Code":"010","column4":"four"}',
    });
  });

  it('join first and last name where there is no name, and keep them as attributes', () => {
    expect(
      read('email,First Name,last_name\na@x.org,Ada,Lovelace\nb@x.org,,Bell\n').contacts.map((c) => c.name),
    ).toEqual(['Ada Lovelace', 'Bell']);
    expect(read('email,name,first name\na@x.org,,Ada\n').contacts[0]?.name).toBe('');
  });

  it('are rejected one by one, with line, value and reason', () => {
    const text = [
      'email,name,city',
      'a@x.org,A,Rome',
      ',B,Rome',
      'no-at-sign,C,Rome',
      'd@x.org,D,Rome,Italy',
      `e@x.org,${'E'.repeat(201)},Rome`,
      'f@x.org,F\uFFFD,Rome',
      'g@x.org,G,a\0b',
      '"h@x.org,H,Rome',
      `${'i'.repeat(65)}@x.org,I,Rome`,
      'j@x.org',
      '"multi\nline" <k@x.org>,K',
    ].join('\n');
    const { contacts, rejected } = read(text);
    expect(contacts.map((c) => c.address)).toEqual(['a@x.org', 'j@x.org']);
    expect(rejected.map((r) => [r.line, r.reason])).toEqual([
      [3, 'no email'],
      [4, 'no @'],
      [5, '4 fields where the header has 3: quote fields that hold the delimiter'],
      [6, 'the name is longer than 200 characters'],
      [7, 'it is not valid UTF-8'],
      [8, 'city: it holds a NUL character'],
      [9, expect.stringContaining('quote')],
      [10, 'the part before the @ is longer than 64 octets'],
      [12, 'there is text after a closing quote'],
      [13, expect.any(String)],
    ]);
    expect(rejected[1]).toEqual({ line: 4, value: 'no-at-sign', reason: 'no @' });
  });

  it('make a name one line', () => {
    expect(read('email,name\na@x.org,"Ada\r\nBcc: x@y.org\t "\n').contacts[0]?.name).toBe('Ada Bcc: x@y.org');
  });

  it('undo the guard against formulas that an export puts before fields', () => {
    expect(read("email,name,note\n'=a@x.org,'=A,'@b\n").contacts[0]).toMatchObject({
      email: '=a@x.org',
      name: '=A',
      attributes: '{"note":"@b"}',
    });
  });
});
