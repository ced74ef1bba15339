import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import type { ContentAttachment } from '../../domain/attachment.js';
import { inMebibytes } from '../../ledger/attachments/receiveAttachment.js';
import { useAttachments } from '../../ledger/attachments/useAttachments.js';
import type { Queryable } from '../../ledger/database.js';
import type { Schema } from '../../ledger/schema.js';
import { Problem, type ProblemDetail } from '../common/problems.js';
import type { ContentAttachmentInput } from '../templates/schemas.js';

/**
 * The attachments that content names, complete, in their order. Inside a transaction none of them can be removed before it ends.
 * @throws Problem `validation` when one does not exist, is said to be otherwise than it is, or all together are too large. `base` is the JSON pointer of the
 * content in the body ('' or '/content').
 */
export async function attachmentsOf(
  db: Kysely<Schema>,
  inputs: readonly ContentAttachmentInput[] | null | undefined,
  most: number,
  base = '',
): Promise<ContentAttachment[]> {
  if (!inputs || inputs.length === 0) return [];
  const rows = await db
    .selectFrom('attachments')
    .select(['id', 'filename', 'content_type', 'size'])
    .where(
      'id',
      'in',
      inputs.map((a) => a.id),
    )
    .orderBy('id')
    .forKeyShare()
    .execute();
  const known = new Map(rows.map((row) => [row.id, row]));
  const errors: ProblemDetail[] = [];
  const attachments = inputs.flatMap((input, i): ContentAttachment[] => {
    const pointer = `${base}/attachments/${i}`;
    const row = known.get(input.id.toLowerCase());
    if (!row) {
      errors.push({
        pointer: `${pointer}/id`,
        message: `There is no attachment ${input.id}; what nothing uses is removed after a day`,
      });
      return [];
    }
    for (const [field, given, stored] of [
      ['contentType', input.contentType, row.content_type],
      ['size', input.size, row.size],
    ] as const) {
      if (given !== undefined && given !== stored)
        errors.push({
          pointer: `${pointer}/${field}`,
          message: `The attachment has ${stored}; upload it again to change that`,
        });
    }
    const contentId = input.contentId ?? null;
    return [
      {
        id: row.id,
        filename: input.filename ?? row.filename,
        contentType: row.content_type,
        size: row.size,
        disposition: input.disposition ?? (contentId === null ? 'attachment' : 'inline'),
        contentId,
      },
    ];
  });
  const size = attachments.reduce((sum, a) => sum + a.size, 0);
  if (size > most) {
    errors.push({
      pointer: `${base}/attachments`,
      message: `The attachments have ${inMebibytes(size)} together; ${inMebibytes(most)} are the most`,
    });
  }
  if (errors.length > 0) {
    throw new Problem(
      'validation',
      errors
        .slice(0, 3)
        .map((e) => `${e.pointer}: ${e.message}`)
        .join('; '),
      { errors },
    );
  }
  return attachments;
}

/** See useAttachments of the ledger. */
export function keepAttachments(
  trx: Transaction<Schema>,
  userId: string,
  attachments: readonly { id: string }[],
): Promise<void> {
  const query = (text: string, values: unknown[]) => trx.executeQuery(CompiledQuery.raw(text, values));
  return useAttachments({ query } as unknown as Queryable, userId, attachments);
}
