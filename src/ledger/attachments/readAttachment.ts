import type { Queryable } from '../database.js';
import type { StoredAttachment } from './receiveAttachment.js';

/** An attachment without its bytes, and the SHA-256 of them; null when there is none. */
export async function readAttachment(
  db: Queryable,
  id: string,
): Promise<(StoredAttachment & { sha256: Buffer }) | null> {
  const { rows } = await db.query<{
    id: string;
    filename: string;
    content_type: string;
    size: number;
    created_at: Date;
    sha256: Buffer;
  }>(
    `SELECT a.id, a.filename, a.content_type, a.size, a.created_at, f.sha256
       FROM attachments a JOIN attachment_files f ON f.id = a.file_id WHERE a.id = $1`,
    [id],
  );
  const row = rows[0];
  return row
    ? {
        id: row.id,
        filename: row.filename,
        contentType: row.content_type,
        size: row.size,
        createdAt: row.created_at,
        sha256: row.sha256,
      }
    : null;
}

/** The bytes of an attachment, piece by piece. Ends early only if it is removed meanwhile, which nothing that is used can be. */
export async function* attachmentPieces(db: Queryable, id: string): AsyncGenerator<Buffer> {
  for (let no = 0; ; no++) {
    const { rows } = await db.query<{ bytes: Buffer }>(
      `SELECT p.bytes FROM attachments a JOIN attachment_pieces p ON p.file_id = a.file_id WHERE a.id = $1 AND p.no = $2`,
      [id, no],
    );
    if (!rows[0]) return;
    yield rows[0].bytes;
  }
}

/** An attachment that is not in the ledger, or not whole. */
export class AttachmentMissing extends Error {
  override name = 'AttachmentMissing';
}

/** Attachments with their bytes, in the same order; a file that stands twice is read once. @throws AttachmentMissing */
export async function readContents<A extends { id: string; size: number }>(
  db: Queryable,
  attachments: readonly A[],
): Promise<(A & { content: Buffer })[]> {
  const contents = new Map<string, Buffer>();
  for (const { id, size } of attachments) {
    if (contents.has(id)) continue;
    const content = Buffer.allocUnsafeSlow(size);
    let at = 0;
    for await (const piece of attachmentPieces(db, id)) at += piece.copy(content, at);
    if (at !== size) throw new AttachmentMissing(`Attachment ${id} has ${at} of its ${size} bytes in the ledger.`);
    contents.set(id, content);
  }
  return attachments.map((a) => ({ ...a, content: contents.get(a.id) as Buffer }));
}
