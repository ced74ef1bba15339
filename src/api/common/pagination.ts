import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { z } from 'zod';
import { unstorable } from './jsonBody.js';
import { Problem } from './problems.js';
import { integerQuery } from './schemas.js';

/** A column that a list can be ordered by. `column` is qualified and is never a client's text. */
export interface SortColumn {
  column: string;
  kind: 'uuid' | 'text' | 'timestamptz' | 'bigint';
}

/** What a sort name stands for; the last column must make the order total (an ID). */
export type Sorts<Name extends string> = Record<Name, { columns: readonly SortColumn[]; descending?: boolean }>;

const valuePatterns: Record<SortColumn['kind'], RegExp> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^[^\0]{0,10000}$/s,
  timestamptz: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/,
  bigint: /^-?\d{1,18}$/,
};

/** The query parameters of every list: `limit` (1 to 1,000, default 50) and `cursor`; add filters with `.extend()`. */
export const pageQuery = z.strictObject({
  limit: integerQuery(1, 1_000)
    .default(50)
    .meta({
      description: 'Most items of the answer',
      openapi: { type: 'integer', minimum: 1, maximum: 1000, default: 50 },
    }),
  cursor: z
    .string()
    .max(6_000)
    .regex(/^[A-Za-z0-9_-]+$/, 'Must be `nextCursor` of the answer before')
    .optional()
    .meta({ description: '`nextCursor` of the answer before' }),
});

/** The `sort` parameter of a list: a name, or `-name` for the opposite direction. */
export const sortQuery = <Name extends string>(names: readonly [Name, ...Name[]], fallback: Name | `-${Name}`) =>
  z
    .enum([...names, ...names.map((n) => `-${n}` as const)] as [Name | `-${Name}`, ...(Name | `-${Name}`)[]])
    .default(fallback as never)
    .meta({ description: 'Order of the list; a leading - reverses it' });

/** The schema of a page of `item`. `name` is the component in the OpenAPI document. */
export function pageOf<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({
      items: z.array(item),
      nextCursor: z.string().nullable().meta({ description: 'null: there is nothing more' }),
    })
    .meta({ id: name });
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

interface Cursor {
  /** The list, its filters and its order. */
  l: string;
  /** The sort values of the last item, as PostgreSQL writes them. */
  v: string[];
}

const encode = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** The cursor of a list that is computed rather than stored, and continues at a time. */
export function timeCursor(list: string, at: Date): string {
  return encode({ l: list, v: [String(at.getTime())] });
}

/** Reads a `timeCursor` back. @throws Problem `invalid-cursor`. */
export function readTimeCursor(text: string, list: string): Date {
  const [value] = decode(text, list, [{ column: '', kind: 'bigint' }]);
  const at = new Date(Number(value));
  if (Number.isNaN(at.getTime())) throw new Problem('invalid-cursor', 'The cursor cannot be read.');
  return at;
}

function decode(text: string, list: string, columns: readonly SortColumn[]): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new Problem('invalid-cursor', 'The cursor cannot be read.', { cause });
  }
  const cursor = z.object({ l: z.string(), v: z.array(z.string()) }).safeParse(parsed);
  if (!cursor.success) throw new Problem('invalid-cursor', 'The cursor cannot be read.');
  if (cursor.data.l !== list)
    throw new Problem('invalid-cursor', 'The cursor belongs to another list, filter or order.');
  const fits =
    cursor.data.v.length === columns.length &&
    columns.every(
      (c, i) => valuePatterns[c.kind].test(cursor.data.v[i] as string) && !unstorable(cursor.data.v[i] as string),
    );
  if (!fits) throw new Problem('invalid-cursor', 'The cursor cannot be read.');
  return cursor.data.v;
}

export interface PageRequest<Name extends string> {
  /** Names the list in its cursors ("senders", "runs/<id>/deliveries"). */
  list: string;
  /** The filters in force: a cursor continues only the list with the same ones. Undefined values do not count. */
  filters?: Record<string, unknown>;
  sorts: Sorts<Name>;
  sort: Name | `-${Name}`;
  limit: number;
  cursor?: string | undefined;
}

/**
 * One page of a query, continued by key and not by offset: rows that are inserted or deleted meanwhile make no item appear twice or
 * go missing. The query must not have an ORDER BY or LIMIT of its own.
 */
export async function paginate<DB, TB extends keyof DB, Row, Name extends string>(
  query: SelectQueryBuilder<DB, TB, Row>,
  request: PageRequest<Name>,
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const reversed = request.sort.startsWith('-');
  const { columns, descending } = request.sorts[(reversed ? request.sort.slice(1) : request.sort) as Name];
  const downwards = reversed !== (descending ?? false);
  const filters = Object.entries(request.filters ?? {}).filter(([, v]) => v !== undefined);
  const list = `${request.list}?${filters
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join('&')}#${request.sort}`;

  let q = query;
  if (request.cursor !== undefined) {
    const values = decode(request.cursor, list, columns);
    const left = sql.join(columns.map((c) => sql.ref(c.column)));
    const right = sql.join(columns.map((c, i) => sql`${values[i]}::${sql.raw(c.kind)}`));
    q = q.where(sql<SqlBool>`(${left}) ${sql.raw(downwards ? '<' : '>')} (${right})`);
  }
  for (const c of columns) q = q.orderBy(sql.ref(c.column), downwards ? 'desc' : 'asc');
  const keys = sql<string[]>`ARRAY[${sql.join(columns.map((c) => sql`${sql.ref(c.column)}::text`))}]`.as(
    'cursor_values',
  );
  const rows = (await q
    .select(keys)
    .limit(request.limit + 1)
    .execute()) as (Row & { cursor_values: string[] })[];
  const more = rows.length > request.limit;
  if (more) rows.pop();
  const last = rows[rows.length - 1];
  return { rows, nextCursor: more && last ? encode({ l: list, v: last.cursor_values }) : null };
}
