import { z } from 'zod';
import type { ImportRecord } from '../../ledger/imports/readImport.js';
import { csvFields } from '../../domain/csv/records.js';
import { pageOf } from '../common/pagination.js';
import { id, timestamp } from '../common/schemas.js';

const columnName = `[^\\S\\r\\n]*(?:[^",\\s][^",\\r\\n]*|"(?:[^"]|"")+")`;
const columnNames = `^${columnName}(?:,${columnName})*$`;

/** Names of columns as in a line of CSV: one that holds a comma stands in quotes. */
const ignore = z
  .string()
  .max(10_000)
  .regex(new RegExp(columnNames), 'Must be names with commas between them; quote one that holds a comma')
  .transform((value) => csvFields(value) ?? [])
  .meta({
    openapi: { type: 'string', maxLength: 10_000, pattern: columnNames },
    description: 'Columns that are not imported, by their names in the header, with commas between them',
    examples: ['notes,birthday'],
  });

export const importQuery = z.strictObject({ ignore: ignore.optional() });

export const importError = z
  .object({
    line: z.number().int().meta({ description: 'Where the row begins, from 1' }),
    value: z.string().meta({ description: 'What was not accepted, shortened' }),
    reason: z.string(),
  })
  .meta({ id: 'ImportError' });

export const importView = z
  .object({
    id,
    listId: id,
    fileName: z.string(),
    status: z.enum(['queued', 'running', 'completed', 'failed']).meta({
      description:
        'queued: the file is arriving, or has arrived and waits; running: it is being applied, all of it or nothing; completed, failed: final',
    }),
    rows: z.number().int().meta({
      description: 'Rows read so far, without blank ones: added, updated, unchanged, rejected and repeated ones',
    }),
    added: z.number().int().meta({ description: 'Contacts that joined the list' }),
    updated: z.number().int().meta({ description: 'Members of the list whose name or attributes changed' }),
    rejected: z.number().int(),
    errors: z.array(importError).meta({ description: 'The first 20 rejected rows' }),
    error: z.string().nullable().meta({ description: 'Why it failed; nothing was applied then' }),
    createdAt: timestamp,
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'Import' });
export type ImportView = z.output<typeof importView>;

export const importPage = pageOf(importView, 'ImportPage');

export function presentImport(record: ImportRecord): ImportView {
  return {
    id: record.id,
    listId: record.listId,
    fileName: record.fileName,
    status: record.status === 'receiving' ? 'queued' : record.status,
    rows: record.rows,
    added: record.added,
    updated: record.updated,
    rejected: record.rejected,
    errors: record.errors,
    error: record.error,
    createdAt: record.createdAt.toISOString(),
    finishedAt: record.finishedAt?.toISOString() ?? null,
  };
}
