import { z } from 'zod';
import { attachmentFilename, contentIdPattern, mostAttachments } from '../../domain/attachment.js';
import { pageOf } from '../common/pagination.js';
import { emailAddress, id, line, timestamp } from '../common/schemas.js';
import { takingBack } from '../common/takingBack.js';

/** Most bytes of a request that carries a template. */
export const contentBodyLimit = 2 * 1024 * 1024;

/** Most characters of a body of a mail, as source. Mail clients clip at far less. */
const longestBody = 1_000_000;

const subject = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'Must be one line, without control characters')
  .regex(/\S/, 'Must not be blank');
const body = z.string().max(longestBody, `Longer than ${longestBody.toLocaleString('en')} characters`);

const disposition = z.enum(['attachment', 'inline']).meta({
  description: 'attachment: offered as a file; inline: shown within the mail. Absent: inline if it has a contentId',
});
const contentId = z
  .string()
  .regex(contentIdPattern, 'Letters, digits and . _ + -, perhaps with @ and a domain')
  .meta({
    description: 'What the HTML calls it: `<img src="cid:logo">` for `logo`. Needed by inline ones',
    examples: ['logo'],
  });

/** What is known of a file from its upload. */
export const fileFields = {
  filename: z.string(),
  contentType: z.string().meta({ description: 'A media type', examples: ['image/png'] }),
  size: z.number().int().min(1).meta({ description: 'Bytes, before they are encoded' }),
};

export const contentAttachmentInput = z
  .strictObject({
    id: z.uuid().meta({ description: 'An upload: `POST /attachments`' }),
    filename: line(200)
      .refine((name) => attachmentFilename(name) === name, 'Without a path')
      .optional()
      .meta({ description: "What the recipient sees; absent: the upload's" }),
    contentType: z.string().optional().meta({ description: 'As answered, or absent: a file never changes' }),
    size: z.number().int().min(1).optional().meta({ description: 'As answered, or absent' }),
    disposition: disposition.optional(),
    contentId: contentId.nullish(),
  })
  .refine((a) => a.disposition !== 'inline' || a.contentId != null, {
    path: ['contentId'],
    message: 'An inline attachment needs one, such as logo, so that the HTML can refer to it as cid:logo',
  })
  .meta({ id: 'ContentAttachmentInput' });
export type ContentAttachmentInput = z.output<typeof contentAttachmentInput>;

export const contentAttachment = z
  .object({ id, ...fileFields, disposition, contentId: contentId.nullable() })
  .meta({ id: 'ContentAttachment' });

const attachments = z
  .array(contentAttachmentInput)
  .max(mostAttachments)
  .refine((list) => {
    const ids = list.flatMap((a) => (a.contentId ? [a.contentId.toLowerCase()] : []));
    return new Set(ids).size === ids.length;
  }, 'Each contentId only once');

/** Subject and bodies as Liquid source; syntax is checked by the handlers, which know which part is wrong. */
export const contentFields = {
  subject: subject.meta({ description: 'Liquid', examples: ['Hello {{ contact.name }}'] }),
  html: body.meta({ description: 'Liquid', examples: ['<p>Hello {{ contact.name }}</p>'] }),
  text: body.nullish().meta({ description: 'Liquid; absent or null: made from the HTML' }),
  attachments: attachments.optional().meta({
    description:
      'Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise)',
  }),
};

export const content = z.strictObject(contentFields);

export const templateInput = z.strictObject({ name: line(200), ...contentFields }).meta({
  id: 'TemplateInput',
  examples: [
    {
      name: 'Welcome',
      subject: 'Hello {{ contact.name }}',
      html: '<p>Hello {{ contact.name | default: "there" }}</p>',
    },
  ],
});
export type TemplateInput = z.output<typeof templateInput>;

export const templatePatch = z
  .strictObject({ name: line(200), ...contentFields })
  .partial()
  .meta({ id: 'TemplatePatch' });
export type TemplatePatch = z.output<typeof templatePatch>;

export const template = z
  .object({
    id,
    name: z.string(),
    subject: z.string(),
    html: z.string(),
    text: z.string().nullable(),
    attachments: z.array(contentAttachment),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Template' });
export type Template = z.output<typeof template>;

/** What a PUT and a PATCH take. */
export const templateReplacement = takingBack(templateInput, template, 'TemplateReplacement');
export const templateChanges = takingBack(templatePatch, template, 'TemplatePatch');

export const templatePage = pageOf(template, 'TemplatePage');

/** Values of attributes as contacts have them: JSON of a few kilobytes. */
const attributes = z.record(z.string().min(1).max(200), z.unknown());

export const previewContact = z.strictObject({
  email: emailAddress,
  name: z.string().max(500).default(''),
  attributes: attributes.default({}),
});

export const templatePreviewInput = z
  .strictObject({
    ...contentFields,
    contactId: id.optional().meta({ description: 'Render for this contact' }),
    contact: previewContact
      .optional()
      .meta({ description: 'Render for a made-up contact; without either, for an example' }),
    senderId: id.optional().meta({ description: 'The sender it would come from; absent: an example' }),
    campaignName: line(200).optional().meta({ description: 'What `campaign.name` is; absent: Preview' }),
  })
  .refine((v) => !(v.contactId && v.contact), { path: ['contact'], message: 'Give contactId or contact, not both' })
  .meta({ id: 'TemplatePreviewInput' });
export type TemplatePreviewInput = z.output<typeof templatePreviewInput>;

export const templatePreview = z
  .object({
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    bytes: z.number().int().meta({ description: 'Size of the whole message as it goes over the wire' }),
    variables: z.array(z.string()).meta({ description: 'Variables the content uses' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'TemplatePreview' });
