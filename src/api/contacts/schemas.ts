import { z } from 'zod';
import { parseAddress, type Address } from '../../domain/address.js';
import {
  attributeNameProblem,
  cleanName,
  longestAttributes,
  longestAttributeValue,
  longestName,
  mostAttributes,
} from '../../domain/contact.js';
import { runKinds } from '../../domain/run.js';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { id, timestamp } from '../common/schemas.js';
import { takingBack } from '../common/takingBack.js';
import { delivery } from '../runs/schemas.js';

/** `subscribed`, or why the address gets no mail; `suppressed` when an operator said so. */
export const contactStatuses = ['subscribed', 'unsubscribed', 'bounced', 'complained', 'suppressed'] as const;
export type ContactStatus = (typeof contactStatuses)[number];

/** An address in a body, as an `Address`. */
export const addressInput = z
  .string()
  .max(1000)
  .transform((value, context): Address => {
    const parsed = parseAddress(value);
    if (parsed.ok) return parsed;
    context.addIssue({ code: 'custom', message: `Not an email address: ${parsed.reason}` });
    return z.NEVER;
  })
  .meta({ openapi: { type: 'string', format: 'email', maxLength: 1000 }, examples: ['ada@example.org'] });

const name = z
  .string()
  .max(longestName)
  .transform(cleanName)
  .meta({ openapi: { type: 'string', maxLength: longestName }, description: 'One line; line breaks become blanks' });

export const attributes = z
  .record(z.string(), z.json())
  .superRefine((value, context) => {
    const names = Object.keys(value);
    if (names.length > mostAttributes) {
      context.addIssue({ code: 'custom', message: `More than ${mostAttributes} attributes` });
    }
    for (const key of names.slice(0, mostAttributes)) {
      const problem = attributeNameProblem(key);
      if (problem) context.addIssue({ code: 'custom', path: [key], message: problem });
      const content = value[key];
      if (typeof content === 'string' && content.length > longestAttributeValue) {
        context.addIssue({ code: 'custom', path: [key], message: `Longer than ${longestAttributeValue} characters` });
      }
    }
    if (JSON.stringify(value).length > longestAttributes) {
      context.addIssue({ code: 'custom', message: `Longer than ${longestAttributes} characters of JSON in all` });
    }
  })
  .meta({
    openapi: { type: 'object', additionalProperties: true },
    description: 'Whatever is known about the contact; templates see it as `contact.attributes`',
    examples: [{ city: 'London' }],
  });

const listIds = z
  .array(id)
  .max(1000)
  .meta({ description: 'The lists the contact is a member of; absent: left as they are' });

/** The same as the answers have it, by ID or as objects. */
const lists = z
  .array(z.union([id, z.object({ id }).transform((list) => list.id)]))
  .max(1000)
  .meta({
    openapi: {
      type: 'array',
      maxItems: 1000,
      items: {
        anyOf: [
          { type: 'string', format: 'uuid' },
          { type: 'object', properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] },
        ],
      },
    },
    description: 'The same as `listIds`, as answers have it, too: objects with an `id`. Give one of the two',
  });

function oneOfLists<T extends { listIds?: string[] | undefined; lists?: string[] | undefined }>(
  { lists: named, ...input }: T,
  context: z.RefinementCtx,
): Omit<T, 'lists'> {
  if (named && input.listIds) {
    context.addIssue({ code: 'custom', path: ['lists'], message: 'Give lists or listIds, not both' });
  }
  return named && !input.listIds ? { ...input, listIds: named } : input;
}

const fields = {
  email: addressInput,
  name: name.default(''),
  attributes: attributes.default({}),
  listIds: listIds.optional(),
  lists: lists.optional(),
};

/** Not let go like other fields that follow from something else: who asks for no mail to a contact must not be told that all is well. */
const status = z
  .enum(contactStatuses)
  .optional()
  .meta({ description: 'As answered, or absent: it follows from `/suppressions`, where an address is suppressed' });

export const contactInput = z.strictObject(fields).transform(oneOfLists).meta({ id: 'ContactInput' });
export type ContactInput = z.output<typeof contactInput>;

const contactReplacementFields = z.strictObject({ ...fields, status }).transform(oneOfLists);
export type ContactReplacement = z.output<typeof contactReplacementFields>;

const contactPatchFields = z
  .strictObject({
    email: z
      .string()
      .max(1000)
      .meta({ openapi: { type: 'string', format: 'email', maxLength: 1000 } }),
    name: z.string().nullable(),
    attributes: z
      .record(z.string(), z.json())
      .nullable()
      .meta({
        openapi: { type: ['object', 'null'], additionalProperties: true },
        description: 'Merged; null removes one',
      }),
    listIds,
    lists,
    status,
  })
  .partial()
  .transform(oneOfLists);
export type ContactPatch = z.output<typeof contactPatchFields>;

export const contact = z
  .object({
    id,
    email: z.string(),
    name: z.string(),
    attributes: z.record(z.string(), z.json()).meta({ openapi: { type: 'object', additionalProperties: true } }),
    lists: z.array(z.object({ id, name: z.string() })),
    status: z.enum(contactStatuses),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Contact' });
export type ContactView = z.output<typeof contact>;

/** What a PUT and a PATCH take. */
export const contactReplacement = takingBack(contactReplacementFields, contact, 'ContactReplacement');
export const contactChanges = takingBack(contactPatchFields, contact, 'ContactPatch');

export const contactPage = pageOf(contact, 'ContactPage');

export const contactSearch = z
  .string()
  .max(300)
  .optional()
  .meta({ description: 'Only addresses that begin with this, in any case' });

/** The filters of a list of contacts. Without `sort`, a search is in the order of addresses, anything else the newest first. */
export const contactQuery = pageQuery.extend({
  sort: sortQuery(['createdAt', 'email'], '-createdAt').unwrap().optional().meta({
    description: 'Order of the list; a leading - reverses it. Default: email with a search, otherwise -createdAt',
  }),
  search: contactSearch,
  email: z.string().max(320).optional().meta({ description: 'Only this address, in any spelling that means the same' }),
  status: z.enum(contactStatuses).optional(),
});
export type ContactQuery = z.output<typeof contactQuery>;

export const contactDelivery = delivery
  .omit({ contactId: true })
  .extend({
    runId: id,
    title: z.string().meta({ description: 'The name of the automation or campaign' }),
    automationId: id.nullable(),
    campaignId: id.nullable(),
    kind: z.enum(runKinds).meta({ description: 'Of the run' }),
    scheduledFor: timestamp.meta({ description: 'The nominal time of the run' }),
    email: z.string().meta({ description: 'The address as it was when the run fixed its audience' }),
  })
  .meta({ id: 'ContactDelivery' });
export type ContactDelivery = z.output<typeof contactDelivery>;

export const contactDeliveryPage = pageOf(contactDelivery, 'ContactDeliveryPage');
