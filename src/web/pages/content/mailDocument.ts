/**
 * What a mail's frame may load: pictures and its own styles, as a mail program would; no script, no form, no frame. The frame's sandbox
 * forbids the same once more.
 */
const policy = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; form-action 'none'";

/** A mail's HTML as the document of a sandboxed frame: links open in a tab of their own. */
export function mailDocument(html: string): string {
  // Its own doctype, html and head tags go on after these, as the HTML parser reads them (HTML Living Standard, section 13.2.6.4).
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><base target="_blank">',
    '<title>Mail</title><style>html{background:#fff;color:#000;color-scheme:light}body{font-family:Arial,sans-serif}</style>',
    html,
  ].join('');
}
