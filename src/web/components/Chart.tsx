import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import classes from './Chart.module.css';

export interface Series {
  label: string;
  /** A CSS colour; default the accent. */
  colour?: string;
  /** One value for each of the chart's `points`; null leaves a gap. */
  values: (number | null)[];
}

interface ChartProps {
  /** What is shown, for who does not see it: "Mails sent per second". */
  label: string;
  /** The names of the points along the bottom, in order (times, days). */
  points: string[];
  series: Series[];
  kind?: 'line' | 'bars';
  height?: number;
  format?: (value: number) => string;
}

const left = 44;
const bottom = 20;
const top = 8;

/** A round number not below `value`: the top of the axis. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((n) => n * power >= value) ?? 10) * power;
}

/** The width of an element, known before the first paint and followed from then on. */
function useWidth(): { ref: RefObject<HTMLDivElement | null>; width: number } {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/**
 * A curve, or stacked bars, in plain SVG with the colours of the theme. Pointing at it, or the arrow keys, read out the values of a point;
 * screen readers hear them as the values of a slider.
 */
export function Chart({
  label,
  points,
  series,
  kind = 'line',
  height = 180,
  format = (n) => n.toLocaleString('en'),
}: ChartProps) {
  const { ref, width: measured } = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const width = Math.max(measured, 120);
  const plotWidth = width - left - 8;
  const plotHeight = height - top - bottom;
  const sums = points.map((_, i) => series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0));
  const highest = niceTop(
    Math.max(0, ...(kind === 'bars' ? sums : series.flatMap((s) => s.values.map((v) => v ?? 0)))),
  );
  const y = (value: number) => top + plotHeight * (1 - value / highest);
  const step = kind === 'bars' ? plotWidth / Math.max(1, points.length) : plotWidth / Math.max(1, points.length - 1);
  const x = (index: number) => left + (kind === 'bars' ? step * (index + 0.5) : step * index);
  const colour = (s: Series) => s.colour ?? 'var(--mantine-primary-color-filled)';
  const labelEvery = Math.max(1, Math.ceil((points.length * 92) / plotWidth));
  const labelHalf = 28;
  const nearest = (clientX: number, element: Element) => {
    const inside = clientX - element.getBoundingClientRect().left - left;
    return Math.min(
      points.length - 1,
      Math.max(0, kind === 'bars' ? Math.floor(inside / step) : Math.round(inside / step)),
    );
  };
  return (
    <div ref={ref}>
      {/* The arrows read out point after point: a slider over the chart. */}
      <svg
        className={classes.chart}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="slider"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, points.length - 1)}
        aria-valuenow={at ?? Math.max(0, points.length - 1)}
        aria-valuetext={readout(at ?? points.length - 1, points, series, format)}
        tabIndex={0}
        onPointerMove={(event) => setAt(nearest(event.clientX, event.currentTarget))}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={(event) => {
          const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (move === undefined) return;
          event.preventDefault();
          setAt((present) => Math.min(points.length - 1, Math.max(0, (present ?? points.length - 1) + move)));
        }}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className={classes.grid} x1={left} x2={width - 8} y1={y(highest * part)} y2={y(highest * part)} />
            <text className={classes.axis} x={left - 8} y={y(highest * part) + 4} textAnchor="end">
              {format(highest * part)}
            </text>
          </g>
        ))}
        {points.map((point, i) =>
          i % labelEvery === 0 ? (
            <text
              key={point + String(i)}
              className={classes.axis}
              x={x(i) + labelHalf > width ? width : x(i)}
              y={height - 4}
              textAnchor={x(i) + labelHalf > width ? 'end' : kind === 'line' && i === 0 ? 'start' : 'middle'}
            >
              {point}
            </text>
          ) : null,
        )}
        {kind === 'bars'
          ? points.map((point, i) => {
              let below = 0;
              return (
                <g key={point + String(i)} opacity={at === null || at === i ? 1 : 0.55}>
                  {series.map((s) => {
                    const value = s.values[i] ?? 0;
                    const from = below;
                    below += value;
                    return value === 0 ? null : (
                      <rect
                        key={s.label}
                        x={x(i) - Math.min(14, step * 0.35)}
                        width={Math.min(28, step * 0.7)}
                        y={y(below)}
                        height={Math.max(1, y(from) - y(below))}
                        rx={2}
                        fill={colour(s)}
                      />
                    );
                  })}
                </g>
              );
            })
          : series.map((s, i) => (
              <g key={s.label}>
                {i === 0 && <path className={classes.area} fill={colour(s)} d={areaOf(s.values, x, y)} />}
                <path className={classes.line} stroke={colour(s)} d={pathOf(s.values, x, y)} />
              </g>
            ))}
        {kind === 'line' && at !== null && (
          <line className={classes.grid} x1={x(at)} x2={x(at)} y1={top} y2={top + plotHeight} />
        )}
      </svg>
      <div className={classes.readout} aria-hidden>
        {at === null ? '' : readout(at, points, series, format)}
      </div>
      {series.length > 1 && (
        <div className={classes.legend} aria-hidden>
          {series.map((s) => (
            <span key={s.label}>
              <span className={classes.swatch} style={{ background: colour(s) }} />
              {s.label}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

function readout(at: number, points: string[], series: Series[], format: (value: number) => string): string {
  if (points[at] === undefined) return 'No values yet';
  return `${points[at]}: ${series.map((s) => `${s.label} ${s.values[at] == null ? '–' : format(s.values[at])}`).join(', ')}`;
}

function pathOf(values: (number | null)[], x: (i: number) => number, y: (v: number) => number): string {
  let drawing = false;
  return values
    .map((value, i) => {
      if (value === null) {
        drawing = false;
        return '';
      }
      const command = `${drawing ? 'L' : 'M'}${x(i).toFixed(1)},${y(value).toFixed(1)}`;
      drawing = true;
      return command;
    })
    .join('');
}

/** The area between a curve and the axis; a gap counts as nothing. */
function areaOf(values: (number | null)[], x: (i: number) => number, y: (v: number) => number): string {
  if (values.length === 0) return '';
  const top = values.map((value, i) => `L${x(i).toFixed(1)},${y(value ?? 0).toFixed(1)}`).join('');
  return `M${x(0).toFixed(1)},${y(0).toFixed(1)}${top}L${x(values.length - 1).toFixed(1)},${y(0).toFixed(1)}Z`;
}
