/** What the parts of a contact may be, wherever it comes from: an import, the API, a form. Lengths in characters (UTF-16 units). */
export const longestName = 200;
export const longestAttributeName = 100;
export const longestAttributeValue = 10_000;
export const mostAttributes = 200;
/** All attributes of a contact together, as JSON. */
export const longestAttributes = 64_000;

/** A name as one line: line breaks, tabs and runs of blanks become one space. Names reach mail headers. */
export function cleanName(text: string): string {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\s\s|^\s|\s$/.test(text)
    ? text.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
    : text;
}

/** A column's or attribute's name without case, blanks and punctuation: `E-Mail` and `email` are the same. */
export function plainColumnName(name: string): string {
  return name.toLowerCase().replace(/[\s_.\-:*]+/g, '');
}

/** Why a text cannot be the name of an attribute; null when it can. A name must survive an export and an import. */
export function attributeNameProblem(name: string): string | null {
  if (name === '') return 'an attribute needs a name';
  if (name.length > longestAttributeName) return `the name is longer than ${longestAttributeName} characters`;

  if (/[\u0000-\u001f\u007f]/.test(name)) return 'the name holds control characters';
  if (!name.isWellFormed() || name.includes('\uFFFD')) return 'the name is not valid Unicode';
  if (name.trim() !== name) return 'the name begins or ends with a blank';
  if (['__proto__', 'constructor', 'prototype'].includes(name)) return `the name ${name} is not allowed`;
  if (['email', 'name'].includes(plainColumnName(name))) {
    return `"${name}" would be read as the contact's ${plainColumnName(name)}: choose another name`;
  }
  return null;
}
