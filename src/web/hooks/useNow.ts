import { useSyncExternalStore } from 'react';

const clocks = new Map<number, { now: number; subscribe: (listener: () => void) => () => void }>();

function clock(everyMs: number) {
  const existing = clocks.get(everyMs);
  if (existing) return existing;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const made = {
    now: Date.now(),
    subscribe(listener: () => void) {
      listeners.add(listener);
      made.now = Date.now();
      timer ??= setInterval(() => {
        made.now = Date.now();
        for (const tell of listeners) tell();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
  clocks.set(everyMs, made);
  return made;
}

/** The present, in milliseconds, renewed every `everyMs` (default a second). All who ask for the same pace share one timer. */
export function useNow(everyMs = 1000): number {
  const { subscribe } = clock(everyMs);
  return useSyncExternalStore(subscribe, () => clock(everyMs).now);
}
