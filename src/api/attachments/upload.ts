import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Problem } from '../common/problems.js';
import { firstFile } from '../imports/fileBody.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The Content-Type of an upload, while its body is handed on unread. */
    uploadType?: string | undefined;
  }
}

/** A file on its way in. `stream` fails when the upload breaks off. */
export interface Upload {
  stream: Readable;
  /** '' when the client named none. */
  filename: string;
  /** As the client says; undefined when it does not. */
  contentType: string | undefined;
  /** Lets the rest of the upload pass, so that the client gets to read the answer. */
  discard(): void;
}

const octetStream = 'application/octet-stream';
/** What programs send that know nothing of the file: curl's own, say. */
const noType = /^(application\/x-www-form-urlencoded|application\/octet-stream)\b/i;

/** Hands the bodies of routes that receive any file (`receivesFile: 'any'`) on unread, whatever their type is, JSON too. */
export function registerUploads(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.receivesFile !== 'any') return;
    request.uploadType = request.headers['content-type'];
    // The parser is chosen by it.
    request.raw.headers['content-type'] = octetStream;
  });
  fastify.addContentTypeParser(octetStream, (request, payload, done) => {
    if (request.routeOptions.config.receivesFile !== 'any') {
      done(new Problem('unsupported-media-type', `This route does not read ${octetStream}.`));
      return;
    }
    if (request.uploadType === undefined) delete request.raw.headers['content-type'];
    else request.raw.headers['content-type'] = request.uploadType;
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
 * The file in a request's body: the body itself, or the first file of a form, before which it may stall for `stallMs` (`ArrivalLimits`).
 * @throws Problem when a form holds none, or stalls.
 */
export async function openUpload(request: FastifyRequest, stallMs: number): Promise<Upload> {
  const { uploadType } = request;
  const discard = () => {
    request.raw.unpipe();
    request.raw.resume();
  };
  if (!uploadType || !/^multipart\/form-data\b/i.test(uploadType)) {
    const contentType = uploadType && !noType.test(uploadType) ? uploadType : undefined;
    return { stream: request.raw, filename: '', contentType, discard };
  }
  try {
    const { stream, fileName, mediaType } = await firstFile(
      request,
      uploadType,
      'Send the file itself as the body, or in a field of a form.',
      stallMs,
    );
    // Browsers write a quotation mark so (HTML, multipart/form-data encoding algorithm).
    const filename = fileName.replaceAll('%22', '"');
    return { stream, filename, contentType: noType.test(mediaType) ? undefined : mediaType, discard };
  } catch (error) {
    discard();
    throw error;
  }
}
