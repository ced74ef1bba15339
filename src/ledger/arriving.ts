import { finished, type Readable } from 'node:stream';

/** Nothing of a file arrived for as long as is waited. */
export class UploadStalled extends Error {
  override name = 'UploadStalled';

  constructor(stallMs: number) {
    super(`Nothing of the file arrived for ${Math.round(stallMs / 1000)} s. Nothing of it was kept; send it again.`);
  }
}

export interface ArrivalLimits {
  /** How long nothing may arrive before the file counts as stalled, in milliseconds. The time that its reader takes does not count. */
  stallMs: number;
  /** Ends the waiting, with its reason as the error. */
  signal?: AbortSignal;
}

/** How long nothing may arrive where nobody says otherwise: 5 minutes. */
export const defaultStallMs = 300_000;

/**
 * The pieces of a file as they arrive. Whatever ends the reading, the stream is not destroyed: its rest may have to pass before an answer can be sent, and
 * with a request's body its connection would go, and the answer with it.
 * @throws UploadStalled, the reason of the signal, or what the stream fails with; also when it is closed before its end.
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
  try {
    for (;;) {
      signal?.throwIfAborted();
      const piece = body.destroyed ? null : (body.read() as Buffer | null);
      if (piece !== null) {
        yield piece;
        continue;
      }
      if (end?.error) throw end.error;
      if (end) return undefined;
      const stalled = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), stallMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (stalled) throw new UploadStalled(stallMs);
    }
  } finally {
    signal?.removeEventListener('abort', onChange);
    body.off('readable', onChange);
    forget();
  }
}
