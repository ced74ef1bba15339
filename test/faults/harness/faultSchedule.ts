import { setTimeout as delay } from 'node:timers/promises';
import type { Scene } from './scene.js';

export type FaultKind = 'worker' | 'api' | 'temporal' | 'postgresql';

/** Deals `count` faults of each kind in an order that follows from the seed. */
export function shuffledFaults(kinds: readonly FaultKind[], count: number, seed: number): FaultKind[] {
  const faults = kinds.flatMap((kind) => new Array<FaultKind>(count).fill(kind));
  let state = seed >>> 0 || 1;
  const random = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = faults.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [faults[i], faults[j]] = [faults[j] as FaultKind, faults[i] as FaultKind];
  }
  return faults;
}

/** Kills one process with SIGKILL, and starts it again after a moment, as a service manager does. Resolves when it is ready. */
export async function killAndRestart(scene: Scene, kind: FaultKind, no: number): Promise<void> {
  const { stage } = scene;
  const parts = {
    worker: stage.workers[no % stage.workers.length]!,
    api: stage.api,
    temporal: stage.temporal,
    postgresql: stage.postgres,
  };
  const part = parts[kind];
  part.child.signal('SIGKILL');
  await part.child.exited;
  await delay(200 + ((no * 317) % 900));
  await part.restart();
}
