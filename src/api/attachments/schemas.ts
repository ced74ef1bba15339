import { z } from 'zod';
import { id, timestamp } from '../common/schemas.js';
import { fileFields } from '../templates/schemas.js';

export const attachment = z.object({ id, ...fileFields, createdAt: timestamp }).meta({ id: 'Attachment' });
export type AttachmentView = z.output<typeof attachment>;

/** The length alone is looked at here: what is left of a name, and whether anything is, the service says. */
export const uploadQuery = z.object({
  filename: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'The name of the file, without a path. Needed unless a form names it' }),
});
export type UploadQuery = z.output<typeof uploadQuery>;
