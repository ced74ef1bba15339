import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import { arriving, defaultStallMs } from '../arriving.js';
import { transaction, type Database } from '../database.js';

/** An attachment as it was uploaded. */
export interface StoredAttachment {
  id: string;
  filename: string;
  contentType: string;
  size: number;
  createdAt: Date;
}

/** A file that is larger than an attachment may be. */
export class AttachmentTooLarge extends Error {
  override name = 'AttachmentTooLarge';
}

/** A file without a byte. */
export class AttachmentEmpty extends Error {
  override name = 'AttachmentEmpty';
}

/** What is held of a file in memory, and a row of it, in bytes. */
const pieceSize = 256 * 1024;

/**
 * Stores a file as it arrives, piece by piece, each a statement of its own: a slow client holds no connection. Of files with the same bytes one is kept.
 * A file that breaks off, or whose process dies, is removed: at once or by pruneAttachments.
 * @param input.stallMs How long it may stall (`ArrivalLimits`), in milliseconds; default 5 minutes.
 * @throws AttachmentTooLarge, AttachmentEmpty, Stalled, or what the body fails with.
 */
export async function receiveAttachment(
  database: Database,
  input: { id: string; filename: string; contentType: string; body: Readable; most: number; stallMs?: number },
): Promise<StoredAttachment> {
  const fileId = uuidv7();
  const { pool } = database;
  await pool.query(`INSERT INTO attachment_files (id) VALUES ($1)`, [fileId]);
  try {
    const hash = createHash('sha256');
    let size = 0;
    let no = 0;
    let held: Buffer[] = [];
    let heldSize = 0;
    const store = async () => {
      if (heldSize === 0) return;
      const piece = Buffer.concat(held);
      held = [];
      heldSize = 0;
      await pool.query(`INSERT INTO attachment_pieces (file_id, no, bytes) VALUES ($1, $2, $3)`, [fileId, no++, piece]);
    };
    for await (const chunk of arriving(input.body, { stallMs: input.stallMs ?? defaultStallMs })) {
      size += chunk.length;
      if (size > input.most) {
        throw new AttachmentTooLarge(
          `The file is larger than ${inMebibytes(input.most)}, the most that the attachments of a mail may have together.`,
        );
      }
      hash.update(chunk);
      held.push(chunk);
      heldSize += chunk.length;
      if (heldSize >= pieceSize) await store();
    }
    await store();
    if (size === 0) throw new AttachmentEmpty('The file is empty.');
    return await finish(database, fileId, hash.digest(), { ...input, size });
  } catch (error) {
    // Should this fail too, housekeeping does it.
    await pool.query(`DELETE FROM attachment_files WHERE id = $1 AND sha256 IS NULL`, [fileId]).catch(() => undefined);
    throw error;
  }
}

/** Bytes for people. */
export function inMebibytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}

function finish(
  database: Database,
  fileId: string,
  sha256: Buffer,
  input: { id: string; filename: string; contentType: string; size: number },
): Promise<StoredAttachment> {
  const { id, filename, contentType, size } = input;
  return transaction(database, async (client) => {
    // Of the same file from two clients at once, the second finds the first.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      `attachment/${sha256.toString('hex')}`,
    ]);
    const { rows: known } = await client.query<{ id: string }>(
      `SELECT id FROM attachment_files WHERE sha256 = $1 FOR KEY SHARE`,
      [sha256],
    );
    await (known[0]
      ? client.query(`DELETE FROM attachment_files WHERE id = $1`, [fileId])
      : client.query(`UPDATE attachment_files SET sha256 = $2, size = $3 WHERE id = $1`, [fileId, sha256, size]));
    const { rows } = await client.query<{ created_at: Date }>(
      `INSERT INTO attachments (id, file_id, filename, content_type, size) VALUES ($1, $2, $3, $4, $5) RETURNING created_at`,
      [id, known[0]?.id ?? fileId, filename, contentType, size],
    );
    return { id, filename, contentType, size, createdAt: rows[0]?.created_at as Date };
  });
}
