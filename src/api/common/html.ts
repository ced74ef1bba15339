/** A small page without scripts, in the colours of the reader's system. `body` is HTML; texts in it must be escaped. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 42rem; margin: 4rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
code { font-family: ui-monospace, monospace; }
dt { font-weight: 600; margin-top: 1rem; } dd { margin: 0; }
a { color: LinkText; }
</style>
</head>
<body>
${body}
</body>
</html>
`;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => entities[c] as string);
}

/** The Content-Security-Policy of pages made with `htmlPage`. */
export const htmlPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
