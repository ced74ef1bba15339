import type { z } from 'zod';

/** A text as one line of at most `max` characters, without control characters. */
export function oneLine(text: string, max: number): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, max);
}

/** What a schema of the API refuses, in one line. */
export function issues(error: z.ZodError): string {
  return error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
}
