/**
 * How many deliveries of one sender this process may hold at once: claimed and not yet settled. First come, first served, so chunks of
 * several runs that share a sender progress side by side. It bounds what a `kill -9` can leave `uncertain`.
 */
export class Permits {
  private available: number;
  private readonly waiting: { wanted: number; grant: (granted: number) => void }[] = [];

  constructor(readonly total: number) {
    this.available = total;
  }

  /** How many are free right now. */
  get free(): number {
    return this.available;
  }

  /** Waits until at least one permit is free and takes up to `wanted`; 0 when `signal` aborts first. */
  async acquire(wanted: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted || wanted <= 0) return 0;
    if (this.available > 0 && this.waiting.length === 0) return this.take(wanted);
    return new Promise((resolve) => {
      const entry = {
        wanted,
        grant: (granted: number) => (signal.removeEventListener('abort', giveUp), resolve(granted)),
      };
      const giveUp = () => {
        const index = this.waiting.indexOf(entry);
        if (index >= 0) this.waiting.splice(index, 1);
        resolve(0);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(entry);
    });
  }

  /** Gives permits back. */
  release(count: number): void {
    this.available += count;
    while (this.available > 0 && this.waiting.length > 0) {
      const next = this.waiting.shift() as { wanted: number; grant: (granted: number) => void };
      next.grant(this.take(next.wanted));
    }
  }

  private take(wanted: number): number {
    const granted = Math.min(wanted, this.available);
    this.available -= granted;
    return granted;
  }
}
