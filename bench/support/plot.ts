/** Several curves over the same axes. */
interface Chart {
  title: string;
  label: string;
  highestX: number;
  highestY: number;
  xTick: (value: number) => string;
  yTick: (value: number) => string;
  curves: { points: readonly (readonly [x: number, y: number])[]; color: string; dashed?: boolean; name?: string }[];
}

const [width, height, left, right, bottom, top] = [800, 300, 64, 16, 40, 28];
const fractions = [0, 0.25, 0.5, 0.75, 1];

function chartSvg(chart: Chart): string {
  const named = chart.curves.filter((curve) => curve.name !== undefined);
  const head = top + named.length * 18;
  const tall = height + named.length * 18;
  const x = (value: number) => left + ((width - left - right) * value) / chart.highestX;
  const y = (value: number) => tall - bottom - ((tall - bottom - head) * value) / chart.highestY;
  const ticks = fractions.map((f) => {
    const at = y(chart.highestY * f).toFixed(1);
    return `<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${left - 8}" y="${at}" dy="4" text-anchor="end">${chart.yTick(chart.highestY * f)}</text>`;
  });
  const times = fractions.map(
    (f) =>
      `<text x="${x(chart.highestX * f).toFixed(1)}" y="${tall - 16}" text-anchor="${f === 1 ? 'end' : 'middle'}">${chart.xTick(chart.highestX * f)}</text>`,
  );
  const line = ({ color, dashed }: Chart['curves'][number]) =>
    `stroke="${color}" stroke-width="2"${dashed ? ' stroke-dasharray="6 4"' : ''}`;
  const curves = chart.curves.map(
    (curve) =>
      `<polyline fill="none" ${line(curve)} points="${curve.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ')}"/>`,
  );
  const legend = named.map((curve, i) => {
    const at = top + 8 + i * 18;
    return `<line x1="${left}" x2="${left + 28}" y1="${at}" y2="${at}" ${line(curve)}/><text x="${left + 36}" y="${at}" dy="4">${curve.name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${tall}" font-family="sans-serif" font-size="12" role="img" aria-label="${chart.label}">
<rect width="${width}" height="${tall}" fill="#fff"/>
<text x="${left}" y="18" font-weight="bold">${chart.title}</text>
${[...legend, ...ticks, ...times, ...curves].join('\n')}
</svg>
`;
}

/** A curve of mails a second as SVG; `counts` are mails in each step of `stepSeconds`. */
export function rateSvg(counts: readonly number[], stepSeconds: number): string {
  // Averaged over a second, so that a batch is no spike.
  const window = Math.max(1, Math.round(1 / stepSeconds));
  const rates = counts.map((_, i) => {
    const part = counts.slice(Math.max(0, i - window + 1), i + 1);
    return part.reduce((a, b) => a + b, 0) / (part.length * stepSeconds);
  });
  return chartSvg({
    title: 'Mails a second',
    label: 'Mails a second over time',
    highestX: Math.max(1, rates.length - 1),
    highestY: niceCeiling(Math.max(1, ...rates)),
    xTick: (step) => `${(step * stepSeconds).toFixed(1)} s`,
    yTick: (rate) => String(Math.round(rate)),
    curves: [{ points: rates.map((rate, i) => [i, rate]), color: '#1c7ed6' }],
  });
}

/** How late automations were; `firstMail` and `lastMail` in ascending order, milliseconds. */
export interface Lateness {
  name: string;
  firstMail: readonly number[];
  lastMail: readonly number[];
}

const colors = ['#1c7ed6', '#e8590c', '#2f9e44', '#862e9c'];

/** The spread of lateness as SVG: so many of the automations had their first (and their last) mail within so many seconds, a colour for each server. */
export function latenessSvg(servers: readonly Lateness[]): string {
  const automations = Math.max(1, ...servers.map((s) => s.firstMail.length));
  const all = servers.flatMap((s) => [...s.firstMail, ...s.lastMail]);
  const highestX = niceCeiling(Math.max(100, ...all) / 1000);
  const curve = (values: readonly number[]) => {
    const points: [number, number][] = [[(values[0] ?? 0) / 1000, 0]];
    for (const [i, value] of values.entries()) points.push([value / 1000, i + 1]);
    return points;
  };
  return chartSvg({
    title: 'Automations due in the same second, by how late they were',
    label: 'How many automations had their first and their last mail within so many seconds of the due time',
    highestX,
    highestY: automations,
    xTick: (seconds) => `${Number(seconds.toFixed(2))} s`,
    yTick: (count) => String(Math.round(count)),
    curves: servers.flatMap((server, i) => {
      const color = colors[i % colors.length] as string;
      return [
        { points: curve(server.firstMail), color, name: `${server.name}: first mail` },
        { points: curve(server.lastMail), color, dashed: true, name: `${server.name}: last mail` },
      ];
    }),
  });
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((f) => f * power >= value) ?? 10) * power;
}
