import { finished, type Readable } from 'node:stream';

/** Bytes a second that have to arrive of a body in the long run: less than any line brings. Apache asks for as many (mod_reqtimeout, `body=20,MinRate=500`). */
const leastRate = 500;

/** Too little arrived for as long as is waited. */
export class Stalled extends Error {
  override name = 'Stalled';

  constructor(stallMs: number) {
    const seconds = Math.round(stallMs / 1000);
    super(
      `It stopped arriving: fewer than ${leastBytes(stallMs)} bytes in ${seconds} s. Nothing of it was kept; send it again.`,
    );
  }
}

/** What has to arrive before as much time is waited, in bytes. */
function leastBytes(stallMs: number): number {
  return Math.ceil((leastRate * stallMs) / 1000);
}

/** Watches how fast a body arrives: each `leastRate` bytes buy a second, and what has been bought beyond `stallMs` is forgotten. */
export class Pace {
  private leftMs: number;

  constructor(private readonly stallMs: number) {
    this.leftMs = stallMs;
  }

  /** Notes what arrived, and how long was waited for it in milliseconds. Answers how long may be waited for more; 0 or less: it has stalled. */
  after(waitedMs: number, bytes: number): number {
    const bought = (bytes / leastRate) * 1000;
    this.leftMs = Math.min(this.stallMs, this.leftMs - waitedMs + bought);
    return this.leftMs;
  }
}

export interface ArrivalLimits {
  /**
   * How long it may take in milliseconds until something arrives, and how long less than `leastRate` may: a body of which nothing arrives has stalled after it,
   * and so has one of which a byte comes now and then. The time that its reader takes does not count.
   */
  stallMs: number;
  /** Ends the waiting, with its reason as the error. */
  signal?: AbortSignal;
}

/** How long a file may stall where nobody says otherwise: 5 minutes. */
export const defaultStallMs = 300_000;

/**
 * The pieces of a body as they arrive. Whatever ends the reading, the stream is not destroyed: its rest may have to pass before an answer can be sent, and
 * with a request's body its connection would go, and the answer with it.
 * @throws Stalled, the reason of the signal, or what the stream fails with; also when it is closed before its end.
 */
export async function* arriving(body: Readable, { stallMs, signal }: ArrivalLimits): AsyncGenerator<Buffer, undefined> {
  let end: { error: Error | null } | undefined;
  let wake = () => {};
  const onChange = () => wake();
  const forget = finished(body, { writable: false }, (error) => {
    end = { error: error ?? null };
    wake();
  });
  body.on('readable', onChange);
  signal?.addEventListener('abort', onChange);
  const pace = new Pace(stallMs);
  let mayWaitMs = stallMs;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = body.destroyed ? null : (body.read() as Buffer | null);
      if (piece !== null) {
        mayWaitMs = pace.after(0, piece.length);
        yield piece;
        continue;
      }
      if (end?.error) throw end.error;
      if (end) return undefined;
      const since = performance.now();
      if (mayWaitMs <= 0) throw new Stalled(stallMs);
      const stalled = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), mayWaitMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (stalled) throw new Stalled(stallMs);
      mayWaitMs = pace.after(performance.now() - since, 0);
    }
  } finally {
    signal?.removeEventListener('abort', onChange);
    body.off('readable', onChange);
    forget();
  }
}
