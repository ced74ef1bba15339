// Tags end at the next "<", so that no text of a mail makes this read it again and again.
const reference = /<(a|area|img)\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*?\s(href|src)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)/gi;
const longestShown = 80;
const mostShown = 10;

/**
 * What is certain to be broken about the links and pictures of a rendered mail, without asking any server: no address, one that needs a web page
 * around it (relative), one that cannot be read, one of this machine alone, a script. Anchors within the mail, `mailto:`, `tel:` and `cid:` are fine.
 * `own` is an address of Oncemail itself (unsubscribing), which is as it is set up.
 */
export function linkWarnings(html: string, own = ''): string[] {
  const withoutComments = html.replace(/<!--[\s\S]*?-->/g, '');
  const warnings = new Set<string>();
  for (const [, tag, , quoted] of withoutComments.matchAll(reference)) {
    const address = decoded((quoted as string).replace(/^["']|["']$/g, '')).trim();
    if (own !== '' && address.startsWith(own)) continue;
    const what = tag?.toLowerCase() === 'img' ? 'picture' : 'link';
    const problem = problemOf(address, what);
    if (problem) warnings.add(`A ${what} ${problem}`);
  }
  const all = [...warnings];
  return all.length <= mostShown
    ? all
    : [...all.slice(0, mostShown), `${all.length - mostShown} more links or pictures are broken.`];
}

function problemOf(address: string, what: string): string | null {
  if (address === '' || address === '#') return 'has no address.';
  if (address.startsWith('#')) return null;
  const shown = `"${address.length > longestShown ? `${address.slice(0, longestShown)}…` : address}"`;
  if (address.startsWith('//')) return `goes to ${shown}: begin it with https:, mail programs add nothing.`;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    return `goes to ${shown}, which is not complete: begin it with https://.`;
  }
  const scheme = address.slice(0, address.indexOf(':')).toLowerCase();
  if (scheme === 'javascript' || scheme === 'vbscript') return `is a script, which mail programs do not run: ${shown}.`;
  if (scheme === 'file') return `goes to a file of one computer: ${shown}.`;
  if (scheme !== 'http' && scheme !== 'https') return null;
  if (!URL.canParse(address) || /\s/.test(address)) return `has an address that cannot be read: ${shown}.`;
  const { hostname } = new URL(address);
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) {
    return `goes to this machine alone, which no recipient reaches: ${shown}.`;
  }
  if (!hostname.includes('.') && !hostname.startsWith('[')) {
    return `goes to ${shown}, whose host is not complete.`;
  }
  return what === 'picture' && scheme === 'http'
    ? `is loaded without encryption, which many mail programs refuse: ${shown}.`
    : null;
}

const entities: Record<string, string> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>', '#39': "'", '#34': '"' };

function decoded(text: string): string {
  return text.replace(/&(amp|quot|apos|lt|gt|#39|#34);/g, (whole, name: string) => entities[name] ?? whole);
}
