import type { z } from 'zod';
import type { Queryable } from '../../ledger/database.js';
import { sqlState } from './sqlState.js';
import { recordsIn, type LegacyRecord } from './records.js';
import type { FileReport } from './report.js';
import { read } from './shapes.js';
import type { ImportState, Kind } from './state.js';
import { oneLine } from './text.js';

/** The import of one file: its transaction, its part of the report, and what all files do with their records. */
export class FileStep {
  /** The legacy IDs that have been counted as imported before. */
  private readonly counted = new Set<string>();

  constructor(
    readonly state: ImportState,
    readonly client: Queryable,
    readonly report: FileReport,
  ) {}

  get options() {
    return this.state.options;
  }

  /**
   * Works on each record in a savepoint of its own: one that the database refuses leaves nothing behind and is a problem of that record; the others go on.
   * @throws what is no record's fault, such as a lost connection.
   */
  async each(records: readonly LegacyRecord[], work: (record: LegacyRecord) => Promise<void>): Promise<void> {
    for (const record of records) {
      const back = this.state.mark(this.report);
      await this.client.query('SAVEPOINT record');
      try {
        await work(record);
      } catch (error) {
        // Class 22: a value cannot be stored; class 23: it contradicts what is there (PostgreSQL manual, appendix A).
        if (!/^2[23]/.test(sqlState(error))) throw error;
        await this.client.query('ROLLBACK TO SAVEPOINT record');
        back();
        const todo = 'Repair the record and import again, or create it by hand';
        this.problem(record, whatOf(record), `The database refuses it: ${(error as Error).message}`, todo);
      }
      await this.client.query('RELEASE SAVEPOINT record');
    }
  }

  /** The records of the file; what stands in the place of one and is no object is reported. @throws UnreadableCollection */
  records(json: unknown, wrappers: readonly string[]): LegacyRecord[] {
    const { records, strange } = recordsIn(json, wrappers);
    for (const pointer of strange) {
      this.report.skipped.push({
        pointer,
        what: 'record',
        reason: 'It is not an object',
        todo: 'Nothing, or repair the file',
      });
    }
    return records;
  }

  /** A record as its shape reads it; undefined when it cannot be, which is reported. */
  reading<T extends z.ZodType>(
    shape: { names: Record<string, readonly string[]>; schema: T },
    record: LegacyRecord,
  ): z.output<T> | undefined {
    const found = read(shape, record.value);
    const what = whatOf(record);
    if (found.ok) {
      for (const { pointer, message } of found.mended) {
        const reason = `${message}; they were left out`;
        this.report.remarks.push({ pointer: record.pointer + pointer, what, reason, todo: 'Look at it' });
      }
      return found.value;
    }
    for (const problem of found.problems) {
      this.report.skipped.push({
        pointer: record.pointer + problem.pointer,
        what,
        reason: problem.message,
        todo: 'Repair the file and import again, or create it by hand',
      });
    }
    return undefined;
  }

  /** What should have been imported and could not be; a later call may. */
  problem(record: LegacyRecord, what: string, reason: string, todo: string): void {
    this.report.problems.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  /** What is not imported. */
  skip(record: LegacyRecord, what: string, reason: string, todo: string): void {
    this.report.skipped.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  /** What is imported, with something to know. */
  remark(record: LegacyRecord, what: string, reason: string, todo: string): void {
    this.report.remarks.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  /** What a record became, in this call or an earlier one. */
  of(kind: Kind, legacyId: string): string | undefined {
    return this.state.of(kind, legacyId);
  }

  /**
   * Whether a record is a second one with its ID in this file, which is reported: it would otherwise count as imported, and be lost.
   */
  isTwin(record: LegacyRecord, kind: Kind, legacyId: string, what: string): boolean {
    if (this.state.madeNow(kind, legacyId) === undefined && !this.counted.has(legacyId)) return false;
    this.skip(
      record,
      what,
      'A record before it has the same ID, or the same name where there are none',
      'Give it another ID and import again, if it is another',
    );
    return true;
  }

  /** Whether an earlier call has imported the record, which is counted. */
  isKnown(kind: Kind, legacyId: string): boolean {
    if (this.of(kind, legacyId) === undefined) return false;
    this.counted.add(legacyId);
    this.report.already++;
    return true;
  }

  /** Whether nothing is left to do for a record: it is a twin, or known. */
  isDone(record: LegacyRecord, kind: Kind, legacyId: string, what: string): boolean {
    return this.isTwin(record, kind, legacyId, what) || this.isKnown(kind, legacyId);
  }

  /** Notes what a record became, in the transaction that made it. */
  async remember(kind: Kind, legacyId: string, id: string): Promise<void> {
    await this.client.query(
      `INSERT INTO legacy_records (source, kind, legacy_id, resource_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (source, kind, legacy_id) DO UPDATE SET resource_id = excluded.resource_id, imported_at = now()`,
      [this.options.source, kind, legacyId, id],
    );
    this.state.make(kind, legacyId, id);
  }

  /** What records became, without what has been deleted since. */
  async living(
    table: 'lists' | 'senders' | 'templates' | 'campaigns',
    kind: Kind,
    legacyIds: readonly string[],
  ): Promise<string[]> {
    const ids = [...new Set(legacyIds.map((id) => this.of(kind, id)).filter((id) => id !== undefined))];
    const { rows } = await this.client.query<{ id: string }>(
      `SELECT id FROM ${table} WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL`,
      [ids],
    );
    return ids.filter((id) => rows.some((r) => r.id === id));
  }
}

/** What people know a record by. */
function whatOf(record: LegacyRecord): string {
  const named = [record.value['name'], record.value['email']].find((value) => typeof value === 'string');
  return typeof named === 'string' ? oneLine(named, 100) : (record.id ?? 'record');
}
