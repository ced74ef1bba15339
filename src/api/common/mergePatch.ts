import type { z } from 'zod';
import { validationProblem } from './validation.js';

/** JSON merge patch (RFC 7396): objects merge, null removes, anything else replaces. Fields that are undefined are left alone. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergePatch(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * What a resource becomes by a patch: the patch merged into its present fields, checked whole with the schema of its PUT.
 * @throws Problem `validation` with pointers into the patched resource.
 */
export function patched<T extends z.ZodType>(schema: T, present: unknown, patch: unknown): z.output<T> {
  return checked(schema, mergePatch(present, patch));
}

/** Parses a body against a schema that is only known inside the handler. @throws Problem `validation`. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw validationProblem(result.error.issues as never, 'body');
  return result.data;
}
