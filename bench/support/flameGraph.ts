/** A function as it was called from its parent; values in any unit that adds up. */
export interface Frame {
  name: string;
  /** A path from the root of the repository, `node:…`, or nothing for what is native. */
  file: string;
  /** With what it called. */
  value: number;
  self: number;
  children: Map<string, Frame>;
}

const [width, margin, row, head, tableRow] = [1200, 10, 17, 64, 17];
/** Narrower frames are left out, pixels. */
const leastWidth = 3;
const charWidth = 6.1;
const mostTableRows = 15;

const kinds = [
  { name: 'Oncemail', color: '#f2a65a', of: (f: Frame) => /^(src\/|workflow-bundle)/.test(f.file) },
  { name: 'packages', color: '#8ab8e6', of: (f: Frame) => f.file.startsWith('node_modules/') },
  { name: 'Node.js', color: '#b7d8a8', of: (f: Frame) => f.file.startsWith('node:') },
  { name: 'native and garbage collection', color: '#d5d2cb', of: () => true },
] as const;

/**
 * A flame graph that needs nothing but a browser or a page that shows SVG: callers below, what they called above, widths are shares of the whole;
 * below it where most time was spent itself. Hovering tells the names of narrow frames.
 */
export function flameGraphSvg(root: Frame, title: string): string {
  const scale = (width - 2 * margin) / Math.max(1e-9, root.value);
  const deepest = depthOf(root, scale);
  const bottom = head + deepest * row;
  const boxes: string[] = [];
  const draw = (frame: Frame, x: number, depth: number) => {
    const w = frame.value * scale;
    if (w < leastWidth) return;
    if (depth > 0) boxes.push(box(frame, root.value, x, bottom - depth * row, w));
    let left = x;
    // By name, so that two graphs can be compared.
    for (const child of [...frame.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      draw(child, left, depth + 1);
      left += child.value * scale;
    }
  };
  draw(root, margin, 0);

  const flat = flatten(root);
  const kindShares = kinds.map((kind) => ({
    ...kind,
    share: sum(flat.filter((f) => kindOf(f) === kind).map((f) => f.self)) / root.value,
  }));
  let legendX = margin;
  const legend = kindShares.map(({ name, color, share }) => {
    const text = `${name} ${percent(share)}`;
    const at = legendX;
    legendX += 26 + text.length * 7;
    return `<rect x="${at}" y="34" width="12" height="12" fill="${color}"/><text x="${at + 17}" y="44">${escape(text)}</text>`;
  });
  const top = flat.sort((a, b) => b.self - a.self).slice(0, mostTableRows);
  const tableTop = bottom + 40;
  const table = top.map((f, i) => {
    const y = tableTop + (i + 1) * tableRow;
    return `<rect x="${margin}" y="${y - 10}" width="${((f.self / (top[0]?.self || 1)) * 120).toFixed(1)}" height="12" fill="${kindOf(f).color}"/><text x="${margin + 176}" y="${y}" text-anchor="end">${percent(f.self / root.value)}</text><text x="${margin + 188}" y="${y}">${escape(label(f))}</text>`;
  });
  const height = tableTop + (top.length + 1) * tableRow;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11" role="img" aria-label="${escape(title)}">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${margin}" y="20" font-size="14" font-weight="bold">${escape(title)}</text>
${legend.join('\n')}
${boxes.join('\n')}
<text x="${margin}" y="${tableTop}" font-weight="bold">Where the time went itself</text>
${table.join('\n')}
</svg>
`;
}

function box(frame: Frame, whole: number, x: number, y: number, w: number): string {
  const fits = Math.floor((w - 4) / charWidth);
  const text = frame.name.length <= fits ? frame.name : fits > 3 ? `${frame.name.slice(0, fits - 1)}…` : '';
  const hint = `${label(frame)}: ${percent(frame.value / whole)}, itself ${percent(frame.self / whole)}`;
  const shown = text === '' ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escape(text)}</text>`;
  return `<g><title>${escape(hint)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, w - 0.5).toFixed(1)}" height="${row - 1}" fill="${kindOf(frame).color}"/>${shown}</g>`;
}

function kindOf(frame: Frame): (typeof kinds)[number] {
  return kinds.find((kind) => kind.of(frame)) as (typeof kinds)[number];
}

function label(frame: Frame): string {
  return frame.file === '' ? frame.name : `${frame.name} (${frame.file})`;
}

function depthOf(frame: Frame, scale: number): number {
  if (frame.value * scale < leastWidth) return 0;
  return 1 + Math.max(0, ...[...frame.children.values()].map((child) => depthOf(child, scale)));
}

/** Each function once, with what it spent itself wherever it was called from. */
function flatten(root: Frame): Frame[] {
  const found = new Map<string, Frame>();
  const walk = (frame: Frame) => {
    const key = label(frame);
    const known = found.get(key);
    if (known) known.self += frame.self;
    else found.set(key, { ...frame });
    for (const child of frame.children.values()) walk(child);
  };
  for (const child of root.children.values()) walk(child);
  return [...found.values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
