import { Busboy } from '@fastify/busboy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Pace, Stalled } from '../../ledger/arriving.js';
import { Problem } from '../common/problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body as the stream of a file: a text, or `any` (attachments/upload.ts). */
    receivesFile?: boolean | 'any';
  }
}

/** A file that is being uploaded. `stream` fails when the upload breaks off. */
export interface FileBody {
  stream: Readable;
  /** '' when the client named none. */
  fileName: string;
  /** Lets the rest of the upload pass, so that the client gets to read the answer. */
  discard(): void;
}

const acceptedHere = 'Send the file as text/csv, as text/plain (one address a line) or as multipart/form-data.';

const fileTypes = /^(text\/csv|text\/plain|multipart\/form-data)(;|$)/i;

/** Hands `text/csv`, `text/plain` and `multipart/form-data` to routes that receive files, unread; for every other route they stay 415. */
export function registerFileBody(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(fileTypes, (request, payload, done) => {
    const type = request.headers['content-type'] ?? '';
    if (!request.routeOptions.config.receivesFile) {
      done(new Problem('unsupported-media-type', `This route does not read ${type.split(';')[0]}.`));
      return;
    }
    const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1];
    if (charset && !/^(utf-?8|us-ascii)$/i.test(charset)) {
      done(new Problem('unsupported-media-type', `Files are read in UTF-8, not in ${charset.slice(0, 40)}.`));
      return;
    }
    const encoding = request.headers['content-encoding'];
    if (encoding && encoding !== 'identity') {
      done(
        new Problem(
          'unsupported-media-type',
          `Files are read as they are, not compressed with ${encoding.slice(0, 40)}.`,
        ),
      );
      return;
    }
    done(null, payload);
  });
}

/**
 * The file in a request's body: the body itself, or the first file of a form.
 * @param stallMs how long a form may stall before its file (`ArrivalLimits`), in milliseconds.
 * @throws Problem when the body is no file, or stalls.
 */
export async function openFileBody(request: FastifyRequest, stallMs: number): Promise<FileBody> {
  const type = request.headers['content-type'];
  if (!type || !fileTypes.test(type)) throw new Problem('unsupported-media-type', acceptedHere);
  const discard = () => {
    request.raw.unpipe();
    request.raw.resume();
  };
  if (!/^multipart\//i.test(type)) return { stream: request.raw, fileName: '', discard };
  const { stream, fileName } = await firstFile(request, type, acceptedHere, stallMs).catch((error: unknown) => {
    discard();
    throw error;
  });
  return { stream, fileName, discard };
}

/** The answer to an upload that does not arrive any more; the connection ends with it (RFC 9110 section 15.5.9). */
export function uploadStalled(cause: Stalled, extensions: Record<string, unknown> = {}): Problem {
  return new Problem('upload-stalled', cause.message, { cause, extensions, headers: { Connection: 'close' } });
}

/**
 * The first file of a form. `accepted` is what to send instead of a form without one; `stallMs`, how long it may stall before the file begins (`ArrivalLimits`).
 * @throws Problem when it holds none, or stalls.
 */
export function firstFile(
  request: FastifyRequest,
  type: string,
  accepted: string,
  stallMs: number,
): Promise<{ stream: Readable; fileName: string; mediaType: string }> {
  return new Promise((resolve, reject) => {
    const refuse = (cause?: unknown) =>
      reject(
        new Problem('malformed-request', `The form holds no file. ${accepted}`, cause === undefined ? {} : { cause }),
      );
    let form: InstanceType<typeof Busboy>;
    try {
      form = new Busboy({ headers: { 'content-type': type }, limits: { files: 1, fields: 100, fieldSize: 100_000 } });
    } catch (error) {
      // A content type without a boundary.
      refuse(error);
      return;
    }
    const pace = new Pace(stallMs);
    const giveUp = () => {
      unwatch();
      reject(uploadStalled(new Stalled(stallMs)));
    };
    let stalled = setTimeout(giveUp, stallMs);
    let since = performance.now();
    const arrived = (piece: Buffer) => {
      clearTimeout(stalled);
      const now = performance.now();
      stalled = setTimeout(giveUp, pace.after(now - since, piece.length));
      since = now;
    };
    const unwatch = () => {
      clearTimeout(stalled);
      request.raw.off('data', arrived);
    };
    request.raw.on('data', arrived);
    let file: Readable | undefined;
    const fail = (error: Error) => {
      unwatch();
      if (file) file.destroy(error);
      else refuse(error);
    };
    form.on('file', (_field, stream, name, _encoding, mediaType) => {
      unwatch();
      file = stream as Readable;
      // Errors reach whoever reads the stream; one that comes before anybody does must not end the process.
      file.on('error', () => undefined);
      resolve({ stream: file, fileName: cleanFileName(name), mediaType });
    });
    form.on('finish', () => {
      unwatch();
      refuse();
    });
    form.on('error', (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
    request.raw.on('error', fail);
    request.raw.on('close', () => {
      if (!request.raw.complete) fail(new Error('The connection was closed.'));
    });
    request.raw.pipe(form);
  });
}

function cleanFileName(name: string | undefined): string {
  return (name ?? '')
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]/g, '')
    .slice(0, 200);
}
