const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const syntax = new RegExp(
  `^\\s*(${token})/(${token})\\s*((?:;\\s*${token}\\s*=\\s*(?:${token}|"(?:[^"\\\\\\x00-\\x1f\\x7f]|\\\\[\\x20-\\x7e])*")\\s*)*);?\\s*$`,
);
const parameter = new RegExp(`;\\s*(${token})\\s*=\\s*(${token}|"(?:[^"\\\\]|\\\\.)*")`, 'g');
const longest = 200;

/** What a part says of itself in other ways. */
const ownParameters = new Set(['name', 'filename', 'boundary']);

/**
 * The media type of an attachment (RFC 2045 section 5.1, RFC 9110 section 8.3.1) in its usual form, `text/csv; charset=utf-8`; without the parameters `name`,
 * `filename` and `boundary`. Refused is what is none, and what may not be sent as base64 (RFC 2045 section 6.4): `multipart/*`, `message/*`.
 */
export function attachmentMediaType(text: string): { ok: true; mediaType: string } | { ok: false; reason: string } {
  const found = /^[\x20-\x7e\t]*$/.test(text) ? syntax.exec(text) : null;
  if (!found) return { ok: false, reason: 'this is no media type, such as image/png or text/csv; charset=utf-8' };
  const type = `${found[1] as string}/${found[2] as string}`.toLowerCase();
  if (/^(multipart|message)\//.test(type)) {
    return {
      ok: false,
      reason: `${type} cannot be sent as an attachment in base64 (RFC 2045 section 6.4): give it as application/octet-stream`,
    };
  }
  let mediaType = type;
  for (const [, name = '', value = ''] of (found[3] as string).matchAll(parameter)) {
    if (!ownParameters.has(name.toLowerCase())) mediaType += `; ${name.toLowerCase()}=${value}`;
  }
  return mediaType.length <= longest
    ? { ok: true, mediaType }
    : { ok: false, reason: `the media type is longer than ${longest} characters` };
}
