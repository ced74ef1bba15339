import { useCallback, useEffect, useRef, useState } from 'react';

const prefix = 'oncemail-draft:';

function read<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(prefix + key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    // Storage is forbidden, or holds what another version wrote: there is no draft then.
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) sessionStorage.removeItem(prefix + key);
    else sessionStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage is forbidden or full: the form works without it, only a reload would lose it.
  }
}

export interface Draft<T> {
  value: T;
  /** Merges a change into the form and keeps it in this tab's storage. */
  set: (change: Partial<T> | ((present: T) => T)) => void;
  /** The form holds what an earlier visit of this tab left. */
  restored: boolean;
  /** The form differs from what it began with. */
  dirty: boolean;
  /** Forgets the draft: after saving. The form keeps what it shows. */
  keepNothing: () => void;
  /** Puts the form back to what it began with. */
  reset: () => void;
}

/**
 * A form's values that a reload, a lost session or a closed dialog does not lose: they are kept in this tab's sessionStorage under `key`
 * until they are saved. Never for secrets: passwords belong in `useState`.
 * @param initial what the form begins with, undefined while it is being loaded; another object begins the form anew unless it was touched.
 */
export function useDraft<T extends object>(key: string, initial: T): Draft<T> {
  const [state, setState] = useState(() => {
    const kept = read<T>(key);
    return { value: kept === undefined ? initial : { ...initial, ...kept }, restored: kept !== undefined };
  });
  const touched = useRef(state.restored);
  const begun = JSON.stringify(initial);

  useEffect(() => {
    if (!touched.current) setState({ value: JSON.parse(begun) as T, restored: false });
  }, [begun]);

  const set = useCallback<Draft<T>['set']>(
    (change) => {
      touched.current = true;
      setState((present) => {
        const value = typeof change === 'function' ? change(present.value) : { ...present.value, ...change };
        write(key, value);
        return { ...present, value };
      });
    },
    [key],
  );
  const keepNothing = useCallback(() => {
    touched.current = false;
    write(key, undefined);
    setState((present) => ({ ...present, restored: false }));
  }, [key]);
  const reset = useCallback(() => {
    touched.current = false;
    write(key, undefined);
    setState({ value: JSON.parse(begun) as T, restored: false });
  }, [key, begun]);
  return { ...state, set, keepNothing, reset, dirty: JSON.stringify(state.value) !== begun };
}
