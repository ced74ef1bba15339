/** A curve of mails a second as SVG; `counts` are mails in each step of `stepSeconds`. */
export function rateSvg(counts: readonly number[], stepSeconds: number): string {
  const [width, height, left, bottom, top] = [800, 300, 64, 40, 28];
  // Averaged over a second, so that a batch is no spike.
  const window = Math.max(1, Math.round(1 / stepSeconds));
  const rates = counts.map((_, i) => {
    const part = counts.slice(Math.max(0, i - window + 1), i + 1);
    return part.reduce((a, b) => a + b, 0) / (part.length * stepSeconds);
  });
  const highest = niceCeiling(Math.max(1, ...rates));
  const seconds = counts.length * stepSeconds;
  const x = (i: number) => left + ((width - left - 16) * i) / Math.max(1, rates.length - 1);
  const y = (rate: number) => height - bottom - ((height - bottom - top) * rate) / highest;
  const points = rates.map((rate, i) => `${x(i).toFixed(1)},${y(rate).toFixed(1)}`).join(' ');
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((f) => {
    const at = y(highest * f).toFixed(1);
    return `<line x1="${left}" x2="${width - 16}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${left - 8}" y="${at}" dy="4" text-anchor="end">${Math.round(highest * f)}</text>`;
  });
  const times = [0, 0.25, 0.5, 0.75, 1].map(
    (f) =>
      `<text x="${(left + (width - left - 16) * f).toFixed(1)}" y="${height - 16}" text-anchor="middle">${(seconds * f).toFixed(1)} s</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="Mails a second over time">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="${left}" y="18" font-weight="bold">Mails a second</text>
${ticks.join('\n')}
${times.join('\n')}
<polyline fill="none" stroke="#1c7ed6" stroke-width="2" points="${points}"/>
</svg>
`;
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((f) => f * power >= value) ?? 10) * power;
}
