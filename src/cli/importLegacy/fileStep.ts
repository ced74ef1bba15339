import type { z } from 'zod';
import type { Queryable } from '../../ledger/database.js';
import { recordsIn, type LegacyRecord } from './records.js';
import type { FileReport } from './report.js';
import { read } from './shapes.js';
import type { ImportState, Kind } from './state.js';
import { oneLine } from './text.js';

/** The import of one file: its transaction, its part of the report, and what all files do with their records. */
export class FileStep {
  constructor(
    readonly state: ImportState,
    readonly client: Queryable,
    readonly report: FileReport,
  ) {}

  get options() {
    return this.state.options;
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
    if (found.ok) return found.value;
    const name = record.value['name'];
    const what = typeof name === 'string' ? oneLine(name, 100) : (record.id ?? 'record');
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

  skip(record: LegacyRecord, what: string, reason: string, todo: string): void {
    this.report.skipped.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  remark(record: LegacyRecord, what: string, reason: string, todo: string): void {
    this.report.remarks.push({ pointer: record.pointer, what: oneLine(what, 100), reason, todo });
  }

  /** What a record became, in this call or an earlier one. */
  of(kind: Kind, legacyId: string): string | undefined {
    return this.state.of(kind, legacyId);
  }

  /** Notes what a record became, in the transaction that made it. */
  async remember(kind: Kind, legacyId: string, id: string): Promise<void> {
    await this.client.query(
      `INSERT INTO legacy_records (source, kind, legacy_id, resource_id) VALUES ($1, $2, $3, $4)`,
      [this.options.source, kind, legacyId, id],
    );
    this.state.know(kind, legacyId, id);
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
