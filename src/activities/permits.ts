/**
 * How many deliveries of one sender this process may hold at once: claimed and not yet settled. First come, first served, so chunks of
 * several runs that share a sender progress side by side. It bounds what a `kill -9` can leave `uncertain`.
 *
 * One holder of fresh permits at a time: while it claims, further permits gather for the next, so batches grow with the load by themselves.
 */
export class Permits {
  private available: number;
  private claiming = false;
  private readonly waiting: { wanted: number; grant: (granted: number) => void }[] = [];

  constructor(readonly total: number) {
    this.available = total;
  }

  /** How many are free right now. */
  get free(): number {
    return this.available;
  }

  /**
   * Waits until nobody else claims and at least one permit is free, and takes up to `wanted`; 0 when `signal` aborts first. Who got some calls
   * `claimed` when the claim is made or given up.
   */
  async acquire(wanted: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted || wanted <= 0) return 0;
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
      this.grantNext();
    });
  }

  /** Lets the next claim: to be called once after each `acquire` that gave permits. */
  claimed(): void {
    this.claiming = false;
    this.grantNext();
  }

  /** Gives permits back. */
  release(count: number): void {
    this.available += count;
    this.grantNext();
  }

  private grantNext(): void {
    if (this.claiming || this.available <= 0) return;
    const next = this.waiting.shift();
    if (!next) return;
    this.claiming = true;
    const granted = Math.min(next.wanted, this.available);
    this.available -= granted;
    next.grant(granted);
  }
}
