/** Everything one measurement says; written as it is by `--json`. */
export interface BenchResult {
  settings: Record<string, string | number | boolean | null>;
  /** Every recipient got the mail once: the sink's record, the ledger and the list agree. */
  exact: boolean;
  counts: Record<string, number>;
  accepted: number | null;
  distinct: number | null;
  pool: { perSecond: number; cpuMsPerMail: number; peakMiB: number };
  oncemail: {
    /** From the first mail to the last. */
    perSecond: number;
    /** From the due time to the last mail. */
    perSecondWithSnapshot: number;
    cpuMsPerMail: Record<string, number>;
    peakMiB: Record<string, number>;
  };
  sinkCpuMsPerMail: number | null;
  importSeconds: number;
  snapshotMs: number;
  dueToFirstMailMs: number;
  temporalEvents: number;
  temporalExecutions: number;
  longestHistory: number;
  statementsPerMail: number;
  walBytesPerMail: number;
  bytesPerDelivery: number;
  /** Mails in each quarter of a second. */
  quarters: number[];
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
  return [
    '',
    line('', 'pool alone', 'Oncemail', 'ratio'),
    line(
      'mails a second',
      r.pool.perSecond.toFixed(0),
      ours.perSecond.toFixed(0),
      `${(ours.perSecond / r.pool.perSecond).toFixed(2)} ×`,
    ),
    line(
      'CPU ms a mail (sending process)',
      r.pool.cpuMsPerMail.toFixed(3),
      worker.toFixed(3),
      `${(worker / r.pool.cpuMsPerMail).toFixed(2)} ×`,
    ),
    '',
    `  CPU ms a mail: ${cpu}${r.sinkCpuMsPerMail === null ? '' : `, sink ${r.sinkCpuMsPerMail.toFixed(3)}`}`,
    `  Peak memory: ${memory}`,
    `  Due to first mail ${Math.round(r.dueToFirstMailMs)} ms, of which the snapshot ${Math.round(r.snapshotMs)} ms; with them ${ours.perSecondWithSnapshot.toFixed(0)} mails a second`,
    `  Temporal: ${r.temporalEvents} events in ${r.temporalExecutions} execution(s), ${(r.temporalEvents / mails).toFixed(4)} a mail`,
    `  PostgreSQL: ${r.statementsPerMail.toFixed(3)} statements and ${Math.round(r.walBytesPerMail)} bytes of WAL a mail, ${Math.round(r.bytesPerDelivery)} bytes a delivery with its index`,
    `  Import of the list: ${r.importSeconds.toFixed(1)} s`,
    r.exact
      ? `  Every one of ${mails} recipients got the mail once${r.accepted === null ? ' (by the ledger)' : ''}.`
      : `  NOT EXACT: the ledger says ${JSON.stringify(r.counts)}, the sink accepted ${r.accepted} (${r.distinct} recipients).`,
    '',
  ];
}
