import type { Readable } from 'node:stream';
import { arriving, Stalled } from '../../ledger/arriving.js';
import { Problem } from './problems.js';

/** How long a body that is held whole may stall (`ArrivalLimits`), in milliseconds. Anybody may send one, so that it must not hold a connection for long. */
export const bodyStallMs = 30_000;

/**
 * A body that is held whole, as it arrived.
 * @param body the stream of it; it is not destroyed, so that its rest can pass before the answer is sent (unreadBodies.ts).
 * @param limit most bytes that it may have.
 * @param announced its Content-Length, if it has one.
 * @throws Problem `too-large`, `request-timeout` when it stalls, `malformed-request` when it breaks off.
 */
export async function wholeBody(
  body: Readable,
  { limit, announced, stallMs }: { limit: number; announced: string | undefined; stallMs: number },
): Promise<Buffer> {
  const tooLarge = () => new Problem('too-large', `The body is larger than ${limit} bytes.`);
  if (Number(announced) > limit) throw tooLarge();
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of arriving(body, { stallMs })) {
      size += piece.length;
      if (size > limit) throw tooLarge();
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof Stalled) {
      // The connection ends with it (RFC 9110 section 15.5.9).
      throw new Problem('request-timeout', error.message, { cause: error, headers: { Connection: 'close' } });
    }
    throw new Problem('malformed-request', 'The body broke off.', { cause: error });
  }
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, size);
}
