import type { Comparison } from './compare.js';

/** One line of the table: what was done to a run, and what the records say. */
export interface Row extends Comparison {
  scenario: string;
  recipients: number;
  /** What was broken, how often. */
  faults: string;
  /** How many deliveries may be uncertain at most. */
  allowedUncertain: number;
  seconds: number;
  /** What else is worth knowing, measured. */
  note?: string;
  /** Why it could not be done here; then nothing else counts. */
  skipped?: string;
}

export function held(row: Row): boolean {
  return row.breaches.length === 0;
}

const columns: [string, (row: Row) => string][] = [
  ['scenario', (r) => r.scenario],
  ['faults', (r) => r.faults],
  ['recipients', (r) => String(r.recipients)],
  ['accepted', (r) => String(r.accepted)],
  ['distinct', (r) => String(r.distinct)],
  ['duplicates', (r) => String(r.duplicates)],
  ['lost', (r) => String(r.lost)],
  ['failed', (r) => String(r.failed)],
  ['uncertain (allowed)', (r) => `${r.uncertain} (${r.allowedUncertain})`],
  ['ledger = server', (r) => (r.duplicates + r.lost === 0 ? 'yes' : 'NO')],
  ['Temporal', (r) => (r.openExecutions === 0 ? 'closed' : 'OPEN')],
  ['seconds', (r) => r.seconds.toFixed(0)],
  ['verdict', (r) => (r.skipped ? 'skipped' : held(r) ? 'held' : 'BROKEN')],
];

/** The table in Markdown, then what is to be said of single rows. */
export function tableLines(rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(([name, cell]) => (row.skipped && !isName(name) ? '' : cell(row))));
  const widths = columns.map(([name], i) => Math.max(name.length, ...cells.map((c) => (c[i] as string).length)));
  const line = (parts: readonly string[]) => `| ${parts.map((p, i) => p.padEnd(widths[i] as number)).join(' | ')} |`;
  return [
    line(columns.map(([name]) => name)),
    line(widths.map((w) => '-'.repeat(w))),
    ...cells.map(line),
    '',
    ...rows.flatMap((row) => [
      ...(row.skipped ? [`${row.scenario}: skipped, ${row.skipped}`] : []),
      ...(row.note ? [`${row.scenario}: ${row.note}`] : []),
      ...row.breaches.map((text) => `${row.scenario}: BROKEN: ${text}`),
    ]),
  ];
}

function isName(column: string): boolean {
  return column === 'scenario' || column === 'faults' || column === 'verdict';
}
