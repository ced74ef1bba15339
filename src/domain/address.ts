/**
 * Email addresses: which are accepted, and by what two of them are the same person.
 *
 * Accepted is what can be mailed today: a dot-atom local part (RFC 5321 section 4.1.2, with UTF-8 as in RFC 6531) at a domain name
 * (RFC 5321 section 2.3.5) with at least one dot, or `localhost`. Quoted local parts, comments and address literals are refused with a reason.
 */

/** An accepted address. */
export interface Address {
  ok: true;
  /** For people and for the To header: the local part as it was written, the domain in lower case. */
  email: string;
  /** The identity: local part in lower case, domain as A-labels in lower case. Equal identities are the same person. */
  address: string;
  /** The local part as it was written (NFC). */
  local: string;
  /** The domain in lower case, as it was written (U-labels stay U-labels). */
  domain: string;
  /** The domain as the DNS and SMTP know it (A-labels). */
  asciiDomain: string;
  /** True when the local part is not ASCII: only a server with SMTPUTF8 (RFC 6531) can take it. */
  needsSmtpUtf8: boolean;
}

/** Why a text is not an address; a clause that can follow "refused: ". */
export interface AddressRefusal {
  ok: false;
  reason: string;
}

/** An accepted mailbox, `Ada Lovelace <ada@example.org>`: an address with the name before it, '' without one. */
export type Mailbox = Address & { name: string };

/** RFC 5321 section 4.5.3.1.1, in octets. */
const longestLocal = 64;
/** RFC 5321 section 4.5.3.1.3 allows a path of 256 octets, its angle brackets included. */
const longestAddress = 254;
/** RFC 1035 section 2.3.4: 255 octets on the wire are 253 characters. */
const longestDomain = 253;

const plainLocal = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const plainDomain =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const ascii = /^[\x00-\x7f]*$/;
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Separators, invisible formatting, private use and lone surrogates: nothing a person can read out to another. */
const unreadable = /[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;

/**
 * Reads an address. Surrounding blanks are ignored, everything else must be an address. Pure and linear in the length of `input`; never throws.
 */
export function parseAddress(input: string): Address | AddressRefusal {
  let text = input.trim();
  if (text === '') return refuse('empty');
  if (text.length > 4 * longestAddress) return refuse(`longer than ${longestAddress} octets`);
  if (control.test(text)) return refuse('it holds a line break or another control character');
  const isAscii = ascii.test(text);
  if (!isAscii) text = text.normalize('NFC');

  const at = text.lastIndexOf('@');
  if (at < 0) return refuse('no @');
  const local = text.slice(0, at);
  const domainText = text.slice(at + 1);
  if (local === '') return refuse('nothing before the @');
  if (domainText === '') return refuse('nothing after the @');

  const localProblem = plainLocal.test(local) ? null : problemOfLocal(local);
  if (localProblem) return refuse(localProblem);
  const localIsAscii = isAscii || ascii.test(local);
  if (octets(local, localIsAscii) > longestLocal)
    return refuse(`the part before the @ is longer than ${longestLocal} octets`);

  const domain = readDomain(domainText);
  if ('reason' in domain) return refuse(domain.reason);
  if (octets(local, localIsAscii) + 1 + domain.ascii.length > longestAddress) {
    return refuse(`longer than ${longestAddress} octets`);
  }
  const lowerLocal = localIsAscii ? local.toLowerCase() : local.toLowerCase().normalize('NFC');
  return {
    ok: true,
    email: `${local}@${domain.written}`,
    address: `${lowerLocal}@${domain.ascii}`,
    local,
    domain: domain.written,
    asciiDomain: domain.ascii,
    needsSmtpUtf8: !localIsAscii,
  };
}

/**
 * Reads a mailbox as people write and paste it: `ada@example.org`, `<ada@example.org>`, `Ada <ada@example.org>` or
 * `"Lovelace, Ada" <ada@example.org>`. One mailbox only. Never throws.
 */
export function parseMailbox(input: string): Mailbox | AddressRefusal {
  const text = input.trim();
  if (control.test(text)) return refuse('it holds a line break or another control character');
  if (!text.endsWith('>')) {
    const address = parseAddress(text);
    return address.ok ? { ...address, name: '' } : address;
  }
  const open = text.lastIndexOf('<');
  if (open < 0) return refuse("a '>' without a '<'");
  let name = text.slice(0, open).trim();
  const quoted = name.length >= 2 && name.startsWith('"') && name.endsWith('"');
  if (quoted) name = name.slice(1, -1).replace(/\\(.)/g, '$1').trim();
  else if (/[<>]/.test(name)) return refuse('more than one address');
  const address = parseAddress(text.slice(open + 1, -1));
  return address.ok ? { ...address, name: name.normalize('NFC').replace(/\s+/g, ' ') } : address;
}

function refuse(reason: string): AddressRefusal {
  return { ok: false, reason };
}

function problemOfLocal(local: string): string | null {
  if (local.startsWith('"')) return 'quoted local parts are not supported';
  if (local.includes('@')) return 'more than one @';
  if (local.startsWith('.') || local.endsWith('.')) return 'the part before the @ begins or ends with a dot';
  if (local.includes('..')) return 'two dots in a row before the @';
  const odd = local.replace(/[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/g, '');
  const asciiOdd = /[\x00-\x7f]/.exec(odd) ?? unreadable.exec(odd);
  return asciiOdd ? `${nameOf(asciiOdd[0])} is not allowed before the @` : null;
}

function readDomain(text: string): { written: string; ascii: string } | { reason: string } {
  if (plainDomain.test(text) && !/(?:^|\.)xn--/i.test(text)) {
    const lower = text.toLowerCase();
    return domainProblem(lower) ?? { written: lower, ascii: lower };
  }
  if (text.startsWith('[')) return { reason: 'address literals are not supported: use a domain name' };
  // The other full stops of IDNA (RFC 3490 section 3.1).
  const written = text
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .toLowerCase()
    .normalize('NFC');
  const odd = /[\x00-\x7f]/.exec(written.replace(/[a-z0-9.-]/g, '')) ?? unreadable.exec(written);
  if (odd) return { reason: `${nameOf(odd[0])} is not allowed in a domain` };
  if (written === 'localhost') return { written, ascii: written };
  if (!written.includes('.')) return { reason: `the domain '${shown(written)}' has no dot` };
  if (written.startsWith('.') || written.endsWith('.') || written.includes('..')) {
    return { reason: `the domain '${shown(written)}' has a dot too many` };
  }
  const asciiForm = toAsciiLabels(written);
  if (asciiForm === null) return { reason: `the domain '${shown(written)}' is not a valid international name` };
  if (!plainDomain.test(asciiForm)) {
    const label = asciiForm.split('.').find((l) => l.length > 63 || l.startsWith('-') || l.endsWith('-'));
    return {
      reason:
        label && label.length > 63
          ? `the domain '${shown(written)}' has a label longer than 63 characters`
          : `the domain '${shown(written)}' is not valid`,
    };
  }
  return domainProblem(asciiForm) ?? { written, ascii: asciiForm };
}

function domainProblem(domain: string): { reason: string } | null {
  if (domain.length > longestDomain) return { reason: `the domain is longer than ${longestDomain} characters` };
  // RFC 3696 section 2: no top-level domain is all digits, or an address could not be told from a name.
  if (/(?:^|\.)\d+$/.test(domain)) return { reason: `'${shown(domain)}' is not a domain name` };
  return null;
}

/** UTS 46 as the URL standard applies it; the text holds letters, digits, hyphens, dots and non-ASCII characters only. */
function toAsciiLabels(domain: string): string | null {
  try {
    return new URL(`http://${domain}/`).hostname || null;
  } catch {
    // The URL standard's only way to say that a label is not valid.
    return null;
  }
}

function octets(text: string, isAscii: boolean): number {
  if (isAscii) return text.length;
  let n = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    n += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return n;
}

function nameOf(character: string): string {
  if (/\s/.test(character)) return 'a space';
  if (unreadable.test(character))
    return `the invisible character U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  return `'${character}'`;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
