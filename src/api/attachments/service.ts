import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { detectMimeType } from 'nodemailer/lib/mime-funcs';
import type { Config } from '../../config.js';
import { attachmentFilename } from '../../domain/attachment.js';
import { attachmentMediaType } from '../../domain/mediaType.js';
import { Stalled } from '../../ledger/arriving.js';
import { attachmentPieces, readAttachment } from '../../ledger/attachments/readAttachment.js';
import {
  AttachmentEmpty,
  AttachmentTooLarge,
  inMebibytes,
  receiveAttachment,
  type StoredAttachment,
} from '../../ledger/attachments/receiveAttachment.js';
import type { Database } from '../../ledger/database.js';
import { keyBusy } from '../common/idempotency.js';
import { notFound, Problem } from '../common/problems.js';
import { CONFIG, DATABASE } from '../common/tokens.js';
import { uploadStalled } from '../imports/fileBody.js';
import type { AttachmentView } from './schemas.js';
import { openUpload, type Upload } from './upload.js';

@Injectable()
export class AttachmentsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async get(id: string): Promise<AttachmentView> {
    return present((await this.stored(id)).attachment);
  }

  /** An attachment and its bytes, as a stream of pieces. @throws Problem 404 before the first. */
  async content(id: string): Promise<{ attachment: StoredAttachment; sha256: Buffer; pieces: AsyncIterable<Buffer> }> {
    return { ...(await this.stored(id)), pieces: attachmentPieces(this.database.pool, id) };
  }

  /**
   * Stores the file of a request under this ID.
   * @throws Problem when it has no name, no media type that a mail can have, no bytes, too many, breaks off, or stalls.
   */
  async receive(request: FastifyRequest, id: string, filename: string | undefined): Promise<AttachmentView> {
    const most = this.config.attachmentBytes;
    if (Number(request.headers['content-length']) > most + formRoom) {
      request.raw.resume();
      throw new Problem('too-large', `The file is larger than ${inMebibytes(most)}.`);
    }
    const { uploadStallMs: stallMs } = this.config;
    const upload = await openUpload(request, stallMs);
    try {
      const described = describe(upload, filename);
      const stored = await receiveAttachment(this.database, { id, ...described, body: upload.stream, most, stallMs });
      return present(stored);
    } catch (error) {
      upload.discard();
      throw problemOf(error, request);
    }
  }

  private async stored(id: string): Promise<{ attachment: StoredAttachment; sha256: Buffer }> {
    const found = await readAttachment(this.database.pool, id);
    if (!found) throw notFound('attachment', id);
    const { sha256, ...attachment } = found;
    return { attachment, sha256 };
  }
}

/** What a form has beside its file, in bytes. */
const formRoom = 64 * 1024;

/** Name and media type; the type by the name's extension where the client says none. */
function describe(upload: Upload, named: string | undefined): { filename: string; contentType: string } {
  const filename = attachmentFilename(named ?? upload.filename);
  if (filename === '') {
    const message = 'Name the file: ?filename=logo.png, or by the form that holds it';
    throw new Problem('validation', `filename: ${message}.`, { errors: [{ parameter: 'filename', message }] });
  }
  const type = attachmentMediaType(upload.contentType ?? detectMimeType(filename.split('.').at(-1)));
  if (!type.ok) {
    throw new Problem('validation', `Content-Type: ${type.reason}.`, {
      errors: [{ parameter: 'Content-Type', message: type.reason }],
    });
  }
  return { filename, contentType: type.mediaType };
}

function problemOf(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof Stalled) return uploadStalled(error);
  if (error instanceof AttachmentTooLarge) return new Problem('too-large', error.message, { cause: error });
  if (error instanceof AttachmentEmpty) {
    return new Problem('validation', error.message, {
      errors: [{ pointer: '', message: error.message }],
      cause: error,
    });
  }
  // Two attempts under one Idempotency-Key began at once: an ID is unique.
  if ((error as { code?: unknown }).code === '23505') return keyBusy();
  if (!request.raw.complete && request.raw.destroyed) {
    return new Problem('malformed-request', 'The upload broke off.', { cause: error });
  }
  return error;
}

function present(stored: StoredAttachment): AttachmentView {
  const { id, filename, contentType, size, createdAt } = stored;
  return { id, filename, contentType, size, createdAt: createdAt.toISOString() };
}
