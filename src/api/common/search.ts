import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { z } from 'zod';

/** The `search` parameter of lists of named things. */
export const searchQuery = z
  .string()
  .max(200)
  .optional()
  .meta({ description: 'Only those whose name contains this, in any case' });

/** True for rows whose `column` contains the text, ignoring case; the text is never a pattern. */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`position(lower(${text}) in lower(${sql.ref(column)})) > 0`;
}
