/** Content-Transfer-Encodings (RFC 2045) of UTF-8 text with CRLF line ends, made for many short pieces. */

const lineLength = 76;
const lineEnd = /\r\n|\r|\n/;
/** Printable ASCII without '=', with blanks inside. */
const plain = /^[\x20-\x3c\x3e-\x7e\t]*$/;

const hex = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`);
/** How each octet stands in quoted-printable. */
const octets = hex.map((code, byte) =>
  (byte >= 0x20 && byte <= 0x7e && byte !== 0x3d) || byte === 0x09 ? String.fromCharCode(byte) : code,
);

/**
 * Quoted-printable (RFC 2045 section 6.7) of a piece of text. The piece may be put between others with a soft line break (`=\r\n`) before and
 * after it; line breaks of any kind become CRLF. No line is longer than 76 characters including the soft break's `=`, and none begins with a dot
 * (RFC 2049 section 3), so SMTP has nothing to stuff.
 */
export function quotedPrintable(text: string): string {
  if (isShortAndPlain(text)) return guardEnd(text);
  let result = '';
  const lines = text.split(lineEnd);
  for (let i = 0; i < lines.length; i++) {
    if (i > 0) result += '\r\n';
    result += encodeLine(lines[i] as string);
  }
  return result;
}

function isShortAndPlain(text: string): boolean {
  return text.length < lineLength && text.charCodeAt(0) !== 0x2e && plain.test(text);
}

function encodeLine(line: string): string {
  if (isShortAndPlain(line)) return guardEnd(line);
  if (plain.test(line)) {
    let result = '';
    let at = 0;
    for (;;) {
      // A dot at the start takes two characters more.
      const dot = line.charCodeAt(at) === 0x2e;
      const room = dot ? lineLength - 3 : lineLength - 1;
      const start = dot ? `=2E${line.slice(at + 1, at + room)}` : line.slice(at, at + room);
      at += room;
      if (at >= line.length) return result + guardEnd(start);
      result += `${start}=\r\n`;
    }
  }
  let result = '';
  let column = 0;
  for (const byte of Buffer.from(line, 'utf8')) {
    const code = column === 0 && byte === 0x2e ? '=2E' : (octets[byte] as string);
    if (column + code.length >= lineLength) {
      const first = byte === 0x2e ? '=2E' : code;
      result += `=\r\n${first}`;
      column = first.length;
    } else {
      result += code;
      column += code.length;
    }
  }
  return guardEnd(result, column);
}

/** A blank at the end of a line must be encoded (rule 3). `column` is where the last physical line ends, at most one before the limit. */
function guardEnd(text: string, column = text.length): string {
  const last = text.charCodeAt(text.length - 1);
  if (last !== 0x20 && last !== 0x09) return text;
  const softBreak = column + 2 >= lineLength ? '=\r\n' : '';
  return text.slice(0, -1) + softBreak + (hex[last] as string);
}

/** Base64 (RFC 2045 section 6.8) of text, line breaks as CRLF, in lines of 76 characters. */
export function wrappedBase64(text: string): string {
  const all = Buffer.from(text.replace(/\r\n|\r|\n/g, '\r\n'), 'utf8').toString('base64');
  if (all.length <= lineLength) return all;
  let result = all.slice(0, lineLength);
  for (let at = lineLength; at < all.length; at += lineLength) result += `\r\n${all.slice(at, at + lineLength)}`;
  return result;
}

/** Base64 of bytes as they are, in lines of 76 characters; no line end after the last one. */
export function wrappedBase64Of(content: Buffer): Buffer {
  const all = Buffer.from(content.toString('base64'), 'latin1');
  const lines = Math.ceil(all.length / lineLength);
  if (lines < 2) return all;
  const result = Buffer.allocUnsafeSlow(all.length + 2 * (lines - 1));
  for (let line = 0, to = 0; line < lines; line++) {
    if (line > 0) to += result.write('\r\n', to, 'latin1');
    to += all.copy(result, to, line * lineLength, (line + 1) * lineLength);
  }
  return result;
}

/** How long wrappedBase64Of makes so many bytes. */
export function base64Length(bytes: number): number {
  const characters = Math.ceil(bytes / 3) * 4;
  return characters + 2 * Math.max(0, Math.ceil(characters / lineLength) - 1);
}
