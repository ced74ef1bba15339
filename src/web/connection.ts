import { useSyncExternalStore } from 'react';

type Connection = 'online' | 'offline' | 'unreachable';

let unreachable = false;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Notes whether the server answered the last request; the banner of the shell shows when it does not. */
export function noteReachable(reachable: boolean): void {
  if (unreachable === !reachable) return;
  unreachable = !reachable;
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('online', tell);
  addEventListener('offline', tell);
  return () => {
    listeners.delete(listener);
    removeEventListener('online', tell);
    removeEventListener('offline', tell);
  };
}

function present(): Connection {
  if (!navigator.onLine) return 'offline';
  return unreachable ? 'unreachable' : 'online';
}

/** `offline`: this device has no network; `unreachable`: the server does not answer. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, present);
}
