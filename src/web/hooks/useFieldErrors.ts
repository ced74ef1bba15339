import { useMemo } from 'react';
import { ProblemError } from '../api.js';

export interface FieldErrors {
  /** The message for the field at a JSON pointer (`/schedule/time`), for a Mantine input's `error`. Claims the pointer. */
  at: (pointer: string) => string | undefined;
  /** What was refused without a field that shows it. Ask after all `at`. */
  rest: () => string[];
}

/**
 * Sorts the errors of a problem to the fields of a form by their JSON pointers (RFC 6901). An error that no field claims is not lost: it is
 * in `rest`, which `FormProblem` shows above the form.
 */
export function useFieldErrors(error: unknown): FieldErrors {
  return useMemo(() => {
    const claimed = new Set<string>();
    const errors = error instanceof ProblemError ? error.errors : [];
    return {
      at: (pointer) => {
        claimed.add(pointer);
        const found = errors.filter((e) => e.pointer === pointer || e.pointer?.startsWith(`${pointer}/`));
        return found.length === 0 ? undefined : found.map((e) => e.message).join(' ');
      },
      rest: () => {
        if (!error) return [];
        if (!(error instanceof ProblemError)) return [error instanceof Error ? error.message : String(error)];
        if (error.errors.length === 0) return [error.detail || error.title];
        return error.errors
          .filter((e) => ![...claimed].some((p) => e.pointer === p || e.pointer?.startsWith(`${p}/`)))
          .map((e) => [e.pointer ?? e.parameter, e.message].filter(Boolean).join(': '));
      },
    };
  }, [error]);
}
