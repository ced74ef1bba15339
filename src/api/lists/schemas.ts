import { z } from 'zod';
import { addressInput, attributes, contact } from '../contacts/schemas.js';
import { cleanName, longestName } from '../../domain/contact.js';
import { pageOf, pageQuery, sortQuery } from '../common/pagination.js';
import { id, line, optionalLine, timestamp } from '../common/schemas.js';
import { searchQuery } from '../common/search.js';
import { takingBack } from '../common/takingBack.js';

const description = z
  .string()
  .max(2000)
  .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'Must not hold control characters');
const geography = optionalLine(200).meta({ description: 'Where its contacts are', examples: ['DACH'] });
const isp = optionalLine(200).meta({ description: 'The provider of its mailboxes', examples: ['gmail'] });

export const listInput = z
  .strictObject({
    name: line(200),
    description: description.default(''),
    geography: geography.default(''),
    isp: isp.default(''),
  })
  .meta({ id: 'ListInput' });
export type ListInput = z.output<typeof listInput>;

export const listPatch = z
  .strictObject({
    name: line(200),
    description: description.nullable(),
    geography: geography.nullable(),
    isp: isp.nullable(),
  })
  .partial()
  .meta({ id: 'ListPatch' });
export type ListPatch = z.output<typeof listPatch>;

export const list = z
  .object({
    id,
    name: z.string(),
    description: z.string(),
    geography: z.string(),
    isp: z.string(),
    contacts: z.number().int().meta({ description: 'How many contacts are members now' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'List' });
export type ListView = z.output<typeof list>;

/** What a PUT and a PATCH take. */
export const listReplacement = takingBack(listInput, list, 'ListReplacement');
export const listChanges = takingBack(listPatch, list, 'ListPatch');

export const listPage = pageOf(list, 'ListPage');

export const listQuery = pageQuery.extend({
  sort: sortQuery(['createdAt', 'name'], '-createdAt'),
  search: searchQuery,
  geography: z.string().max(200).optional(),
  isp: z.string().max(200).optional(),
});
export type ListQuery = z.output<typeof listQuery>;

export const membersInput = z
  .union([
    z.strictObject({
      email: addressInput,
      name: z
        .string()
        .max(longestName)
        .transform(cleanName)
        .optional()
        .meta({ openapi: { type: 'string', maxLength: longestName } }),
      attributes: attributes.optional(),
    }),
    z.strictObject({ contactIds: z.array(id).min(1).max(1000) }),
  ])
  .meta({ id: 'ListMembersInput' });
export type MembersInput = z.output<typeof membersInput>;

export const membersAdded = z
  .object({
    added: z.number().int().meta({ description: 'How many were not members before' }),
    contact: contact.nullable().meta({ description: 'The contact, where one was added by its address' }),
  })
  .meta({ id: 'ListMembersAdded' });
export type MembersAdded = z.output<typeof membersAdded>;
