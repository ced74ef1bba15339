/** Shorter than the activity's heartbeat timeout by enough to hand a mail over. Milliseconds. */
export const leaseMs = 15_000;
/** The heartbeat timeout of deliverChunk, milliseconds: after so long without a heartbeat Temporal starts another attempt. */
export const heartbeatTimeoutMs = 30_000;

/**
 * The right of an attempt to hand claimed deliveries over. It beats every two seconds; when the process was frozen (SIGSTOP, a suspended
 * machine) for longer than the lease, another attempt may have begun, and the lease is lost for good.
 */
export class Lease {
  private last = Date.now();
  private gone = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly beat: () => void) {
    this.timer = setInterval(() => {
      if (!this.lost) this.beat();
    }, 2_000);
  }

  /** True from the moment the process slept longer than the lease. Checked before every hand-over. */
  get lost(): boolean {
    const now = Date.now();
    if (now - this.last > leaseMs) this.gone = true;
    this.last = now;
    return this.gone;
  }

  end(): void {
    clearInterval(this.timer);
  }
}
