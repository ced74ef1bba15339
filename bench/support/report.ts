import type { Spread } from './spread.js';
import type { Tenths } from './tenths.js';

/** What the processes held in memory at a moment of the run. */
export interface MemorySample {
  /** Since the due time. */
  seconds: number;
  sent: number;
  mib: Record<string, number>;
}

/** How long the API's answers took, milliseconds. */
export type RequestTimes = Spread & { requests: number };

/** Everything one measurement says; written as it is by `--json`. */
export interface BenchResult {
  settings: Record<string, string | number | boolean | null>;
  /** Every recipient got the mail once: the sink's record, the ledger and the list agree. */
  exact: boolean;
  counts: Record<string, number>;
  accepted: number | null;
  distinct: number | null;
  /** null: not measured. */
  pool: { perSecond: number; cpuMsPerMail: number; peakMiB: number } | null;
  oncemail: {
    /** From the first mail to the last. */
    perSecond: number;
    /** From the due time to the last mail. */
    perSecondWithSnapshot: number;
    cpuMsPerMail: Record<string, number>;
    peakMiB: Record<string, number>;
  };
  /** null: too short a run, or a server of somebody else. */
  tenths: Tenths | null;
  sinkCpuMsPerMail: number | null;
  importSeconds: number;
  snapshotMs: number;
  dueToFirstMailMs: number;
  temporalEvents: number;
  temporalExecutions: number;
  /** Events of the execution that has most. */
  longestHistory: number;
  statementsPerMail: number;
  walBytesPerMail: number;
  bytesPerDelivery: number;
  /** Of the API while the run went on; null: it was not read. */
  reads: { failed: number; reads: RequestTimes; writes: RequestTimes; routes: Record<string, RequestTimes> } | null;
  /** Mails in each quarter of a second. */
  quarters: number[];
  memory: MemorySample[];
}

/** The figures as a table for people. */
export function reportLines(r: BenchResult): string[] {
  const mails = r.counts['sent'] ?? 0;
  const ours = r.oncemail;
  const line = (name: string, pool: string, oncemail: string, ratio = '') =>
    `  ${name.padEnd(34)}${pool.padStart(14)}${oncemail.padStart(14)}${ratio.padStart(12)}`;
  const memory = Object.entries(ours.peakMiB)
    .map(([name, mib]) => `${name} ${Math.round(mib)} MiB`)
    .join(', ');
  const cpu = Object.entries(ours.cpuMsPerMail)
    .map(([name, ms]) => `${name} ${ms.toFixed(3)}`)
    .join(', ');
  const worker = ours.cpuMsPerMail['worker'] ?? NaN;
  const early = r.memory.find((m) => m.sent >= 10_000)?.mib['worker'];
  const workerPeak = ours.peakMiB['worker'] ?? NaN;
  const ms = (value: number) => value.toFixed(0);
  const lines = [
    '',
    line('', r.pool ? 'pool alone' : '', 'Oncemail', r.pool ? 'ratio' : ''),
    line(
      'mails a second',
      r.pool ? r.pool.perSecond.toFixed(0) : '',
      ours.perSecond.toFixed(0),
      r.pool ? `${(ours.perSecond / r.pool.perSecond).toFixed(2)} ×` : '',
    ),
    line(
      'CPU ms a mail (sending process)',
      r.pool ? r.pool.cpuMsPerMail.toFixed(3) : '',
      worker.toFixed(3),
      r.pool ? `${(worker / r.pool.cpuMsPerMail).toFixed(2)} ×` : '',
    ),
    '',
    `  CPU ms a mail: ${cpu}${r.sinkCpuMsPerMail === null ? '' : `, sink ${r.sinkCpuMsPerMail.toFixed(3)}`}`,
    `  Peak memory: ${memory}`,
  ];
  if (early !== undefined && mails > 10_000) {
    lines.push(
      `  Memory of the workers: ${Math.round(early)} MiB after 10,000 mails, at most ${Math.round(workerPeak)} MiB (${percent(workerPeak / early - 1)})`,
    );
  }
  if (r.tenths) {
    lines.push(
      `  First tenth ${r.tenths.firstPerSecond.toFixed(0)} mails a second, last tenth ${r.tenths.lastPerSecond.toFixed(0)} (${percent(r.tenths.ratio - 1)})`,
    );
  }
  lines.push(
    `  Due to first mail ${Math.round(r.dueToFirstMailMs)} ms, of which the snapshot ${Math.round(r.snapshotMs)} ms; with them ${ours.perSecondWithSnapshot.toFixed(0)} mails a second`,
    `  Temporal: ${r.temporalEvents} events in ${r.temporalExecutions} execution(s), at most ${r.longestHistory} in one, ${(r.temporalEvents / mails).toFixed(4)} a mail`,
    `  PostgreSQL: ${r.statementsPerMail.toFixed(3)} statements and ${Math.round(r.walBytesPerMail)} bytes of WAL a mail, ${Math.round(r.bytesPerDelivery)} bytes a delivery with its index`,
    `  Import of the list: ${r.importSeconds.toFixed(1)} s`,
  );
  if (r.reads) {
    const { reads, writes, routes, failed } = r.reads;
    lines.push(
      '',
      `  The API meanwhile: ${reads.requests} reads, ${writes.requests} writes${failed > 0 ? `, ${failed} FAILED` : ''}${' '.repeat(8)}p50     p95     max (ms)`,
      ...[...Object.entries(routes), ['reads', reads] as const, ['writes', writes] as const].map(
        ([route, t]) =>
          `    ${route.padEnd(36)}${ms(t.p50).padStart(8)}${ms(t.p95).padStart(8)}${ms(t.max).padStart(8)}`,
      ),
      '',
    );
  }
  lines.push(
    r.exact
      ? `  Every one of ${mails} recipients got the mail once${r.accepted === null ? ' (by the ledger)' : ''}.`
      : `  NOT EXACT: the ledger says ${JSON.stringify(r.counts)}, the sink accepted ${r.accepted} (${r.distinct} recipients).`,
    '',
  );
  return lines;
}

function percent(change: number): string {
  return `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)} %`;
}
