import { plain } from '../api/output.js';

/** Something about a record that people should know; `todo` is what they can do about it. */
export interface Finding {
  /** Where in the file: a JSON pointer (RFC 6901). */
  pointer: string;
  /** The record's name, or its ID. */
  what: string;
  reason: string;
  todo: string;
}

/** What became of one file. */
export interface FileReport {
  file: string;
  /**
   * `absent`: there is none; `unreadable`: it could not be read, `failed`: something unexpected happened, and nothing of it was imported; `ignored`: it is
   * known and not imported.
   */
  state: 'read' | 'absent' | 'unreadable' | 'failed' | 'ignored';
  imported: number;
  /** Were imported by an earlier call, and left as they are now. */
  already: number;
  /** Should have been imported and could not be; a later call does it when what is wrong has been mended. */
  problems: Finding[];
  /** Has no counterpart here, or is not what it would have to be. */
  skipped: Finding[];
  /** Imported, with something to know. */
  remarks: Finding[];
}

export function fileReport(file: string): FileReport {
  return { file, state: 'read', imported: 0, already: 0, problems: [], skipped: [], remarks: [] };
}

/** What an import did, or would do. */
export interface LegacyReport {
  dryRun: boolean;
  /** There was no problem: everything that can come over is here, or in a dry run would be. */
  complete: boolean;
  files: FileReport[];
  /** Automations that were imported paused. */
  paused: number;
  /** Always empty in a dry run: what it makes is taken back, and its links would not work. */
  invitations: { email: string; url: string; expiresAt: string }[];
}

/** The report as text for a terminal. */
export function reportText(report: LegacyReport): string {
  const lines: string[] = [];
  for (const f of report.files) {
    if (f.state === 'absent') continue;
    if (f.state === 'ignored') {
      lines.push(`${f.file}: not imported. ${f.remarks[0]?.reason ?? ''}`);
      continue;
    }
    const counts = [
      `${f.imported} ${report.dryRun ? 'would be imported' : 'imported'}`,
      ...(f.problems.length > 0 ? [`${f.problems.length} problem${f.problems.length === 1 ? '' : 's'}`] : []),
      ...(f.already > 0 ? [`${f.already} imported before`] : []),
      ...(f.skipped.length > 0 ? [`${f.skipped.length} skipped`] : []),
    ];
    const nothing = { unreadable: 'cannot be read, nothing imported', failed: 'failed, nothing imported' };
    lines.push(`${f.file}: ${f.state === 'read' ? counts.join(', ') : nothing[f.state]}`);
    for (const p of f.problems) lines.push(`  problem ${f.file}#${p.pointer} (${p.what}): ${p.reason} -> ${p.todo}`);
    for (const s of f.skipped) lines.push(`  skipped ${f.file}#${s.pointer} (${s.what}): ${s.reason} -> ${s.todo}`);
    for (const r of f.remarks) lines.push(`  note ${f.file}#${r.pointer} (${r.what}): ${r.reason} -> ${r.todo}`);
  }
  if (lines.length === 0) lines.push('The directory holds none of the files; docs/import-legacy.md names them.');
  if (report.paused > 0) {
    lines.push(
      '',
      `${report.paused} automation${report.paused === 1 ? '' : 's'} ${report.dryRun ? 'would be' : 'were'} imported paused: nothing is mailed until somebody resumes them.`,
    );
  }
  for (const i of report.invitations) lines.push(`Invitation of ${i.email}, until ${i.expiresAt}: ${i.url}`);
  if (!report.complete) {
    const verb = report.dryRun ? 'would come' : 'came';
    lines.push(
      '',
      `Not everything ${verb} over: mend the problems named above, and import again. What is here is left as it is.`,
    );
  }
  if (report.dryRun) lines.push('', 'This was a dry run: nothing was changed.');
  // What the old files say must not steer the terminal.
  return lines.map((line) => `${plain(line)}\n`).join('');
}
