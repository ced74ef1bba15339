import { z } from 'zod';
import { newPassword } from '../auth/passwords.js';
import { pageOf, pageQuery } from '../common/pagination.js';
import { booleanQuery, emailAddress, id, line, timestamp } from '../common/schemas.js';
import { takingBack } from '../common/takingBack.js';

export const role = z.enum(['admin', 'operator', 'viewer']);

export const user = z
  .object({
    id,
    email: z.string(),
    name: z.string(),
    role,
    disabled: z.boolean(),
    invited: z.boolean().meta({ description: 'Has not set a password yet' }),
    invitationExpiresAt: timestamp.nullable(),
    secondFactor: z.boolean().meta({ description: 'Signs in with the code of an authenticator too' }),
    createdAt: timestamp,
    updatedAt: timestamp,
    lastSignedInAt: timestamp.nullable(),
  })
  .meta({ id: 'User' });
export type UserView = z.output<typeof user>;

export const userPage = pageOf(user, 'UserPage');
export const userQuery = pageQuery.extend({ role: role.optional(), disabled: booleanQuery.optional() });
export type UserQuery = z.output<typeof userQuery>;

export const invitation = z
  .object({
    token: z.string().meta({ description: 'Works once, at POST /session/invitation. Stored as a hash.' }),
    url: z.string().meta({ description: 'The page of the web app that takes it; the token is behind the #' }),
    expiresAt: timestamp,
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.output<typeof invitation>;

export const createdUser = user
  .extend({ invitation: invitation.nullable().meta({ description: 'Shown this once; null: a password was given' }) })
  .meta({ id: 'CreatedUser' });

export const userInput = z
  .strictObject({
    email: emailAddress,
    name: line(200),
    role,
    password: newPassword.optional().meta({ description: 'Absent: the user is invited and sets one' }),
  })
  .meta({ id: 'UserInput', examples: [{ email: 'ada@example.org', name: 'Ada', role: 'operator' }] });
export type UserInput = z.output<typeof userInput>;

export const userPatch = z
  .strictObject({
    email: emailAddress.optional(),
    name: line(200).optional(),
    role: role.optional(),
    disabled: z.boolean().optional(),
    password: newPassword.optional(),
  })
  .meta({ id: 'UserPatch' });
export type UserPatch = z.output<typeof userPatch>;

/** What a PATCH takes. */
export const userChanges = takingBack(userPatch, user, 'UserPatch');
