import { z } from 'zod';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { emailAddress, id, idParam, line, timestamp } from '../common/schemas.js';
import { searchQuery } from '../common/search.js';
import { takingBack } from '../common/takingBack.js';
import { content, contentAttachment, previewContact, templatePreview } from '../templates/schemas.js';

const audience = z.enum(['everyone', 'not-yet-received']).meta({
  description:
    'not-yet-received leaves out whoever another run of the campaign reached (sent), may have reached (sending, uncertain) or is about to (pending in a run ' +
    'that has not ended); failed, skipped and cancelled deliveries count as not received',
});

const distinctIds = (max: number) =>
  z
    .array(z.uuid())
    .min(1)
    .max(max)
    .refine((ids) => new Set(ids.map((v) => v.toLowerCase())).size === ids.length, 'Each only once')
    .meta({ uniqueItems: true });

const fields = {
  name: line(200),
  listIds: distinctIds(1000).meta({ description: 'Who gets it: the contacts of these lists, each address once' }),
  senderIds: distinctIds(50).meta({ description: 'The senders that share the work; test mails use the first' }),
  templateId: id.nullish(),
  content: content.nullish(),
  audience,
};

export const campaignInput = z
  .strictObject({ ...fields, audience: audience.default('everyone') })
  .refine((c) => (c.templateId == null) !== (c.content == null), {
    path: ['content'],
    message: 'Give either templateId or content',
  })
  .meta({
    id: 'CampaignInput',
    examples: [
      {
        name: 'Spring sale',
        listIds: ['01958f3e-1c00-7000-8000-000000000001'],
        senderIds: ['01958f3e-1c00-7000-8000-000000000002'],
        content: { subject: 'Spring sale', html: '<p>Hello {{ contact.name }}</p>' },
      },
    ],
  });
export type CampaignInput = z.output<typeof campaignInput>;

export const campaignPatch = z
  .strictObject({ ...fields, content: content.partial().nullish() })
  .partial()
  .meta({ id: 'CampaignPatch', description: 'Setting templateId drops the content, and the other way round' });
export type CampaignPatch = z.output<typeof campaignPatch>;

export const campaign = z
  .object({
    id,
    name: z.string(),
    listIds: z.array(id),
    senderIds: z.array(id),
    templateId: id.nullable(),
    content: z
      .object({
        subject: z.string(),
        html: z.string(),
        text: z.string().nullable(),
        attachments: z.array(contentAttachment),
      })
      .nullable(),
    audience,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaign>;

/** What a PUT and a PATCH take. */
export const campaignReplacement = takingBack(campaignInput, campaign, 'CampaignReplacement');
export const campaignChanges = takingBack(campaignPatch, campaign, 'CampaignPatch');

export const campaignPage = pageOf(campaign, 'CampaignPage');
export const campaignQuery = pageQuery.extend({
  sort: sortQuery(['createdAt', 'name'], '-createdAt'),
  search: searchQuery,
  senderId: idParam.optional(),
  listId: idParam.optional(),
});
export type CampaignQuery = z.output<typeof campaignQuery>;

export const duplicateInput = z
  .strictObject({ name: line(200).optional().meta({ description: 'Default: the same name and "(copy)"' }) })
  .meta({ id: 'CampaignDuplicateInput' });

export const campaignRunInput = z
  .strictObject({ audience: audience.optional().meta({ description: "Default: the campaign's own" }) })
  .meta({ id: 'CampaignRunInput' });

export const relaunchInput = z
  .strictObject({ audience: audience.meta({ description: 'Whom to send it to; there is no default' }) })
  .meta({ id: 'CampaignRelaunchInput', examples: [{ audience: 'not-yet-received' }] });

export const testSendInput = z
  .strictObject({
    to: z.union([emailAddress, z.array(emailAddress).min(1).max(20)]),
    contactId: id.optional().meta({ description: 'Render for this contact; absent: for an example' }),
    contact: previewContact.optional(),
  })
  .refine((v) => !(v.contactId && v.contact), { path: ['contact'], message: 'Give contactId or contact, not both' })
  .meta({ id: 'CampaignTestInput', examples: [{ to: ['me@example.com'] }] });
export type TestSendInput = z.output<typeof testSendInput>;

export const testSendAnswer = z
  .object({
    ok: z.boolean().meta({ description: 'Every mail was accepted' }),
    results: z.array(
      z.object({
        to: z.string(),
        ok: z.boolean(),
        response: z.string().meta({ description: 'What the server said, or what happened instead' }),
        messageId: z.string(),
      }),
    ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'CampaignTest' });

export const campaignPreviewInput = z
  .strictObject({ contactId: id.optional(), contact: previewContact.optional() })
  .refine((v) => !(v.contactId && v.contact), { path: ['contact'], message: 'Give contactId or contact, not both' })
  .meta({ id: 'CampaignPreviewInput' });
export type CampaignPreviewInput = z.output<typeof campaignPreviewInput>;
export const campaignPreview = templatePreview;

const count = z.number().int();
export const campaignCheck = z
  .object({
    ready: z.boolean().meta({ description: 'A run would send: there are no errors' }),
    recipients: count.meta({
      description: 'Who a run would mail now: distinct addresses, not suppressed, by the audience',
    }),
    contacts: count.meta({ description: 'Distinct contacts of the lists' }),
    suppressed: count,
    alreadyReceived: count.meta({ description: 'Left out by the audience not-yet-received' }),
    variables: z.array(
      z.object({
        name: z.string(),
        missing: count.meta({ description: 'Recipients who have no value for it' }),
      }),
    ),
    bytes: count
      .nullable()
      .meta({ description: 'Size of one mail on the wire, with its attachments encoded, for an example contact' }),
    senders: z.array(z.object({ id, name: z.string(), usable: z.boolean(), problem: z.string().nullable() })),
    leastSeconds: count
      .nullable()
      .meta({ description: "Least duration by the senders' limits; null: no usable sender, or beyond ten years" }),
    errors: z.array(z.string()).meta({ description: 'Why a run could not send' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'CampaignCheck' });
export type CampaignCheck = z.output<typeof campaignCheck>;
