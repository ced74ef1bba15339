import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One record of a file. */
export interface LegacyRecord {
  /** Its `id`, else the key that it stands under; null when it has neither. */
  id: string | null;
  pointer: string;
  value: Record<string, unknown>;
}

/** A file that cannot be read as a collection of records; the message says why. */
export class UnreadableCollection extends Error {
  override name = 'UnreadableCollection';
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON of a file; undefined when there is no such file. @throws UnreadableCollection */
export async function readJson(directory: string, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(directory, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UnreadableCollection(`The file cannot be opened: ${(error as Error).message}`, { cause: error });
  }
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UnreadableCollection(`The file is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A name as a part of a JSON pointer (RFC 6901 section 3). */
export const escapePointer = (part: string | number) => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * The records of a collection, whichever way it is written: an array of objects; an object of objects by their IDs; or either of these below one
 * key, such as `{"campaigns": [...]}`. What stands in the place of a record and is no object is answered as `strange`.
 * @throws UnreadableCollection when it is none of these.
 */
export function recordsIn(
  json: unknown,
  wrappers: readonly string[],
  base = '',
): { records: LegacyRecord[]; strange: string[] } {
  const records: LegacyRecord[] = [];
  const strange: string[] = [];
  const take = (value: unknown, pointer: string, key: string | null) => {
    if (!isObject(value)) strange.push(pointer);
    else records.push({ id: idOf(value) ?? key, pointer, value });
  };
  if (Array.isArray(json)) {
    json.forEach((value, i) => take(value, `${base}/${i}`, null));
    return { records, strange };
  }
  if (!isObject(json)) throw new UnreadableCollection('The file holds neither a list nor an object of records.');
  const wrapper = wrappers.find((name) => Array.isArray(json[name]) || isObject(json[name]));
  if (wrapper !== undefined && base === '') return recordsIn(json[wrapper], [], `/${escapePointer(wrapper)}`);
  for (const [key, value] of Object.entries(json)) take(value, `${base}/${escapePointer(key)}`, key);
  return { records, strange };
}

function idOf(value: JsonObject): string | null {
  for (const name of ['id', '_id', 'uuid']) {
    const id = value[name];
    if (typeof id === 'number' || (typeof id === 'string' && id.trim() !== '')) return String(id).trim();
  }
  return null;
}

/**
 * The fields of a record under the names that the reader uses. `names` lists for each the spellings that are taken, the first that holds something
 * winning; a spelling may be a path (`smtp.host`). `at` answers the pointer of the spelling that was taken, below the record.
 */
export function rename(
  record: JsonObject,
  names: Readonly<Record<string, readonly string[]>>,
): { fields: JsonObject; at(name: string): string } {
  const fields: JsonObject = {};
  const taken = new Map<string, string>();
  for (const [name, spellings] of Object.entries(names)) {
    for (const spelling of spellings) {
      const value = spelling.split('.').reduce<unknown>((v, key) => (isObject(v) ? v[key] : undefined), record);
      if (value === undefined || value === null || value === '') continue;
      fields[name] = value;
      taken.set(name, `/${spelling.split('.').map(escapePointer).join('/')}`);
      break;
    }
  }
  return { fields, at: (name) => taken.get(name) ?? `/${escapePointer(names[name]?.[0] ?? name)}` };
}
